"""The decision and the attempts as they were written when a request ended, perhaps by another version of us."""

from collections.abc import Iterator
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from perpetuo.control.logs.schemas import Logged, LoggedAttempt, LoggedDecision

L = TypeVar("L", bound=Logged)


def read_decision(written: Any) -> LoggedDecision | None:
    """A field in a form that is not ours is left out; the others are told."""
    return _read(LoggedDecision, written)


def read_attempts(written: Any) -> list[LoggedAttempt]:
    attempts = list(_each(LoggedAttempt, written))
    return [
        each.model_copy(update={"fallback": _asked(each) != _asked(attempts[0])}) if number else each
        for number, each in enumerate(attempts)
    ]


def _asked(attempt: LoggedAttempt) -> tuple[str | None, str]:
    return attempt.provider_key_id, attempt.model


def _each(kind: type[L], written: Any) -> Iterator[L]:
    for each in cast("list[Any]", written) if isinstance(written, list) else []:
        if (read := _read(kind, each)) is not None:
            yield read


def _read(kind: type[L], written: Any) -> L | None:
    """Field by field where the whole does not read: one wrong value costs its field."""
    if not isinstance(written, dict):
        return None
    fields = cast("dict[str, Any]", written)
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors()}
    return kind.model_validate({name: value for name, value in fields.items() if name not in wrong})
