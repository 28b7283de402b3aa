"""The command `perpetuo`."""

import sys
from importlib.metadata import version

import click

from perpetuo.cli.admin import admin
from perpetuo.cli.bench import bench
from perpetuo.cli.database import db, migrate
from perpetuo.cli.doctor import doctor
from perpetuo.cli.failures import Failure, explain_os_error
from perpetuo.cli.lab import lab
from perpetuo.cli.logs import logs
from perpetuo.cli.route import route
from perpetuo.cli.serve import serve
from perpetuo.cli.up import up
from perpetuo.db.embedded import EmbeddedUnavailable

DISTRIBUTION = "perpetuo-gateway"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version(DISTRIBUTION), prog_name="perpetuo")
def cli() -> None:
    """Perpetuo: one OpenAI-compatible endpoint, every decision recorded.

    `perpetuo up` starts everything on this machine; `perpetuo serve` is for production.
    """


for command in (up, serve, migrate, doctor, admin, route, logs, db, lab, bench):
    cli.add_command(command)


def main() -> None:
    """Ends the process. Problems of the machine are told in one sentence; a stack trace is a bug of ours."""
    try:
        if sys.platform == "win32":
            raise Failure("Windows is not supported natively yet: run Perpetuo in WSL2 or in a container.")
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    except click.ClickException as failure:
        failure.show()
        sys.exit(failure.exit_code)
    except EmbeddedUnavailable as unavailable:
        Failure(unavailable.message).show()
        sys.exit(1)
    except BrokenPipeError:  # `perpetuo logs | head`
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        explain_os_error(error).show()
        sys.exit(1)


if __name__ == "__main__":
    main()
