"""Gathers what the selector needs from the live state, and says why nobody is left when nobody is."""

from collections.abc import Mapping, Sequence

import msgspec

from perpetuo.core.carriage import Carriage
from perpetuo.core.catalog import Intent
from perpetuo.core.decision import Candidate, Resolution, Selection, Skipped, Strategy
from perpetuo.core.errors import ClientError, RoutingError
from perpetuo.core.principal import Principal
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.resilience.availability import Blocked
from perpetuo.core.resilience.headroom import Need
from perpetuo.core.resolvers.model_alias import ModelAliasResolver, nearest_names
from perpetuo.core.resolvers.provider_selector import Prepared, RequestFacts, strictest
from perpetuo.core.snapshot import SUBSTITUTIONS, Snapshot, Substitution, Workspace
from perpetuo.gateway.plans import Plan, Wish
from perpetuo.gateway.replies import header_value
from perpetuo.gateway.run import Run
from perpetuo.gateway.state import GatewayState


class Asked(msgspec.Struct, frozen=True):
    """What a decision rests on, besides the live state: of a request, or of a question about one."""

    principal: Principal
    snapshot: Snapshot
    resolution: Resolution
    strategy: Strategy
    facts: RequestFacts
    client_substitution: Substitution | None
    request_id: str

    @property
    def substitution(self) -> Substitution:
        return _strictest_of(self.principal, self.resolution, self.client_substitution)


def plan(state: GatewayState, run: Run, snapshot: Snapshot, intent: Intent, wish: Wish) -> Plan:
    """What the request means and how its candidates are to be ordered. Raises ClientError."""
    assert run.principal is not None and run.request is not None
    principal, request = run.principal, run.request
    plans = state.plans.of(snapshot)
    needs: object = (request.needs, request.uses, request.forced_tool) if isinstance(request, ChatRequest) else None
    key = (principal.workspace.id, principal.api_key.id, intent, request.model, wish, needs)
    known = plans.get(key)
    if known is not None:
        run.resolution, run.strategy = known.resolution, known.strategy
        return known
    uses = request.uses if isinstance(request, ChatRequest) else frozenset[str]()
    run.resolution = resolve(principal, snapshot, request.model, intent, uses)
    run.strategy = state.strategies.resolve(_text(wish.route), principal.workspace)
    client_substitution = parse_substitution(_text(wish.substitution))
    made = Plan(
        run.resolution,
        run.strategy,
        client_substitution,
        parse_strict(_text(wish.strict)),
        prepared=None,
    )
    facts = facts_of(request, principal.workspace, strict=made.strict)
    asked = Asked(principal, snapshot, made.resolution, made.strategy, facts, client_substitution, run.id)
    prepared = _prepare(state, asked, {})
    if prepared.room_tokens is None or _wanted_tokens(facts) <= prepared.room_tokens:
        plans[key] = made = msgspec.structs.replace(made, prepared=prepared)
    return made


def select_candidates(state: GatewayState, run: Run, snapshot: Snapshot, plan: Plan) -> Selection:
    """At least one candidate, in order. Raises RoutingError, or ClientError when no key could ever serve it."""
    assert run.principal is not None and run.request is not None
    facts = facts_of(run.request, run.principal.workspace, strict=plan.strict)
    asked = Asked(run.principal, snapshot, plan.resolution, plan.strategy, facts, plan.client_substitution, run.id)
    selection = choose(state, asked, plan.prepared)
    if selection.ordered:
        return selection
    run.selection = selection
    raise refusal(asked, selection)


