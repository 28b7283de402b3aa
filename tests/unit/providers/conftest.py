"""Recordings, and a reader of OpenAI streams that shares no code with ours."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.request import ChatRequest
from perpetuo.core.snapshot import Secret
from perpetuo.providers.base import Target

RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.fixture
def recording() -> Callable[[str], bytes]:
    return lambda name: (RECORDINGS / name).read_bytes()


def read_openai_stream(stream: bytes) -> dict[str, Any]:
    """What a client ends up with after a whole stream."""
    seen: dict[str, Any] = {"text": "", "reasoning": "", "tools": {}, "finish": None, "usage": None, "done": False}
    for block in stream.replace(b"\r\n", b"\n").split(b"\n\n"):
        data = b"\n".join(line[5:].lstrip() for line in block.split(b"\n") if line.startswith(b"data:"))
        if not data:
            continue
        assert not seen["done"], "something came after [DONE]"
        if data == b"[DONE]":
            seen["done"] = True
            continue
        chunk = json.loads(data)
        seen["usage"] = chunk.get("usage") or seen["usage"]
        for choice in chunk["choices"]:
            delta = choice.get("delta") or {}
            seen["text"] += delta.get("content") or ""
            seen["reasoning"] += delta.get("reasoning_content") or delta.get("reasoning") or ""
            seen["finish"] = choice.get("finish_reason") or seen["finish"]
            for call in delta.get("tool_calls") or []:
                known = seen["tools"].setdefault(call["index"], {"id": None, "name": None, "arguments": ""})
                function = call.get("function") or {}
                known["id"] = known["id"] or call.get("id")
                known["name"] = known["name"] or function.get("name")
                known["arguments"] += function.get("arguments") or ""
    seen["tools"] = [seen["tools"][index] for index in sorted(seen["tools"])]
    return seen


def read_openai_reply(body: bytes) -> dict[str, Any]:
    completion = json.loads(body)
    message = completion["choices"][0]["message"]
    return {
        "text": message.get("content") or "",
        "reasoning": message.get("reasoning_content") or message.get("reasoning") or "",
        "tools": [
            {"id": call["id"], "name": call["function"]["name"], "arguments": call["function"]["arguments"]}
            for call in message.get("tool_calls") or []
        ],
        "finish": completion["choices"][0]["finish_reason"],
        "usage": completion.get("usage"),
        "done": True,
    }


@pytest.fixture
def read_stream() -> Callable[[bytes], dict[str, Any]]:
    return read_openai_stream


@pytest.fixture
def read_reply() -> Callable[[bytes], dict[str, Any]]:
    return read_openai_reply


def chat_request(body: bytes, **known: Any) -> ChatRequest:
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return ChatRequest(body=body, fields=fields, model="alias", **known)


@pytest.fixture
def request_of() -> Callable[..., ChatRequest]:
    """A `ChatRequest` as the gateway would parse it; a dict or the bytes of a body, and what the parse found."""

    def build(body: bytes | dict[str, Any], **known: Any) -> ChatRequest:
        return chat_request(body if isinstance(body, bytes) else json.dumps(body).encode(), **known)

    return build


@pytest.fixture
def target_of() -> Callable[..., Target]:
    def build(protocol: str = "openai_chat", model: dict[str, Any] | None = None, **vendor: Any) -> Target:
        return Target(
            vendor=Vendor(name="v", title="V", protocol=protocol, base_url=None, **vendor),
            model=Model(**({"id": "vendor-model", "canonical": "m"} | (model or {}))),
            base_url="https://api.vendor.test/v1" if protocol == "openai_chat" else "https://api.vendor.test",
            secret=Secret("sk-test"),
            dropped=frozenset((model or {}).get("refused_fields", ())) | frozenset(vendor.get("refused_fields", ())),
        )

    return build
