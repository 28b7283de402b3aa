"""One request from identification to settlement. This is the function to read."""

import asyncio
import functools
import logging
from typing import Literal

import msgspec

from perpetuo.core.catalog import Intent
from perpetuo.core.decision import Candidate
from perpetuo.core.errors import (
    AdmissionError,
    ClientError,
    GatewayError,
    RoutingError,
    TransportError,
    UpstreamError,
    UpstreamFailure,
)
from perpetuo.core.request import ChatRequest
from perpetuo.core.resilience.availability import Started
from perpetuo.core.resilience.error_classifier import Verdict
from perpetuo.core.resilience.retry import Failure, GiveUp, next_step
from perpetuo.core.resolvers.provider_selector import substituted_as
from perpetuo.events.types import ProviderAttempted, ProviderFailed, RequestReceived
from perpetuo.gateway.attempt import (
    Answer,
    Failed,
    OpenStream,
    attempt,
    logged_words,
    note_attempt,
    vendor_param,
    vendor_words,
)
from perpetuo.gateway.body_helper import LARGE_BODY_BYTES
from perpetuo.gateway.body_work import parse
from perpetuo.gateway.content_capture import CapturedExchange, ContentCapture
from perpetuo.gateway.health_notes import (
    note_abandoned,
    note_answer,
    note_content,
    note_ended,
    note_failure,
    note_started,
    note_throughput,
)
from perpetuo.gateway.identify import identify
from perpetuo.gateway.plans import Wish
from perpetuo.gateway.relay import relay
from perpetuo.gateway.replies import EVENT_STREAM, JSON, error_event, send_error, telling_headers
from perpetuo.gateway.run import Run
from perpetuo.gateway.select import plan, select_candidates, waits
from perpetuo.gateway.settle import counted_usage, settle
from perpetuo.gateway.state import GatewayState
from perpetuo.http.exchange import BodyTimeout, BodyTooLarge, ClientGone, Exchange
from perpetuo.ledger.journal import JournalUnavailable
from perpetuo.ledger.records import Intent as IntentRecord

log = logging.getLogger(__name__)

# How long the tail of a finished stream is read so that its connection can be used again, in seconds.
TAIL_S = 1.0
# How long a client that does not read holds up the telling of an error, in seconds.
TELL_S = 2.0
# How much later than the upstream's own deadline ours strikes, in seconds: then it is the client that is slow.
CLIENT_GRACE_S = 0.5

MAX_TAGS = 16
MAX_TAG_CHARS = 64


class Endpoint(msgspec.Struct, frozen=True):
    name: Literal["chat.completions", "embeddings"]
    intent: Intent


CHAT_COMPLETIONS = Endpoint("chat.completions", "chat")
EMBEDDINGS = Endpoint("embeddings", "embedding")


