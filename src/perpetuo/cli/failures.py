"""What a command says instead of a stack trace: one sentence that names the thing at fault and the way out."""

import errno

import click
from pydantic import ValidationError

from perpetuo.settings import Settings


class Failure(click.ClickException):
    """Ends the command with exit code 1 and this sentence on stderr."""

    def show(self, file: object = None) -> None:
        del file
        click.echo(f"perpetuo: {self.message}", err=True)


def explain_os_error(error: OSError) -> Failure:
    where = f" at {error.filename}" if error.filename else ""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return Failure(f"The disk is full{where}: free some space, or point PERPETUO_DATA_DIR somewhere else.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return Failure(
                f"No permission to write or read{where}: make it yours, or point PERPETUO_DATA_DIR somewhere else."
            )
        case errno.EMFILE | errno.ENFILE:
            return Failure("Too many open files: raise the limit with `ulimit -n 65536`.")
        case _:
            return Failure(f"{error.strerror or error}{where}.")


def explain_settings_error(error: ValidationError) -> Failure:
    """Names the variables at fault and never repeats a value: it may be a secret."""
    sentences: list[str] = []
    for problem in error.errors(include_input=False, include_url=False):
        said = problem["msg"].removeprefix("Value error, ")
        # What is wrong with several together names them itself.
        sentences.append(f"{environment_name(str(problem['loc'][0]))}: {said}" if problem["loc"] else said)
    return Failure("A setting is wrong. " + "; ".join(sentences) + ".")


def environment_name(field: str) -> str:
    """The variable a field of Settings is read from."""
    known = Settings.model_fields.get(field)
    if known is not None and isinstance(known.validation_alias, str):
        return known.validation_alias
    if known is None and field.isupper():
        return field
    return f"PERPETUO_{field.upper()}"
