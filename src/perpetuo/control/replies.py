"""Every reply has one of three shapes: a success, a page of a list, or a failure with a sentence."""

import logging
import traceback
from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar, cast

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy.exc import DBAPIError, InterfaceError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from perpetuo.control.mistakes import describe
from perpetuo.core.errors import AdmissionError
from perpetuo.db.queries.audit_log import AuditHeadBroken

log = logging.getLogger(__name__)

INNERMOST = 12
"""Frames of a trace that the log gets: the outer ones are FastAPI's, always the same."""

T = TypeVar("T")


class Model(BaseModel):
    """What a reply holds. Input models are `Input`."""

    model_config = ConfigDict(frozen=True)


MAX_VALUES = 10_000
"""Names and values in a body, at all depths together."""


class Input(BaseModel):
    """What a client sends: a field we do not know is refused, so that a misspelt one is never silently ignored, and
    fields that the server owns can not be set."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _is_bounded_text(cls, given: Any) -> Any:
        """At whatever depth: PostgreSQL stores neither NUL nor half of a surrogate pair, and each of a million wrong
        values would become an error of its own, in the event loop that serves everybody."""
        waiting, seen = [given], 0
        while waiting:
            value = waiting.pop()
            seen += 1
            if seen + len(waiting) > MAX_VALUES:
                raise ValueError(f"There are more than {MAX_VALUES} values in it.")
            if isinstance(value, str) and ("\0" in value or not _is_text(value)):
                raise ValueError("There is a character in it that can not be stored.")
            if isinstance(value, dict):
                waiting += [*cast("dict[Any, Any]", value).keys(), *cast("dict[Any, Any]", value).values()]
            elif isinstance(value, list):
                waiting += cast("list[Any]", value)
        return given


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


class Success(Model, Generic[T]):
    success: Literal[True] = True
    data: T


class Page(Model, Generic[T]):
    """`next_cursor`: what to send as `cursor` for the next page; null on the last."""

    success: Literal[True] = True
    data: list[T]
    next_cursor: str | None


class Failure(Model):
    """`error`: a sentence for people. `code`: for programs. `field`: what of the request is at fault."""

    success: Literal[False] = False
    error: str
    code: str
    field: str | None = None


class Done(Model):
    """The data of a reply that has nothing else to say."""

    done: Literal[True] = True


class ControlError(Exception):
    """Becomes a `Failure`. retry_after_s: sent as Retry-After, rounded up."""

    def __init__(
        self, status: int, code: str, sentence: str, *, field: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.field = field
        self.retry_after_s = retry_after_s


def not_found() -> ControlError:
    """The same bytes for what does not exist and for what is somebody else's."""
    return ControlError(404, "not_found", "There is nothing here, or it is not yours.")


def conflict(code: str, sentence: str, field: str | None = None) -> ControlError:
    return ControlError(409, code, sentence, field=field)


def invalid(field: str, sentence: str) -> ControlError:
    return ControlError(422, "invalid_value", sentence, field=field)


def database_unavailable() -> ControlError:
    return ControlError(
        503, "database_unavailable", "The database does not answer right now: try again.", retry_after_s=1.0
    )


def internal_error() -> ControlError:
    return ControlError(500, "internal_error", "The gateway failed to handle this request.")


TOO_LARGE = "The body is too large."

FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure, "description": description}
    for status, description in {
        400: "The request can not be read.",
        401: "Nobody is signed in.",
        403: "Signed in, but not allowed.",
        404: "It does not exist, or it is not yours.",
        409: "It is in the way of something that exists.",
        413: "The body is too large.",
        422: "A field is wrong; `field` names it.",
        429: "Too often; Retry-After says when to try again.",
        500: "A mistake of ours; the log has the details.",
        503: "Something that we need does not answer; try again.",
    }.items()
}
"""Documented for every route."""


