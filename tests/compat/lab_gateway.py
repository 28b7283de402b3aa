"""A gateway with one simulated vendor behind it, of any protocol: what a client library may not be able to tell."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.core.limits import IpLimiter
from perpetuo.lab import Script, ScriptedToolCall, ScriptedUsage, SimulatedVendor
from perpetuo.lab.openai_shape import OpenAIShape
from perpetuo.lab.script import Answer, LabRequest
from perpetuo.lab.server import HttpRequest, Reply
from perpetuo.lab.wire import StreamEvent


@dataclass(frozen=True)
class Shape:
    """A protocol spoken upstream, as far as a client can tell.

    provider:         the vendor of the catalog.
    image_urls:       it takes an image by its URL.
    call_ids:         tool calls have ids there.
    signs_thinking:   its reasoning bears signatures that have to come back.
    counts_reasoning: it tells which share of the output was reasoning.
    ends_filtered:    it has a way to say that an answer was withheld.
    """

    provider: str
    model: str
    image_urls: bool = True
    call_ids: bool = True
    signs_thinking: bool = True
    counts_reasoning: bool = True
    ends_filtered: bool = True


# Every test of this folder runs once for each of these.
SHAPES = {
    "openai": Shape("openai", "gpt-4o", signs_thinking=False),
    "anthropic": Shape("anthropic", "claude-opus-4-5"),
    "gemini": Shape("gemini", "gemini-2.5-pro", call_ids=False),
    "bedrock": Shape("bedrock", "us.anthropic.claude-opus-4-5-20251101-v1:0", image_urls=False, counts_reasoning=False),
    "cohere": Shape("cohere", "command-a-plus-05-2026", signs_thinking=False, ends_filtered=False),
}

TEXT = "Zürich – 東京: two  cities,\nthree lines\n\tand a 🎈"
USAGE = ScriptedUsage(input_tokens=120, cached_input_tokens=48, output_tokens=40, reasoning_tokens=9)
CALLS = (
    ScriptedToolCall("get_weather", {"city": 'Saint-"Étienne"\n', "days": 3}),
    ScriptedToolCall("get_time", {}),
    ScriptedToolCall("get_weather", {"city": "東京", "days": 1}),
)
TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of the next days.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
                "required": ["city", "days"],
            },
        },
    },
    {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}},
]


class OneCallAfterTheOther(OpenAIShape):
    """Streams parallel calls as OpenAI does. The lab's own shape lets them take turns, which is allowed as well."""

    def stream(self, request: LabRequest, answer: Answer) -> list[StreamEvent]:
        events = super().stream(request, answer)
        places = [place for place, event in enumerate(events) if b'"tool_calls":[{' in event.data]
        calls = sorted((events[place] for place in places), key=_call_index)
        for place, event in zip(places, calls, strict=True):
            events[place] = event
        return events


def _call_index(event: StreamEvent) -> int:
    return json.loads(event.data.removeprefix(b"data: "))["choices"][0]["delta"]["tool_calls"][0]["index"]


class RecordingVendor(SimulatedVendor):
    """Keeps what it was sent, and answers one request after the other from a list of scripts."""

    bodies: list[bytes]
    _scripts: Iterator[Script]

    def play(self, scripts: Sequence[Script]) -> None:
        self.bodies = []
        self._scripts = iter(scripts)

    async def _serve(self, request: HttpRequest, out: Reply) -> None:
        if request.method == "POST" and hasattr(self, "_scripts"):
            self.bodies.append(request.body)
            self.set_script(next(self._scripts, None))
        await super()._serve(request, out)


@dataclass
class LabGateway:
    gateway: RunningGateway
    vendor: RecordingVendor
    shape: Shape

    @property
    def model(self) -> str:
        return self.shape.model

    @property
    def provider(self) -> str:
        return self.shape.provider

    @property
    def base_url(self) -> str:
        return f"{self.gateway.base_url}/v1"

    def stream_one_call_after_the_other(self) -> None:
        if isinstance(self.vendor.shape, OpenAIShape):
            self.vendor.shape = OneCallAfterTheOther()

    @property
    def reasoning_tokens(self) -> int | None:
        """Those of USAGE, where the vendor tells them."""
        return USAGE.reasoning_tokens if self.shape.counts_reasoning else None

    def answer_with_text(self) -> None:
        self.vendor.set_script(Script(text=TEXT, usage=USAGE))

    def answer_with_calls(self) -> None:
        self.vendor.set_script(Script(tool_calls=CALLS, usage=USAGE))


@asynccontextmanager
async def lab_gateway(
    directory: Path,
    shape: str,
    *,
    workspace: Mapping[str, Any] | None = None,
    ip_limiter: IpLimiter | None = None,
) -> AsyncIterator[LabGateway]:
    async with (
        RecordingVendor("vendor", shape) as vendor,  # type: ignore[arg-type]
        running_gateway(
            directory, [provider(SHAPES[shape].provider, vendor.base_url)], workspace=workspace, ip_limiter=ip_limiter
        ) as gateway,
    ):
        yield LabGateway(gateway, vendor, SHAPES[shape])


def strings_in(body: bytes) -> list[str]:
    """Every string value of a JSON document, in order."""
    return list(_strings(json.loads(body)))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _strings(child)
