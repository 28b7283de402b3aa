"""Who is calling? From memory; the database is asked only for a key nobody has seen, once for all who wait."""

from perpetuo.core.errors import ClientError, RoutingError
from perpetuo.core.ids import api_key_digest, looks_like_api_key
from perpetuo.core.principal import Principal
from perpetuo.core.snapshot import Snapshot
from perpetuo.gateway.state import GatewayState
from perpetuo.http.exchange import Exchange


async def identify(exchange: Exchange, state: GatewayState) -> tuple[Principal, Snapshot]:
    """The caller and the snapshot the request keeps to its end.

    Raises ClientError `invalid_api_key`, or RoutingError `configuration_unavailable` when nothing can be known.
    """
    authorization = exchange.header(b"authorization")
    known = state.callers.find(authorization, state.snapshots.current)
    if known is not None:
        check_usable(known[0], state.clock.wall_s())
        return known
    found = await _identify(exchange, state)
    if authorization is not None:
        state.callers.remember(authorization, found)
    check_usable(found[0], state.clock.wall_s())
    return found


async def _identify(exchange: Exchange, state: GatewayState) -> tuple[Principal, Snapshot]:
    key = presented_key(exchange)
    if key is None:
        raise ClientError("invalid_api_key", "No API key was sent.")
    if not looks_like_api_key(key):
        raise ClientError("invalid_api_key", "This is not an API key of this gateway: its keys start with `pk_`.")
    digest = api_key_digest(key)
    found = _look_up(digest, state)
    if found is None:
        if not await state.snapshots.refresh_for_unknown_key():
            raise RoutingError(
                "configuration_unavailable", "This API key can not be checked right now.", retry_after_s=1.0
            )
        found = _look_up(digest, state)
    if found is None:
        raise ClientError("invalid_api_key", "The API key is unknown or was revoked.")
    return found


def check_usable(principal: Principal, wall_s: float) -> None:
    """Raises ClientError for a key whose time is over, and for a suspended workspace."""
    expires_at_s = principal.api_key.expires_at_s
    if expires_at_s is not None and wall_s >= expires_at_s:
        raise ClientError("invalid_api_key", "The API key has expired.")
    if principal.workspace.suspended:
        raise ClientError("workspace_suspended", "This workspace is suspended.")


def presented_key(exchange: Exchange) -> str | None:
    """`Authorization: Bearer`, else `x-api-key`, else `api-key`."""
    authorization = exchange.header(b"authorization")
    if authorization is not None:
        scheme, _, value = authorization.partition(b" ")
        if scheme.lower() == b"bearer" and value.strip():
            return value.strip().decode("latin-1")
    for name in (b"x-api-key", b"api-key"):
        value = exchange.header(name)
        if value and value.strip():
            return value.strip().decode("latin-1")
    return None


def _look_up(digest: bytes, state: GatewayState) -> tuple[Principal, Snapshot] | None:
    snapshot = state.snapshots.current
    if snapshot is None:
        return None
    api_key = snapshot.api_keys.get(digest)
    if api_key is None:
        return None
    workspace = snapshot.workspaces.get(api_key.workspace_id)
    return None if workspace is None else (Principal(workspace, api_key), snapshot)
