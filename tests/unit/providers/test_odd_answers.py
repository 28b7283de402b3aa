"""Answers that are odd and still right, as vendors and the servers in front of them send them: nothing gets lost.

Each is written by hand after what the vendor's documentation allows or an issue thread showed, and is decoded whole and
in single bytes. What it must come to is said here in words of its own.
"""

import json
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

import pytest

from perpetuo.core.usage import Usage
from perpetuo.providers.base import Reply, ReplyContext
from perpetuo.providers.registry import PROTOCOLS
from plain_readers import Choice, read_openai

CONTEXT = ReplyContext("chatcmpl-x", 1, include_usage=True, model_id="m")


@dataclass(frozen=True)
class Odd:
    """counts: input, cached, output, reasoning. choices: of a stream or reply with several."""

    protocol: str
    body: bytes
    streaming: bool = False
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    finish: str = "stop"
    counts: tuple[int, int, int, int] | None = None
    urls: tuple[str, ...] = ()
    choices: tuple[str, ...] = field(default=())


def events(*documents: Any, end: str = "\n\n", event: bool = False) -> bytes:
    """event: with the type's name in front, as Anthropic and Cohere write it."""
    lines: list[str] = []
    for document in documents:
        told = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
        name = f"event: {document['type']}{end[: len(end) // 2]}" if event else ""
        lines.append(told if told.startswith((":", "data:", "event:")) else f"{name}data: {told}")
    return "".join(line + end for line in lines).encode()


def chunk(delta: Any = None, finish: Any = None, index: int = 0, **more: Any) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **more}


def completion(message: Any, finish: Any = "stop", **more: Any) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return json.dumps({"id": "c", "object": "chat.completion", "model": "m", "choices": [choice], **more}).encode()


USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
SAID = (7, 0, 5, 0)
CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}


def part_of_call(arguments: Any, index: int = 0) -> dict[str, Any]:
    return {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}


