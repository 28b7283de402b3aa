"""Who may call a route: exactly one of these is a dependency of each, and the application is not built without.

Public()                 anybody
SignedIn()               a person with a session
Allows("api_keys:read")  a person or a machine whose role or token holds the action in the path's workspace
Operator()               a person who runs this installation

A policy belongs to the matched route: nothing here looks at a path's text. Each ends with the parameters of the query:
FastAPI ignores those that a route does not know, and a misspelt filter would find everything.
"""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import msgspec
from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from pydantic import BaseModel

from perpetuo.control.identity import IDENTIFY_WITHIN_S, Identity, identify
from perpetuo.control.pages import parse_id
from perpetuo.control.replies import ControlError, invalid, not_found
from perpetuo.control.state import ControlState
from perpetuo.core.access import Action
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries.memberships import get_role


class Caller(msgspec.Struct, frozen=True):
    """Somebody, from an address."""

    address: str
    user_agent: str = ""


class Access(msgspec.Struct, frozen=True):
    """Somebody known. workspace_id: of the path, checked; '' where a route has none."""

    identity: Identity
    address: str
    workspace_id: str = ""


class Policy:
    """label: how the route's list of policies names it."""

    label = ""


class Public(Policy):
    label = "public"

    async def __call__(self, request: Request) -> Caller:
        require_known_query(request)
        return caller(request)


class _NeedsToken(Policy, SecurityBase):
    """FastAPI documents what is a SecurityBase: as a scheme, and at each operation that depends on one."""

    scheme_name = "bearer"
    model = HTTPBearer(description="A session's token, or an access token (ppt_...) where a machine is allowed.")


class SignedIn(_NeedsToken):
    label = "signed in"

    async def __call__(self, request: Request) -> Access:
        identity = await identify(request, state_of(request))
        if identity.kind != "user":
            raise ControlError(403, "people_only", "An access token can not do this: sign in as a person.")
        require_known_query(request)
        return Access(identity, caller(request).address)


class Operator(_NeedsToken):
    label = "operator"

    async def __call__(self, request: Request) -> Access:
        identity = await identify(request, state_of(request))
        if identity.kind != "user" or not identity.is_operator:
            raise ControlError(403, "operators_only", "Only an operator of this installation may do this.")
        require_known_query(request)
        return Access(identity, caller(request).address)


class Allows(_NeedsToken):
    def __init__(self, action: Action) -> None:
        self.action: Action = action
        self.label = action

    async def __call__(self, request: Request) -> Access:
        state = state_of(request)
        identity = await identify(request, state)
        workspace_id = parse_id(cast("str", request.path_params["workspace_id"]))
        if workspace_id is None or identity.workspace_id != workspace_id or identity.role is None:
            raise await _why_not_here(state, identity, workspace_id)
        if self.action not in identity.actions:
            held = f"role {identity.role}" if identity.kind == "user" else "token"
            raise ControlError(403, "forbidden", f"Your {held} does not include {self.action}.")
        if identity.workspace_suspended and not self.action.endswith(":read"):
            raise ControlError(403, "workspace_suspended", "This workspace is suspended: an operator can lift that.")
        require_known_query(request)
        return Access(identity, caller(request).address, workspace_id)


async def _why_not_here(state: ControlState, identity: Identity, workspace_id: str | None) -> ControlError:
    """A member who signed in to another workspace is told the remedy; to everybody else this one does not exist."""
    if identity.kind == "user" and workspace_id is not None and identity.workspace_id != workspace_id:
        async with asyncio.timeout(IDENTIFY_WITHIN_S), system_transaction(state.engine) as conn:
            if await get_role(conn, workspace_id, identity.user_id) is not None:
                return ControlError(
                    403, "wrong_workspace", "Your token is for another workspace: get one with POST /auth/switch."
                )
    return not_found()


def require_known_query(request: Request) -> None:
    """Raises ControlError. A route whose query is a model leaves this to the model, which forbids what it lacks."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = dict(_query_fields(route.dependant))
    if any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in known.values()):
        return
    for name in request.query_params:
        if name not in known:
            shown = name[:64]  # the client's own word, and may be anything
            raise invalid(shown, f"There is no parameter {shown} here.")


def _query_fields(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    """Name -> type."""
    for field in dependant.query_params:
        yield field.alias, field.field_info.annotation
    for dependency in dependant.dependencies:
        yield from _query_fields(dependency)


def state_of(request: Request) -> ControlState:
    return cast("ControlState", request.app.state.control)


def caller(request: Request) -> Caller:
    address = request.client.host if request.client else ""
    return Caller(address, request.headers.get("user-agent", "")[:256])
