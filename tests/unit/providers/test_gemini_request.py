import json
from collections.abc import Callable
from typing import Any

import pytest

from perpetuo.core.carriage import loss_of
from perpetuo.core.errors import ClientError
from perpetuo.core.request import ChatRequest, parse_chat_request
from perpetuo.providers.base import Target, UpstreamRequest
from perpetuo.providers.catalog.google import GEMINI, VERTEX
from perpetuo.providers.gemini_generate import GeminiGenerate
from perpetuo.providers.gemini_request import FOREIGN_SIGNATURE, generation_of

PROTOCOL = GeminiGenerate()
NEW = {"id": "gemini-3.1-pro-preview"}
FLASH = {"id": "gemini-3.8-flash"}
OLD = {"id": "gemini-2.5-flash"}

Build = Callable[..., ChatRequest]
Aim = Callable[..., Target]
Encode = Callable[..., dict[str, Any]]


@pytest.fixture
def sent(request_of: Build, target_of: Aim) -> Callable[..., UpstreamRequest]:
    def send(fields: dict[str, Any], model: dict[str, Any] | None = None, stream: bool = False, **vendor: Any) -> Any:
        body = {"model": "a", "messages": [{"role": "user", "content": "hi"}], "stream": stream} | fields
        request = parse_chat_request(json.dumps(body).encode())
        return PROTOCOL.encode_request(request, target_of("gemini_generate", model or NEW, **vendor))

    return send


@pytest.fixture
def encoded(sent: Callable[..., UpstreamRequest]) -> Encode:
    """The body that goes out for a request with these fields."""
    return lambda fields, model=None: json.loads(sent(fields, model).body)


