"""One try at one candidate: open the upstream, and for a stream hold everything until its first content."""

import asyncio

import msgspec

from perpetuo.core.decision import Attempt, Candidate
from perpetuo.core.errors import ClientError, GatewayError, IdleTimeout, TransportError, UpstreamFailure
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.resilience.error_classifier import INVALID_STATUSES, Verdict, retry_after_of
from perpetuo.core.resilience.headroom import Need
from perpetuo.core.snapshot import Secret
from perpetuo.gateway.body_helper import LARGE_BODY_BYTES, LARGE_REPLY_BYTES
from perpetuo.gateway.body_work import Decode, Encode, decode, encode
from perpetuo.gateway.health_notes import note_headers
from perpetuo.gateway.run import Run
from perpetuo.gateway.state import GatewayState
from perpetuo.http.stall_guard import GuardedReply
from perpetuo.http.upstream import Deadlines, UpstreamReply
from perpetuo.observability.echo import without_echo
from perpetuo.observability.redaction import Redactor
from perpetuo.providers.auth import InvalidSecret
from perpetuo.providers.base import (
    ChatProvider,
    Reply,
    ReplyContext,
    StreamDecoder,
    Target,
)
from perpetuo.providers.credentials import TokenRefused, secret_pieces
from perpetuo.providers.json_by_tool import JsonByToolStream

# The fields that hold what was asked.
PROMPTS = ("messages", "input", "prompt")
# How long the words of an error are waited for once its status is known, in seconds.
ERROR_BODY_S = 5.0


class Answer(msgspec.Struct, frozen=True):
    """A whole answer. Times in ms since the attempt began."""

    reply: Reply
    first_byte_ms: float
    duration_ms: float


class OpenStream(msgspec.Struct, frozen=True):
    """A stream that has shown content. `held`: bytes for the client so far. The upstream is ours to close."""

    upstream: UpstreamReply
    decoder: StreamDecoder
    held: bytes
    first_byte_ms: float
    started_s: float


class Failed(msgspec.Struct, frozen=True):
    failure: UpstreamFailure
    duration_ms: float


async def attempt(
    state: GatewayState, run: Run, candidate: Candidate, deadlines: Deadlines
) -> Answer | OpenStream | Failed:
    """Ask one candidate. Never raises for what the upstream does; cancellation closes the upstream's socket, and the
    attempt is then noted here. Raises GatewayError when a large body could not be worked on."""
    started_s = state.clock.monotonic_s()
    provider = state.protocols[candidate.vendor.protocol]
    upstream: UpstreamReply | None = None
    keep_open = False
    asked = run.request
    assert asked is not None and run.principal is not None
    taken = state.headroom.take(candidate.key.id, candidate.model.id, need_of(asked))
    try:
        secret = state.credentials.current(candidate.key, candidate.vendor)
        if secret is None:
            secret = await state.credentials.fetch(candidate.key, candidate.vendor)
        work = _encoding(state, run, candidate, secret)
        if len(asked.body) <= LARGE_BODY_BYTES or _is_only_copied(provider, candidate, work):
            request = encode(provider, asked, work)
        else:
            request = await state.bodies.encode(run.principal.workspace.id, work, asked.body)
        upstream = await state.upstream.open(request, deadlines)
        note_headers(state, candidate, upstream.headers)
        first_byte_ms = _ms_since(started_s, state)
        if upstream.status != 200:
            failure = await _read_error(state, provider, upstream)
            return Failed(_without(secret, failure), _ms_since(started_s, state))
        if not run.streaming:
            return await _read_answer(state, run, candidate, provider, upstream, started_s, first_byte_ms)
        if deadlines.stall_floor_bytes_per_s > 0:
            upstream = GuardedReply(upstream, deadlines, state.clock)
        opened = await _hold_until_content(state, run, candidate, provider, upstream, deadlines)
        if isinstance(opened, UpstreamFailure):
            return Failed(opened, _ms_since(started_s, state))
        keep_open = True
        return OpenStream(upstream, opened[0], opened[1], _ms_since(started_s, state), started_s)
    except TransportError as error:
        failure = UpstreamFailure(kind=error.kind, message=error.message, sent=error.sent)
        return Failed(failure, _ms_since(started_s, state))
    except ClientError as error:
        # The protocol has no form for a part of the request; another candidate's may. Nothing was sent.
        failure = UpstreamFailure("not_carried", error.message, code=error.code, param=error.param, sent=False)
        return Failed(failure, _ms_since(started_s, state))
    except TokenRefused as refusal:
        # 400, 401 and 403 are what a token service says of credentials that are wrong or revoked.
        status = 401 if refusal.status in (400, 401, 403) else refusal.status
        failure = UpstreamFailure("status", refusal.message, status=status, sent=False)
        return Failed(failure, _ms_since(started_s, state))
    except InvalidSecret as error:
        failure = UpstreamFailure("status", str(error), status=401, sent=False)
        return Failed(failure, _ms_since(started_s, state))
    except asyncio.CancelledError:
        _note_cancelled(state, run, candidate, started_s)
        raise
    except GatewayError:
        if upstream is not None:
            _note_cancelled(state, run, candidate, started_s)
        raise
    finally:
        state.headroom.give_back(taken)
        if upstream is not None and not keep_open:
            upstream.close()


