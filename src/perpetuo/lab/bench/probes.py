"""One request, its answer looked at closely: before anything is measured, and to see that somebody is ready."""

import json
import socket
from typing import Any, cast

import msgspec

from perpetuo.lab.bench.children import BenchFailed
from perpetuo.lab.bench.exchanges import Wanted
from perpetuo.lab.bench.replies import ReplyReader, UnreadableReply

_TIMEOUT_S = 30.0


class Probe(msgspec.Struct, frozen=True):
    """body_bytes, events: what every answer to this request has to have."""

    status: int
    body_bytes: int
    events: int
    body: bytes


def ask(port: int, request: bytes) -> Probe:
    """Raises OSError, UnreadableReply, or ValueError for sizes that are no numbers."""
    reader = ReplyReader()
    reader.keeps = True
    with socket.create_connection(("127.0.0.1", port), _TIMEOUT_S) as connection:
        connection.sendall(request)
        while data := connection.recv(1 << 18):
            if reader.feed(data):
                return Probe(reader.status, reader.body_bytes, reader.events, bytes(reader.kept))
    raise UnreadableReply("the connection was cut")


def ask_checked(name: str, port: int, request: bytes, wanted: Wanted) -> Probe:
    """An answer that is what the upstream sent, as far as can be told. Raises BenchFailed."""
    try:
        probe = ask(port, request)
    except (OSError, UnreadableReply, ValueError) as error:
        raise BenchFailed(f"{name}: no answer to the first request: {error}") from error
    if probe.status != 200:
        raise BenchFailed(f"{name} answers {probe.status}: {probe.body[:300].decode(errors='replace')}")
    if not _is_answer(probe, wanted):
        raise BenchFailed(f"{name} answers with something else: {probe.body[:300].decode(errors='replace')}")
    return probe


def _is_answer(probe: Probe, wanted: Wanted) -> bool:
    if wanted.chunks:
        return (
            probe.events == wanted.events
            and probe.body.count(b'"content":" word') == wanted.chunks
            and probe.body.endswith(b"data: [DONE]\n\n")
        )
    answer = cast("dict[str, Any]", json.loads(probe.body))
    content = answer["choices"][0]["message"]["content"]
    return len(content) > wanted.answer_bytes - 700 and answer["usage"]["prompt_tokens"] == 24


def is_ready(port: int, path: str) -> bool:
    """Whether GET is answered with 200."""
    try:
        return ask(port, f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode()).status == 200
    except (OSError, UnreadableReply, ValueError):
        return False


def is_listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0):
            return True
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
