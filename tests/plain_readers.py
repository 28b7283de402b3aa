"""What an answer says, read the plain way and without any code of `perpetuo`: what vendors sent, and what clients got.

Each reader knows its vendor's format from the vendor's documentation alone (read 2026-11-24):
https://developers.openai.com/api/reference/resources/chat, https://platform.claude.com/docs/en/api/messages,
https://ai.google.dev/api/generate-content, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html,
https://docs.cohere.com/reference/chat.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """arguments: as JSON text."""

    id: str | None = None
    name: str = ""
    arguments: str = ""

    def value(self) -> Any:
        """The arguments as a value; as they are where they are no JSON, as an answer cut by its limit leaves them."""
        try:
            return json.loads(self.arguments or "{}")
        except ValueError:
            return self.arguments


@dataclass
class Counts:
    """None: not told. input holds what was cached, output holds the reasoning."""

    input: int | None = None
    cached: int | None = None
    output: int | None = None
    reasoning: int | None = None


@dataclass
class Choice:
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: list[Call] = field(default_factory=list[Call])
    finish: str | None = None
    urls: list[str] = field(default_factory=list[str])


@dataclass
class Read:
    """choices: by index. counts: None where no usage was told. errors: in-band. done: the end of a stream came."""

    choices: dict[int, Choice] = field(default_factory=dict[int, Choice])
    counts: Counts | None = None
    errors: list[Any] = field(default_factory=list[Any])
    done: bool = False

    @property
    def first(self) -> Choice:
        return self.choices.setdefault(0, Choice())

    def has_content(self) -> bool:
        return any(c.text or c.reasoning or c.refusal or c.calls for c in self.choices.values())


def sse_events(stream: bytes) -> Iterator[Any]:
    """The JSON of each event; `[DONE]` as a text. What is cut off in the middle is left out."""
    for block in stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n\n"):
        data = b"\n".join(line[5:].removeprefix(b" ") for line in block.split(b"\n") if line.startswith(b"data:"))
        if data.strip() == b"[DONE]":
            yield "[DONE]"
        elif data.strip():
            try:
                yield json.loads(data)
            except ValueError:
                return


# --- OpenAI: what clients read, and what most vendors write ---


def read_openai(body: bytes, *, streaming: bool) -> Read:
    read = Read()
    calls: dict[tuple[int, int], Call] = {}
    for document in sse_events(body) if streaming else [json.loads(body)]:
        if document == "[DONE]":
            read.done = True
            continue
        if document.get("error"):
            read.errors.append(document["error"])
            continue
        usage = document.get("usage") or (document.get("x_groq") or {}).get("usage")
        if usage:
            read.counts = openai_counts(usage)
        for place, choice in enumerate(document.get("choices") or ()):
            index = choice.get("index", place) or 0
            _read_openai_choice(read.choices.setdefault(index, Choice()), choice, calls, index)
        for url in document.get("citations") or ():  # Perplexity's
            if isinstance(url, str) and url not in read.first.urls:
                read.first.urls.append(url)
    return read


def _read_openai_choice(seen: Choice, choice: dict[str, Any], calls: dict[tuple[int, int], Call], index: int) -> None:
    delta = choice.get("delta") if "message" not in choice else choice["message"]
    delta = delta or {}
    content = delta.get("content")
    if isinstance(content, list):  # Mistral's parts
        for part in content:
            seen.text += part.get("text") or "" if part.get("type") == "text" else ""
            for thought in part.get("thinking") or ():
                seen.reasoning += thought.get("text") or ""
    elif content is not None:
        seen.text += content if isinstance(content, str) else json.dumps(content, sort_keys=True)
    seen.reasoning += delta.get("reasoning_content") or delta.get("reasoning") or ""
    seen.refusal += delta.get("refusal") or ""
    for annotation in delta.get("annotations") or ():
        if annotation.get("type") == "url_citation":
            seen.urls.append(annotation["url_citation"]["url"])
    for place, told in enumerate(delta.get("tool_calls") or ()):
        position = told.get("index", place)
        if (index, position) not in calls:
            calls[index, position] = Call()
            seen.calls.append(calls[index, position])
        _add_call(calls[index, position], told.get("id"), told.get("function") or {})
    if delta.get("function_call"):
        if (index, -1) not in calls:
            calls[index, -1] = Call()
            seen.calls.append(calls[index, -1])
        _add_call(calls[index, -1], None, delta["function_call"])
    seen.finish = choice.get("finish_reason") or seen.finish


def _add_call(call: Call, id: str | None, function: dict[str, Any]) -> None:
    call.id = call.id or id
    call.name = call.name or function.get("name") or ""
    arguments = function.get("arguments")
    call.arguments += arguments if isinstance(arguments, str) else "" if arguments is None else json.dumps(arguments)


def openai_counts(usage: dict[str, Any]) -> Counts | None:
    """xAI counts reasoning beside `completion_tokens`: https://docs.x.ai/docs/guides/reasoning; only the total tells.
    DeepSeek's own name of what was cached: https://api-docs.deepseek.com/api/create-chat-completion."""
    sent, output = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if sent is None and output is None:
        return None
    prompt, completion = usage.get("prompt_tokens_details") or {}, usage.get("completion_tokens_details") or {}
    cached = [prompt.get("cached_tokens"), usage.get("prompt_cache_hit_tokens"), usage.get("cached_tokens")]
    reasoning = [completion.get("reasoning_tokens"), usage.get("reasoning_tokens")]
    counts = Counts(sent, _told(cached), output, _told(reasoning))
    if counts.reasoning and usage.get("total_tokens") == (sent or 0) + (output or 0) + counts.reasoning:
        counts.output = (output or 0) + counts.reasoning
    if counts.cached is not None and sent is not None:
        counts.cached = min(counts.cached, sent)
    return counts


