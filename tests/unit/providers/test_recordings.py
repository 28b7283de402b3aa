"""What real vendors sent, from a folder outside the repository: nothing of an answer may get lost."""

import base64
import json
import os
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perpetuo.core.errors import UpstreamFailure
from perpetuo.providers.base import Reply, ReplyContext
from perpetuo.providers.registry import PROTOCOLS

FOLDER = os.environ.get("PERPETUO_RECORDINGS_DIR")
SHOWN = ReplyContext("chatcmpl-x", 1, include_usage=True)
HIDDEN = ReplyContext("chatcmpl-x", 1)
PROTOCOL_OF_API = {
    "chat": "openai_chat",
    "messages": "anthropic_messages",
    "converse": "bedrock_converse",
    "gemini": "gemini_generate",
    "cohere-v2": "cohere_chat",
}

Read = Callable[[bytes], dict[str, Any]]


def load(api: str, *, streaming: bool, ok: bool = True) -> dict[str, dict[str, Any]]:
    cases: dict[str, dict[str, Any]] = {}
    for path in sorted(Path(FOLDER).glob("cases/*/*.json")) if FOLDER else []:
        case = json.loads(path.read_bytes())
        is_stream = re.search(rb"^(data|event):|:event-type\x07", body_of(case), re.MULTILINE) is not None
        if case["api"] == api and is_stream == streaming and (case["response"]["status"] == 200) == ok:
            cases[f"{path.parent.name}/{path.stem}"] = case
    return cases


def body_of(case: dict[str, Any]) -> bytes:
    body = case["response"]["body"]
    if case["response"].get("body_encoding") == "base64":
        return base64.b64decode(body)
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def reference(api: str, stream: bytes) -> dict[str, Any]:
    """Text, tool calls and counts of a Messages stream, read the plain way."""
    assert api == "messages"
    seen: dict[str, Any] = {"text": "", "reasoning": "", "tools": {}, "usage": {}, "stop": None}
    for line in stream.decode().splitlines():
        if not line.startswith("data:"):
            continue
        event = json.loads(line[5:])
        delta = event.get("delta") or {}
        block = event.get("content_block") or {}
        seen["usage"] |= (event.get("message") or {}).get("usage") or {}
        seen["usage"] |= event.get("usage") or {}
        seen["stop"] = delta.get("stop_reason") or seen["stop"]
        seen["text"] += delta.get("text") or ""
        seen["reasoning"] += delta.get("thinking") or ""
        if block.get("type") == "tool_use":
            seen["tools"][event["index"]] = {"id": block["id"], "name": block["name"], "arguments": ""}
        if "partial_json" in delta and event["index"] in seen["tools"]:
            seen["tools"][event["index"]]["arguments"] += delta["partial_json"]
    return seen


def converse_events(stream: bytes) -> list[tuple[str, dict[str, Any]]]:
    """The events of a binary stream, read the plain way, without checking anything."""
    events: list[tuple[str, dict[str, Any]]] = []
    while stream:
        total, headers = struct.unpack(">II", stream[:8])
        name = re.search(rb":event-type\x07..(\w+?)(?=[^\w]|$)", stream[12 : 12 + headers], re.DOTALL)
        events.append((name[1].decode() if name else "", json.loads(stream[12 + headers : total - 4])))
        stream = stream[total:]
    return events


needs_recordings = pytest.mark.skipif(not FOLDER, reason="PERPETUO_RECORDINGS_DIR is not set")


def pieces(stream: bytes, size: int) -> list[bytes]:
    return [stream[start : start + size] for start in range(0, len(stream), size)]


def decode(api: str, parts: list[bytes], context: ReplyContext) -> tuple[bytes, Any]:
    decoder = PROTOCOLS[PROTOCOL_OF_API[api]].stream_decoder(context)
    return b"".join([decoder.feed(part) for part in parts] + [decoder.end()]), decoder