def said(encoded: Encode, *messages: dict[str, Any], model: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return encoded({"messages": list(messages)}, model)["contents"]


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def called(*ids: str, **known: Any) -> dict[str, Any]:
    calls = [{"id": id_, "type": "function", "function": {"name": f"f_{id_}", "arguments": ""}} for id_ in ids]
    return {"role": "assistant", "content": None, "tool_calls": calls} | known


def result(id_: str, content: Any = "ok", **known: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": id_, "content": content} | known


# --- where it goes ---


def test_whole_and_streamed_answers_have_paths_of_their_own(sent: Callable[..., UpstreamRequest]) -> None:
    base = "https://api.vendor.test/v1beta/models/gemini-3.1-pro-preview"
    whole, streamed = sent({}), sent({}, stream=True)
    assert (whole.method, whole.url) == ("POST", f"{base}:generateContent")
    assert streamed.url == f"{base}:streamGenerateContent?alt=sse"
    assert dict(streamed.headers)["accept"] == "text/event-stream"
    assert dict(whole.headers)["accept-encoding"] == "identity"
    assert "model" not in json.loads(whole.body)
    assert "stream" not in json.loads(whole.body)


def test_a_models_id_can_not_lead_elsewhere(sent: Callable[..., UpstreamRequest]) -> None:
    request = sent({}, {"id": "../x?key=1#y/gemini"})
    assert request.url == "https://api.vendor.test/v1beta/models/..%2Fx%3Fkey%3D1%23y%2Fgemini:generateContent"


def test_the_key_is_in_a_header_and_not_in_the_url(sent: Callable[..., UpstreamRequest]) -> None:
    request = sent({}, auth=GEMINI.auth)
    assert dict(request.headers)["x-goog-api-key"] == "sk-test"
    assert "sk-test" not in request.url


def test_vertex_has_paths_of_its_own_behind_the_project_and_a_bearer_token(
    sent: Callable[..., UpstreamRequest],
) -> None:
    request = sent({}, stream=True, auth=VERTEX.auth, stream_path=VERTEX.stream_path, chat_path=VERTEX.chat_path)
    path = "/publishers/google/models/gemini-3.1-pro-preview:streamGenerateContent?alt=sse"
    assert request.url == f"https://api.vendor.test{path}"
    assert dict(request.headers)["authorization"] == "Bearer sk-test"


# --- messages ---


def test_a_conversation_keeps_its_order(encoded: Encode) -> None:
    body = encoded(
        {
            "messages": [
                {"role": "system", "content": "be brief"},
                {"role": "developer", "content": [{"type": "text", "text": "be kind"}]},
                user("a"),
                user("b"),
                {"role": "assistant", "content": "c"},
                user("d"),
            ]
        }
    )
    assert body == {
        "systemInstruction": {"parts": [{"text": "be brief"}, {"text": "be kind"}]},
        "contents": [
            {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
            {"role": "model", "parts": [{"text": "c"}]},
            {"role": "user", "parts": [{"text": "d"}]},
        ],
    }


def test_a_request_of_nothing_but_instructions_is_put_as_a_question(encoded: Encode) -> None:
    body = encoded({"messages": [{"role": "system", "content": "say hello"}]})
    assert body == {"contents": [{"role": "user", "parts": [{"text": "say hello"}]}]}


def test_results_stand_directly_behind_their_calls_with_name_and_id(encoded: Encode) -> None:
    contents = said(
        encoded, user("go"), called("1", "2"), result("2", "two"), result("1", "no", is_error=True), user("and?")
    )
    assert [(turn["role"], len(turn["parts"])) for turn in contents] == [
        ("user", 1),
        ("model", 2),
        ("user", 2),
        ("user", 1),
    ]
    assert contents[1]["parts"][0] == {"functionCall": {"id": "1", "name": "f_1", "args": {}}}
    assert [part["functionResponse"] for part in contents[2]["parts"]] == [
        {"id": "2", "name": "f_2", "response": {"output": "two"}},
        {"id": "1", "name": "f_1", "response": {"error": "no"}},
    ]


def test_a_result_that_answers_no_call_is_the_clients_error(encoded: Encode) -> None:
    with pytest.raises(ClientError) as caught:
        said(encoded, user("go"), result("9"))
    assert caught.value.param == "messages[1].tool_call_id"
    assert said(encoded, user("go"), result("9", name="f"))[1]["parts"][0]["functionResponse"]["name"] == "f"


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}
IMAGE_PART = {"inlineData": {"mimeType": "image/png", "data": "aGk="}}


def test_an_image_of_a_result_is_inside_it_for_models_that_look_there(encoded: Encode) -> None:
    seen = [{"type": "text", "text": "seen"}, IMAGE]
    new = said(encoded, user("go"), called("1"), result("1", seen), model=NEW)
    assert new[2]["parts"] == [
        {"functionResponse": {"id": "1", "name": "f_1", "response": {"output": "seen"}, "parts": [IMAGE_PART]}}
    ]
    old = said(encoded, user("go"), called("1", "2"), result("1", seen), result("2"), model=OLD)
    assert [[next(iter(part)) for part in turn["parts"]] for turn in old[2:]] == [
        ["functionResponse", "functionResponse"],
        ["inlineData"],
    ]


def signed(signature: str) -> dict[str, Any]:
    return {"google": {"thought_signature": signature}}


def test_signatures_go_back_byte_for_byte_where_they_were(encoded: Encode) -> None:
    message = called("1", "2", content="first", extra_content=signed("dGV4dA+/=="))
    message["tool_calls"][0]["extra_content"] = signed("Y2FsbA-_==")
    parts = said(encoded, user("go"), message, result("1"), result("2"))[1]["parts"]
    assert parts[0] == {"text": "first", "thoughtSignature": "dGV4dA+/=="}
    assert parts[1]["thoughtSignature"] == "Y2FsbA-_=="
    assert "thoughtSignature" not in parts[2]


def test_a_signature_without_a_text_has_an_empty_one(encoded: Encode) -> None:
    message = {"role": "assistant", "content": "", "extra_content": signed("c2ln")}
    assert said(encoded, user("a"), message, user("b"))[1]["parts"] == [{"text": "", "thoughtSignature": "c2ln"}]


def test_parts_that_were_put_aside_go_back_in_front(encoded: Encode) -> None:
    kept = {"executableCode": {"code": "1"}, "thoughtSignature": "c2ln"}
    message = {"role": "assistant", "content": "1", "extra_content": {"google": {"parts": [kept, 3, None]}}}
    assert said(encoded, user("a"), message, user("b"))[1]["parts"] == [kept, {"text": "1"}]


def test_a_call_that_another_vendor_wrote_is_let_pass_in_the_current_turn_only(encoded: Encode) -> None:
    contents = said(encoded, user("a"), called("1"), result("1"), user("b"), called("2", "3"), result("2"), result("3"))
    assert "thoughtSignature" not in contents[1]["parts"][0]
    assert contents[4]["parts"][0]["thoughtSignature"] == FOREIGN_SIGNATURE
    assert "thoughtSignature" not in contents[4]["parts"][1]
    assert "thoughtSignature" not in said(encoded, user("a"), called("1"), result("1"), model=OLD)[1]["parts"][0]


def test_signatures_the_workspace_agreed_to_drop_are_not_sent(encoded: Encode) -> None:
    message = called("1", extra_content=signed("dGV4dA=="))
    message["tool_calls"][0]["extra_content"] = signed("Y2FsbA==")
    model = OLD | {"refused_fields": frozenset(("assistant.thought_signature",))}
    assert "thoughtSignature" not in json.dumps(said(encoded, user("a"), message, result("1"), model=model))


PARTS = {
    "a text": ({"type": "text", "text": "t"}, {"text": "t"}),
    "a refusal": ({"type": "refusal", "refusal": "no"}, {"text": "no"}),
    "an image in base64": (IMAGE, IMAGE_PART),
    "an image by link": (
        {"type": "image_url", "image_url": {"url": "https://x.test/a.webp?v=1.png#y"}},
        {"fileData": {"mimeType": "image/webp", "fileUri": "https://x.test/a.webp?v=1.png#y"}},
    ),
    "an image by a link without an ending": (
        {"type": "image_url", "image_url": {"url": "https://x.test/a"}},
        {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://x.test/a"}},
    ),
    "a pdf in base64": (
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "a.pdf"}},
        {"inlineData": {"mimeType": "application/pdf", "data": "aGk="}},
    ),
    "a pdf without a type": (
        {"type": "file", "file": {"file_data": "aGk="}},
        {"inlineData": {"mimeType": "application/pdf", "data": "aGk="}},
    ),
    "another file": (
        {"type": "file", "file": {"file_data": "data:video/mp4;base64,aGk="}},
        {"inlineData": {"mimeType": "video/mp4", "data": "aGk="}},
    ),
    "a file by link": (
        {"type": "file", "file": {"file_data": "https://x.test/talk.MP3"}},
        {"fileData": {"mimeType": "audio/mp3", "fileUri": "https://x.test/talk.MP3"}},
    ),
    "a file that was uploaded": (
        {"type": "file", "file": {"file_data": "https://generativelanguage.googleapis.com/v1beta/files/ab-1"}},
        {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/ab-1"}},
    ),
    "audio": (
        {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
        {"inlineData": {"mimeType": "audio/mp3", "data": "aGk="}},
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_finds_its_counterpart(name: str, encoded: Encode) -> None:
    part, theirs = PARTS[name]
    assert said(encoded, user([part])) == [{"role": "user", "parts": [theirs]}]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a part of another kind": ({"messages": [user([{"type": "hologram"}])]}, "messages[0].content[0]"),
    "a file by id": (
        {"messages": [user([{"type": "file", "file": {"file_id": "file-1"}}])]},
        "messages[0].content[0]",
    ),
    "an address that is none": (
        {"messages": [user([{"type": "image_url", "image_url": {"url": "ftp://x"}}])]},
        "messages[0].content[0].image_url.url",
    ),
    "arguments that are no object": (
        {
            "messages": [
                user("a"),
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "[1]"}}],
                },
            ]
        },
        "messages[1].tool_calls[0].function.arguments",
    ),
    "spoken answers": ({"modalities": ["text", "audio"]}, "modalities"),
    "a tool of another kind": ({"tools": [{"type": "mcp"}]}, "tools[0].type"),
    "a search beside functions": (
        {"web_search_options": {}, "tools": [{"type": "function", "function": {"name": "f"}}]},
        "web_search_options",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_form_here_is_the_clients_error_and_names_the_field(name: str, encoded: Encode) -> None:
    fields, param = REFUSED[name]
    with pytest.raises(ClientError) as caught:
        encoded(fields)
    assert caught.value.param == param


def test_json_beside_tools_is_only_for_models_that_can(encoded: Encode) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    fields = {"tools": tools, "response_format": {"type": "json_object"}}
    assert encoded(fields, NEW)["generationConfig"] == {"responseMimeType": "application/json"}
    with pytest.raises(ClientError) as caught:
        encoded(fields, OLD)
    assert caught.value.param == "response_format"


# --- tools and settings ---

TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"properties": {"a": {}}}}}


