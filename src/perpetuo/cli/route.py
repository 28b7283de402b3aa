"""`perpetuo route`: the decision for a request, without making the request."""

import click

from perpetuo.cli.database_access import build_sealer, database, require_schema, run_with_database
from perpetuo.cli.failures import Failure
from perpetuo.cli.operator_records import find_workspace
from perpetuo.cli.options import load_settings
from perpetuo.cli.provider_environment import today
from perpetuo.cli.table import print_table
from perpetuo.core.catalog import Catalog, Intent
from perpetuo.core.decision import Resolution, Selection, Strategy
from perpetuo.core.money import format_usd
from perpetuo.core.resolvers.model_alias import ModelAliasResolver, nearest_names
from perpetuo.core.resolvers.provider_selector import ProviderSelector, RequestFacts, strictest
from perpetuo.core.resolvers.strategy import StrategyResolver
from perpetuo.core.snapshot import STRATEGIES, Workspace
from perpetuo.db.engine import create_engine, system_transaction
from perpetuo.db.sealing import Sealer
from perpetuo.db.snapshot_loader import SnapshotLoader
from perpetuo.providers.catalog.load import load_catalog

EXAMPLE_INPUT_TOKENS = 500


@click.command()
@click.argument("model")
@click.option("--workspace", "-w", help="Name or id; not needed while there is only one.")
@click.option("--strategy", type=click.Choice(STRATEGIES), help="As if the client sent X-Perpetuo-Route.")
@click.option("--input-tokens", type=click.IntRange(min=0), default=EXAMPLE_INPUT_TOKENS, show_default=True,
              help="Size of the request whose price is compared.")  # fmt: skip
@click.option("--embeddings", is_flag=True, help="A request to /v1/embeddings instead of chat.")
def route(model: str, workspace: str | None, strategy: str | None, input_tokens: int, embeddings: bool) -> None:
    """Show who would answer a request for MODEL, in which order, and why. Nobody is asked.

    The health that running gateways have measured is not known here: `fastest` and `reliable` show what a gateway
    decides right after its start.
    """
    settings = load_settings()
    catalog = load_catalog(today())
    with database(settings) as database_url:
        tenant = run_with_database(_load_workspace(database_url, workspace, catalog, build_sealer(settings)))
    intent: Intent = "embedding" if embeddings else "chat"
    resolution = ModelAliasResolver(catalog).resolve(model, tenant, intent)
    chosen = StrategyResolver().resolve(strategy, tenant)
    if not resolution.recognised and tenant.unknown_models == "reject":
        nearest = nearest_names(resolution.alias, (*tenant.aliases, *catalog.aliases, *catalog.names))
        hint = f" Did you mean {', '.join(nearest)}?" if nearest else ""
        raise Failure(f"Nobody knows the model {model}: a client gets 404 model_not_found.{hint}")
    selection = ProviderSelector().select(
        resolution=resolution,
        strategy=chosen,
        workspace=tenant,
        catalog=catalog,
        facts=RequestFacts(input_tokens_estimate=input_tokens),
        substitution=strictest(tenant.substitution, resolution.substitution),
        health={},
        availability={},
        request_id="",
    )
    print_decision(resolution, chosen, selection)


async def _load_workspace(database_url: str, name_or_id: str | None, catalog: Catalog, sealer: Sealer) -> Workspace:
    await require_schema(database_url)
    engine = create_engine(database_url, "perpetuo_system", pool_size=1)
    try:
        async with system_transaction(engine) as conn:
            row = await find_workspace(conn, name_or_id)
        loader = SnapshotLoader(engine, catalog, sealer)
        loaded, _ = await loader.load_workspace(row["id"])
    finally:
        await engine.dispose()
    if loaded is None:
        raise Failure(f"The workspace {row['name']} is gone.")
    return loaded


def print_decision(resolution: Resolution, strategy: Strategy, selection: Selection) -> None:
    click.echo(f"{resolution.requested} -> {resolution.intent}/{resolution.tier}")
    click.echo(f"  {resolution.explanation}")
    click.echo(f"strategy {strategy.name} (from {strategy.source})")
    click.echo(f"  {strategy.explanation}")
    click.echo(selection.explanation)
    if selection.ordered:
        click.echo()
        print_table(
            ["#", "PROVIDER", "LABEL", "MODEL", "EXACT", "COST", "WHY HERE"],
            [
                [
                    number,
                    candidate.vendor.name,
                    candidate.key.label or None,
                    candidate.model.id,
                    "yes" if candidate.exact else "no",
                    format_usd(cost) if (cost := candidate.estimated_cost_nanousd) is not None else "unknown",
                    candidate.reason,
                ]
                for number, candidate in enumerate(selection.ordered, start=1)
            ],
        )
    if selection.skipped:
        click.echo("\nleft out:")
        for skipped in selection.skipped:
            click.echo(f"  {skipped.provider}{f' {skipped.model}' if skipped.model else ''}: {skipped.reason}")