async def serve(exchange: Exchange, state: GatewayState, endpoint: Endpoint) -> None:
    """Carry one request. Never raises but for cancellation from outside; always ends in `settle`, once."""
    wall_ms = state.now_ms()
    run = Run(
        id=state.request_ids.new(wall_ms),
        endpoint=endpoint.name,
        received_ms=wall_ms,
        started_s=state.clock.monotonic_s(),
        task=asyncio.current_task(),
    )
    state.in_flight.add(run)
    try:
        state.admission.check_address(exchange.peer, run.started_s)  # 1. per-address limit
        run.principal, snapshot = await identify(exchange, state)  # 2. who is it
        run.tags = parse_tags(exchange.header(b"x-perpetuo-tags"))
        body = await read_body(exchange, state)
        if run.principal.workspace.log_content and state.seal_content is not None:
            run.content = ContentCapture(body)
            exchange = CapturedExchange(exchange, run.content)
        if len(body) <= LARGE_BODY_BYTES:
            run.request = request = parse(endpoint.name, body)  # 3. what do they want
        else:
            exchange.when_gone(functools.partial(run.interrupt, "client_gone"))
            run.request = request = await state.bodies.parse(run.principal.workspace.id, endpoint.name, body)
        run.streaming = isinstance(request, ChatRequest) and request.stream
        exchange.when_gone(functools.partial(run.interrupt, "client_gone"))
        _announce(state, run)
        planned = plan(state, run, snapshot, endpoint.intent, _wish(exchange))  # 4. what is meant
        wall_s = state.clock.wall_s()  # 5. limits of workspace and key
        state.admission.reserve(run, run.principal, run.request, wall_s=wall_s, now_s=state.clock.monotonic_s())
        run.selection = select_candidates(state, run, snapshot, planned)  # 6. who may answer
        if run.reservation is not None:
            state.admission.reserve_cost(run, run.principal.api_key, run.selection.ordered, wall_s)
        _write_intent(state, run)  # 7. never forward unrecorded
        await _answer(exchange, state, run)  # 8. attempt, relay
    except GatewayError as error:
        await _fail(exchange, run, error)
    except ClientGone:
        _left(run)
    except asyncio.CancelledError:
        if run.interruption is None:
            run.outcome, run.status, run.error_code = "interrupted", 503, "draining"
            raise
        asyncio.current_task().uncancel()  # type: ignore[union-attr]
        if run.interruption == "client_gone":
            _left(run)
        else:
            await _fail(exchange, run, RoutingError("draining", "The gateway is stopping.", retry_after_s=1.0))
    except Exception:
        log.exception("request failed inside the gateway", extra={"request_id": run.id})
        await _fail(exchange, run, GatewayError("internal_error", "The gateway failed to handle this request."))
    finally:
        settle(state, run)


async def read_body(exchange: Exchange, state: GatewayState) -> bytes:
    limit_bytes = state.limits.max_body_bytes
    encoding = exchange.header(b"content-encoding")
    if encoding is not None and encoding.strip().lower() != b"identity":
        raise ClientError("unsupported_media_type", "Content-Encoding is not accepted.", param="Content-Encoding")
    try:
        return await exchange.body(limit_bytes, state.limits.body_s)
    except BodyTimeout as error:
        raise ClientError(
            "body_timeout", "The body did not come in time.", param="body", headers=(("connection", "close"),)
        ) from error
    except BodyTooLarge as error:
        raise ClientError(
            "body_too_large", f"The body is over {limit_bytes} bytes (PERPETUO_MAX_BODY_BYTES).", param="body"
        ) from error


def parse_tags(header: bytes | None) -> dict[str, str]:
    """`team=a,feature=b`; at most 16 pairs of at most 64 characters each side. Raises ClientError."""
    if header is None:
        return {}
    tags: dict[str, str] = {}
    for pair in header.decode("latin-1").split(","):
        if not pair.strip():
            continue
        name, separator, value = (part.strip() for part in pair.partition("="))
        if not name or not separator or len(name) > MAX_TAG_CHARS or len(value) > MAX_TAG_CHARS:
            raise ClientError(
                "invalid_value", "Tags are written `team=a,feature=b`, 64 characters a side.", param="X-Perpetuo-Tags"
            )
        tags[name] = value
    if len(tags) > MAX_TAGS:
        raise ClientError("invalid_value", f"At most {MAX_TAGS} tags are kept.", param="X-Perpetuo-Tags")
    return tags