def test_functions_are_declared_with_their_schema_as_it_is(encoded: Encode) -> None:
    bare = {"type": "function", "function": {"name": "g", "parameters": {}}}
    assert encoded({"tools": [TOOL, bare]})["tools"] == [
        {
            "functionDeclarations": [
                {
                    "name": "f",
                    "description": "d",
                    "parametersJsonSchema": {"type": "object", "properties": {"a": {}}},
                },
                {"name": "g"},
            ]
        }
    ]


def allowed(mode: str) -> dict[str, Any]:
    tools = [{"type": "function", "function": {"name": "f"}}]
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}}


CHOICES: dict[str, tuple[Any, Any]] = {
    "left to the model": ("auto", {"mode": "AUTO"}),
    "none": ("none", {"mode": "NONE"}),
    "any": ("required", {"mode": "ANY"}),
    "one": ({"type": "function", "function": {"name": "f"}}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
    "some or none": (allowed("auto"), {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}),
    "one of some": (allowed("required"), {"mode": "ANY", "allowedFunctionNames": ["f"]}),
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_tool_choice(name: str, encoded: Encode) -> None:
    choice, config = CHOICES[name]
    assert encoded({"tools": [TOOL], "tool_choice": choice})["toolConfig"] == {"functionCallingConfig": config}


@pytest.mark.parametrize(
    "choice",
    [{"type": "custom"}, {"type": "allowed_tools"}, {"type": "allowed_tools", "allowed_tools": {"tools": [1]}}],
)
def test_a_tool_choice_nobody_knows_is_the_clients_error(choice: Any, encoded: Encode) -> None:
    with pytest.raises(ClientError):
        encoded({"tools": [TOOL], "tool_choice": choice})


SCHEMA = {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}, "$defs": {}}
SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sampling": (
        {"temperature": 1.7, "top_p": 0.5, "top_k": 40, "presence_penalty": 1, "frequency_penalty": -1},
        {"temperature": 1.7, "topP": 0.5, "topK": 40, "presencePenalty": 1, "frequencyPenalty": -1},
    ),
    "a seed of 32 bits": ({"seed": 2**40 + 7}, {"seed": 7}),
    "several candidates": ({"n": 3}, {"candidateCount": 3}),
    "one candidate": ({"n": 1}, {}),
    "stops": ({"stop": ["a", "", "b"]}, {"stopSequences": ["a", "b"]}),
    "one stop": ({"stop": "a"}, {"stopSequences": ["a"]}),
    "a limit": ({"max_tokens": 9}, {"maxOutputTokens": 9}),
    "the newer limit": ({"max_tokens": 9, "max_completion_tokens": 8}, {"maxOutputTokens": 8}),
    "probabilities": ({"logprobs": True, "top_logprobs": 3}, {"responseLogprobs": True, "logprobs": 3}),
    "images": ({"modalities": ["text", "image"]}, {"responseModalities": ["TEXT", "IMAGE"]}),
    "texts": ({"modalities": ["text"]}, {}),
    "an object": ({"response_format": {"type": "json_object"}}, {"responseMimeType": "application/json"}),
    "a schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}},
        {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA},
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_become(name: str, encoded: Encode) -> None:
    fields, config = SETTINGS[name]
    assert encoded(fields).get("generationConfig", {}) == config


