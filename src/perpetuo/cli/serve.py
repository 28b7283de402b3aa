"""`perpetuo serve`: the gateway in production. It makes nothing up: database and secrets come from the environment."""

import asyncio
import socket
from collections.abc import Callable

import click

from perpetuo.cli.children import Lifeline
from perpetuo.cli.database_access import require_schema, run_with_database
from perpetuo.cli.encryption import require_sealing_key
from perpetuo.cli.failures import Failure
from perpetuo.cli.first_operator import make_first_operator
from perpetuo.cli.listen import bind, url_of
from perpetuo.cli.options import load_settings, warn_of_unknown_variables
from perpetuo.cli.provider_environment import vendor_variables
from perpetuo.cli.secret_values import require_strong_secrets
from perpetuo.cli.workers import report, run_gateway, stop_on_signals
from perpetuo.installation_secrets import encryption_keys
from perpetuo.settings import Settings


@click.command()
@click.option("--host", help="Address to listen on (PERPETUO_HOST).")
@click.option("--port", type=int, help="Port to listen on (PERPETUO_PORT).")
@click.option("--workers", type=int, help="Worker processes; one per core is a good start (PERPETUO_WORKERS).")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the gateway in production: needs DATABASE_URL, JWT_SECRET and ENCRYPTION_KEY, and a migrated database."""
    settings = load_settings(host=host, port=port, workers=workers)
    warn_of_unknown_variables()
    database_url = require_production_settings(settings)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    listener = bind(settings.host, settings.port)
    run_with_database(require_schema(database_url))
    run_with_database(require_sealing_key(database_url, encryption_keys(settings)))
    run_with_database(make_first_operator(settings, database_url))

    def reread() -> Settings:
        return load_settings(host=host, port=port, workers=workers)

    asyncio.run(_serve(settings, database_url, listener, reread))


def require_production_settings(settings: Settings) -> str:
    """The database URL. Raises Failure for what is missing, weak or a default."""
    if settings.database_url is None or not settings.database_url.get_secret_value():
        raise Failure("DATABASE_URL is not set: `serve` does not run its own database (`perpetuo up` does).")
    require_strong_secrets(settings)
    return settings.database_url.get_secret_value()


async def _serve(
    settings: Settings, database_url: str, listener: socket.socket, reread: Callable[[], Settings]
) -> None:
    lifeline = Lifeline()
    try:
        with stop_on_signals() as stop:
            await run_gateway(
                settings,
                database_url,
                listener,
                lifeline,
                stop,
                hidden_variables=vendor_variables(),
                reread=reread,
                on_ready=lambda: report(f"ready at {url_of(listener)} with {settings.workers} worker(s)"),
            )
    finally:
        listener.close()
        lifeline.close()
