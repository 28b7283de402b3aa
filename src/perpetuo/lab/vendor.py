"""A simulated vendor: one loopback port, one protocol, its own books. And several of them together."""

import asyncio
import contextlib
import ipaddress
import re
import time
from collections.abc import Callable, Sequence
from email.utils import formatdate
from typing import Literal, Self

import msgspec

from perpetuo.lab.anthropic_shape import AnthropicShape, count_tokens_reply
from perpetuo.lab.bedrock_shape import BedrockShape
from perpetuo.lab.cheats import heeded, told, without_usage
from perpetuo.lab.cohere_shape import CohereShape
from perpetuo.lab.control import LabControl
from perpetuo.lab.draws import between, digest, fraction
from perpetuo.lab.faults import Fault, FaultPlan, FaultRule, parse_fault
from perpetuo.lab.gemini_shape import GeminiShape
from perpetuo.lab.hostile import body_pieces, send_head
from perpetuo.lab.ledger import LabLedger, LedgerEntry, Outcome
from perpetuo.lab.openai_shape import OpenAIShape, embeddings_reply, read_embeddings
from perpetuo.lab.prefix_cache import Lookup, PrefixCache, prefixes_of, segments_of
from perpetuo.lab.prices import LabPrice, charge_nanousd
from perpetuo.lab.script import Answer, Directive, LabRequest, Script, Tokens, plan_answer
from perpetuo.lab.server import HttpRequest, LabConnection, Reply, stop_connections
from perpetuo.lab.sigv4 import check_signature, is_signed
from perpetuo.lab.wire import Kind, Refusal, StreamEvent, WireShape

ShapeName = Literal["openai", "anthropic", "gemini", "bedrock", "cohere"]

SHAPES: dict[ShapeName, Callable[[], WireShape]] = {
    "openai": OpenAIShape,
    "anthropic": AnthropicShape,
    "gemini": GeminiShape,
    "bedrock": BedrockShape,
    "cohere": CohereShape,
}
DEFAULT_MODELS: dict[ShapeName, tuple[str, ...]] = {
    "openai": ("gpt-4o", "gpt-4o-mini", "text-embedding-3-small", "text-embedding-3-large"),
    "anthropic": ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"),
    "gemini": ("gemini-3-pro-preview", "gemini-2.5-pro", "gemini-2.5-flash"),
    "bedrock": ("anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-lite-v1:0", "us.deepseek.r1-v1:0"),
    "cohere": ("command-a-03-2025", "command-a-reasoning-08-2025", "command-r7b-12-2024"),
}

CACHES_WHAT_IS_MARKED: frozenset[str] = frozenset({"anthropic", "bedrock"})
"""The shapes in which a request says what is cached; the others do it by themselves."""

_CREATED_S = 1_790_000_000
"""`created` of the first reply; each later one is a second younger. Not the clock: replies follow from the seed."""
_HTML = b"<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head><body><h1>Error 502</h1></body></html>\n"
_DIRECTIVE_START = "[[lab "
_FAULT_HEADER = "x-lab-fault"
_BOOKED_CHARS = 64 * 1024
"""Of an answer's content; a giant one must not stay in memory."""
_CONTROL = re.compile(r"^/__lab__(?:/|$)")


class VendorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """May be changed while it runs (`POST /__lab__/settings`).

    first_byte_s: before anything is sent. chunk_s: before each content chunk; a whole reply waits for all of them.
    jitter:       both are spread evenly by this share of themselves.
    words:        numbered words of an answer; with words_max, drawn between the two from seed, model and prompt.
    models:       what `/v1/models` lists. strict_models: anything else is a 404.
    api_keys:     the accepted ones; None = any. Of a request that AWS signed it is the access key's id.
    aws_secret:   the secret access key that signatures are checked with; None = not checked.
    embedding_dimensions: where the request does not say.
    cache_ttl_s:  how long a prompt's beginning is kept after its last use, for each model and key; 0 = no caching.
    cache_block_tokens, cache_min_tokens: in which steps, and from which length on.
    """

    first_byte_s: float = 0.0
    chunk_s: float = 0.0
    jitter: float = 0.0
    words: int = 20
    words_max: int | None = None
    models: tuple[str, ...] = ()
    strict_models: bool = False
    api_keys: tuple[str, ...] | None = None
    aws_secret: str | None = None
    require_key: bool = True
    embedding_dimensions: int = 64
    cache_ttl_s: float = 0.0
    cache_block_tokens: int = 64
    cache_min_tokens: int = 64
    price: LabPrice = LabPrice()