def need_of(request: ChatRequest | EmbeddingsRequest | None) -> Need:
    """What the request takes of a rate limit, roughly."""
    if isinstance(request, ChatRequest):
        return Need(request.input_tokens_estimate, request.max_output_tokens or 0)
    return Need(0 if request is None else request.input_tokens_estimate)


def note_attempt(
    state: GatewayState,
    run: Run,
    candidate: Candidate,
    result: Answer | OpenStream | Failed,
    verdict: Verdict | None,
) -> Attempt:
    """The attempt as it is logged, its vendor message without secrets and without the prompt."""
    failure = result.failure if isinstance(result, Failed) else None
    duration_ms = _ms_since(result.started_s, state) if isinstance(result, OpenStream) else result.duration_ms
    noted = Attempt(
        number=len(run.attempts) + 1,
        provider=candidate.vendor.name,
        provider_key_id=candidate.key.id,
        model=candidate.model.id,
        outcome="ok" if failure is None else failure.kind,
        duration_ms=duration_ms,
        class_=None if verdict is None else verdict.class_,
        status=200 if failure is None else failure.status,
        first_byte_ms=None if isinstance(result, Failed) else result.first_byte_ms,
        message=None if failure is None else logged_words(failure, candidate, run),
        retry_after_s=None if failure is None else failure.retry_after_s,
        # A vendor that answered with an error status did not generate; one that went silent may have.
        possibly_billed=failure is not None and failure.sent and failure.kind != "status",
        started_ms=max(0.0, _ms_since(run.started_s, state) - duration_ms),
    )
    run.attempts.append(noted)
    return noted


def _note_cancelled(state: GatewayState, run: Run, candidate: Candidate, started_s: float) -> None:
    """Nobody waits for the answer any more; that it was asked for, and may be billed, belongs in the log."""
    run.attempts.append(
        Attempt(
            number=len(run.attempts) + 1,
            provider=candidate.vendor.name,
            provider_key_id=candidate.key.id,
            model=candidate.model.id,
            outcome="cancelled",
            duration_ms=_ms_since(started_s, state),
            possibly_billed=True,
            started_ms=(started_s - run.started_s) * 1000,
        )
    )


def vendor_words(failure: UpstreamFailure, candidate: Candidate) -> str:
    """The vendor's message without the one secret it has seen, and without anything that looks like one."""
    return Redactor(secret_pieces(candidate.key.secret)).redact_cut(failure.message)[:500]


def logged_words(failure: UpstreamFailure, candidate: Candidate, run: Run) -> str:
    """`vendor_words` without what they repeat of the prompt: this goes into the log, and the prompt does not."""
    words = vendor_words(failure, candidate)
    if run.request is None or not words:
        return words
    return without_echo(words, [bytes(run.request.fields[name]) for name in PROMPTS if name in run.request.fields])


def vendor_param(failure: UpstreamFailure, candidate: Candidate) -> str | None:
    """The field that the vendor names, which it may have filled with anything."""
    if failure.param is None:
        return None
    return Redactor(secret_pieces(candidate.key.secret)).redact_cut(failure.param)


def context_for(run: Run, candidate: Candidate) -> ReplyContext:
    """`model_label`: the requested name where the alias says so, and our own name for the demo model, whose
    server leaks a file path."""
    label: str | None = None
    if run.resolution is not None and run.resolution.response_model == "requested":
        label = run.resolution.requested
    elif candidate.vendor.last_resort:
        label = candidate.model.id
    return ReplyContext(
        reply_id=f"chatcmpl-{run.id}",
        created_s=run.received_ms // 1000,
        model_label=label,
        include_usage=isinstance(run.request, ChatRequest) and run.request.include_usage,
        model_id=candidate.model.id,
    )


