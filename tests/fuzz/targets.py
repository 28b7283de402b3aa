"""What is fuzzed: `TARGETS[name](data)` raises for bytes that are handled wrongly, whatever they are.

`make fuzz` looks for such bytes, guided by coverage (fuzz.py); what it kept of its way is in corpus/, and `make test`
runs it all again (test_corpus.py).
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from edge_readers import PLAIN, check
from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.errors import ClientError, TransportError
from perpetuo.core.request import ChatRequest, EmbeddingsRequest, parse_chat_request, parse_embeddings_request
from perpetuo.core.snapshot import Secret
from perpetuo.gateway.body_work import Decode, decode
from perpetuo.http.client import _Connection, _Pool
from perpetuo.http.egress import Destination
from perpetuo.http.upstream import Deadlines
from perpetuo.providers.base import ChatProvider, Reply, ReplyContext, StreamDecoder, Target
from perpetuo.providers.registry import PROTOCOLS
from smuggling_vectors import VECTORS

RECORDINGS = Path(__file__).parents[1] / "recordings"
MAX_BYTES = 4096


# --- the edge reads requests as h11 does


def edge(data: bytes) -> None:
    _run(check(data, "fast"))


def edge_seeds() -> Iterator[bytes]:
    yield from PLAIN.values()
    yield from VECTORS.values()


# --- the upstream client reads replies, however they are cut


def reply(data: bytes) -> None:
    """The first byte says where to cut, the second one of what request it is the reply."""
    if len(data) < 3:
        return
    every, method, stream = data[0] + 1, ("POST", "GET", "HEAD")[data[1] % 3], data[2:]
    whole = _run(_read_reply(method, [stream]))
    cut = _run(_read_reply(method, [stream[at : at + every] for at in range(0, len(stream), every)]))
    assert cut == whole, f"cut {cut!r}\nwhole {whole!r}"


async def _read_reply(method: str, pieces: Sequence[bytes]) -> object:
    """Status, headers and body, or the kind of what is wrong. Each piece comes in a turn of its own."""
    connection = _Connection(Destination("http", "x", 80, "/", "x", None), _Pool(8, 60.0))
    wire = _Wire(connection)
    connection.connection_made(wire)
    asking = asyncio.create_task(_ask(connection, method))
    await asyncio.sleep(0)
    for piece in pieces:
        if wire.closed:
            break
        connection.get_buffer(len(piece))[: len(piece)] = piece
        connection.buffer_updated(len(piece))
        await asyncio.sleep(0)
    if not wire.closed:
        connection.eof_received()
    wire.abort()
    return await asking


async def _ask(connection: _Connection, method: str) -> object:
    try:
        reply = await connection.send(method, b"", b"", Deadlines(), asyncio.get_running_loop().time() + 600)
        status, headers, body = reply.status, reply.headers, await reply.read_all(1 << 20)
        reply.close()
    except TransportError as error:
        return error.kind
    return status, headers, body


class _Wire(asyncio.Transport):
    def __init__(self, connection: _Connection) -> None:
        super().__init__()
        self.closed = False
        self._connection = connection

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        if not self.closed:
            self.closed = True
            asyncio.get_running_loop().call_soon(self._connection.connection_lost, None)

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


REPLIES = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
    b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 429 Too Many\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
)


def reply_seeds() -> Iterator[bytes]:
    for number, stream in enumerate(REPLIES):
        yield bytes((number, 0)) + stream
        yield bytes((0, number)) + stream


# --- every protocol's streams come out the same, however they are cut


def stream(data: bytes) -> None:
    """The first byte chooses protocol and context, the second one where to cut."""
    if len(data) < 3:
        return
    protocol = list(PROTOCOLS.values())[data[0] % len(PROTOCOLS)]
    context = ReplyContext("id", 1, include_usage=bool(data[0] & 64), model_label="ours" if data[0] & 128 else None)
    every, sent = data[1] + 1, data[2:]
    whole = _decode(protocol.stream_decoder(context), [sent])
    cut = _decode(protocol.stream_decoder(context), [sent[at : at + every] for at in range(0, len(sent), every)])
    assert cut == whole, f"cut {cut!r}\nwhole {whole!r}"
    _check_events(cast(bytes, whole[0]).replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def _decode(decoder: StreamDecoder, pieces: Sequence[bytes]) -> tuple[object, ...]:
    out = b"".join([*map(decoder.feed, pieces), decoder.end()])
    assert decoder.done != (decoder.failure is not None), "a stream ends whole or has failed, and never both"
    return out, decoder.usage, decoder.finish_reason, decoder.failure, decoder.done, decoder.output_deltas


def _check_events(out: bytes) -> None:
    """What a client gets is events of JSON objects, and at most one end."""
    if not out:
        return
    *events, rest = out.split(b"\n\n")
    # Comments, and lines that mean nothing, are handed on before their blank line.
    assert not any(line.startswith(b"data") for line in rest.split(b"\n")), f"an event without end: {rest!r}"
    for number, event in enumerate(events):
        event.decode()
        payload = b"\n".join(line[5:] for line in event.split(b"\n") if line.startswith(b"data:")).strip()
        if not payload:
            continue  # a comment, or fields that nobody reads
        if payload == b"[DONE]":
            assert number == len(events) - 1, "something follows the end"
        else:
            assert isinstance(msgspec.json.decode(payload), dict)


def stream_seeds() -> Iterator[bytes]:
    for number, name in enumerate(PROTOCOLS):
        for path in sorted((RECORDINGS / name).glob("*.reply.*")):
            if path.suffix in (".sse", ".eventstream") and path.stat().st_size < MAX_BYTES:
                for flags in (0, 64, 128):
                    base = flags - flags % len(PROTOCOLS)
                    yield bytes((base + number if base + number < 256 else number, 16)) + path.read_bytes()


# --- whole answers are read, or a failure


def answer(data: bytes) -> None:
    """The first byte chooses protocol and context."""
    if len(data) < 2:
        return
    protocol = list(PROTOCOLS.values())[data[0] % len(PROTOCOLS)]
    context = ReplyContext("id", 1, model_label="ours" if data[0] & 128 else None)
    read = decode(protocol, data[1:], Decode("chat.completions", protocol.name, context, by_tool=bool(data[0] & 64)))
    if isinstance(read, Reply):
        assert isinstance(json.loads(read.body.decode()), dict)
    else:
        assert read.kind in ("malformed", "in_band", "empty"), read


def answer_seeds() -> Iterator[bytes]:
    for number, name in enumerate(PROTOCOLS):
        for path in sorted((RECORDINGS / name).glob("*.reply.json")):
            if path.stat().st_size < MAX_BYTES:
                for flags in (0, 65, 130):
                    yield bytes((flags - flags % len(PROTOCOLS) + number,)) + path.read_bytes()


# --- bodies are refused by name, or encoded for every protocol


def request(data: bytes) -> None:
    """The first byte says whether of chat or of embeddings."""
    if not data:
        return
    parse = cast(Callable[[bytes], ChatRequest | EmbeddingsRequest], parse_embeddings_request)
    parse, body = (parse_chat_request if data[0] % 2 == 0 else parse), data[1:]
    try:
        parsed = parse(body)
    except ClientError as refused:
        assert refused.param, "the refusal names no field"
        assert refused.message, "the refusal says nothing"
        return
    _check_fields(body, parsed.fields)
    if isinstance(parsed, ChatRequest):
        for protocol in PROTOCOLS.values():
            _encode(protocol, parsed)


def _check_fields(body: bytes, fields: dict[str, msgspec.Raw]) -> None:
    """Each is the client's own, and the last one where one comes twice."""
    sent = json.loads(body)
    assert sent.keys() == fields.keys()
    for name, raw in fields.items():
        assert repr(json.loads(bytes(raw))) == repr(sent[name]), name