async def _answer(exchange: Exchange, state: GatewayState, run: Run) -> None:
    """Try the candidates in order until one answers; relay it. Raises GatewayError when none may or can."""
    assert run.selection is not None
    deadlines = state.limits.stream if run.streaming else state.limits.unary
    failures: list[Failure] = []
    while True:
        left_s = deadlines.total_s - (state.clock.monotonic_s() - run.started_s)
        step = next_step(
            candidates=run.selection.ordered,
            failures=failures,
            deadline_left_s=left_s,
            waits_s=waits(state, run.selection.ordered) if failures else None,
        )
        if isinstance(step, GiveUp):
            run.steps.append(step.explanation)
            raise _given_up(step, run, failures)
        candidate = run.selection.ordered[step.index]
        run.steps.append(step.explanation)
        started = note_started(state, candidate)
        try:
            result = await attempt(state, run, candidate, msgspec.structs.replace(deadlines, total_s=left_s))
        except (asyncio.CancelledError, GatewayError):
            note_abandoned(state, candidate, started)
            raise
        if not isinstance(result, Failed):
            _note_success(state, run, candidate, result, started)
            break
        verdict = state.classifier.classify(result.failure)
        failures.append(Failure(step.index, result.failure, verdict))
        noted = note_attempt(state, run, candidate, result, verdict)
        _note_failure(state, candidate, verdict)
        assert run.principal is not None
        state.events.emit(
            ProviderFailed(run.id, run.principal.workspace.id, state.now_ms(), noted, verdict.explanation)
        )
    if isinstance(result, OpenStream):
        await _send_stream(exchange, state, run, candidate, result, deadlines.total_s)
    else:
        await _send_answer(exchange, run, candidate, result)


async def _send_answer(exchange: Exchange, run: Run, candidate: Candidate, answer: Answer) -> None:
    run.usage, run.finish_reason = answer.reply.usage, answer.reply.finish_reason
    run.status, run.outcome = 200, "succeeded"
    await exchange.respond(200, [*telling_headers(run), JSON], answer.reply.body)


async def _send_stream(
    exchange: Exchange, state: GatewayState, run: Run, candidate: Candidate, stream: OpenStream, total_s: float
) -> None:
    """Relay to the end, or to the break: after first content there is no second answer."""
    decoder = stream.decoder
    slow_client = False
    run.status, run.partial = 200, True
    exchange.start(200, [*telling_headers(run), *EVENT_STREAM])
    try:
        # The last deadline, for a client that stops reading: the upstream's own are not looked at meanwhile.
        left_s = total_s - (state.clock.monotonic_s() - run.started_s) + CLIENT_GRACE_S
        try:
            async with asyncio.timeout(left_s):
                broken = await relay(exchange, stream)
        except TimeoutError:
            slow_client = True
            broken = UpstreamFailure(kind="total_timeout", message="The client was still reading at the deadline.")
        run.finish_reason = decoder.finish_reason
        if broken is None:
            await exchange.finish()
            run.usage, run.partial, run.outcome = decoder.usage, False, "succeeded"
            note_ended(state, candidate)
            _note_throughput(state, run, candidate)
            await _read_tail(stream)
            return
        verdict = state.classifier.classify(broken)
        if not slow_client:
            _note_failure(state, candidate, verdict)
        run.steps.append(f"The stream broke after its first content: {verdict.explanation}")
        run.attempts[-1] = msgspec.structs.replace(
            run.attempts[-1],
            outcome=broken.kind,
            class_=verdict.class_,
            message=logged_words(broken, candidate, run),
            possibly_billed=True,
        )
        raise UpstreamError("stream_interrupted", "The provider's stream broke before its end.")
    finally:
        if run.partial:
            run.usage = counted_usage(run, decoder)
        stream.upstream.close()


async def _read_tail(stream: OpenStream) -> None:
    """The client has its answer; read what is left of the framing so that the connection goes back to the pool."""
    try:
        async with asyncio.timeout(TAIL_S):
            while await stream.upstream.read_chunk():
                pass
    except (TimeoutError, TransportError):
        return


def _note_success(
    state: GatewayState, run: Run, candidate: Candidate, result: Answer | OpenStream, started: Started
) -> None:
    """Who answers is settled now: headers, substitution and health follow from it."""
    assert run.selection is not None and run.strategy is not None and run.principal is not None
    run.answered_by = candidate
    noted = note_attempt(state, run, candidate, result, None)
    run.first_byte_ms = (state.clock.monotonic_s() - run.started_s) * 1000
    if isinstance(result, Answer):
        run.first_byte_ms -= result.duration_ms - result.first_byte_ms
    run.substituted = substituted_as(
        exact=candidate.exact, after_failure=run.fallback_used, explicit_strategy=run.strategy.name != "default"
    )
    note = note_content if isinstance(result, OpenStream) else note_answer
    note(state, candidate, started, result.first_byte_ms)
    if ProviderAttempted in state.events.wanted:
        state.events.emit(ProviderAttempted(run.id, run.principal.workspace.id, state.now_ms(), noted))


