"""Hostile bytes for every decoder: nothing raises, nothing grows without bound. `make soak` feeds a hundredfold.

The cases start from tests/recordings and are drawn from a seed, so a failing one can be had again.
"""

import contextlib
import copy
import json
import random
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.snapshot import Secret
from perpetuo.lab.aws_event_stream import frame
from perpetuo.providers.base import ChatProvider, ModelListing, Reply, ReplyContext, Target
from perpetuo.providers.registry import PROTOCOLS

RECORDINGS = Path(__file__).parents[2] / "recordings"
FRAGMENTS = 100_000
SOAK_FRAGMENTS = 10_000_000
GROWTH = 64
"""A decoder's output is its input in another shape: envelopes around one-letter deltas are the worst of it."""
CONTEXTS = (
    ReplyContext("chatcmpl-x", 1, include_usage=True),
    ReplyContext("chatcmpl-x", 1, model_label="ours"),
)
ODD_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 2**53, 2**70, 1.5, -0.0, 1e308, "", "\x00", "\u2028\ud7ff", "a" * 300, [], {}, [[]], [None],
    {"": None}, {"type": "text"}, [{"index": -1}], "data: x\n\n", "</script>",
)  # fmt: skip
ODD_BYTES = (
    b"\x00", b"\r", b"\n\n", b"\r\n\r\n", b"data:", b"event: error\n", b": c\n\n", b"{", b"]", b'"', b"\\u", b"\\ud800",
    b"NaN", b"[DONE]", b"\xff\xfe", b"\xef\xbb\xbf", b"data: [DONE]\n\n", b"1e999", b"[" * 200, b"\x80" * 9,
)  # fmt: skip


class Event(NamedTuple):
    """headers: of AWS's frames; else the SSE event's name."""

    headers: dict[str, str]
    payload: bytes


class Seeds(NamedTuple):
    documents: list[bytes]
    streams: list[list[Event]]
    framed: Callable[[Event], bytes]


def seeds_of(name: str) -> Seeds:
    folder = RECORDINGS / name
    documents = [path.read_bytes() for path in sorted(folder.glob("*.json"))]
    binary = sorted(folder.glob("*.eventstream"))
    if binary:
        streams = [list(read_frames(path.read_bytes())) for path in binary]
        return Seeds(documents, streams, lambda event: frame(event.headers, event.payload))
    streams = [list(read_sse(path)) for path in sorted(folder.glob("*.sse"))]
    return Seeds(documents, streams, sse_framed)


def sse_framed(event: Event) -> bytes:
    name = event.headers.get("event")
    head = b"" if name is None else f"event: {name}\n".encode()
    return head + b"data: " + event.payload + b"\n\n"


def read_sse(path: Path) -> Iterator[Event]:
    for block in path.read_bytes().replace(b"\r\n", b"\n").split(b"\n\n"):
        lines = block.split(b"\n")
        names = [line[6:].strip().decode() for line in lines if line.startswith(b"event:")]
        data = b"\n".join(line[5:].strip() for line in lines if line.startswith(b"data:"))
        if data:
            yield Event({"event": names[0]} if names else {}, data)


def read_frames(stream: bytes) -> Iterator[Event]:
    while stream:
        total, headers_bytes = struct.unpack(">II", stream[:8])
        headers, raw = {}, stream[12 : 12 + headers_bytes]
        while raw:
            name_end = 1 + raw[0]
            (size,) = struct.unpack(">H", raw[name_end + 1 : name_end + 3])
            headers[raw[1:name_end].decode()] = raw[name_end + 3 : name_end + 3 + size].decode()
            raw = raw[name_end + 3 + size :]
        yield Event(headers, stream[12 + headers_bytes : total - 4])
        stream = stream[total:]