THINKING: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]] = {
    "effort is a level": (NEW, {"reasoning_effort": "medium"}, {"thinkingLevel": "MEDIUM", "includeThoughts": True}),
    "and was a budget": (OLD, {"reasoning_effort": "medium"}, {"thinkingBudget": 8192, "includeThoughts": True}),
    "the most there is": (NEW, {"reasoning_effort": "xhigh"}, {"thinkingLevel": "HIGH", "includeThoughts": True}),
    "the least of Pro": (NEW, {"reasoning_effort": "minimal"}, {"thinkingLevel": "LOW", "includeThoughts": True}),
    "the least of Flash": (
        FLASH,
        {"reasoning_effort": "minimal"},
        {"thinkingLevel": "MINIMAL", "includeThoughts": True},
    ),
    "none of Flash": (FLASH, {"reasoning_effort": "none"}, {"thinkingLevel": "MINIMAL"}),
    "none of old Flash": (OLD, {"reasoning_effort": "none"}, {"thinkingBudget": 0}),
    "none of old Pro": ({"id": "gemini-2.5-pro"}, {"reasoning_effort": "none"}, {"thinkingBudget": 128}),
    "a budget": (
        OLD,
        {"thinking": {"type": "enabled", "budget_tokens": 3000}},
        {"thinkingBudget": 3000, "includeThoughts": True},
    ),
    "a budget above the range": (
        OLD,
        {"thinking": {"type": "enabled", "budget_tokens": 99_999}},
        {"thinkingBudget": 24_576, "includeThoughts": True},
    ),
    "a budget as a level": (
        NEW,
        {"thinking": {"type": "enabled", "budget_tokens": 3000}},
        {"thinkingLevel": "MEDIUM", "includeThoughts": True},
    ),
    "a budget wins over an effort": (
        OLD,
        {"thinking": {"type": "enabled", "budget_tokens": 3000}, "reasoning_effort": "high"},
        {"thinkingBudget": 3000, "includeThoughts": True},
    ),
    "as the model likes": (NEW, {"thinking": {"type": "adaptive"}}, {"includeThoughts": True}),
    "switched off": (OLD, {"thinking": {"type": "disabled"}}, {"thinkingBudget": 0}),
    "nothing asked": (NEW, {}, None),
    "a model that can not think": ({"id": "gemini-2.0-flash"}, {"reasoning_effort": "high"}, None),
    "a model of another family": ({"id": "gemma-4-31b-it"}, {"reasoning_effort": "high"}, None),
}