def _without(secret: Secret, failure: UpstreamFailure) -> UpstreamFailure:
    """A fetched token is no provider key that `vendor_words` knows."""
    redact = Redactor(secret_pieces(secret)).redact_cut
    param = None if failure.param is None else redact(failure.param)
    return msgspec.structs.replace(failure, message=redact(failure.message), param=param)


def _encoding(state: GatewayState, run: Run, candidate: Candidate, secret: Secret) -> Encode:
    vendor, model = candidate.vendor, candidate.model
    left_out = vendor.refused_fields | model.refused_fields
    if candidate.loss.dropped:
        left_out |= frozenset(candidate.loss.dropped)
    target = Target(vendor, model, candidate.key.base_url, secret, left_out)
    # Upstream calls carry our request id and the attempt's number: the vendor's books can be joined with ours.
    labels = (("x-perpetuo-request-id", run.id), ("x-perpetuo-attempt", str(len(run.attempts) + 1)))
    return Encode(run.endpoint, target, labels, candidate.json_by_tool, state.clock.wall_s())


def _is_only_copied(provider: ChatProvider, candidate: Candidate, work: Encode) -> bool:
    return provider.splices and candidate.loss.is_lossless and not (work.target.dropped or work.by_tool)


async def _read_answer(
    state: GatewayState,
    run: Run,
    candidate: Candidate,
    provider: ChatProvider,
    upstream: UpstreamReply,
    started_s: float,
    first_byte_ms: float,
) -> Answer | Failed:
    body = await upstream.read_all(state.limits.max_reply_bytes)
    work = Decode(run.endpoint, provider.name, context_for(run, candidate), candidate.json_by_tool)
    if len(body) > LARGE_REPLY_BYTES:
        assert run.principal is not None
        reply = await state.bodies.decode(run.principal.workspace.id, work, body)
    else:
        reply = decode(provider, body, work)
    duration_ms = _ms_since(started_s, state)
    if isinstance(reply, UpstreamFailure):
        return Failed(reply, duration_ms)
    return Answer(reply, first_byte_ms, duration_ms)


async def _read_error(state: GatewayState, provider: ChatProvider, upstream: UpstreamReply) -> UpstreamFailure:
    """The status decides, so an error counts even when its body does not come whole; only where the body says what
    the status means is it needed."""
    try:
        async with asyncio.timeout(ERROR_BODY_S):
            body = await upstream.read_all(state.limits.max_error_bytes)
    except (TimeoutError, TransportError) as error:
        if upstream.status in INVALID_STATUSES:
            raise IdleTimeout("The words of the error did not come.", sent=True) from error
        body = b""
    failure = provider.decode_error(upstream.status, upstream.headers, body)
    retry_after_s = retry_after_of(upstream.headers, state.clock.wall_s())
    return failure if retry_after_s is None else msgspec.structs.replace(failure, retry_after_s=retry_after_s)


async def _hold_until_content(
    state: GatewayState,
    run: Run,
    candidate: Candidate,
    provider: ChatProvider,
    upstream: UpstreamReply,
    deadlines: Deadlines,
) -> tuple[StreamDecoder, bytes] | UpstreamFailure:
    """Read until the first content, the proper end, or a failure: until then another candidate may still answer.
    A vendor that only sends pings is given the first-byte deadline once more, or as many bytes as may be held, then
    it failed."""
    decoder = provider.stream_decoder(context_for(run, candidate))
    if candidate.json_by_tool:
        decoder = JsonByToolStream(decoder)
    held: list[bytes] = []
    held_bytes = 0
    try:
        async with asyncio.timeout(deadlines.first_byte_s):
            while not (decoder.saw_content or decoder.done) and held_bytes <= state.limits.held_bytes:
                data = await upstream.read_chunk()
                out = decoder.feed(data) if data else decoder.end()
                held.append(out)
                held_bytes += len(out)
                if decoder.failure is not None and not decoder.saw_content:
                    return decoder.failure
                if not data:
                    break
    except TimeoutError:
        return UpstreamFailure(kind="first_byte_timeout", message="The stream opened but brought no content in time.")
    if held_bytes > state.limits.held_bytes and not (decoder.saw_content or decoder.done):
        return UpstreamFailure("too_large", "The stream opened but brought too much before its first content.")
    return decoder, b"".join(held)


def _ms_since(started_s: float, state: GatewayState) -> float:
    return (state.clock.monotonic_s() - started_s) * 1000