@needs_recordings
@pytest.mark.parametrize("case", load("chat", streaming=True).values(), ids=load("chat", streaming=True))
def test_a_chat_stream_loses_nothing(case: dict[str, Any], read_stream: Read) -> None:
    stream = body_of(case)
    shown, decoder = decode("chat", [stream], SHOWN)
    expected = read_stream(stream) | {"done": True}
    assert decoder.failure is None
    assert shown.startswith(stream.rstrip())
    assert read_stream(shown) == expected
    hidden, hidden_decoder = decode("chat", pieces(stream, 97), HIDDEN)
    assert read_stream(hidden) == expected | {"usage": None}
    assert hidden_decoder.usage == decoder.usage
    assert decode("chat", pieces(stream, 1), SHOWN)[0] == shown
    if expected["usage"]:
        assert decoder.usage.input_tokens == expected["usage"]["prompt_tokens"]
    assert decoder.finish_reason == expected["finish"]


@needs_recordings
@pytest.mark.parametrize("case", load("chat", streaming=False).values(), ids=load("chat", streaming=False))
def test_a_chat_reply_loses_nothing(case: dict[str, Any]) -> None:
    body = body_of(case)
    reply = PROTOCOLS["openai_chat"].decode_reply(body, HIDDEN)
    if not isinstance(json.loads(body), dict) or "choices" not in json.loads(body):
        assert isinstance(reply, UpstreamFailure)
        return
    assert isinstance(reply, Reply)
    assert reply.body == body
    usage = json.loads(body).get("usage")
    if usage:
        assert reply.usage.input_tokens == usage["prompt_tokens"]
        assert reply.usage.source == "reported"