def _encode(protocol: ChatProvider, parsed: ChatRequest) -> None:
    vendor = Vendor("v", "V", protocol.name, None)
    try:
        encoded = protocol.encode_request(parsed, Target(vendor, Model("m", "m"), "https://x.test", Secret("s")))
    except ClientError as refused:
        assert refused.param, "the refusal names no field"
        return
    assert isinstance(json.loads(encoded.body), dict)


CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
RESULT = {"role": "tool", "tool_call_id": "1", "content": "x"}
USER = {"role": "user", "content": "hi"}
CHATS: tuple[dict[str, object], ...] = (
    {"messages": [USER], "stream": True, "stream_options": {"include_usage": True}, "temperature": 0.5, "n": 1},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, IMAGE]}], "max_tokens": 1, "stop": ["a"]},
    {
        "messages": [{"role": "assistant", "content": None, "tool_calls": [CALL]}, RESULT],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "tool_choice": {"type": "function", "function": {"name": "f"}}, "parallel_tool_calls": False,
    },
    {
        "messages": [{"role": "developer", "content": "d"}, USER], "reasoning_effort": "low", "user": "u", "seed": 1,
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}, "logprobs": True,
    },
)  # fmt: skip


def request_seeds() -> Iterator[bytes]:
    for chat in CHATS:
        yield b"\0" + json.dumps({"model": "m", **chat}).encode()
    yield b'\1{"model":"m","input":["a",[1,2]],"dimensions":3,"encoding_format":"float","user":"u"}'


_LOOP = asyncio.new_event_loop()


def _run(work: Any) -> Any:
    return _LOOP.run_until_complete(work)


TARGETS: dict[str, tuple[Callable[[bytes], None], Callable[[], Iterator[bytes]]]] = {
    "edge": (edge, edge_seeds),
    "reply": (reply, reply_seeds),
    "stream": (stream, stream_seeds),
    "answer": (answer, answer_seeds),
    "request": (request, request_seeds),
}
