"""Asks the data plane beside us what it would decide now; nothing is counted, and nobody is called."""

from perpetuo.control.change import reading
from perpetuo.control.pages import known_id
from perpetuo.control.policies import Access
from perpetuo.control.replies import ControlError, not_found
from perpetuo.control.routing.schemas import (
    Candidate,
    ChosenStrategy,
    Resolved,
    RouteDecision,
    RouteExplain,
    RouteExplained,
    RouteRefusal,
    SkippedKey,
)
from perpetuo.control.state import ControlState
from perpetuo.core.decision import CandidateNote, Resolution, Skipped, Strategy
from perpetuo.core.inspection import CandidateFigures, Explanation, Refusal, RouteQuestion
from perpetuo.core.snapshot import STRATEGIES
from perpetuo.db.queries import api_keys


async def explain(state: ControlState, access: Access, wanted: RouteExplain) -> RouteExplained:
    """Raises ControlError 404 for an API key that the workspace does not have, 503 without a data plane."""
    api_key_id = None if wanted.api_key_id is None else known_id(wanted.api_key_id)
    if api_key_id is not None:
        async with reading(state, access.workspace_id) as conn:
            if await api_keys.get_api_key(conn, access.workspace_id, api_key_id) is None:
                raise not_found()
    if state.explain_route is None:
        raise ControlError(503, "no_data_plane", "There is no data plane beside this process to ask.")
    strategies = STRATEGIES if wanted.strategies == "all" else (wanted.strategy,)
    found = [
        state.explain_route(
            RouteQuestion(
                workspace_id=access.workspace_id,
                model=wanted.model,
                intent=wanted.intent,
                strategy=strategy,
                substitution=wanted.substitution,
                input_tokens=wanted.input_tokens,
                max_output_tokens=wanted.max_output_tokens,
                needs=frozenset(wanted.needs),
                strict=wanted.strict,
                api_key_id=api_key_id,
            )
        )
        for strategy in strategies
    ]
    return RouteExplained(
        decisions=[_decision(explanation) for explanation in found],
        snapshot_version=found[0].snapshot_version,
        catalog_version=found[0].catalog_version,
    )


def _decision(explained: Explanation) -> RouteDecision:
    note = explained.decision
    candidates = () if note is None else note.candidates
    return RouteDecision(
        resolution=None if note is None or note.resolution is None else _resolved(note.resolution),
        strategy=None if note is None or note.strategy is None else _strategy(note.strategy),
        substitution=explained.substitution,
        candidates=[_candidate(*pair) for pair in zip(candidates, explained.figures, strict=True)],
        skipped=[] if note is None else [_skipped(skipped) for skipped in note.skipped],
        explanation="" if note is None else note.explanation,
        refusal=None if explained.refusal is None else _refusal(explained.refusal),
    )


def _resolved(resolution: Resolution) -> Resolved:
    return Resolved(
        requested=resolution.requested,
        alias=resolution.alias,
        intent=resolution.intent,
        tier=resolution.tier,
        models=list(resolution.models),
        recognised=resolution.recognised,
        exact_only=resolution.exact_only,
        explanation=resolution.explanation,
    )


def _strategy(strategy: Strategy) -> ChosenStrategy:
    return ChosenStrategy(name=strategy.name, source=strategy.source, explanation=strategy.explanation)


def _candidate(note: CandidateNote, figures: CandidateFigures) -> Candidate:
    return Candidate(
        provider=note.provider,
        provider_key_id=note.provider_key_id,
        model=note.model,
        exact=note.exact,
        standby=figures.standby,
        reason=note.reason,
        priority=figures.priority,
        estimated_cost_nanousd=note.estimated_cost_nanousd,
        first_byte_ms=figures.first_byte_ms,
        error_rate=figures.error_rate,
        tokens_per_s=figures.tokens_per_s,
        samples=figures.samples,
        rate_limit=figures.short_of,
        dropped=list(note.dropped),
        approximated=list(note.approximated),
    )


def _skipped(skipped: Skipped) -> SkippedKey:
    return SkippedKey(
        provider=skipped.provider,
        provider_key_id=skipped.provider_key_id,
        model=skipped.model,
        code=skipped.code,
        reason=skipped.reason,
        retry_after_s=skipped.retry_after_s,
    )


def _refusal(refusal: Refusal) -> RouteRefusal:
    return RouteRefusal(
        status=refusal.status,
        code=refusal.code,
        message=refusal.message,
        param=refusal.param,
        retry_after_s=refusal.retry_after_s,
    )