def _told(values: list[int | None]) -> int | None:
    return next((value for value in values if value is not None), None)


# --- Anthropic ---

# https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
ANTHROPIC_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def read_anthropic(body: bytes, *, streaming: bool) -> Read:
    read = Read()
    usage: dict[str, Any] = {}
    blocks: dict[int, Call] = {}
    whole_inputs: dict[int, Any] = {}
    if not streaming:
        message = json.loads(body)
        for index, block in enumerate(message["content"]):
            _read_anthropic_block(read.first, index, block, blocks, whole_inputs)
        usage, read.first.finish, read.done = message["usage"], ANTHROPIC_FINISH[message["stop_reason"]], True
    for event in sse_events(body) if streaming else ():
        delta = event.get("delta") or {}
        match event["type"]:
            case "message_start":
                usage |= event["message"].get("usage") or {}
            case "content_block_start":
                _read_anthropic_block(read.first, event["index"], event["content_block"], blocks, whole_inputs)
            case "content_block_delta":
                read.first.text += delta.get("text") or ""
                read.first.reasoning += delta.get("thinking") or ""
                read.first.urls += _anthropic_urls([delta.get("citation") or {}])
                if "partial_json" in delta and event["index"] in blocks:
                    blocks[event["index"]].arguments += delta["partial_json"]
            case "message_delta":
                usage |= {name: count for name, count in (event.get("usage") or {}).items() if count is not None}
                read.first.finish = ANTHROPIC_FINISH[delta["stop_reason"]]
            case "message_stop":
                read.done = True
            case "error":
                read.errors.append(event["error"])
            case _:
                pass
    for index, call in blocks.items():
        call.arguments = call.arguments or json.dumps(whole_inputs[index])
    if "input_tokens" in usage:
        cached, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
        details = usage.get("output_tokens_details") or {}
        sent = usage["input_tokens"] + (cached or 0) + (written or 0)
        read.counts = Counts(sent, cached, usage["output_tokens"], details.get("thinking_tokens"))
    return read


def _read_anthropic_block(
    seen: Choice, index: int, block: dict[str, Any], blocks: dict[int, Call], whole_inputs: dict[int, Any]
) -> None:
    """Calls of the vendor's own tools (`server_tool_use`) are not the client's."""
    match block["type"]:
        case "text":
            seen.text += block["text"]
            seen.urls += _anthropic_urls(block.get("citations") or [])
        case "thinking":
            seen.reasoning += block["thinking"]
        case "tool_use":
            blocks[index] = Call(block["id"], block["name"])
            whole_inputs[index] = block.get("input") or {}
            seen.calls.append(blocks[index])
        case _:
            pass


def _anthropic_urls(citations: list[dict[str, Any]]) -> list[str]:
    return [citation["url"] for citation in citations if citation.get("url")]


