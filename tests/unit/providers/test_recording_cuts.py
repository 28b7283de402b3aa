"""Streams as vendors sent them come out the same however the network cut them."""

import itertools
import random
from pathlib import Path

import pytest

from perpetuo.providers.base import ReplyContext
from perpetuo.providers.registry import PROTOCOLS

RECORDINGS = Path(__file__).parents[2] / "recordings"
STREAMS = {
    f"{path.parent.name}/{path.stem}": path
    for path in sorted(RECORDINGS.glob("*/*.reply.*"))
    if path.suffix in (".sse", ".eventstream")
}
SAMPLED = 150


def test_every_protocol_has_streams() -> None:
    assert {name.partition("/")[0] for name in STREAMS} == set(PROTOCOLS)


@pytest.mark.parametrize("wants_usage", [True, False])
@pytest.mark.parametrize("name", STREAMS)
def test_cut_in_one_place_and_in_two(name: str, wants_usage: bool) -> None:
    stream = STREAMS[name].read_bytes()
    whole = told(name, [stream], wants_usage)
    for at in range(1, len(stream)):
        assert told(name, [stream[:at], stream[at:]], wants_usage) == whole, f"cut at {at}"
    dice = random.Random(name)
    for _ in range(SAMPLED):
        first, second = sorted(dice.sample(range(1, len(stream)), 2))
        parts = [stream[:first], stream[first:second], stream[second:]]
        assert told(name, parts, wants_usage) == whole, f"cut at {first} and {second}"


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", STREAMS)
def test_all_cuts_in_two_places(name: str) -> None:
    stream = STREAMS[name].read_bytes()
    whole = told(name, [stream], wants_usage=True)
    for first, second in itertools.combinations(range(1, len(stream)), 2):
        parts = [stream[:first], stream[first:second], stream[second:]]
        assert told(name, parts, wants_usage=True) == whole, f"cut at {first} and {second}"


def told(name: str, parts: list[bytes], wants_usage: bool) -> dict[str, object]:
    decoder = PROTOCOLS[name.partition("/")[0]].stream_decoder(ReplyContext("id", 1, include_usage=wants_usage))
    out = b"".join([*(decoder.feed(part) for part in parts), decoder.end()])
    return {
        "out": out, "usage": decoder.usage, "finish": decoder.finish_reason, "failure": decoder.failure,
        "done": decoder.done, "deltas": decoder.output_deltas,
    }  # fmt: skip
