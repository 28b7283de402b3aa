"""Gathers what the selector needs from the live state, and says why nobody is left when nobody is."""

from collections.abc import Mapping, Sequence

from perpetuo.core.carriage import Carriage
from perpetuo.core.decision import Candidate, Selection, Skipped
from perpetuo.core.errors import ClientError, RoutingError
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.resolvers.provider_selector import RequestFacts, strictest
from perpetuo.core.snapshot import Snapshot, Substitution
from perpetuo.gateway.attempt import need_of
from perpetuo.gateway.run import Run
from perpetuo.gateway.state import GatewayState


def select_candidates(
    state: GatewayState, run: Run, snapshot: Snapshot, client_substitution: Substitution | None, *, strict: bool = False
) -> Selection:
    """At least one candidate, in order. Raises RoutingError, or ClientError when no key could ever serve it."""
    assert run.principal is not None and run.resolution is not None
    assert run.strategy is not None and run.request is not None
    workspace, api_key = run.principal.workspace, run.principal.api_key
    request = run.request
    if isinstance(request, ChatRequest):
        facts = RequestFacts(
            needs=request.needs,
            forced_tool=request.forced_tool,
            input_tokens_estimate=request.input_tokens_estimate,
            max_output_tokens=request.max_output_tokens,
            uses=request.uses,
            strict=strict,
            may_drop_origin=workspace.drop_reasoning,
        )
    else:
        facts = RequestFacts(input_tokens_estimate=request.input_tokens_estimate)
    substitution = strictest(
        workspace.substitution, run.resolution.substitution, api_key.substitution, client_substitution
    )
    now_s = state.clock.monotonic_s()
    selection = state.selector.select(
        resolution=run.resolution,
        strategy=run.strategy,
        workspace=workspace,
        catalog=snapshot.catalog,
        facts=facts,
        substitution=substitution,
        health=state.health.view(now_s, [key.id for key in workspace.provider_keys]),
        availability=state.availability.view(now_s, workspace.provider_keys),
        request_id=run.id,
        carriages=_carriages(state, request),
        short=state.headroom.short(now_s, [key.id for key in workspace.provider_keys], need_of(request)),
    )
    if selection.ordered:
        return selection
    run.selection = selection
    set_by = _set_by(run, substitution, client_substitution)
    raise _nobody(run, selection, f"`{substitution}` (set by {set_by})")


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


def _carriages(state: GatewayState, request: ChatRequest | EmbeddingsRequest) -> Mapping[str, Carriage]:
    """Of the protocols that have such an endpoint."""
    if isinstance(request, ChatRequest):
        return state.carriages
    return {
        name: NOTHING_TO_LOSE for name, protocol in state.protocols.items() if hasattr(protocol, "encode_embeddings")
    }


NOTHING_TO_LOSE = Carriage(frozenset(), unknown=True)


def _set_by(run: Run, substitution: Substitution, client_substitution: Substitution | None) -> str:
    """Where the strictest setting comes from."""
    assert run.principal is not None and run.resolution is not None
    if client_substitution == substitution:
        return "the X-Perpetuo-Substitution header"
    if run.principal.api_key.substitution == substitution:
        return "the API key"
    return "the alias" if run.resolution.substitution == substitution else "the workspace"


def _nobody(run: Run, selection: Selection, setting: str) -> ClientError | RoutingError:
    """The most telling of the reasons why everybody was skipped."""
    assert run.resolution is not None
    name = run.resolution.requested
    skipped = selection.skipped
    codes = {skip.code for skip in skipped}
    waits = [skip.retry_after_s for skip in skipped if skip.retry_after_s is not None]
    why = _sentences(skipped)
    if not skipped:
        return RoutingError("no_provider", "This workspace has no enabled provider key.")
    exact_only = run.resolution.exact_only
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
    if "model_missing" in codes or (run.resolution.models and codes == {"no_model"}):
        return ClientError("model_not_found", f"No provider has `{name}`: {why}", param="model")
    return RoutingError("no_provider", f"No provider key of this workspace serves `{name}`: {why}")


def _sentences(skipped: tuple[Skipped, ...]) -> str:
    return " ".join(f"{skip.provider}: {skip.reason}" for skip in skipped[:8])