def resolve(principal: Principal, snapshot: Snapshot, name: str, intent: Intent, uses: frozenset[str]) -> Resolution:
    """The requested name's meaning. Raises ClientError for a name nobody knows, or one this key may not use."""
    workspace, api_key = principal.workspace, principal.api_key
    resolution = ModelAliasResolver(snapshot.catalog).resolve(name, workspace, intent)
    if "content.file_id" in uses:
        # The id of a file means it at one vendor only.
        resolution = msgspec.structs.replace(resolution, exact_only=True)
    allowed = api_key.allowed_aliases
    if allowed is not None and resolution.alias not in allowed and resolution.requested not in allowed:
        raise ClientError("forbidden_model", f"This API key may not use `{resolution.alias}`.", param="model")
    if not resolution.recognised and workspace.unknown_models == "reject":
        names = (*workspace.aliases, *snapshot.catalog.aliases, *snapshot.catalog.names)
        nearest = nearest_names(resolution.alias, names)
        hint = f" Did you mean {', '.join(f'`{name}`' for name in nearest)}?" if nearest else ""
        raise ClientError(
            "model_not_found", f"The model `{resolution.requested}` is not known here.{hint}", param="model"
        )
    return resolution


def parse_substitution(header: str | None) -> Substitution | None:
    """`X-Perpetuo-Substitution: fallback|never`. A client may tighten; `tier` tightens nothing. Raises ClientError."""
    if header is None or not header.strip():
        return None
    for name in SUBSTITUTIONS:
        if header.strip().lower() == name:
            return name
    raise ClientError(
        "invalid_value",
        f"`{header_value(header).decode()}` is not one of {', '.join(SUBSTITUTIONS)}.",
        param="X-Perpetuo-Substitution",
    )


def parse_strict(header: str | None) -> bool:
    """`X-Perpetuo-Strict: on`: nothing of the request may get lost. Raises ClientError."""
    switch = "off" if header is None or not header.strip() else header.strip().lower()
    if switch in ("on", "off"):
        return switch == "on"
    raise ClientError(
        "invalid_value", f"`{header_value(switch).decode()}` is not one of on, off.", param="X-Perpetuo-Strict"
    )


def facts_of(request: ChatRequest | EmbeddingsRequest, workspace: Workspace, *, strict: bool = False) -> RequestFacts:
    if isinstance(request, EmbeddingsRequest):
        return RequestFacts(input_tokens_estimate=request.input_tokens_estimate)
    return RequestFacts(
        needs=request.needs,
        forced_tool=request.forced_tool,
        input_tokens_estimate=request.input_tokens_estimate,
        max_output_tokens=request.max_output_tokens,
        uses=request.uses,
        strict=strict,
        may_drop_origin=workspace.drop_reasoning,
    )


def choose(state: GatewayState, asked: Asked, prepared: Prepared | None = None) -> Selection:
    """As the live state has it now; it is read and stays as it is. May come back without candidates.

    prepared: of an earlier request that was alike."""
    workspace = asked.principal.workspace
    now_s = state.clock.monotonic_s()
    blocked = state.availability.view(now_s, workspace.provider_keys)
    room_tokens = None if prepared is None else prepared.room_tokens
    if prepared is None or blocked or (room_tokens is not None and _wanted_tokens(asked.facts) > room_tokens):
        prepared = _prepare(state, asked, blocked)
    measured = asked.strategy.name in ("fastest", "reliable")
    return state.selector.rank(
        prepared,
        resolution=asked.resolution,
        strategy=asked.strategy,
        facts=asked.facts,
        substitution=asked.substitution,
        health=state.health.view(now_s, [key.id for key in workspace.provider_keys]) if measured else {},
        request_id=asked.request_id,
        short=shortages(state, asked, now_s),
    )


def _prepare(state: GatewayState, asked: Asked, blocked: Mapping[tuple[str, str | None], Blocked]) -> Prepared:
    return state.selector.prepare(
        resolution=asked.resolution,
        strategy=asked.strategy,
        workspace=asked.principal.workspace,
        catalog=asked.snapshot.catalog,
        facts=asked.facts,
        substitution=asked.substitution,
        availability=blocked,
        carriages=_carriages(state, asked.resolution.intent),
    )


def _strictest_of(
    principal: Principal, resolution: Resolution, client_substitution: Substitution | None
) -> Substitution:
    return strictest(
        principal.workspace.substitution,
        resolution.substitution,
        principal.api_key.substitution,
        client_substitution,
    )