# --- Google ---

# https://ai.google.dev/api/generate-content#FinishReason
GEMINI_FINISH = {"STOP": "stop", "MAX_TOKENS": "length"} | dict.fromkeys(
    ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"), "content_filter"
)


def read_gemini(body: bytes, *, streaming: bool) -> Read:
    """Calls make the finish reason `tool_calls`, which Google has no word for."""
    read = Read()
    usage: dict[str, Any] = {}
    answers = list(sse_events(body)) if streaming else [json.loads(body)]
    for answer in answers:
        usage |= answer.get("usageMetadata") or {}
        if answer.get("error"):
            read.errors.append(answer["error"])
        for candidate in answer.get("candidates") or ():
            seen = read.choices.setdefault(candidate.get("index", 0), Choice())
            for part in (candidate.get("content") or {}).get("parts") or ():
                if "functionCall" in part:
                    call = part["functionCall"]
                    seen.calls.append(Call(call.get("id"), call["name"], json.dumps(call.get("args") or {})))
                elif part.get("thought"):
                    seen.reasoning += part.get("text") or ""
                else:
                    seen.text += part.get("text") or ""
            grounding = candidate.get("groundingMetadata") or {}
            chunks = grounding.get("groundingChunks") or ()
            for support in grounding.get("groundingSupports") or ():
                seen.urls += [chunks[place]["web"]["uri"] for place in support.get("groundingChunkIndices") or ()]
            if candidate.get("finishReason"):
                seen.finish = GEMINI_FINISH[candidate["finishReason"]]
                read.done = True
    for seen in read.choices.values():
        if seen.calls and seen.finish == "stop":
            seen.finish = "tool_calls"
    if "promptTokenCount" in usage:
        thoughts = usage.get("thoughtsTokenCount")
        read.counts = Counts(
            usage["promptTokenCount"] + usage.get("toolUsePromptTokenCount", 0),
            usage.get("cachedContentTokenCount"),
            usage.get("candidatesTokenCount", 0) + (thoughts or 0),
            thoughts,
        )
    return read


# --- Amazon Bedrock ---

# `StopReason` in https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
CONVERSE_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}


def read_converse(body: bytes, *, streaming: bool) -> Read:
    read = Read()
    if streaming:
        return _read_converse_stream(read, body)
    answer = json.loads(body)
    for block in answer["output"]["message"]["content"]:
        cited = block.get("citationsContent") or {}
        read.first.text += block.get("text") or "".join(part.get("text") or "" for part in cited.get("content") or ())
        read.first.reasoning += ((block.get("reasoningContent") or {}).get("reasoningText") or {}).get("text") or ""
        read.first.urls += _converse_urls(cited.get("citations") or ())
        tool = block.get("toolUse")
        if tool and tool.get("type") != "server_tool_use":
            read.first.calls.append(Call(tool["toolUseId"], tool["name"], json.dumps(tool.get("input") or {})))
    read.first.finish, read.done = CONVERSE_FINISH[answer["stopReason"]], True
    read.counts = _converse_counts(answer["usage"])
    return read


def _read_converse_stream(read: Read, body: bytes) -> Read:
    blocks: dict[int, Call] = {}
    for name, event in converse_events(body):
        index, delta = event.get("contentBlockIndex", 0), event.get("delta") or {}
        match name:
            case "contentBlockStart":
                tool = (event.get("start") or {}).get("toolUse")
                if tool and tool.get("type") != "server_tool_use":
                    blocks[index] = Call(tool["toolUseId"], tool["name"])
                    read.first.calls.append(blocks[index])
            case "contentBlockDelta":
                read.first.text += delta.get("text") or ""
                read.first.reasoning += (delta.get("reasoningContent") or {}).get("text") or ""
                read.first.urls += _converse_urls([delta["citation"]] if "citation" in delta else ())
                if "toolUse" in delta and index in blocks:
                    blocks[index].arguments += delta["toolUse"]["input"]
            case "messageStop":
                read.first.finish = CONVERSE_FINISH[event["stopReason"]]
            case "metadata":
                read.counts, read.done = _converse_counts(event["usage"]), True
            case _:
                if name.endswith("Exception"):
                    read.errors.append(event)
    return read