def _note_throughput(state: GatewayState, run: Run, candidate: Candidate) -> None:
    """Only streams show it: a whole reply does not say when its generation began."""
    generating_s = state.clock.monotonic_s() - run.started_s - (run.first_byte_ms or 0.0) / 1000
    if run.usage.output_tokens and generating_s > 0:
        note_throughput(state, candidate, run.usage.output_tokens / generating_s)


def _note_failure(state: GatewayState, candidate: Candidate, verdict: Verdict) -> None:
    note_failure(state, candidate, verdict)
    if verdict.quarantine_key:
        state.credentials.forget(candidate.key)


def _given_up(step: GiveUp, run: Run, failures: list[Failure]) -> GatewayError:
    """The client's error: the message of the vendor only where the request itself was at fault."""
    message = step.message
    param = None
    if step.code == "upstream_rejected" and run.selection is not None:
        last = failures[-1]
        message = vendor_words(last.failure, run.selection.ordered[last.index])
        param = vendor_param(last.failure, run.selection.ordered[last.index])
    details: dict[str, object] = {
        "attempts": [
            {
                "provider": noted.provider,
                "model": noted.model,
                "outcome": noted.outcome,
                "status": noted.status,
                "duration_ms": round(noted.duration_ms, 1),
            }
            for noted in run.attempts
        ]
    }
    return UpstreamError(step.code, message, param=param, retry_after_s=step.retry_after_s, details=details)


async def _fail(exchange: Exchange, run: Run, error: GatewayError) -> None:
    """Tell the client: an error reply, or, when an answer has begun, one error event and a closed connection."""
    run.error_code = error.code
    run.outcome = "rejected" if error.row.fault == "client" and not run.attempts else "failed"
    if isinstance(error, AdmissionError | RoutingError) and not run.attempts:
        run.outcome = "rejected"
        run.steps.append(error.message)
    broken_off = exchange.started
    try:
        async with asyncio.timeout(TELL_S):
            if broken_off:
                await exchange.write(error_event(error, run.id))
            else:
                run.status = error.row.status
                await send_error(exchange, error, run)
    except TimeoutError:
        broken_off = True
    except ClientGone:
        _left(run)
    if broken_off:
        exchange.abort()


def _left(run: Run) -> None:
    run.outcome, run.status, run.error_code = "client_closed", 499, "client_closed"


def _announce(state: GatewayState, run: Run) -> None:
    assert run.principal is not None and run.request is not None
    if RequestReceived not in state.events.wanted:
        return
    state.events.emit(
        RequestReceived(
            run.id, run.principal.workspace.id, run.received_ms, run.endpoint, run.request.model, run.streaming
        )
    )


def _write_intent(state: GatewayState, run: Run) -> None:
    assert run.principal is not None and run.request is not None
    try:
        state.journal.append_intent(
            IntentRecord(
                id=run.id,
                workspace_id=run.principal.workspace.id,
                api_key_id=run.principal.api_key.id,
                received_at_ms=run.received_ms,
                endpoint=run.endpoint,
                requested_model=run.request.model,
                streaming=run.streaming,
                tags=run.tags,
            )
        )
    except JournalUnavailable as error:
        log.error("the journal refused an intent: %s", error)
        raise RoutingError(
            "journal_unavailable", "The gateway can not record this request now.", retry_after_s=5.0
        ) from error
    run.intent_written = True


def _wish(exchange: Exchange) -> Wish:
    return Wish(
        exchange.header(b"x-perpetuo-route"),
        exchange.header(b"x-perpetuo-substitution"),
        exchange.header(b"x-perpetuo-strict"),
    )
