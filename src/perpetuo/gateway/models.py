"""`GET /v1/models`: every name this workspace can use, with the exact and the substitute models behind it."""

import asyncio

import msgspec

from perpetuo.core.catalog import TIERS
from perpetuo.core.decision import Strategy
from perpetuo.core.errors import ClientError
from perpetuo.core.principal import Principal
from perpetuo.core.resolvers.model_alias import ModelAliasResolver
from perpetuo.core.resolvers.provider_selector import RequestFacts, strictest
from perpetuo.core.snapshot import Snapshot
from perpetuo.gateway.replies import Headers
from perpetuo.gateway.state import GatewayState
from perpetuo.http.exchange import Exchange

NAMES_A_TURN = 32
"""Some vendors list hundreds of models: others get their turn in between."""

BY_PRIORITY = Strategy(name="default", source="fallback", explanation="")


async def list_models(
    exchange: Exchange, state: GatewayState, principal: Principal, snapshot: Snapshot, headers: Headers
) -> None:
    rows: list[dict[str, object]] = []
    for number, name in enumerate(_names(principal, snapshot)):
        if number % NAMES_A_TURN == 0:
            await asyncio.sleep(0)
        if (row := _describe(state, principal, snapshot, name)) is not None:
            rows.append(row)
    await exchange.respond(200, headers, msgspec.json.encode({"object": "list", "data": rows}))


async def get_model(
    exchange: Exchange, state: GatewayState, principal: Principal, snapshot: Snapshot, headers: Headers, name: str
) -> None:
    """Raises ClientError `model_not_found`."""
    allowed = principal.api_key.allowed_aliases
    row = _describe(state, principal, snapshot, name) if allowed is None or name in allowed else None
    if row is None:
        raise ClientError("model_not_found", f"The model `{name}` is not served in this workspace.", param="model")
    await exchange.respond(200, headers, msgspec.json.encode(row))


def _names(principal: Principal, snapshot: Snapshot) -> list[str]:
    workspace = principal.workspace
    names: dict[str, None] = dict.fromkeys(workspace.aliases)
    names.update(dict.fromkeys(f"perpetuo/chat-{tier}" for tier in TIERS))
    names.update(dict.fromkeys(snapshot.catalog.aliases))
    for key in workspace.provider_keys:
        if workspace.may_use(key):
            names.update(dict.fromkeys(model.id for model in key.models))
            names.update(dict.fromkeys(model.id for model in snapshot.catalog.vendors[key.vendor].models))
            names.update(dict.fromkeys(model.id for model in key.discovered.values()))
    allowed = principal.api_key.allowed_aliases
    return [name for name in names if allowed is None or name in allowed]


def _describe(state: GatewayState, principal: Principal, snapshot: Snapshot, name: str) -> dict[str, object] | None:
    """None when no provider key serves the name. Cooling and health do not count here."""
    workspace = principal.workspace
    resolver = ModelAliasResolver(snapshot.catalog)
    intent = "chat"
    canonical = snapshot.catalog.names.get(name)
    for key in workspace.provider_keys:
        for model in (*key.models, *snapshot.catalog.vendors[key.vendor].models):
            if model.intent == "embedding" and (name == model.id or model.canonical in (name, canonical)):
                intent = "embedding"
        if (listed := key.discovered.get(name)) is not None and listed.intent == "embedding":
            intent = "embedding"
    resolution = resolver.resolve(name, workspace, intent)
    if not resolution.recognised:
        return None
    selection = state.selector.select(
        resolution=resolution,
        strategy=BY_PRIORITY,
        workspace=workspace,
        catalog=snapshot.catalog,
        facts=RequestFacts(),
        substitution=strictest(workspace.substitution, resolution.substitution, principal.api_key.substitution),
        health={},
        availability={},
        request_id="",
    )
    if not selection.ordered:
        return None
    return {
        "id": name,
        "object": "model",
        "created": 0,
        "owned_by": "perpetuo",
        "perpetuo": {
            "intent": resolution.intent,
            "tier": resolution.tier,
            "exact": [f"{c.vendor.name}/{c.model.id}" for c in selection.ordered if c.exact],
            "substitutes": [f"{c.vendor.name}/{c.model.id}" for c in selection.ordered if not c.exact],
        },
    }