def _converse_urls(citations: Any) -> list[str]:
    return [found["location"]["web"]["url"] for found in citations if "web" in (found.get("location") or {})]


def _converse_counts(usage: dict[str, Any]) -> Counts:
    cached, written = usage.get("cacheReadInputTokens"), usage.get("cacheWriteInputTokens")
    return Counts(usage["inputTokens"] + (cached or 0) + (written or 0), cached, usage["outputTokens"])


def converse_events(stream: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html: lengths, headers, payload, CRC."""
    while len(stream) >= 16:
        total, headers_bytes = struct.unpack(">II", stream[:8])
        if len(stream) < total:
            return
        headers = dict(_string_headers(stream[12 : 12 + headers_bytes]))
        name = headers.get(":event-type") or headers.get(":exception-type") or ""
        yield name, json.loads(stream[12 + headers_bytes : total - 4] or b"{}")
        stream = stream[total:]


def _string_headers(raw: bytes) -> Iterator[tuple[str, str]]:
    while raw:
        name_end = 1 + raw[0]
        assert raw[name_end] == 7, "only texts were seen"
        value_end = name_end + 3 + struct.unpack(">H", raw[name_end + 1 : name_end + 3])[0]
        yield raw[1:name_end].decode(), raw[name_end + 3 : value_end].decode()
        raw = raw[value_end:]


# --- Cohere ---

# https://docs.cohere.com/reference/chat#response.body.finish_reason
COHERE_FINISH = {"COMPLETE": "stop", "STOP_SEQUENCE": "stop", "MAX_TOKENS": "length", "TOOL_CALL": "tool_calls"}


def read_cohere(body: bytes, *, streaming: bool) -> Read:
    """`tool_plan` is what the model thinks before it calls."""
    read = Read()
    if not streaming:
        answer = json.loads(body)
        message = answer["message"]
        read.first.reasoning += message.get("tool_plan") or ""
        for part in message.get("content") or ():
            read.first.text += part.get("text") or ""
            read.first.reasoning += part.get("thinking") or ""
        for call in message.get("tool_calls") or ():
            read.first.calls.append(Call(call["id"], call["function"]["name"], call["function"]["arguments"]))
        read.first.urls += _cohere_urls(message.get("citations") or ())
        read.first.finish, read.done = COHERE_FINISH[answer["finish_reason"]], True
        read.counts = _cohere_counts(answer.get("usage") or {})
        return read
    calls: dict[int, Call] = {}
    for event in sse_events(body):
        if event == "[DONE]":
            continue
        delta = event.get("delta") or {}
        message = delta.get("message") or {}
        content = message.get("content") or {}
        match event.get("type"):
            case "content-start" | "content-delta":
                read.first.text += content.get("text") or ""
                read.first.reasoning += content.get("thinking") or ""
            case "tool-plan-delta":
                read.first.reasoning += message["tool_plan"]
            case "tool-call-start":
                call = message["tool_calls"]
                calls[event["index"]] = Call(call["id"], call["function"]["name"], call["function"]["arguments"] or "")
                read.first.calls.append(calls[event["index"]])
            case "tool-call-delta":
                calls[event["index"]].arguments += message["tool_calls"]["function"]["arguments"]
            case "citation-start":
                read.first.urls += _cohere_urls([message["citations"]])
            case "message-end":
                read.first.finish, read.done = COHERE_FINISH[delta["finish_reason"]], True
                read.counts = _cohere_counts(delta.get("usage") or {})
            case _:
                pass
    return read


def _cohere_urls(citations: Any) -> list[str]:
    sources = [source for citation in citations for source in citation.get("sources") or ()]
    return [source["document"]["url"] for source in sources if (source.get("document") or {}).get("url")]


def _cohere_counts(usage: dict[str, Any]) -> Counts | None:
    """`tokens` are what was processed, `billed_units` what is paid."""
    tokens = usage.get("tokens") or {}
    if not tokens:
        return None
    cached, reasoning = usage.get("cached_tokens"), tokens.get("reasoning_tokens")
    return Counts(int(tokens["input_tokens"]), cached, int(tokens["output_tokens"]), reasoning)


READERS = {
    "openai_chat": read_openai,
    "anthropic_messages": read_anthropic,
    "gemini_generate": read_gemini,
    "bedrock_converse": read_converse,
    "cohere_chat": read_cohere,
}
