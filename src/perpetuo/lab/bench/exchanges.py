"""The requests and answers of the benchmark. A request says in its text what the upstream shall answer."""

import re
from typing import Literal

import msgspec

MODEL = "gpt-4o"
DEFAULT_ANSWER_BYTES = 700
_MARK = re.compile(rb"bench:(\d+):(\d+):(\d+):")
_CONTENT_TYPE = {"unary": b"application/json", "stream": b"text/event-stream"}
EVENTS_AFTER_CHUNKS = 3
"""The finish reason, the usage, and `[DONE]`."""


class Wanted(msgspec.Struct, frozen=True):
    """What one request asks of the upstream.

    chunks: 0 = an answer in one piece, of answer_bytes of JSON; else a stream of so many chunks of content.
    chunks_per_s: 0 = the first chunk at once, and nothing more: the stream stays open until the client goes.
    """

    answer_bytes: int = DEFAULT_ANSWER_BYTES
    chunks: int = 0
    chunks_per_s: int = 0

    @property
    def kind(self) -> Literal["unary", "stream"]:
        return "stream" if self.chunks else "unary"

    @property
    def events(self) -> int:
        """Of the whole stream, `[DONE]` counted."""
        return self.chunks + EVENTS_AFTER_CHUNKS if self.chunks else 0


def request_body(wanted: Wanted, body_bytes: int = 0) -> bytes:
    """A chat request of body_bytes, or as small as it is."""
    mark = f"bench:{wanted.chunks}:{wanted.chunks_per_s}:{wanted.answer_bytes}: "
    message = {"role": "user", "content": f"{mark}Name three rivers and the seas they flow into."}
    request: dict[str, object] = {"model": MODEL, "messages": [message], "temperature": 0.7}
    if wanted.chunks:
        request |= {"stream": True, "stream_options": {"include_usage": True}}
    missing = body_bytes - len(msgspec.json.encode(request))
    if missing > 0:
        message["content"] += ("The quick brown fox jumps over it. " * (missing // 35 + 1))[:missing]
    return msgspec.json.encode(request)


def read_wanted(body: bytes) -> Wanted | None:
    """None where the mark is not among the first bytes."""
    found = _MARK.search(body, 0, 4096)
    if found is None:
        return None
    chunks, chunks_per_s, answer_bytes = map(int, found.groups())
    return Wanted(answer_bytes, chunks, chunks_per_s)


def request_bytes(body: bytes, host: str, headers: dict[str, str]) -> bytes:
    """The whole HTTP/1.1 request."""
    lines = {"host": host, "content-type": "application/json", "accept": "*/*", "user-agent": "perpetuo-bench"}
    lines |= headers | {"content-length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/chat/completions HTTP/1.1\r\n{head}\r\n".encode() + body


def unary_body(answer_bytes: int) -> bytes:
    """A chat.completion of that many bytes (or a little more than the least it can be)."""
    message = {"role": "assistant", "content": "", "refusal": None, "annotations": list[object]()}
    answer: dict[str, object] = {
        "id": "chatcmpl-Bench0000000000000000000000000",
        "object": "chat.completion",
        "created": 1_764_000_000,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": _usage(96),
        "service_tier": "default",
        "system_fingerprint": "fp_0000000000",
    }
    missing = answer_bytes - len(msgspec.json.encode(answer))
    message["content"] = ("The Rhine flows into the North Sea. " * (missing // 36 + 1))[: max(missing, 1)]
    return msgspec.json.encode(answer)


def unary_reply(answer_bytes: int) -> bytes:
    body = unary_body(answer_bytes)
    return _head("unary", b"content-length: %d" % len(body)) + body


def stream_head() -> bytes:
    return _head("stream", b"cache-control: no-cache", b"transfer-encoding: chunked")


def stream_chunk(number: int) -> bytes:
    """One chunk of the transfer coding with one event."""
    return _framed(_event({"content": f" word{number % 10}"}))


def stream_end(chunks: int) -> bytes:
    """What comes after the content, and the end of the body."""
    events = _event({}, "stop") + _event(None, usage=_usage(chunks)) + b"data: [DONE]\n\n"
    return _framed(events) + b"0\r\n\r\n"


def _head(kind: Literal["unary", "stream"], *lines: bytes) -> bytes:
    all_lines = (b"HTTP/1.1 200 OK", b"content-type: " + _CONTENT_TYPE[kind], b"x-request-id: req_bench", *lines)
    return b"\r\n".join((*all_lines, b"", b""))


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _event(delta: dict[str, str] | None, finish: str | None = None, usage: dict[str, int] | None = None) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    chunk = {
        "id": "chatcmpl-Bench0000000000000000000000000",
        "object": "chat.completion.chunk",
        "created": 1_764_000_000,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_0000000000",
        "choices": choices,
        "usage": usage,
    }
    return b"data: " + msgspec.json.encode(chunk) + b"\n\n"


def _usage(completion_tokens: int) -> dict[str, int]:
    prompt_tokens = 24
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
