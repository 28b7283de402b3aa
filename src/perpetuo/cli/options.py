"""Settings as a command sees them: environment, `.env`, then its own options; and their way to child processes."""

from collections.abc import Iterable
from pathlib import Path

import click
from pydantic import SecretStr, ValidationError

from perpetuo.cli.failures import Failure, environment_name, explain_settings_error
from perpetuo.cli.provider_environment import environment_with_dotenv
from perpetuo.settings import Settings

OTHER_VARIABLES = frozenset({"PERPETUO_LAB_KEY", "PERPETUO_PUBLISHED_PORT", "PERPETUO_RECORDINGS_DIR"})
"""Ours and no settings: of `perpetuo lab`, of compose.yaml, of the tests."""


def load_settings(**options: object) -> Settings:
    """Options that are None were not given. Raises Failure."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise explain_settings_error(error) from None
    except UnicodeDecodeError:
        raise Failure("The file .env is not UTF-8 text: repair it or move it away.") from None
    except PermissionError:
        raise Failure("The file .env can not be read: give yourself permission, or move it away.") from None
    given = {name: value for name, value in options.items() if value is not None}
    if not given:
        return settings
    try:
        return Settings.model_validate({**settings_by_input_name(settings), **given})
    except ValidationError as error:
        raise explain_settings_error(error) from None


def unknown_variables(names: Iterable[str]) -> list[str]:
    """Those of them that look like settings and are none. names: of the environment and of `.env`."""
    known = {environment_name(field) for field in Settings.model_fields} | OTHER_VARIABLES
    return sorted({name for name in names if name.upper().startswith("PERPETUO_") and name.upper() not in known})


def warn_of_unknown_variables() -> None:
    """A misspelt name would go unnoticed otherwise. Not an error: other versions know others."""
    for name in unknown_variables(environment_with_dotenv(Path(".env"))):
        click.echo(f"perpetuo: {name} is not a setting of this version: it is ignored.", err=True)


def settings_by_input_name(settings: Settings) -> dict[str, object]:
    """Every field under the name that Settings itself accepts it by, values unchanged."""
    values: dict[str, object] = {}
    for name, field in type(settings).model_fields.items():
        alias = field.validation_alias
        values[alias if isinstance(alias, str) else name] = getattr(settings, name)
    return values


def child_environment(settings: Settings, inherited: dict[str, str], *, without: frozenset[str]) -> dict[str, str]:
    """What a child process gets: the parent's environment, with every setting spelled out, so that it needs no `.env`.

    without: names that are none of the child's business (vendor keys).
    """
    environment = {name: value for name, value in inherited.items() if name not in without}
    for field in type(settings).model_fields:
        value = getattr(settings, field)
        name = environment_name(field)
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = _as_text(value)
    return environment


def _as_text(value: object) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case tuple():
            return ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case Path():
            return str(value)
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
