"""The one place where a request ends: its record goes to the journal, its events to the bus, its quota is settled."""

import logging

from perpetuo.core.decision import note_decision
from perpetuo.core.ids import month_bounds
from perpetuo.core.money import cost_nanousd
from perpetuo.core.month_book import Amount
from perpetuo.core.request import ChatRequest
from perpetuo.core.usage import Usage
from perpetuo.events.types import DecisionTaken, QuotaBlocked, RequestFailed, RequestSucceeded
from perpetuo.gateway.content_capture import ContentCapture
from perpetuo.gateway.run import Run
from perpetuo.gateway.state import GatewayState
from perpetuo.ledger.journal import JournalUnavailable
from perpetuo.ledger.records import Content, Settlement
from perpetuo.providers.base import StreamDecoder

log = logging.getLogger(__name__)


def settle(state: GatewayState, run: Run) -> None:
    """Called exactly once per request, whatever happened. Does not await, so it can not be cancelled half-way.

    A request without a workspace (unknown key) has no row; it is only counted by the edge.
    """
    assert not run.settled, "a request ends once"
    run.settled = True
    state.in_flight.discard(run)
    run.task = None  # which holds the run in turn
    if run.principal is None:
        return
    duration_ms = (state.clock.monotonic_s() - run.started_s) * 1000
    if run.answered_by is not None and run.answered_by.model.price is not None:
        run.cost_nanousd = cost_nanousd(run.usage, run.answered_by.model.price)
    position = _record(state, run, duration_ms)
    if run.reservation is not None:
        used_tokens = max(0, (run.usage.input_tokens or 0) + (run.usage.output_tokens or 0))
        state.admission.release(run, run.principal, position, Amount(1, used_tokens, run.cost_nanousd or 0))
    _emit(state, run, duration_ms)
    if run.content is not None:
        _keep_content(state, run, run.content)


def _record(state: GatewayState, run: Run, duration_ms: float) -> tuple[str, int]:
    """The settlement of an open intent is never refused; of a request refused at the door it may be, while the disk
    is full: nothing was forwarded, so nothing is owed."""
    try:
        return state.journal.append_settlement(_settlement(run, duration_ms))
    except JournalUnavailable as error:
        log.error("a refused request is not in the log: %s", error)
        return "", 0


def _keep_content(state: GatewayState, run: Run, content: ContentCapture) -> None:
    """Sealed, and last: it may be lost, the settlement may not."""
    assert run.principal is not None and state.seal_content is not None
    workspace_id = run.principal.workspace.id
    sealed = state.seal_content(content.encoded(), workspace_id, run.id)
    try:
        state.journal.append_content(Content(run.id, workspace_id, sealed))
    except JournalUnavailable as error:
        state.contents_dropped += 1
        if state.contents_dropped & (state.contents_dropped - 1) == 0:  # the 1st, 2nd, 4th, 8th, ...: never a flood
            log.warning("%d contents of requests were not kept so far: %s", state.contents_dropped, error)


def counted_usage(run: Run, decoder: StreamDecoder) -> Usage:
    """Usage of an answer that was cut: the vendor's own figures where it gave them, else what we counted."""
    reported = decoder.usage
    assert isinstance(run.request, ChatRequest)
    input_tokens = reported.input_tokens
    return Usage(
        input_tokens=run.request.input_tokens_estimate if input_tokens is None else input_tokens,
        cached_input_tokens=reported.cached_input_tokens,
        cache_write_tokens=reported.cache_write_tokens,
        output_tokens=max(decoder.output_deltas, reported.output_tokens or 0),
        reasoning_tokens=reported.reasoning_tokens,
        source="counted",
    )


def _settlement(run: Run, duration_ms: float) -> Settlement:
    assert run.principal is not None
    resolution, strategy, candidate = run.resolution, run.strategy, run.answered_by
    return Settlement(
        id=run.id,
        workspace_id=run.principal.workspace.id,
        api_key_id=run.principal.api_key.id,
        received_at_ms=run.received_ms,
        endpoint=run.endpoint,
        requested_model="" if run.request is None else run.request.model,
        streaming=run.streaming,
        outcome=run.outcome,
        status=run.status,
        tags=run.tags,
        alias=None if resolution is None else resolution.alias,
        intent=None if resolution is None else resolution.intent,
        tier=None if resolution is None else resolution.tier,
        strategy=None if strategy is None else strategy.name,
        strategy_source=None if strategy is None else strategy.source,
        decision=None if resolution is None else note_decision(resolution, strategy, run.selection, run.steps),
        attempts=tuple(run.attempts),
        provider=None if candidate is None else candidate.vendor.name,
        provider_key_id=None if candidate is None else candidate.key.id,
        model=None if candidate is None else candidate.model.id,
        fallback_used=run.fallback_used,
        substituted=run.substituted,
        error_code=run.error_code,
        usage=run.usage,
        cost_nanousd=run.cost_nanousd,
        price_source=None if candidate is None or candidate.model.price is None else candidate.model.price.source,
        first_byte_ms=run.first_byte_ms,
        duration_ms=duration_ms,
        partial=run.partial,
        finish_reason=run.finish_reason,
        end_user=None if run.request is None or run.request.user is None else run.request.user[:256],
    )


def _emit(state: GatewayState, run: Run, duration_ms: float) -> None:
    assert run.principal is not None
    workspace_id, at_ms = run.principal.workspace.id, state.now_ms()
    candidate, events = run.answered_by, state.events
    if DecisionTaken in events.wanted and run.resolution is not None and run.strategy is not None:
        events.emit(
            DecisionTaken(
                request_id=run.id,
                workspace_id=workspace_id,
                at_ms=at_ms,
                alias=run.resolution.alias,
                intent=run.resolution.intent,
                tier=run.resolution.tier,
                strategy=run.strategy.name,
                strategy_source=run.strategy.source,
                candidates=()
                if run.selection is None
                else tuple(f"{c.vendor.name}/{c.model.id}" for c in run.selection.ordered),
                provider_used=None if candidate is None else candidate.vendor.name,
                model_used=None if candidate is None else candidate.model.id,
                fallback_used=run.fallback_used,
                substituted=run.substituted,
                latency_ms=duration_ms,
            )
        )
    if run.error_code == "insufficient_quota":
        events.emit(QuotaBlocked(run.id, workspace_id, at_ms, run.steps[-1], month_bounds(run.received_ms)[1]))
    if run.outcome == "succeeded" and candidate is not None:
        if RequestSucceeded not in events.wanted:
            return
        events.emit(
            RequestSucceeded(
                request_id=run.id,
                workspace_id=workspace_id,
                at_ms=at_ms,
                provider=candidate.vendor.name,
                model=candidate.model.id,
                status=run.status,
                duration_ms=duration_ms,
                input_tokens=run.usage.input_tokens,
                output_tokens=run.usage.output_tokens,
                cost_nanousd=run.cost_nanousd,
            )
        )
    else:
        events.emit(
            RequestFailed(
                run.id, workspace_id, at_ms, run.status, run.error_code or run.outcome, duration_ms, run.partial
            )
        )