@needs_recordings
@pytest.mark.parametrize("case", load("messages", streaming=True).values(), ids=load("messages", streaming=True))
def test_a_messages_stream_loses_nothing(case: dict[str, Any], read_stream: Read) -> None:
    stream = body_of(case)
    out, decoder = decode("messages", [stream], SHOWN)
    assert decoder.failure is None
    expected = reference("messages", stream)
    read = read_stream(out)
    assert (read["text"], read["reasoning"]) == (expected["text"], expected["reasoning"])
    assert [(call["id"], call["name"], json.loads(call["arguments"])) for call in read["tools"]] == [
        (call["id"], call["name"], json.loads(call["arguments"] or "{}")) for call in expected["tools"].values()
    ]
    counts = expected["usage"]
    whole = sum(
        counts.get(name) or 0 for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    assert (decoder.usage.input_tokens, decoder.usage.output_tokens) == (whole, counts["output_tokens"])
    assert decode("messages", pieces(stream, 1), SHOWN)[0] == out


@needs_recordings
@pytest.mark.parametrize("case", load("messages", streaming=False).values(), ids=load("messages", streaming=False))
def test_a_messages_reply_loses_nothing(case: dict[str, Any], read_reply: Read) -> None:
    reply = PROTOCOLS["anthropic_messages"].decode_reply(body_of(case), HIDDEN)
    assert isinstance(reply, Reply)
    read = read_reply(reply.body)
    blocks = json.loads(body_of(case))["content"]
    assert read["text"] == "".join(block["text"] for block in blocks if block["type"] == "text")
    assert [(call["id"], call["name"], json.loads(call["arguments"])) for call in read["tools"]] == [
        (block["id"], block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"
    ]


@needs_recordings
@pytest.mark.parametrize("case", load("converse", streaming=True).values(), ids=load("converse", streaming=True))
def test_a_converse_stream_loses_nothing(case: dict[str, Any], read_stream: Read) -> None:
    stream = body_of(case)
    out, decoder = decode("converse", [stream], SHOWN)
    assert decoder.failure is None
    read = read_stream(out)
    events = converse_events(stream)
    deltas = [event.get("delta") or {} for name, event in events if name == "contentBlockDelta"]
    assert read["text"] == "".join(delta.get("text") or "" for delta in deltas)
    reasoning = [delta["reasoningContent"] for delta in deltas if "reasoningContent" in delta]
    assert read["reasoning"] == "".join(part.get("text") or "" for part in reasoning)
    inputs: dict[int, str] = {}
    for name, event in events:
        if name == "contentBlockDelta" and "toolUse" in event["delta"]:
            index = event["contentBlockIndex"]
            inputs[index] = inputs.get(index, "") + event["delta"]["toolUse"]["input"]
    tools = {
        event["contentBlockIndex"]: event["start"]["toolUse"]
        for name, event in events
        if name == "contentBlockStart" and "toolUse" in event["start"] and "type" not in event["start"]["toolUse"]
    }
    assert [(call["id"], call["name"], json.loads(call["arguments"])) for call in read["tools"]] == [
        (tool["toolUseId"], tool["name"], json.loads(inputs.get(index) or "{}")) for index, tool in tools.items()
    ]
    usage = next(event["usage"] for name, event in events if name == "metadata")
    assert (decoder.usage.input_tokens, decoder.usage.output_tokens) == (
        usage["totalTokens"] - usage["outputTokens"],
        usage["outputTokens"],
    )
    assert decode("converse", pieces(stream, 1), SHOWN)[0] == out


@needs_recordings
@pytest.mark.parametrize("case", load("converse", streaming=False).values(), ids=load("converse", streaming=False))
def test_a_converse_reply_loses_nothing(case: dict[str, Any], read_reply: Read) -> None:
    reply = PROTOCOLS["bedrock_converse"].decode_reply(body_of(case), HIDDEN)
    assert isinstance(reply, Reply)
    read = read_reply(reply.body)
    answer = json.loads(body_of(case))
    blocks = answer["output"]["message"]["content"]
    cited = [part for block in blocks for part in block.get("citationsContent", {}).get("content", ())]
    assert sorted(read["text"]) == sorted("".join(part.get("text") or "" for part in (*blocks, *cited)))
    assert [(call["id"], call["name"], json.loads(call["arguments"])) for call in read["tools"]] == [
        (tool["toolUseId"], tool["name"], tool["input"])
        for tool in (block["toolUse"] for block in blocks if "toolUse" in block)
        if tool.get("type") != "server_tool_use"
    ]
    reasoning = [block["reasoningContent"] for block in blocks if "reasoningContent" in block]
    assert read["reasoning"] == "".join(part.get("reasoningText", {}).get("text", "") for part in reasoning)
    usage = answer["usage"]
    assert reply.usage.input_tokens == usage["totalTokens"] - usage["outputTokens"]
    assert reply.usage.output_tokens == usage["outputTokens"]
    links = [
        citation["location"]["web"]["url"]
        for block in blocks
        for citation in block.get("citationsContent", {}).get("citations", ())
        if "web" in citation.get("location", {})
    ]
    annotations = json.loads(reply.body)["choices"][0]["message"].get("annotations", [])
    assert [annotation["url_citation"]["url"] for annotation in annotations] == links


def generated(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Of one candidate of generateContent, in one or more answers, read the plain way."""
    seen: dict[str, Any] = {"text": "", "reasoning": "", "calls": [], "signatures": [], "usage": {}, "reason": None}
    for answer in answers:
        seen["usage"] |= answer.get("usageMetadata") or {}
        for candidate in answer.get("candidates") or ():
            assert candidate.get("index", 0) == 0
            seen["reason"] = candidate.get("finishReason") or seen["reason"]
            for part in (candidate.get("content") or {}).get("parts") or ():
                seen["reasoning" if part.get("thought") else "text"] += part.get("text") or ""
                if "functionCall" in part:
                    seen["calls"].append(part["functionCall"])
                if "thoughtSignature" in part:
                    seen["signatures"].append(part["thoughtSignature"])
    return seen


def assert_generated(seen: dict[str, Any], read: dict[str, Any], usage: Any, out: bytes) -> None:
    assert (read["text"], read["reasoning"]) == (seen["text"], seen["reasoning"])
    assert [(call["name"], json.loads(call["arguments"])) for call in read["tools"]] == [
        (call["name"], call.get("args") or {}) for call in seen["calls"]
    ]
    for call, theirs in zip(read["tools"], seen["calls"], strict=True):
        assert call["id"] == theirs.get("id", call["id"])
    assert len({call["id"] for call in read["tools"]}) == len(read["tools"])
    for signature in seen["signatures"]:
        assert signature.encode() in out
    counts = seen["usage"]
    generated_tokens = counts.get("candidatesTokenCount", 0) + counts.get("thoughtsTokenCount", 0)
    assert usage.output_tokens == generated_tokens
    assert usage.input_tokens == counts["totalTokenCount"] - generated_tokens
    if seen["reason"] in ("STOP", "MAX_TOKENS"):
        stop = "tool_calls" if seen["calls"] else "stop"
        assert read["finish"] == ("length" if seen["reason"] == "MAX_TOKENS" else stop)


@needs_recordings
@pytest.mark.parametrize("case", load("gemini", streaming=True).values(), ids=load("gemini", streaming=True))
def test_a_generate_content_stream_loses_nothing(case: dict[str, Any], read_stream: Read) -> None:
    stream = body_of(case)
    out, decoder = decode("gemini", [stream], SHOWN)
    assert decoder.failure is None
    answers = [json.loads(line[5:]) for line in stream.decode().splitlines() if line.startswith("data:")]
    assert_generated(generated(answers), read_stream(out), decoder.usage, out)
    assert decode("gemini", pieces(stream, 1), SHOWN)[0] == out


@needs_recordings
@pytest.mark.parametrize("case", load("gemini", streaming=False).values(), ids=load("gemini", streaming=False))
def test_a_generate_content_reply_loses_nothing(case: dict[str, Any], read_reply: Read) -> None:
    reply = PROTOCOLS["gemini_generate"].decode_reply(body_of(case), HIDDEN)
    assert isinstance(reply, Reply)
    assert_generated(generated([json.loads(body_of(case))]), read_reply(reply.body), reply.usage, reply.body)


@needs_recordings
def test_errors_of_generate_content_are_told_by_status_and_say_when_to_come_back() -> None:
    for seen in json.loads((Path(FOLDER or "") / "observed_errors.json").read_bytes()):
        if seen["api"] == "gemini":
            failure = PROTOCOLS["gemini_generate"].decode_error(seen["status"], (), seen["body"].encode())
            assert failure.type in ("RESOURCE_EXHAUSTED", "UNAVAILABLE")
            assert (failure.retry_after_s is not None) == ("retryDelay" in seen["body"])


def said_by_cohere(case: dict[str, Any], *, stream: bool) -> dict[str, Any]:
    """Text, reasoning, calls, end and counts, read the plain way."""
    seen: dict[str, Any] = {"text": "", "reasoning": "", "tools": [], "end": {}}
    if not stream:
        whole = json.loads(body_of(case))
        message = whole["message"]
        for part in message.get("content") or []:
            seen["text"] += part.get("text") or ""
            seen["reasoning"] += part.get("thinking") or ""
        seen["reasoning"] += message.get("tool_plan") or ""
        seen["tools"] = [(call["id"], call["function"]) for call in message.get("tool_calls") or []]
        return seen | {"end": whole}
    for line in body_of(case).decode().split("\n"):
        event = json.loads(line[5:]) if line.startswith("data: {") else {}
        delta = event.get("delta") or {}
        message = delta.get("message") or {}
        if event.get("type") in ("content-start", "content-delta"):
            seen["text"] += message["content"].get("text") or ""
            seen["reasoning"] += message["content"].get("thinking") or ""
        elif event.get("type") == "tool-plan-delta":
            seen["reasoning"] += message["tool_plan"]
        elif event.get("type") == "tool-call-start":
            seen["tools"].append((message["tool_calls"]["id"], dict(message["tool_calls"]["function"])))
        elif event.get("type") == "tool-call-delta":
            seen["tools"][-1][1]["arguments"] += message["tool_calls"]["function"]["arguments"]
        elif event.get("type") == "message-end":
            seen["end"] = delta
    return seen


@needs_recordings
@pytest.mark.parametrize("streaming", [True, False])
def test_a_cohere_answer_loses_nothing(streaming: bool, read_stream: Read, read_reply: Read) -> None:
    for name, case in load("cohere-v2", streaming=streaming).items():
        if streaming:
            out, decoder = decode("cohere-v2", [body_of(case)], SHOWN)
            assert decoder.failure is None, name
            assert decode("cohere-v2", pieces(body_of(case), 1), SHOWN)[0] == out
            read, usage, finish = read_stream(out), decoder.usage, decoder.finish_reason
        else:
            reply = PROTOCOLS["cohere_chat"].decode_reply(body_of(case), SHOWN)
            assert isinstance(reply, Reply), name
            read, usage, finish = read_reply(reply.body), reply.usage, reply.finish_reason
        expected = said_by_cohere(case, stream=streaming)
        assert (read["text"], read["reasoning"]) == (expected["text"], expected["reasoning"]), name
        assert [(call["id"], call["name"], json.loads(call["arguments"])) for call in read["tools"]] == [
            (id_, function["name"], json.loads(function["arguments"] or "{}")) for id_, function in expected["tools"]
        ], name
        counts = expected["end"]["usage"]["tokens"]
        assert (usage.input_tokens, usage.output_tokens) == (counts["input_tokens"], counts["output_tokens"]), name
        assert usage.cached_input_tokens == expected["end"]["usage"].get("cached_tokens"), name
        assert usage.reasoning_tokens == counts.get("reasoning_tokens"), name
        assert finish == read["finish"]
        assert finish == {"COMPLETE": "stop", "TOOL_CALL": "tool_calls"}.get(expected["end"]["finish_reason"], finish)


@needs_recordings
@pytest.mark.parametrize("streaming", [True, False])
def test_what_claude_cites_and_signs_is_kept(streaming: bool) -> None:
    for name, case in load("messages", streaming=streaming).items():
        body = body_of(case).decode()
        if streaming:
            events = [json.loads(line[5:]) for line in body.splitlines() if line.startswith("data:")]
            deltas = [event.get("delta") or {} for event in events]
            signed = [delta["signature"] for delta in deltas if "signature" in delta]
            cited = [delta["citation"]["cited_text"] for delta in deltas if "citation" in delta]
            shown = decode("messages", [body.encode()], SHOWN)[0].decode()
        else:
            blocks = json.loads(body)["content"]
            signed = [block["signature"] for block in blocks if block.get("signature")]
            cited = [citation["cited_text"] for block in blocks for citation in block.get("citations") or []]
            reply = PROTOCOLS["anthropic_messages"].decode_reply(body.encode(), SHOWN)
            assert isinstance(reply, Reply)
            shown = reply.body.decode()
        for text in signed + cited:
            assert json.dumps(text, ensure_ascii=False) in shown, name


@needs_recordings
@pytest.mark.parametrize("api", PROTOCOL_OF_API)
def test_an_error_body_keeps_its_message(api: str) -> None:
    protocol = PROTOCOLS[PROTOCOL_OF_API[api]]
    for name, case in load(api, streaming=False, ok=False).items():
        failure = protocol.decode_error(case["response"]["status"], (), body_of(case))
        assert failure.message[:40] in json.dumps(json.loads(body_of(case)), ensure_ascii=False).replace('\\"', '"'), (
            name
        )


@needs_recordings
def test_errors_seen_inside_streams_are_told_by_status() -> None:
    for seen in json.loads((Path(FOLDER or "") / "observed_errors.json").read_bytes()):
        if seen["api"] not in PROTOCOL_OF_API or not seen["stream"]:
            continue
        _, decoder = decode(seen["api"], pieces(seen["body"].encode(), 13), SHOWN)
        assert decoder.failure is not None
        assert decoder.failure.kind == "in_band"
        assert decoder.failure.status is not None
