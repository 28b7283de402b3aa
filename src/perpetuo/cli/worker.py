"""One gateway worker, as a process of its own: `python -m perpetuo.cli.worker --fd N`. Started by `up` and `serve`.

Settings and secrets come through the environment, never through the command line, which everybody may read.
"""

import argparse
import contextlib
import os
import signal
import socket
import sys
from types import FrameType

from pydantic import ValidationError

from perpetuo.cli.children import tie_to_parent
from perpetuo.cli.failures import explain_settings_error
from perpetuo.db.sealing import SecretRefused
from perpetuo.installation_secrets import require_secrets
from perpetuo.settings import Settings
from perpetuo.wiring import run_worker


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--ready", type=int)
    arguments = parser.parse_args()
    try:
        settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        print(explain_settings_error(error).message, file=sys.stderr)
        return 2
    try:
        require_secrets(settings)
    except SecretRefused as refusal:
        print(str(refusal), file=sys.stderr)
        return 2
    if settings.database_url is None:
        print("DATABASE_URL is not set for the worker.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _end_cleanly)
    signal.signal(signal.SIGINT, _end_cleanly)
    tie_to_parent(arguments.parent, arguments.lifeline)
    listener = socket.socket(fileno=arguments.fd)
    listener.setblocking(False)
    run_worker(settings, [listener], settings.database_url.get_secret_value(), lambda: _say_ready(arguments.ready))
    return 0


def _say_ready(fd: int | None) -> None:
    """To the parent, which waits for it before it ends our predecessor."""
    if fd is not None:
        with contextlib.suppress(OSError):
            os.write(fd, b"1")
        os.close(fd)


def _end_cleanly(number: int, frame: FrameType | None) -> None:
    """Holds before uvicorn takes the signals over, and after: it raises what it caught once more when it has drained,
    which by default would end the process with a signal instead of exit code 0."""
    del frame
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