OPENAI: dict[str, Odd] = {
    "line ends are CRLF": Odd(
        "openai_chat",
        events(chunk({"content": "a\u2028b\u00fc"}), chunk({}, "stop"), "[DONE]", end="\r\n\r\n"),
        streaming=True,
        text="a\u2028b\u00fc",
    ),
    "no [DONE], no blank line behind the last chunk": Odd(
        "openai_chat", events(chunk({"content": "a"}), chunk({}, "stop")).rstrip(), streaming=True, text="a"
    ),
    "comments between chunks, and before the first": Odd(
        "openai_chat",
        events(": OPENROUTER PROCESSING", chunk({"content": "a"}), ": ping", chunk({}, "stop"), "[DONE]"),
        streaming=True,
        text="a",
    ),
    "usage in a chunk whose choices are null, behind the finish": Odd(
        "openai_chat",
        events(chunk({"content": "a"}), chunk({}, "stop"), {"choices": None, "usage": USAGE}, "[DONE]"),
        streaming=True,
        text="a",
        counts=SAID,
    ),
    "usage in the finishing chunk and once more behind it": Odd(
        "openai_chat",
        events(chunk({"content": "a"}), chunk({}, "stop", usage=USAGE), {"choices": [], "usage": USAGE}, "[DONE]"),
        streaming=True,
        text="a",
        counts=SAID,
    ),
    "running usage in every chunk": Odd(
        "openai_chat",
        events(
            chunk({"content": "a"}, usage={"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}),
            chunk({"content": "b"}, usage={"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}),
            chunk({}, "stop", usage=USAGE),
            "[DONE]",
        ),
        streaming=True,
        text="ab",
        counts=SAID,
    ),
    "usage only in Groq's own place": Odd(
        "openai_chat",
        events(chunk({"content": "a"}), chunk({}, "stop", x_groq={"id": "r", "usage": USAGE}), "[DONE]"),
        streaming=True,
        text="a",
        counts=SAID,
    ),
    "finish reasons that are empty until the end, and then come twice": Odd(
        "openai_chat",
        events(chunk({"content": "a"}, ""), chunk({"content": ""}, "length"), chunk({}, "length"), "[DONE]"),
        streaming=True,
        text="a",
        finish="length",
    ),
    "Azure's filter results before the first and behind the last chunk": Odd(
        "openai_chat",
        events(
            {"choices": [], "id": "", "model": "", "object": "", "prompt_filter_results": [{"prompt_index": 0}]},
            chunk({"content": "a", "role": "assistant"}),
            chunk({}, "content_filter"),
            {
                "choices": [
                    {"index": 0, "finish_reason": None, "content_filter_results": {}, "content_filter_offsets": {}}
                ]
            },
            "[DONE]",
        ),
        streaming=True,
        text="a",
        finish="content_filter",
    ),
    "a choice that ends with a filter and says nothing": Odd(
        "openai_chat", events(chunk({}, "content_filter"), "[DONE]"), streaming=True, finish="content_filter"
    ),
    "null in every place of a delta": Odd(
        "openai_chat",
        events(
            chunk({"role": None, "content": None, "tool_calls": None, "function_call": None, "refusal": None}),
            chunk(None),
            chunk({"content": "a", "reasoning": None}),
            chunk({"content": None}, "stop"),
            "[DONE]",
        ),
        streaming=True,
        text="a",
    ),
    "several choices, mixed": Odd(
        "openai_chat",
        events(
            chunk({"content": "x"}, index=1),
            chunk({"content": "a"}),
            chunk({"content": "y"}, index=1),
            chunk({}, "stop"),
            chunk({}, "length", index=1),
            {"choices": [], "usage": USAGE},
            "[DONE]",
        ),
        streaming=True,
        text="a",
        counts=SAID,
        choices=("a", "xy"),
    ),
    "two calls whose parts come mixed, one of them without arguments": Odd(
        "openai_chat",
        events(
            chunk({"tool_calls": [CALL, CALL | {"index": 1, "id": "call_2"}]}),
            chunk(part_of_call('{"a"')),
            chunk(part_of_call(":1}")),
            chunk({}, "tool_calls"),
            "[DONE]",
        ),
        streaming=True,
        calls=(("f", {"a": 1}), ("f", {})),
        finish="tool_calls",
    ),
    "the old function_call": Odd(
        "openai_chat",
        events(
            chunk({"function_call": {"name": "f", "arguments": ""}}),
            chunk({"function_call": {"arguments": '{"a":1}'}}),
            chunk({}, "function_call"),
            "[DONE]",
        ),
        streaming=True,
        calls=(("f", {"a": 1}),),
        finish="function_call",
    ),
    "a refusal, streamed": Odd(
        "openai_chat",
        events(chunk({"refusal": "I "}), chunk({"refusal": "won't"}), chunk({}, "stop"), "[DONE]"),
        streaming=True,
        refusal="I won't",
    ),
    "only reasoning, then the limit": Odd(
        "openai_chat",
        events(chunk({"reasoning": "hm"}), chunk({}, "length"), "[DONE]"),
        streaming=True,
        reasoning="hm",
        finish="length",
    ),
    "the answer ends with the usage of audio and of predictions": Odd(
        "openai_chat",
        completion(
            {"content": None, "audio": {"id": "a", "data": "AA==", "transcript": "hi", "expires_at": 1}},
            usage=USAGE | {"completion_tokens_details": {"audio_tokens": 3, "rejected_prediction_tokens": 0}},
        ),
        counts=SAID,
    ),
    "log probabilities and fields that nobody knows": Odd(
        "openai_chat",
        completion(
            {"content": "a", "padding": "\ud83d\ude00"}, usage=USAGE, kv_transfer_params=None, timings={"n": 1.5}
        ),
        text="a",
        counts=SAID,
    ),
    "whole, a refusal": Odd("openai_chat", completion({"content": None, "refusal": "no"}), refusal="no"),
    "an empty text that was finished": Odd("openai_chat", completion({"content": ""}, usage=USAGE), counts=SAID),
    "counts that are floats": Odd(
        "openai_chat",
        completion({"content": "a"}, usage={"prompt_tokens": 7.0, "completion_tokens": 5.0, "total_tokens": 12.0}),
        text="a",
        counts=SAID,
    ),
    "an error that is null, an error that is empty": Odd(
        "openai_chat",
        events(chunk({"content": "a"}, error=None), chunk({}, "stop", error=""), "[DONE]"),
        streaming=True,
        text="a",
    ),
    "white space in front of the answer keeps a proxy awake": Odd(
        "openai_chat", b"\n\n   \n" + completion({"content": "a"}), text="a"
    ),
    "reasoning beside the output, as xAI counts": Odd(
        "openai_chat",
        completion(
            {"content": "a", "reasoning_content": "hm"},
            usage={
                "prompt_tokens": 7,
                "completion_tokens": 1,
                "total_tokens": 12,
                "completion_tokens_details": {"reasoning_tokens": 4},
            },
        ),
        text="a",
        reasoning="hm",
        counts=(7, 0, 5, 4),
    ),
}


def start(**usage: Any) -> dict[str, Any]:
    told = {"input_tokens": 7, "output_tokens": 1} | usage
    message = {"id": "msg", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": told}
    return {"type": "message_start", "message": message}


def block(index: int, content_block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": content_block},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text_block(index: int, *pieces: str) -> list[dict[str, Any]]:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


def stop(reason: str | None = "end_turn", **usage: Any) -> list[dict[str, Any]]:
    delta = {"stop_reason": reason, "stop_sequence": None}
    told = {"output_tokens": 5} | usage
    return [{"type": "message_delta", "delta": delta, "usage": told}, {"type": "message_stop"}]


def tool_block(index: int, *pieces: str, input: Any = None) -> list[dict[str, Any]]:
    opened = {"type": "tool_use", "id": f"toolu_{index}", "name": "f", "input": {} if input is None else input}
    return block(index, opened, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


def anthropic_reply(*content: dict[str, Any], stop_reason: str = "end_turn", **usage: Any) -> bytes:
    told = {"input_tokens": 7, "output_tokens": 5} | usage
    message = {"id": "msg", "type": "message", "role": "assistant", "model": "m", "content": content}
    return json.dumps(message | {"stop_reason": stop_reason, "usage": told}).encode()


SEARCHED = {"type": "web_search_result_location", "url": "https://a.test/", "title": "A", "cited_text": "a"}
ANTHROPIC: dict[str, Odd] = {
    "pings everywhere, an event that nobody knows, CRLF": Odd(
        "anthropic_messages",
        events(
            {"type": "ping"},
            start(),
            {"type": "ping"},
            *text_block(0, "a", "\u00fc"),
            {"type": "later"},
            *stop(),
            end="\r\n\r\n",
            event=True,
        ),
        streaming=True,
        text="a\u00fc",
        counts=SAID,
    ),
    "without `event` lines": Odd(
        "anthropic_messages", events(start(), *text_block(0, "a"), *stop()), streaming=True, text="a", counts=SAID
    ),
    "a server's tool between two texts": Odd(
        "anthropic_messages",
        events(
            start(),
            *text_block(0, "a"),
            *block(
                1,
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
                {"type": "input_json_delta", "partial_json": '{"query": "x"}'},
            ),
            *block(2, {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [{"type": "x"}]}),
            *block(
                3,
                {"type": "text", "text": "", "citations": []},
                {"type": "citations_delta", "citation": SEARCHED},
                {"type": "text_delta", "text": "b"},
            ),
            *stop(server_tool_use={"web_search_requests": 1}),
            event=True,
        ),
        streaming=True,
        text="ab",
        counts=SAID,
        urls=("https://a.test/",),
    ),
    "calls without arguments, in each way": Odd(
        "anthropic_messages",
        events(start(), *tool_block(0), *tool_block(1, ""), *tool_block(2, "", '{"a": ', "1}"), *stop("tool_use")),
        streaming=True,
        calls=(("f", {}), ("f", {}), ("f", {"a": 1})),
        finish="tool_calls",
        counts=SAID,
    ),
    "arguments that come whole with the start": Odd(
        "anthropic_messages",
        events(start(), *tool_block(0, input={"a": [1, "\u00fc"]}), *stop("tool_use")),
        streaming=True,
        calls=(("f", {"a": [1, "\u00fc"]}),),
        finish="tool_calls",
        counts=SAID,
    ),
    "the input is told at the end, with the cache": Odd(
        "anthropic_messages",
        events(
            start(input_tokens=0, output_tokens=0),
            *text_block(0, "a"),
            *stop(input_tokens=2, cache_read_input_tokens=4, cache_creation_input_tokens=1),
        ),
        streaming=True,
        text="a",
        counts=(7, 4, 5, 0),
    ),
    "counts that are null at the end do not undo those of the start": Odd(
        "anthropic_messages",
        events(
            start(cache_read_input_tokens=3, input_tokens=4),
            *text_block(0, "a"),
            *stop(input_tokens=None, cache_read_input_tokens=None),
        ),
        streaming=True,
        text="a",
        counts=(7, 3, 5, 0),
    ),
    "thinking that is left out, then text": Odd(
        "anthropic_messages",
        events(
            start(),
            *block(
                0, {"type": "thinking", "thinking": "", "signature": ""}, {"type": "signature_delta", "signature": "s"}
            ),
            *text_block(1, "a"),
            *stop(),
        ),
        streaming=True,
        text="a",
        counts=SAID,
    ),
    "a refusal without a word": Odd(
        "anthropic_messages", events(start(), *stop("refusal")), streaming=True, finish="content_filter", counts=SAID
    ),
    "whole: a refusal without content": Odd(
        "anthropic_messages", anthropic_reply(stop_reason="refusal"), finish="content_filter", counts=SAID
    ),
    "whole: texts, a server's tool, null citations": Odd(
        "anthropic_messages",
        anthropic_reply(
            {"type": "text", "text": "a", "citations": None},
            {"type": "mcp_tool_use", "id": "m", "name": "x", "server_name": "s", "input": {}},
            {
                "type": "mcp_tool_result",
                "tool_use_id": "m",
                "is_error": False,
                "content": [{"type": "text", "text": "-"}],
            },
            {"type": "text", "text": "b", "citations": [SEARCHED]},
        ),
        text="ab",
        counts=SAID,
        urls=("https://a.test/",),
    ),
    "whole: a stop reason that nobody knows": Odd(
        "anthropic_messages", anthropic_reply({"type": "text", "text": "a"}, stop_reason="later"), text="a", counts=SAID
    ),
}


def gemini(*parts: dict[str, Any], finish: str | None = None, index: int | None = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}}
    if finish:
        candidate["finishReason"] = finish
    if index is not None:
        candidate["index"] = index
    return {"candidates": [candidate], "modelVersion": "m", **more}


SPENT = {"usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 5, "totalTokenCount": 12}}
WEB = {
    "groundingChunks": [{"web": {"uri": "https://a.test/", "title": "A"}}],
    "groundingSupports": [{"segment": {"endIndex": 2, "text": "\u00fc"}, "groundingChunkIndices": [0]}],
}
GEMINI: dict[str, Odd] = {
    "the finish comes with no content at all": Odd(
        "gemini_generate",
        events(gemini({"text": "a"}), {"candidates": [{"finishReason": "STOP", "index": 0}], **SPENT}),
        streaming=True,
        text="a",
        counts=SAID,
    ),
    "usage behind the finish, CRLF, no candidates": Odd(
        "gemini_generate",
        events(gemini({"text": "a"}, finish="STOP"), SPENT, end="\r\n\r\n"),
        streaming=True,
        text="a",
        counts=SAID,
    ),
    "a finish twice": Odd(
        "gemini_generate",
        events(gemini({"text": "a"}, finish="STOP"), gemini({"text": ""}, finish="STOP", **SPENT)),
        streaming=True,
        text="a",
        counts=SAID,
    ),
    "calls without arguments, without ids, in two events": Odd(
        "gemini_generate",
        events(
            gemini({"functionCall": {"name": "f"}}),
            gemini(
                {"functionCall": {"name": "f", "args": None}}, {"functionCall": {"name": "f", "args": {"a": "\u00fc"}}}
            ),
            gemini({"text": ""}, finish="STOP", **SPENT),
        ),
        streaming=True,
        calls=(("f", {}), ("f", {}), ("f", {"a": "\u00fc"})),
        finish="tool_calls",
        counts=SAID,
    ),
    "what tools of the vendor's brought, thoughts and the cache are counted": Odd(
        "gemini_generate",
        json.dumps(
            gemini(
                {"text": "hm", "thought": True},
                {"text": "a"},
                finish="MAX_TOKENS",
                usageMetadata={
                    "promptTokenCount": 5,
                    "toolUsePromptTokenCount": 2,
                    "cachedContentTokenCount": 3,
                    "candidatesTokenCount": 1,
                    "thoughtsTokenCount": 4,
                    "totalTokenCount": 12,
                },
            )
        ).encode(),
        text="a",
        reasoning="hm",
        finish="length",
        counts=(7, 3, 5, 4),
    ),
    "code that ran, between texts": Odd(
        "gemini_generate",
        json.dumps(
            gemini(
                {"text": "a"},
                {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}},
                {"text": "b"},
                finish="STOP",
                **SPENT,
            )
        ).encode(),
        text="ab",
        counts=SAID,
    ),
    "sources of a text that is no ASCII": Odd(
        "gemini_generate",
        events(
            gemini({"text": "\u00fc"}),
            {"candidates": [{"finishReason": "STOP", "groundingMetadata": WEB}], **SPENT},
        ),
        streaming=True,
        text="\u00fc",
        counts=SAID,
        urls=("https://a.test/",),
    ),
    "the prompt was refused": Odd(
        "gemini_generate",
        events(
            {
                "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
                "usageMetadata": {"promptTokenCount": 7, "totalTokenCount": 7},
            }
        ),
        streaming=True,
        finish="content_filter",
        counts=(7, 0, 0, 0),
    ),
    "filtered in the middle": Odd(
        "gemini_generate",
        events(gemini({"text": "a"}), {"candidates": [{"finishReason": "SAFETY", "safetyRatings": []}], **SPENT}),
        streaming=True,
        text="a",
        finish="content_filter",
        counts=SAID,
    ),
    "an array of answers, as it comes to who did not ask for events": Odd(
        "gemini_generate",
        b"["
        + json.dumps(gemini({"text": "a"})).encode()
        + b"\n,\r\n"
        + json.dumps(gemini({"text": 'b],{"'}, finish="STOP", **SPENT)).encode()
        + b"\n]",
        streaming=True,
        text='ab],{"',
        counts=SAID,
    ),
}


def message(event_type: str, payload: Any, kind: str = "event") -> bytes:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html"""
    headers = {f":{kind}-type": event_type, ":content-type": "application/json", ":message-type": kind}
    head = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", len(head) + len(body) + 16, len(head))
    framed = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + body
    return framed + struct.pack(">I", zlib.crc32(framed))


def converse_stream(*told: tuple[str, Any]) -> bytes:
    return b"".join(message(name, payload) for name, payload in told)


def delta(index: int, **content: Any) -> tuple[str, Any]:
    return "contentBlockDelta", {"contentBlockIndex": index, "delta": content}


def tool_start(index: int, **more: Any) -> tuple[str, Any]:
    tool = {"toolUseId": f"tooluse_{index}", "name": "f", **more}
    return "contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": tool}}


CONVERSE_SPENT = {"inputTokens": 7, "outputTokens": 5, "totalTokens": 12}
METADATA = ("metadata", {"usage": CONVERSE_SPENT, "metrics": {"latencyMs": 1}})


def converse(*content: dict[str, Any], stop_reason: str = "end_turn", **usage: Any) -> bytes:
    output = {"message": {"role": "assistant", "content": list(content)}}
    return json.dumps({"output": output, "stopReason": stop_reason, "usage": CONVERSE_SPENT | usage}).encode()


BEDROCK: dict[str, Odd] = {
    "a text without a start, an event that nobody knows, no stop of the block": Odd(
        "bedrock_converse",
        converse_stream(
            ("messageStart", {"role": "assistant", "p": "abcdefg"}),
            ("later", {"x": 1}),
            delta(0, text="a\u00fc"),
            ("messageStop", {"stopReason": "end_turn", "additionalModelResponseFields": None}),
            METADATA,
        ),
        streaming=True,
        text="a\u00fc",
        counts=SAID,
    ),
    "calls without arguments, and one behind a server's tool": Odd(
        "bedrock_converse",
        converse_stream(
            ("messageStart", {"role": "assistant"}),
            tool_start(0),
            ("contentBlockStop", {"contentBlockIndex": 0}),
            tool_start(1, type="server_tool_use"),
            delta(1, toolUse={"input": '{"q":1}'}),
            ("contentBlockStop", {"contentBlockIndex": 1}),
            tool_start(2, type="tool_use"),
            delta(2, toolUse={"input": ""}),
            delta(2, toolUse={"input": '{"a": 1}'}),
            ("contentBlockStop", {"contentBlockIndex": 2}),
            ("messageStop", {"stopReason": "tool_use"}),
            METADATA,
        ),
        streaming=True,
        calls=(("f", {}), ("f", {"a": 1})),
        finish="tool_calls",
        counts=SAID,
    ),
    "a guardrail stepped in": Odd(
        "bedrock_converse",
        converse({"text": "Sorry."}, stop_reason="guardrail_intervened"),
        text="Sorry.",
        finish="content_filter",
        counts=SAID,
    ),
    "blocks of kinds that OpenAI has no form for": Odd(
        "bedrock_converse",
        converse(
            {"text": "a"},
            {"toolResult": {"toolUseId": "x", "content": [{"text": "-"}], "type": "nova_grounding_result"}},
            {"guardContent": {"text": {"text": "-"}}},
            {"later": {}},
            {"text": "b"},
        ),
        text="ab",
        counts=SAID,
    ),
    "what was cached is not in the input": Odd(
        "bedrock_converse",
        converse({"text": "a"}, inputTokens=2, cacheReadInputTokens=4, cacheWriteInputTokens=1),
        text="a",
        counts=(7, 4, 5, 0),
    ),
    "no content, but an end": Odd("bedrock_converse", converse(), counts=SAID),
}


def cohere(type_: str, message: Any = None, index: int | None = None, **delta: Any) -> dict[str, Any]:
    event: dict[str, Any] = {"type": type_}
    if index is not None:
        event["index"] = index
    if message is not None or delta:
        event["delta"] = delta if message is None else {"message": message} | delta
    return event


COHERE_SPENT = {
    "billed_units": {"input_tokens": 1.0, "output_tokens": 2.0},
    "tokens": {"input_tokens": 7.0, "output_tokens": 5.0},
}
COHERE: dict[str, Odd] = {
    "counts are floats, ids and citations null": Odd(
        "cohere_chat",
        json.dumps(
            {
                "id": "x",
                "message": {
                    "role": "assistant",
                    "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
                    "tool_calls": None,
                    "tool_plan": None,
                    "citations": None,
                },
                "finish_reason": "MAX_TOKENS",
                "usage": COHERE_SPENT,
                "logprobs": None,
            }
        ).encode(),
        text="ab",
        finish="length",
        counts=SAID,
    ),
    "a plan, a call without arguments, and no [DONE]": Odd(
        "cohere_chat",
        events(
            cohere(
                "message-start",
                {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []},
            ),
            cohere("tool-plan-delta", {"tool_plan": "I will"}),
            cohere(
                "tool-call-start",
                {"tool_calls": {"id": "f_1", "type": "function", "function": {"name": "f", "arguments": ""}}},
                0,
            ),
            cohere("tool-call-end", index=0),
            cohere("tool-call-start", {"tool_calls": {"id": "f_2", "type": "function", "function": {"name": "f"}}}, 1),
            cohere("tool-call-delta", {"tool_calls": {"function": {"arguments": '{\n "a": 1}'}}}, 1),
            cohere("tool-call-end", index=1),
            cohere("later"),
            cohere("message-end", finish_reason="TOOL_CALL", usage=COHERE_SPENT),
            event=True,
        ),
        streaming=True,
        reasoning="I will",
        calls=(("f", {}), ("f", {"a": 1})),
        finish="tool_calls",
        counts=SAID,
    ),
    "citations of documents, one of which has an address": Odd(
        "cohere_chat",
        events(
            cohere("message-start", {"role": "assistant"}),
            cohere("content-start", {"content": {"type": "text", "text": ""}}, 0),
            cohere("content-delta", {"content": {"text": "a"}}, 0, logprobs=None),
            cohere(
                "citation-start",
                {
                    "citations": {
                        "start": 0,
                        "end": 1,
                        "text": "a",
                        "sources": [
                            {"type": "document", "id": "d:0", "document": {"id": "d:0", "url": "https://a.test/"}},
                            {"type": "tool", "id": "t:0", "tool_output": {"x": "1"}},
                        ],
                        "type": "TEXT_CONTENT",
                    }
                },
                0,
            ),
            cohere("citation-end", index=0),
            cohere("content-end", index=0),
            cohere("message-end", finish_reason="COMPLETE", usage=COHERE_SPENT),
            "[DONE]",
        ),
        streaming=True,
        text="a",
        counts=SAID,
        urls=("https://a.test/",),
    ),
}

ODD = {
    f"{name}: {what}": odd
    for name, cases in [
        ("OpenAI", OPENAI), ("Anthropic", ANTHROPIC), ("Google", GEMINI), ("Bedrock", BEDROCK), ("Cohere", COHERE)
    ]
    for what, odd in cases.items()
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_answer_loses_nothing(odd: Odd) -> None:
    for size in (len(odd.body), 1) if odd.streaming else (0,):
        body, usage, finish_reason = decode(odd, size)
        read = read_openai(body, streaming=odd.streaming)
        first = read.choices.get(0, Choice())
        assert (first.text, first.reasoning, first.refusal) == (odd.text, odd.reasoning, odd.refusal)
        assert tuple((call.name, call.value()) for call in first.calls) == odd.calls
        assert len({call.id for call in first.calls}) == len(first.calls)
        assert (first.finish, finish_reason) == (odd.finish, odd.finish)
        assert tuple(first.urls) == odd.urls
        if odd.counts is None:
            assert usage.source == "none"
        else:
            counts = (
                usage.input_tokens,
                usage.cached_input_tokens or 0,
                usage.output_tokens,
                usage.reasoning_tokens or 0,
            )
            assert counts == odd.counts
            assert read.counts is not None
        if odd.choices:
            assert tuple(read.choices[index].text for index in sorted(read.choices)) == odd.choices


def decode(odd: Odd, size: int) -> tuple[bytes, Usage, str | None]:
    protocol = PROTOCOLS[odd.protocol]
    if not odd.streaming:
        reply = protocol.decode_reply(odd.body, CONTEXT)
        assert isinstance(reply, Reply), reply
        return reply.body, reply.usage, reply.finish_reason
    decoder = protocol.stream_decoder(CONTEXT)
    pieces = [odd.body[start : start + size] for start in range(0, len(odd.body), size)]
    out = b"".join([decoder.feed(piece) for piece in pieces] + [decoder.end()])
    assert decoder.failure is None
    assert decoder.done
    return out, decoder.usage, decoder.finish_reason