def places_in(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in cast("Iterator[tuple[Any, Any]]", items):
        yield from places_in(inner, (*path, key))


def mutated_json(draw: random.Random, raw: bytes) -> bytes:
    """One to three values replaced or taken away."""
    try:
        document = json.loads(raw)
    except ValueError:
        return mutated_bytes(draw, raw)
    for _ in range(draw.randint(1, 3)):
        places = list(places_in(document))
        if not places:
            break
        *way, last = draw.choice(places)
        holder = document
        for key in way:
            holder = holder[key]
        if draw.random() < 0.3 and isinstance(holder, dict):
            del holder[last]
        else:
            holder[last] = copy.deepcopy(draw.choice(ODD_VALUES))
    return json.dumps(document, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")


def mutated_bytes(draw: random.Random, raw: bytes) -> bytes:
    at = draw.randint(0, len(raw))
    match draw.randrange(4):
        case 0:
            return raw[:at]
        case 1:
            return raw[:at] + draw.choice(ODD_BYTES) + raw[at:]
        case 2:
            return raw[:at] + bytes((draw.randrange(256),)) + raw[at + 1 :]
        case _:
            return raw[at:] + raw[:at]


def mutated(draw: random.Random, raw: bytes) -> bytes:
    return mutated_json(draw, raw) if draw.random() < 0.7 else mutated_bytes(draw, raw)


def hostile_stream(draw: random.Random, seeds: Seeds) -> bytes:
    events = list(draw.choice(seeds.streams))
    for _ in range(draw.randint(0, 3)):
        match draw.randrange(4):
            case 0:
                del events[draw.randrange(len(events)) :]
            case 1:
                events.insert(draw.randint(0, len(events)), draw.choice(draw.choice(seeds.streams)))
            case 2:
                events.append(Event({}, draw.choice(seeds.documents)))
            case _:
                draw.shuffle(events)
        if not events:
            break
    at = draw.randrange(len(events)) if events else 0
    whole = [
        seeds.framed(event._replace(payload=mutated(draw, event.payload)) if number == at else event)
        for number, event in enumerate(events)
    ]
    stream = b"".join(whole)
    return mutated_bytes(draw, stream) if draw.random() < 0.3 else stream


def feed(protocol: ChatProvider, draw: random.Random, stream: bytes) -> None:
    decoder = protocol.stream_decoder(draw.choice(CONTEXTS))
    cuts = sorted(draw.choices(range(len(stream) + 1), k=draw.randint(0, 12)))
    sent = 0
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        sent += len(decoder.feed(stream[start:end]))
    sent += len(decoder.end())
    assert decoder.done != (decoder.failure is not None), "a stream ends whole or has failed, and never both"
    assert sent <= GROWTH * len(stream) + 4096


def decode_whole(protocol: ChatProvider, draw: random.Random, body: bytes) -> None:
    assert isinstance(protocol.decode_reply(body, draw.choice(CONTEXTS)), Reply | UpstreamFailure)
    failure = protocol.decode_error(draw.choice((400, 429, 500)), (), body)
    assert len(failure.message) <= 4000
    if hasattr(protocol, "decode_models"):
        with contextlib.suppress(ValueError):
            assert len(cast("ModelListing", protocol).decode_models(body, TARGET)) <= 10_000


TARGET = Target(Vendor("v", "V", "p", None), Model("m", "m"), "https://x.test", Secret("s"))


def run(name: str, fragments: int, seed: int) -> None:
    protocol, seeds, draw = PROTOCOLS[name], seeds_of(name), random.Random(seed)
    assert seeds.documents and seeds.streams, f"tests/recordings/{name} has no seeds"
    fed = 0
    while fed < fragments:
        state = draw.getstate()
        try:
            feed(protocol, draw, hostile_stream(draw, seeds))
            decode_whole(protocol, draw, mutated(draw, draw.choice(seeds.documents)))
            fed += 2
        except Exception:
            draw.setstate(state)
            print(f"{name}, seed {seed}, after {fed} fragments: {hostile_stream(draw, seeds)!r}")
            raise


@pytest.mark.parametrize("name", PROTOCOLS)
def test_hostile_fragments_are_failures_and_nothing_worse(name: str) -> None:
    run(name, FRAGMENTS // len(PROTOCOLS), seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("name", PROTOCOLS)
def test_soak_hostile_fragments(name: str) -> None:
    run(name, SOAK_FRAGMENTS // len(PROTOCOLS), seed=2)


ENDLESS: dict[str, bytes] = {
    "a line without an end": b'data: {"choices":[{"delta":{"content":"' + b"x" * 4000,
    "JSON without an end": b"[" * 4096,
    "zeros": b"\x00" * 4096,
    "a frame that promises four gigabytes": b"\xff\xff\xff\xff" * 1024,
}


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("name", PROTOCOLS)
def test_what_never_ends_is_given_up_before_it_fills_the_memory(name: str, kind: str) -> None:
    decoder = PROTOCOLS[name].stream_decoder(CONTEXTS[0])
    piece = ENDLESS[kind]
    tracemalloc.start()
    try:
        for number in range(16_000):  # 64 MB
            assert decoder.feed(piece if number == 0 else b"x" * 4096) == b""
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    decoder.end()
    assert decoder.failure is not None
    assert peak_bytes < 24 * 1024 * 1024
