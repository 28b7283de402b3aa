"""The control plane as one ASGI application: its resources, its one way to fail, and no route without a policy."""

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from perpetuo.control.access_tokens.routes import routes as access_tokens
from perpetuo.control.admin.routes import routes as admin
from perpetuo.control.aliases.routes import routes as aliases
from perpetuo.control.api_keys.routes import routes as api_keys
from perpetuo.control.audit.routes import routes as audit
from perpetuo.control.auth.routes import routes as auth
from perpetuo.control.gate import Gate
from perpetuo.control.guard import App, Guard
from perpetuo.control.invitations.routes import routes as invitations
from perpetuo.control.logs.routes import routes as logs
from perpetuo.control.members.routes import routes as members
from perpetuo.control.policies import Policy
from perpetuo.control.provider_keys.routes import routes as provider_keys
from perpetuo.control.reference.routes import routes as reference
from perpetuo.control.replies import FAILURES, handle_every_exception
from perpetuo.control.routing.routes import routes as routing
from perpetuo.control.settings.routes import routes as settings
from perpetuo.control.state import ControlState
from perpetuo.control.usage.routes import routes as usage
from perpetuo.control.workspaces.routes import routes as workspaces

FIRST_SEGMENTS = frozenset({"auth", "workspaces", "admin", "openapi.json", "docs"})
"""Of the paths that are ours; everything else is the data plane's."""

RESOURCES: tuple[APIRouter, ...] = (
    auth,
    workspaces,
    settings,
    aliases,
    members,
    invitations,
    access_tokens,
    api_keys,
    provider_keys,
    routing,
    logs,
    usage,
    admin,
    audit,
    reference,
)

DESCRIPTION = (
    "People and machines run a Perpetuo installation with this. Replies are `{\"success\": true, \"data\": ...}` or "
    "`{\"success\": false, \"error\": ..., \"code\": ..., \"field\": ...}`; lists have `next_cursor` beside `data`. "
    "Times are ISO 8601 in UTC, ids opaque, money integer nano-USD (1e-9 USD)."
)  # fmt: skip


def build_control_app(state: ControlState) -> App:
    """Raises RuntimeError when a route has no policy, or more than one."""
    return Guard(_with_cors(Gate(build_routes(state), state.passwords), state.settings.origins), state)


def build_routes(state: ControlState) -> FastAPI:
    """Without the guard: for whoever wants to see the routes."""
    app = FastAPI(
        title="Perpetuo control plane",
        version=state.settings.version,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=FAILURES,
    )
    app.state.control = state
    for routes in RESOURCES:
        app.include_router(routes)
    handle_every_exception(app)
    require_policies(app)
    return app


def require_policies(app: FastAPI) -> None:
    for route in every_route(app):
        found = policies_of(route)
        if len(found) != 1:
            raise RuntimeError(f"{getattr(route, 'path', route)} has {len(found)} policies, it needs exactly one")


def every_route(app: FastAPI) -> list[BaseRoute]:
    return [context.original_route for context in iter_route_contexts(app.routes)]


def policies_of(route: BaseRoute) -> list[Policy]:
    """What is no APIRoute has none."""
    return list(_policies(route.dependant)) if isinstance(route, APIRoute) else []


def _policies(dependant: Dependant) -> Iterator[Policy]:
    if isinstance(dependant.call, Policy):
        yield dependant.call
    for dependency in dependant.dependencies:
        yield from _policies(dependency)


def _with_cors(app: App, origins: tuple[str, ...]) -> App:
    if not origins:
        return app
    return CORSMiddleware(
        app,  # pyright: ignore[reportArgumentType] - the same shape under another name
        allow_origins=origins,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
        allow_headers=["authorization", "content-type"],
        max_age=600,
    )
