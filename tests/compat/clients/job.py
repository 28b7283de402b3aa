"""What a client program of this folder is given, and the guard it runs under.

A program holds the conversation of `tests/compat/conversation.py` with a library as its users would, and prints what
the library ended up with; an exception is the failure. It runs in an environment of its own, requirements/clients.lock:
these libraries do not agree with the development environment on versions.
"""

import asyncio
import ipaddress
import json
import socket
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

USE_THE_TOOLS = "Use the tools."


class Day(BaseModel):
    date: str
    rain_mm: float | None


class Forecast(BaseModel):
    """The weather of a city."""

    city: str
    days: list[Day]
    is_certain: bool


@dataclass(frozen=True)
class Job:
    """image_base64: a PNG. image_url: None where the vendor takes none. results: tool -> what it returns."""

    base_url: str
    api_key: str
    model: str
    question: str
    image_base64: str
    image_url: str | None
    tools: list[dict[str, Any]]
    results: dict[str, str]

    def user_message(self) -> dict[str, Any]:
        """The question and its images, in OpenAI's form."""
        urls = [f"data:image/png;base64,{self.image_base64}", *([self.image_url] if self.image_url else [])]
        images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
        return {"role": "user", "content": [{"type": "text", "text": self.question}, *images]}


def conversation(*, answers: list[Any], calls: list[Any], usage: list[Any]) -> dict[str, Any]:
    """answers: the two texts. calls: [id, name, arguments] each, the arguments as text where the library has it.
    usage: [input, output] of each of the three requests."""
    return {"answers": answers, "calls": calls, "usage": usage}


def run(program: Callable[[Job], Coroutine[Any, Any, dict[str, Any]]]) -> None:
    socket.socket.connect = _loopback_only(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _loopback_only(socket.socket.connect_ex)  # type: ignore[method-assign]
    job = Job(**json.load(sys.stdin))
    print(json.dumps(asyncio.run(program(job))))


def _loopback_only(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        is_ip = self.family in (socket.AF_INET, socket.AF_INET6)
        if is_ip and address[0] != "localhost" and not ipaddress.ip_address(address[0]).is_loopback:
            raise SystemExit(f"a client tried to connect to {address[0]}")
        return connect(self, address)

    return guarded