def failure_response(error: ControlError) -> JSONResponse:
    headers: dict[str, str] = {}
    if error.status == 401:
        headers["www-authenticate"] = 'Bearer realm="perpetuo"'
    if error.retry_after_s is not None:
        headers["retry-after"] = str(max(1, -int(-error.retry_after_s // 1)))
    body = Failure(error=error.sentence, code=error.code, field=error.field)
    return JSONResponse(body.model_dump(), status_code=error.status, headers=headers)


def handle_every_exception(app: FastAPI) -> None:
    """Whatever is raised becomes a `Failure`; nobody outside sees an exception's own text."""
    app.add_exception_handler(ControlError, _control_error)
    app.add_exception_handler(AdmissionError, _admission_error)
    app.add_exception_handler(AuditHeadBroken, _audit_head_broken)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)
    for kind in (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        app.add_exception_handler(kind, _database_error)
    app.add_exception_handler(Exception, _unexpected)


async def _control_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, ControlError)
    return failure_response(exc)


async def _admission_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, AdmissionError)
    return failure_response(ControlError(429, exc.code, exc.message, retry_after_s=exc.retry_after_s))


async def _audit_head_broken(request: Request, exc: Exception) -> JSONResponse:
    log.error("%s %s refused: %s", request.method, request.scope["path"], exc)
    return failure_response(ControlError(503, "audit_head_broken", str(exc)))


async def _validation_error(request: Request, exc: Exception) -> JSONResponse:
    """One mistake of perhaps many."""
    assert isinstance(exc, RequestValidationError)
    errors: Sequence[Any] = exc.errors()
    if errors[0].get("type") == "json_invalid":
        return failure_response(ControlError(400, "invalid_json", "The body is not JSON."))
    return failure_response(invalid(*describe(errors, request.headers.get("content-type", ""))))


_HTTP_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


async def _http_exception(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)
    if exc.status_code == 404:
        return failure_response(not_found())
    sentences = {
        400: "The request can not be read.",
        405: "This address does not take that method.",
        413: TOO_LARGE,
    }
    sentence = sentences.get(exc.status_code, "The request was refused.")
    response = failure_response(ControlError(exc.status_code, _HTTP_CODES.get(exc.status_code, "refused"), sentence))
    allowed = (exc.headers or {}).get("Allow")
    if allowed:
        response.headers["allow"] = allowed
    return response


async def _database_error(request: Request, exc: Exception) -> JSONResponse:
    if is_unstorable(exc):
        return failure_response(ControlError(422, "invalid_value", "A value is out of range or can not be stored."))
    if isinstance(_cause(exc), asyncpg.ForeignKeyViolationError):
        log.warning("%s %s: what it is about was deleted meanwhile", request.method, request.scope["path"])
        return failure_response(not_found())
    if not is_unavailable(exc):
        return await _unexpected(request, exc)
    log.warning("the control plane could not ask the database: %s", type(exc).__name__)
    return failure_response(database_unavailable())


def is_unstorable(exc: BaseException) -> bool:
    """Whether what a client sent is a value that the database has no place for: beyond 64 bits, or with a NUL."""
    cause = _cause(exc)
    # PostgreSQL's own, and asyncpg's for what it could not even send: an InterfaceError that is a ValueError.
    return isinstance(cause, asyncpg.DataError) or (
        isinstance(cause, asyncpg.InterfaceError) and isinstance(cause, ValueError)
    )


def is_unavailable(exc: BaseException) -> bool:
    """Whether the database could not be asked, as opposed to: it refused what it was asked."""
    if isinstance(exc, (TimeoutError, OSError, PoolTimeout, InterfaceError, asyncpg.InterfaceError)):
        return True
    cause = _cause(exc)
    if isinstance(exc, DBAPIError) and exc.connection_invalidated:
        return True
    return isinstance(
        cause,
        (
            OSError,
            asyncpg.InterfaceError,
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,  # shutting down; a statement that took too long
            asyncpg.InsufficientResourcesError,
            asyncpg.LockNotAvailableError,
        ),
    )


def _cause(exc: BaseException) -> BaseException | None:
    """asyncpg's own exception, where SQLAlchemy wrapped one."""
    return (exc.orig and exc.orig.__cause__) or exc.orig if isinstance(exc, DBAPIError) else exc


async def _unexpected(request: Request, exc: Exception) -> JSONResponse:
    # Where it happened, never what it said: PostgreSQL repeats whole rows, and others what a client sent.
    trace = "".join(traceback.format_tb(exc.__traceback__)[-INNERMOST:])
    log.error("%s %s failed: %s\n%s", request.method, request.scope["path"], type(exc).__name__, trace)
    return failure_response(internal_error())