@pytest.mark.parametrize("name", THINKING)
def test_thinking(name: str, encoded: Encode) -> None:
    model, fields, config = THINKING[name]
    assert encoded(fields, model).get("generationConfig", {}).get("thinkingConfig") == config


def test_a_search_is_googles(encoded: Encode) -> None:
    assert encoded({"web_search_options": {"search_context_size": "low"}})["tools"] == [{"googleSearch": {}}]


@pytest.mark.parametrize(
    ("tier", "theirs"), [("default", "standard"), ("flex", "flex"), ("auto", None), ("scale", None)]
)
def test_the_service_tier(tier: str, theirs: str | None, encoded: Encode) -> None:
    assert encoded({"service_tier": tier}).get("serviceTier") == theirs


def test_a_field_the_model_refuses_is_not_sent(encoded: Encode) -> None:
    model = NEW | {"refused_fields": frozenset(("temperature",))}
    assert "generationConfig" not in encoded({"temperature": 0.5}, model)


@pytest.mark.parametrize(
    ("model_id", "generation"),
    [
        ("gemini-2.5-flash-lite", (2, 5)),
        ("gemini-3-pro-preview", (3, 0)),
        ("gemini-4-argon", (4, 0)),
        ("gemini-flash-latest", (3, 0)),
        ("gemini-99999999999999999999", (3, 0)),
        ("gemma-4-31b-it", (0, 0)),
    ],
)
def test_the_generation_is_read_off_the_name(model_id: str, generation: tuple[int, int]) -> None:
    assert generation_of(model_id) == generation


# --- what is lost ---


def lost(fields: dict[str, Any]) -> Any:
    body = {"model": "a", "messages": [user("hi")]} | fields
    request = parse_chat_request(json.dumps(body).encode())
    return loss_of(request.uses, PROTOCOL.carriage, refuses=GEMINI.refused_fields)


def test_what_would_change_the_answer_is_refused_before_it_is_sent() -> None:
    tool = {"type": "function", "function": {"name": "f"}}
    one_of_two = {"parallel_tool_calls": False, "tools": [tool, tool]}
    assert lost({**one_of_two, "logit_bias": {"1": 2}}).refused == ("logit_bias", "parallel_tool_calls")
    assert lost({"logprobs": True}).refused == ("logprobs",)
    assert lost({"messages": [user([{"type": "file", "file": {"file_id": "file-1"}}])]}).refused == ("content.file_id",)


def test_wishes_are_dropped_and_what_is_near_is_told() -> None:
    assert lost({"presence_penalty": 1, "user": "u"}).dropped == ("presence_penalty", "user")
    assert lost({"reasoning_effort": "low", "web_search_options": {}}).approximated == (
        "reasoning_effort",
        "web_search_options",
    )
    assert lost({"temperature": 0.2, "n": 2, "response_format": {"type": "json_object"}}).is_lossless
