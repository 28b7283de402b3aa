"""A gateway with one simulated vendor behind it, of either protocol: what a client library may not be able to tell."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.core.limits import IpLimiter
from perpetuo.lab import Script, ScriptedToolCall, ScriptedUsage, SimulatedVendor

MODELS = {"openai": "gpt-4o", "anthropic": "claude-opus-4-5"}
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


@dataclass
class LabGateway:
    gateway: RunningGateway
    vendor: SimulatedVendor
    model: str

    @property
    def base_url(self) -> str:
        return f"{self.gateway.base_url}/v1"

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
        SimulatedVendor("vendor", shape) as vendor,  # type: ignore[arg-type]
        running_gateway(
            directory, [provider(shape, vendor.base_url)], workspace=workspace, ip_limiter=ip_limiter
        ) as gateway,
    ):
        yield LabGateway(gateway, vendor, MODELS[shape])