class SimulatedVendor:
    """`async with SimulatedVendor("a") as vendor:` listens on a free loopback port until the end of the block."""

    def __init__(
        self,
        name: str = "lab",
        shape: ShapeName = "openai",
        *,
        seed: int = 0,
        settings: VendorSettings | None = None,
        ledger_limit: int = 200_000,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.shape_name: ShapeName = shape
        self.seed = f"{seed}|{name}"
        self.shape: WireShape = SHAPES[shape]()
        settings = settings or VendorSettings()
        if not settings.models:
            settings = msgspec.structs.replace(settings, models=DEFAULT_MODELS[shape])
        self.settings = self.initial_settings = settings
        self.ledger = LabLedger(ledger_limit)
        self.faults = FaultPlan(self.seed)
        self.prefix_cache = PrefixCache()
        self.phase: str | None = None
        self.scripts: dict[str, Script] = {}
        self.default_script = Script()
        self._wall_s = wall_s
        self._wall_offset_s = 0.0
        self._control = LabControl(self)
        self._connections: set[LabConnection] = set()
        self._server: asyncio.Server | None = None
        self._origin: str | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listens; returns the base URL. Raises ValueError for an address that is not loopback, OSError if taken."""
        if not _is_loopback(host):
            raise ValueError(f"the lab listens on loopback only, not on {host!r}")
        loop = asyncio.get_running_loop()
        # Stamps of one vendor must be in order, so the wall clock is read once and the loop's clock carries on.
        self._wall_offset_s = self._wall_s() - loop.time()
        self._server = await loop.create_server(self._connect, host, port, backlog=1024)
        bound = self._server.sockets[0].getsockname()[1]
        self._origin = f"http://[{host}]:{bound}" if ":" in host else f"http://{host}:{bound}"
        return self.base_url

    async def stop(self) -> None:
        """Stops listening and breaks every connection; their requests are booked as `stopped`."""
        if self._server is None:
            return
        self._server.close()
        await stop_connections(self._connections)
        await self._server.wait_closed()
        self._server = None

    @property
    def origin(self) -> str:
        if self._origin is None:
            raise RuntimeError("not started")
        return self._origin

    @property
    def base_url(self) -> str:
        """As the vendor's own SDK takes it."""
        return self.origin + self.shape.base_path

    @property
    def control_url(self) -> str:
        return f"{self.origin}/__lab__"

    def set_fault(
        self,
        fault: str,
        *,
        every: int | None = None,
        rate: float | None = None,
        count: int | None = None,
        model: str | None = None,
        stream: bool | None = None,
        path: str | None = None,
        attempt: str | None = None,
    ) -> None:
        """Puts this one rule in force instead of any others. See FaultRule."""
        self.set_faults([FaultRule(fault, every, rate, count, model, stream, path, attempt)])

    def set_faults(self, rules: Sequence[FaultRule]) -> None:
        self.faults.replace(rules)

    def clear_faults(self) -> None:
        self.faults.replace([])

    def set_script(self, script: Script | None, name: str | None = None) -> None:
        """name: for `[[lab {"script": "name"}]]`; without, it answers every request that has no other. None takes
        it away."""
        if name is None:
            self.default_script = script or Script()
        elif script is None:
            self.scripts.pop(name, None)
        else:
            self.scripts[name] = script

    def change_settings(self, **changes: object) -> None:
        """Raises msgspec.ValidationError for a wrong name or type."""
        values = msgspec.to_builtins(self.settings) | changes
        self.settings = msgspec.convert(values, VendorSettings, strict=True)

    def reset(self) -> None:
        """Empty books, no faults, no scripts, the settings it was made with."""
        self.ledger.clear()
        self.faults = FaultPlan(self.seed)
        self.prefix_cache = PrefixCache()
        self.scripts = {}
        self.default_script = Script()
        self.settings = self.initial_settings

    def now_s(self) -> float:
        return self._wall_offset_s + asyncio.get_running_loop().time()

    # one request

    def _connect(self) -> LabConnection:
        return LabConnection(self._serve, self.ledger, self.now_s, self._connections)

    async def _serve(self, request: HttpRequest, out: Reply) -> None:
        if _CONTROL.match(request.path):
            await self._control.serve(request, out)
            return
        entry = self._open_entry(request, out)
        self.ledger.add(entry)
        out.record_in(entry)
        exchange = _Exchange(self, request, entry, out)
        try:
            await exchange.run()
        except Refusal as refusal:
            await exchange.refuse(refusal)
        finally:
            exchange.settle()

    def _open_entry(self, request: HttpRequest, out: Reply) -> LedgerEntry:
        return LedgerEntry(
            seq=self.ledger.next_seq(),
            vendor=self.name,
            connection=out.connection.id,
            accepted_at=out.connection.accepted_at,
            received_at=request.received_at,
            method=request.method,
            path=request.path,
            request_id=request.headers.get("x-perpetuo-request-id"),
            attempt=request.headers.get("x-perpetuo-attempt"),
            body_bytes=len(request.body),
        )


class _Exchange:
    """One request from its arrival to its line in the books."""

    def __init__(self, vendor: SimulatedVendor, request: HttpRequest, entry: LedgerEntry, out: Reply) -> None:
        self.vendor = vendor
        self.request = request
        self.entry = entry
        self.out = out
        self.settings = vendor.settings
        self.shape = vendor.shape
        self.fault: Fault | None = None
        self.tokens = Tokens()
        self.reported: Tokens | None = None
        self.lookup = Lookup()
        self.key = digest(vendor.seed, "request", entry.seq)
        self.created_s = _CREATED_S + entry.seq

    async def run(self) -> None:
        kind = self.shape.route(self.request.method, self.request.path)
        if kind is None:
            raise Refusal(
                404, f"Invalid URL ({self.request.method} {self.request.path})", type_="invalid_request_error"
            )
        self._check_key()
        if kind == "chat":
            await self._chat()
        elif kind == "embeddings":
            await self._embeddings()
        else:
            self.fault = self._strike("", is_inference=False)
            await self._whole(self._other_body(kind))

    def settle(self) -> None:
        """Tokens and money: of a whole answer what its usage said, of a broken one what had been generated."""
        entry = self.entry
        if entry.outcome != "finished":
            self.tokens = Tokens(
                input_tokens=self.tokens.input_tokens if entry.content_chunks_sent else 0,
                cached_input_tokens=self.tokens.cached_input_tokens if entry.content_chunks_sent else 0,
                cache_write_tokens=self.tokens.cache_write_tokens if entry.content_chunks_sent else 0,
                output_tokens=entry.content_chunks_sent,
            )
        if entry.outcome == "finished" or entry.content_chunks_sent:
            self.vendor.prefix_cache.keep(self.lookup.keep, self.out.now_s())
        entry.input_tokens = self.tokens.input_tokens
        entry.cached_input_tokens = self.tokens.cached_input_tokens
        entry.cache_write_tokens = self.tokens.cache_write_tokens
        entry.output_tokens = self.tokens.output_tokens
        entry.cost_nanousd = charge_nanousd(self.tokens, self.settings.price)

    async def refuse(self, refusal: Refusal, extra: Sequence[tuple[str, str]] = ()) -> None:
        body = self.shape.error(refusal, self._request_id())
        await self._status(refusal.status, body, [*self.shape.error_headers(refusal), *extra])

    def _check_key(self) -> None:
        key = self.shape.credential(self.request.headers)
        self.entry.key_hint = key[-4:] if key else None
        accepted = self.settings.api_keys
        if (key is None and self.settings.require_key) or (accepted is not None and key not in accepted):
            raise self.shape.refused_key(key, self.request.path)
        if self.settings.aws_secret is not None and is_signed(self.request.headers):
            check_signature(self.request, self.settings.aws_secret, self.out.now_s())

    async def _chat(self) -> None:
        asked = self.shape.read_chat(self.request)
        model, _, spec = asked.model.partition("@")
        asked = msgspec.structs.replace(asked, model=model)
        entry = self.entry
        entry.model, entry.stream, entry.images = asked.model, asked.stream, asked.images
        entry.asked_tokens = asked.input_tokens
        directive = self._directive(asked)
        script = self._script(directive)
        self.fault = self._fault(spec, directive, asked)
        self._check_model(model)
        kept_to = heeded(asked, self.fault)
        answer = plan_answer(
            kept_to, script, directive, words=self._words(asked), key=self.key, created_s=self.created_s
        )
        answer = self._sized(self._discounted(answer, script))
        self.tokens = answer.tokens
        answer = told(answer, self.fault)
        self.reported = answer.tokens
        if asked.stream:
            await self._stream(self._without_usage_events(self.shape.stream(asked, answer)), asked)
        else:
            await self._whole(self._without_usage(self.shape.reply(answer)), answer)

    async def _embeddings(self) -> None:
        asked, inputs, tokens = read_embeddings(self.request.body)
        model, _, spec = asked.model.partition("@")
        asked.model = self.entry.model = model
        self.entry.asked_tokens = tokens
        self.fault = self._fault(spec, Directive(), LabRequest(model))
        self._check_model(model)
        self.tokens = self.reported = Tokens(input_tokens=tokens)
        size = self.settings.embedding_dimensions
        await self._whole(embeddings_reply(asked, inputs, tokens, self.vendor.seed, size))

    def _other_body(self, kind: Kind) -> bytes:
        if kind == "count_tokens":
            return count_tokens_reply(self.request.body)
        if kind == "models":
            return self.shape.models(self.settings.models, _CREATED_S)
        name = self.shape.model_name(self.request.path)
        if name not in self.settings.models:
            raise Refusal(404, f"The model '{name}' does not exist.", code="model_not_found")
        return self.shape.model(name, _CREATED_S)

    def _check_model(self, model: str) -> None:
        if self.settings.strict_models and model not in self.settings.models:
            message = f"The model `{model}` does not exist or you do not have access to it."
            raise Refusal(404, message, code="model_not_found", type_="invalid_request_error")

    # what was asked of the lab itself

    def _directive(self, asked: LabRequest) -> Directive:
        found = find_directive(asked.last_user_text)
        return Directive() if found.vendor not in (None, self.vendor.name) else found

    def _script(self, directive: Directive) -> Script:
        if directive.script is None:
            return self.vendor.default_script
        if isinstance(directive.script, Script):
            return directive.script
        if directive.script not in self.vendor.scripts:
            raise Refusal(400, f"the lab has no script {directive.script!r}", type_="invalid_request_error")
        return self.vendor.scripts[directive.script]

    def _fault(self, model_spec: str, directive: Directive, asked: LabRequest) -> Fault | None:
        """The header's, else the message's, else the model name's, else a rule's."""
        spec = self.request.headers.get(_FAULT_HEADER) or directive.fault or model_spec
        if spec:
            try:
                fault = parse_fault(spec)
            except ValueError as error:
                raise Refusal(400, str(error), type_="invalid_request_error") from error
            self.entry.fault = fault.spec
            return fault
        return self._strike(asked.model, is_inference=True, stream=asked.stream)

    def _strike(self, model: str, *, is_inference: bool, stream: bool = False) -> Fault | None:
        fault = self.vendor.faults.strike(
            path=self.request.path,
            is_inference=is_inference,
            model=model,
            stream=stream,
            attempt=self.entry.attempt,
        )
        self.entry.fault = fault.spec if fault is not None else None
        return fault

    def _discounted(self, answer: Answer, script: Script) -> Answer:
        """With what the prefix cache knew of the prompt. A script that states its input has the last word."""
        settings, said = self.settings, script.usage
        if not settings.cache_ttl_s or (said.input_tokens, said.cached_input_tokens, said.cache_write_tokens) != (
            None, None, None,
        ):  # fmt: skip
            return answer
        only_marked = self.vendor.shape_name in CACHES_WHAT_IS_MARKED
        prefixes = prefixes_of(
            segments_of(self.request.body),
            scope=f"{answer.model}|{self.shape.credential(self.request.headers)}",
            block_tokens=settings.cache_block_tokens,
            only_marked=only_marked,
        )
        self.lookup = self.vendor.prefix_cache.look_up(
            prefixes,
            now_s=self.out.now_s(),
            ttl_s=settings.cache_ttl_s,
            min_tokens=settings.cache_min_tokens,
            only_marked=only_marked,
        )
        cached = min(self.lookup.cached_tokens, answer.tokens.input_tokens)
        written = min(self.lookup.written_tokens, answer.tokens.input_tokens - cached)
        tokens = msgspec.structs.replace(answer.tokens, cached_input_tokens=cached, cache_write_tokens=written)
        return msgspec.structs.replace(answer, tokens=tokens)

    def _sized(self, answer: Answer) -> Answer:
        if self.fault is None or self.fault.name != "giant_body":
            return answer
        return msgspec.structs.replace(answer, text=("x" * int(self.fault.megabytes * 1024 * 1024),))

    def _without_usage(self, data: bytes) -> bytes:
        if self.fault is None or self.fault.name != "no_usage":
            return data
        stripped = without_usage(data)
        if stripped != data:
            self.reported = None
        return stripped

    def _without_usage_events(self, events: list[StreamEvent]) -> list[StreamEvent]:
        return [msgspec.structs.replace(event, data=self._without_usage(event.data)) for event in events]

    def _words(self, asked: LabRequest) -> int:
        low, high = self.settings.words, self.settings.words_max
        return low if high is None else between(low, high, self.vendor.seed, asked.model, asked.last_user_text)

    # answering

    async def _whole(self, body: bytes, answer: Answer | None = None) -> None:
        pieces = len(answer.text) + len(answer.reasoning) if answer is not None else 0
        await self._wait_for_first_byte(generation_s=self._chunk_s() * pieces)
        if await self._fail_before_body():
            return
        fault = self.fault
        headers = self._headers("application/json")
        if fault is None or fault.row.is_whole:
            await self.out.head(200, headers, len(body))
            self.entry.chunks_sent = 1
            if answer is not None:
                self._book_content(answer)
            self.entry.reported = self.reported
            self._end("finished")
            await self.out.send(body)
            self._close_if_stale()
            return
        half = body[: len(body) // 2]
        breaks = fault.row.breaks
        if fault.name == "in_band_error_first" or breaks == "error":
            self._end("finished_broken")
            await self.out.respond(200, headers, self.shape.overloaded(self._request_id()))
        elif fault.name == "truncated_json" or breaks == "end":
            self._end("finished_broken")
            await self.out.respond(200, headers, half)
        elif breaks == "malformed":
            self._end("finished_broken")
            await self.out.respond(200, headers, body[:1] + b"]<malformed>" + body[1:])
        elif breaks == "flood":
            await self.out.head(200, headers, None)
            await self._flood(fault)
        elif breaks == "framing":
            await self.out.head(200, headers, None)
            await self.out.send(half)
            await self.out.send_bad_framing()
            self._cut()
        else:
            await self.out.head(200, headers, len(body))
            await self.out.send(half)
            await self._break_socket(breaks)

    async def _stream(self, events: Sequence[StreamEvent], asked: LabRequest) -> None:
        await self._wait_for_first_byte(generation_s=0.0)
        if await self._fail_before_body():
            return
        fault = self.fault
        await self.out.head(200, self._headers(self.shape.stream_content_type), None)
        if fault is not None and fault.name == "in_band_error_first":
            await self._event(self.shape.overloaded_event(self._request_id()))
            await self._finish("finished_broken")
            return
        if fault is not None and fault.name == "truncated_json":
            await self._event(_half(events[0]))
            await self._finish("finished_broken")
            return
        breaks = fault.row.breaks if fault is not None else None
        if fault is not None and fault.name == "short_body":
            breaks = "cut"
        after = fault.after if fault is not None else 0
        last_content = max((index for index, event in enumerate(events) if event.content is not None), default=-1)
        for index, event in enumerate(events):
            is_content = event.content is not None
            is_past = index > last_content
            if breaks is not None and ((is_content and self.entry.content_chunks_sent >= after) or is_past):
                await self._break_stream(breaks)
                return
            if is_content:
                await self._pause(self._chunk_s())
            await self._event(event.data, event.content)
            if is_past and asked.include_usage:
                self.entry.reported = self.reported
        await self._finish("finished")
        self._close_if_stale()

    async def _break_stream(self, breaks: str) -> None:
        if breaks == "error":
            await self._event(self.shape.overloaded_event(self._request_id()))
            await self._finish("finished_broken")
        elif breaks == "malformed":
            await self._event(self.shape.malformed_event())
            await self._finish("finished_broken")
        elif breaks == "end":
            await self._finish("finished_broken")
        elif breaks == "flood" and self.fault is not None:
            await self._flood(self.fault)
        elif breaks == "framing":
            await self.out.send_bad_framing()
            self._cut()
        else:
            await self._break_socket(breaks)

    async def _flood(self, fault: Fault) -> None:
        for piece in body_pieces(fault, stream=self.entry.stream):
            await self.out.send(piece)
        self._cut()

    async def _break_socket(self, breaks: str | None) -> None:
        if breaks == "hang":
            await self.out.hang()
        elif breaks == "reset":
            self._reset()
        else:
            self._cut()

    async def _fail_before_body(self) -> bool:
        """Faults that leave nothing of the answer. True: done."""
        fault = self.fault
        if fault is None:
            return False
        if fault.name == "split":
            self.out.split_seed = self.key
        if fault.row.status is not None:
            await self._faulty_status(fault, fault.row.status)
        elif fault.name == "hang":
            await self.out.hang()
        elif fault.name == "reset_before_byte":
            self._reset()
        elif fault.name == "close_before_byte":
            self._cut()
        elif fault.row.group == "hostile" and not (fault.row.is_whole or fault.row.breaks):
            await send_head(self.out, fault, self._headers("application/json"))
            self._cut()
        elif fault.name == "html_200":
            self._end("finished_broken")
            await self.out.respond(200, self._headers("text/html; charset=UTF-8"), _HTML)
        elif fault.name == "empty_200":
            self._end("finished_broken")
            await self.out.respond(200, self._headers("application/json"), b"")
        else:
            return False
        return True

    async def _faulty_status(self, fault: Fault, status: int) -> None:
        refusal = Refusal(status, "")
        extra: list[tuple[str, str]] = []
        if fault.name == "status_429_quota":
            message = "You exceeded your current quota, please check your plan and billing details."
            refusal = Refusal(status, message, type_="insufficient_quota", code="insufficient_quota")
        elif fault.name == "status_429_date":
            # HTTP dates have whole seconds; rounded up, so that waiting until then is never too short.
            at_s = -(-(self.out.now_s() + fault.retry_after_s) // 1)
            extra.append(("retry-after", formatdate(at_s, usegmt=True)))
        elif fault.row.parameter == "retry_after_s":
            refusal.retry_after_s = fault.retry_after_s
            extra.append(("retry-after", str(int(-(-fault.retry_after_s // 1)))))
        elif fault.name == "status_401_echo":
            sent = self.request.headers
            key = sent.get("authorization") or sent.get("x-api-key") or sent.get("x-goog-api-key", "")
            refusal = Refusal(status, f"Incorrect API key provided: {key}.")
            extra.append(("x-lab-echo", key))
        if status == 502:
            await self._status(status, _HTML, extra, "text/html; charset=UTF-8")
        else:
            await self.refuse(refusal, extra)

    async def _status(
        self, status: int, body: bytes, extra: Sequence[tuple[str, str]] = (), content_type: str = "application/json"
    ) -> None:
        self._end("finished_broken")
        await self.out.respond(status, [*self._headers(content_type), *extra], body)

    # books

    async def _event(self, data: bytes, content: str | None = None) -> None:
        await self.out.send(data)
        self.entry.chunks_sent += 1
        if content is not None:
            self.entry.content_chunks_sent += 1
            self.entry.output_tokens += 1
            self.entry.content_sent += content[:_BOOKED_CHARS]

    def _book_content(self, answer: Answer) -> None:
        content = "".join((*answer.reasoning, *answer.text, *(call.arguments for call in answer.calls)))
        self.entry.content_sent = content[:_BOOKED_CHARS]
        self.entry.content_chunks_sent = 1

    async def _finish(self, outcome: Literal["finished", "finished_broken"]) -> None:
        self._end(outcome)
        await self.out.finish()

    def _end(self, outcome: Outcome) -> None:
        """Booked before the last bytes leave: whoever reads them and then the books finds it there."""
        self.entry.outcome = outcome
        self.entry.finished_at = self.out.now_s()
        self.settle()

    def _cut(self) -> None:
        self.entry.outcome = "cut"
        self.entry.closed_at = self.out.now_s()
        self.settle()
        self.out.close()

    def _reset(self) -> None:
        self.entry.outcome = "reset"
        self.settle()
        self.out.reset()

    def _close_if_stale(self) -> None:
        if self.fault is not None and self.fault.name == "stale_keep_alive":
            self.out.close()

    # time

    async def _wait_for_first_byte(self, generation_s: float) -> None:
        delay_s = self._spread(self.settings.first_byte_s, "first") + generation_s
        if self.fault is not None and self.fault.name == "slow_first_byte":
            delay_s += self.fault.delay_s
        await self._pause(delay_s)

    def _chunk_s(self) -> float:
        if self.fault is not None and self.fault.name == "drip":
            return self.fault.delay_s
        return self._spread(self.settings.chunk_s, f"chunk {self.entry.content_chunks_sent}")

    def _spread(self, duration_s: float, what: str) -> float:
        if not duration_s or not self.settings.jitter:
            return duration_s
        return duration_s * (1 + self.settings.jitter * (2 * fraction(self.key, what) - 1))

    async def _pause(self, duration_s: float) -> None:
        # Without a delay the loop still gets its turn, so that a client that left is noticed.
        await asyncio.sleep(max(duration_s, 0.0))

    # heads

    def _request_id(self) -> str:
        return f"req_{self.key[:24]}"

    def _headers(self, content_type: str) -> list[tuple[str, str]]:
        """With some that a gateway has to keep to itself."""
        return [
            ("content-type", content_type),
            (self.shape.request_id_header, self._request_id()),
            ("server", "perpetuo-lab"),
            ("openai-organization", "lab-organization"),
            ("set-cookie", "lab_vendor_cookie=1; path=/; HttpOnly"),
        ]


class Lab:
    """Several vendors in one process. `async with Lab([...]) as lab:` starts and stops them together."""

    def __init__(self, vendors: Sequence[SimulatedVendor]) -> None:
        names = [vendor.name for vendor in vendors]
        if len(set(names)) != len(names):
            raise ValueError("each simulated vendor needs a name of its own")
        self.vendors = {vendor.name: vendor for vendor in vendors}

    def __getitem__(self, name: str) -> SimulatedVendor:
        return self.vendors[name]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """port: the first vendor's, the next one listens on the next; 0 = any free ones."""
        async with contextlib.AsyncExitStack() as started:
            for index, vendor in enumerate(self.vendors.values()):
                await vendor.start(host, port + index if port else 0)
                started.push_async_callback(vendor.stop)
            started.pop_all()

    async def stop(self) -> None:
        for vendor in self.vendors.values():
            await vendor.stop()

    def describe(self) -> list[dict[str, str]]:
        return [
            {
                "name": vendor.name,
                "shape": vendor.shape_name,
                "base_url": vendor.base_url,
                "control_url": vendor.control_url,
            }
            for vendor in self.vendors.values()
        ]


def find_directive(text: str) -> Directive:
    """`[[lab {...}]]` in a message, or an empty directive. Raises Refusal if it is there but can not be read."""
    start = text.find(_DIRECTIVE_START)
    if start < 0:
        return Directive()
    start += len(_DIRECTIVE_START)
    end = text.find("]]", start)
    problem = "it has no end"
    # `]]` may be part of the JSON itself, so the shortest piece that can be read is taken.
    while end >= 0:
        try:
            return msgspec.json.decode(text[start:end], type=Directive)
        except msgspec.MsgspecError as error:
            problem = str(error)
        end = text.find("]]", end + 1)
    raise Refusal(400, f"the lab can not read the directive in the message: {problem}", type_="invalid_request_error")


def _half(event: StreamEvent) -> bytes:
    """The first half of its bytes, but nothing of its text."""
    half = event.data[: len(event.data) // 2]
    return half.partition(msgspec.json.encode(event.content))[0] if event.content else half


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