def _wanted_tokens(facts: RequestFacts) -> int:
    return facts.input_tokens_estimate + (facts.max_output_tokens or 0)


def shortages(state: GatewayState, asked: Asked, now_s: float) -> Mapping[tuple[str, str], str]:
    """(provider key id, model id) -> why its rate limit has no room for this request."""
    need = Need(asked.facts.input_tokens_estimate, asked.facts.max_output_tokens or 0)
    return state.headroom.short(now_s, [key.id for key in asked.principal.workspace.provider_keys], need)


def waits(state: GatewayState, candidates: Sequence[Candidate]) -> dict[int, float]:
    """Candidates that began to cool since they were ordered: index -> seconds until they may be asked again."""
    blocked = state.availability.view(
        state.clock.monotonic_s(), {candidate.key.id: candidate.key for candidate in candidates}.values()
    )
    return {
        index: reason.retry_after_s
        for index, candidate in enumerate(candidates)
        if (reason := blocked.get((candidate.key.id, None)) or blocked.get((candidate.key.id, candidate.model.id)))
    }


def _carriages(state: GatewayState, intent: Intent) -> Mapping[str, Carriage]:
    """Of the protocols that have such an endpoint."""
    if intent == "chat":
        return state.carriages
    return {
        name: NOTHING_TO_LOSE for name, protocol in state.protocols.items() if hasattr(protocol, "encode_embeddings")
    }


NOTHING_TO_LOSE = Carriage(frozenset(), unknown=True)


def _set_by(asked: Asked) -> str:
    """Where the strictest setting comes from."""
    if asked.client_substitution == asked.substitution:
        return "the X-Perpetuo-Substitution header"
    if asked.principal.api_key.substitution == asked.substitution:
        return "the API key"
    return "the alias" if asked.resolution.substitution == asked.substitution else "the workspace"


def refusal(asked: Asked, selection: Selection) -> ClientError | RoutingError:
    """Of a selection without candidates: the most telling of the reasons why everybody was skipped."""
    name, exact_only = asked.resolution.requested, asked.resolution.exact_only
    setting = f"`{asked.substitution}` (set by {_set_by(asked)})"
    skipped = selection.skipped
    codes = {skip.code for skip in skipped}
    waits = [skip.retry_after_s for skip in skipped if skip.retry_after_s is not None]
    why = _sentences(skipped)
    if not skipped:
        return RoutingError("no_provider", "This workspace has no enabled provider key.")
    if codes & {"cooling", "breaker_open", "quarantined"}:
        retry_after_s = min(waits, default=30.0)
        if "substitution" in codes and not exact_only:
            return RoutingError(
                "no_exact_candidate",
                f"No provider can take exactly `{name}` right now, and substitution is {setting}: {why}",
                retry_after_s=retry_after_s,
            )
        return RoutingError(
            "no_candidate", f"No provider can take `{name}` right now: {why}", retry_after_s=retry_after_s
        )
    if "substitution" in codes or (exact_only and not codes & {"capability", "context_length", "protocol"}):
        told = "" if exact_only else f" Substitution is {setting}."
        return ClientError(
            "model_not_found", f"No provider key of this workspace has exactly `{name}`.{told} {why}", param="model"
        )
    if "strict" in codes:
        return ClientError(
            "not_lossless",
            f"No provider key can carry this request without loss, and X-Perpetuo-Strict is on: {why}",
            param="X-Perpetuo-Strict",
        )
    if codes & {"capability", "context_length", "protocol"}:
        return ClientError("invalid_value", f"No provider key can carry this request: {why}", param="model")
    if "model_missing" in codes or (asked.resolution.models and codes == {"no_model"}):
        return ClientError("model_not_found", f"No provider has `{name}`: {why}", param="model")
    return RoutingError("no_provider", f"No provider key of this workspace serves `{name}`: {why}")


def _sentences(skipped: tuple[Skipped, ...]) -> str:
    return " ".join(f"{skip.provider}: {skip.reason}" for skip in skipped[:8])


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")
