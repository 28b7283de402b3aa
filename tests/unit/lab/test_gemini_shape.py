from typing import Any

import msgspec
import pytest
from lab_requests import request_to
from shape_cases import CALLS, planned

from perpetuo.lab.gemini_shape import GeminiShape, generation_of
from perpetuo.lab.script import LabRequest, Script, ScriptedUsage
from perpetuo.lab.wire import Refusal

SHAPE = GeminiShape()
THIRD = "gemini-3-pro-preview"
SECOND = "gemini-2.5-flash"
HELLO = [{"role": "user", "parts": [{"text": "hello"}]}]
WEATHER = {"name": "weather", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}


def read(target: str = f"/v1beta/models/{THIRD}:generateContent", **body: Any) -> LabRequest:
    return SHAPE.read_chat(request_to(target, {"contents": HELLO} | body))


def events(model: str = THIRD, script: Script = CALLS) -> list[dict[str, Any]]:
    decoded: list[dict[str, Any]] = []
    for event in SHAPE.stream(LabRequest(model, stream=True), planned(model, script)):
        assert event.data.startswith(b"data: ") and event.data.endswith(b"\r\n\r\n")
        decoded.append(msgspec.json.decode(event.data[6:]))
    return decoded


def whole(model: str = THIRD, script: Script = CALLS, **asked: Any) -> dict[str, Any]:
    return msgspec.json.decode(SHAPE.reply(planned(model, script, **asked)))


@pytest.mark.parametrize(
    ("target", "model", "stream"),
    [
        ("/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro", False),
        ("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", "gemini-2.5-pro", True),
        ("/v1/models/gemini-2.5-pro%40cut_after%3D3:generateContent", "gemini-2.5-pro@cut_after=3", False),
        ("/v1/projects/p/locations/eu/publishers/google/models/m:generateContent", "m", False),
        ("/v1beta1/projects/p/locations/eu/publishers/google/models/m:streamGenerateContent?alt=sse", "m", True),
    ],
)
def test_model_and_streaming_are_read_from_the_path(target: str, model: str, stream: bool):
    assert SHAPE.route("POST", target.partition("?")[0]) == "chat"
    asked = read(target)
    assert (asked.model, asked.stream) == (model, stream)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v1beta/models", "models"),
        ("GET", "/v1beta/models/gemini-2.5-pro", "model"),
        ("GET", "/v1beta1/publishers/google/models", "models"),
        ("POST", "/v1beta/models/gemini-2.5-pro:explode", None),
        ("POST", "/models/gemini-2.5-pro:generateContent", None),
    ],
)
def test_other_paths(method: str, path: str, kind: str | None):
    assert SHAPE.route(method, path) == kind


def test_a_stream_without_alt_sse_is_refused():
    with pytest.raises(Refusal, match="alt=sse"):
        read(f"/v1beta/models/{THIRD}:streamGenerateContent")


def test_instructions_and_tool_results_are_counted_as_input_and_thoughts_are_not():
    asked = read(
        systemInstruction={"parts": [{"text": "1234"}]},
        contents=[
            {"role": "user", "parts": [{"text": "1234"}]},
            {"role": "model", "parts": [{"text": "never mind", "thought": True}, {"text": "1234"}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"result": ["12345678"]}}}]},
        ],
    )
    assert (asked.input_tokens, asked.last_user_text) == (5, "12345678")


def test_images_are_counted_inline_by_uri_and_in_results():
    image = {"inlineData": {"mimeType": "image/png", "data": "aGk="}}
    file = {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://example.com/a"}}
    sound = {"inlineData": {"mimeType": "audio/wav", "data": "aGk="}}
    result = {"functionResponse": {"name": "f", "response": {}, "parts": [image]}}
    assert read(contents=[{"role": "user", "parts": [image, file, sound, result]}]).images == 3


@pytest.mark.parametrize(
    ("config", "called"),
    [
        ({"mode": "AUTO"}, ()),
        ({"mode": "NONE"}, ()),
        ({"mode": "ANY"}, ("weather",)),
        ({"mode": "ANY", "allowedFunctionNames": ["time"]}, ("time",)),
    ],
)
def test_only_a_demanding_mode_calls_a_tool(config: Any, called: tuple[str, ...]):
    tools = [{"functionDeclarations": [WEATHER, {"name": "time"}]}]
    assert read(tools=tools, toolConfig={"functionCallingConfig": config}).tools_to_call == called


def test_schemas_in_either_dialect_are_understood():
    named: dict[str, Any] = {"type": "object", "properties": {"type": {"type": "string"}}}
    google = {"type": "OBJECT", "properties": {"type": {"type": "STRING"}}}
    (tool, other) = read(
        tools=[{"functionDeclarations": [WEATHER, {"name": "f", "parametersJsonSchema": named}]}]
    ).tools
    assert tool.schema == {"type": "object", "properties": {"city": {"type": "string"}}}
    assert other.schema == named
    for config in ({"responseSchema": google}, {"responseJsonSchema": named}):
        asked = read(generationConfig={"responseMimeType": "application/json", "maxOutputTokens": 7, **config})
        assert (asked.json_mode, asked.json_schema, asked.max_output_tokens) == (True, named, 7)


REFUSED: dict[str, dict[str, Any]] = {
    "no contents": {"contents": []},
    "a role of another protocol": {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]},
    "a content without parts": {"contents": [{"role": "user", "parts": []}]},
    "not the types of the protocol": {"contents": "hello"},
    "fewer results than calls": {
        "contents": [
            *HELLO,
            {"role": "model", "parts": [{"functionCall": {"name": "f"}}, {"functionCall": {"name": "g"}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]},
        ]
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str):
    with pytest.raises(Refusal) as caught:
        read(f"/v1beta/models/{SECOND}:generateContent", **REFUSED[case])
    assert caught.value.status == 400


@pytest.mark.parametrize("model", [SECOND, THIRD])
def test_a_stream_says_what_the_whole_reply_says(model: str):
    streamed: dict[str, str] = {"thought": "", "text": ""}
    calls: list[dict[str, Any]] = []
    for event in events(model):
        (part,) = event["candidates"][0]["content"]["parts"]
        if "functionCall" in part:
            calls.append(part)
        else:
            streamed["thought" if part.get("thought") else "text"] += part["text"]
    reply = whole(model)
    thought, text, *called = reply["candidates"][0]["content"]["parts"]
    assert (thought, text) == ({"text": streamed["thought"], "thought": True}, {"text": streamed["text"]})
    assert calls == called
    end = events(model)[-1]
    assert end["usageMetadata"] == reply["usageMetadata"]
    assert end["candidates"][0]["finishReason"] == reply["candidates"][0]["finishReason"] == "STOP"
    assert all("finishReason" not in event["candidates"][0] for event in events(model)[:-1])


def test_of_parallel_calls_the_first_is_signed_and_only_the_third_generation_numbers_them():
    _, _, first, second = whole(THIRD)["candidates"][0]["content"]["parts"]
    assert "thoughtSignature" in first and "thoughtSignature" not in second
    assert first["functionCall"]["id"] != second["functionCall"]["id"]
    (plain,) = whole(SECOND, Script(tool_calls=CALLS.tool_calls[:1]))["candidates"][0]["content"]["parts"]
    assert plain == {"functionCall": {"name": "weather", "args": {"city": "Bern"}}}


def test_without_calls_the_last_part_is_signed():
    script = Script(text="a b", reasoning="hmm")
    signature = whole(THIRD, script)["candidates"][0]["content"]["parts"][-1]["thoughtSignature"]
    (last,) = events(THIRD, script)[-1]["candidates"][0]["content"]["parts"]
    assert last == {"text": "", "thoughtSignature": signature}


def test_thoughts_are_kept_back_when_they_are_not_asked_for_and_paid_for_all_the_same():
    config = {"thinkingConfig": {"includeThoughts": False}}
    assert read(generationConfig=config).shows_reasoning is False
    reply = whole(THIRD, CALLS, shows_reasoning=False)
    assert not any(part.get("thought") for part in reply["candidates"][0]["content"]["parts"])
    assert reply["usageMetadata"]["thoughtsTokenCount"] == 3


def test_candidates_leave_out_the_thoughts_and_the_prompt_has_its_cached_part_in_it():
    usage = whole()["usageMetadata"]
    assert (usage["promptTokenCount"], usage["cachedContentTokenCount"]) == (100, 40)
    assert (usage["candidatesTokenCount"], usage["thoughtsTokenCount"], usage["totalTokenCount"]) == (9, 3, 112)


def test_usage_grows_along_the_stream_and_never_passes_its_end():
    script = msgspec.structs.replace(CALLS, usage=ScriptedUsage())
    totals = [event["usageMetadata"]["totalTokenCount"] for event in events(THIRD, script)]
    assert totals == sorted(totals)
    assert totals[-1] == planned(THIRD, script).tokens.output_tokens


@pytest.mark.parametrize(
    ("reason", "said"),
    [("stop", "STOP"), ("length", "MAX_TOKENS"), ("content_filter", "SAFETY"), ("tool_calls", "STOP")],
)
def test_finish_reasons(reason: Any, said: str):
    assert whole(THIRD, Script(text="x", finish_reason=reason))["candidates"][0]["finishReason"] == said


def second_turn(model: str, *parts: Any, results: int = 2) -> LabRequest:
    answers = [{"functionResponse": {"name": "f", "response": {}}} for _ in range(results)]
    contents = [*HELLO, {"role": "model", "parts": list(parts)}, {"role": "user", "parts": answers}]
    return read(f"/v1beta/models/{model}:generateContent", contents=contents)


def test_a_second_turn_is_accepted_when_it_carries_what_it_was_answered():
    for model in (SECOND, THIRD):
        second_turn(model, *whole(model)["candidates"][0]["content"]["parts"])
        second_turn(model, *whole(model)["candidates"][0]["content"]["parts"][2:])


def test_from_the_third_generation_on_a_call_without_its_signature_is_refused():
    for model in (SECOND, THIRD):
        *_, first, second = whole(model)["candidates"][0]["content"]["parts"]
        del first["thoughtSignature"]
        if model == SECOND:
            second_turn(model, first, second)
            continue
        with pytest.raises(Refusal, match=r"missing a thought_signature.*weather.*position 2"):
            second_turn(model, first, second)


def test_a_turn_that_is_over_needs_no_signatures():
    call = {"functionCall": {"name": "f", "args": {}}}
    result = {"functionResponse": {"name": "f", "response": {}}}
    contents = [
        *HELLO,
        {"role": "model", "parts": [call]},
        {"role": "user", "parts": [result]},
        {"role": "model", "parts": [{"text": "done"}]},
        *HELLO,
    ]
    assert read(contents=contents).model == THIRD


@pytest.mark.parametrize("generation", [SECOND, THIRD])
def test_an_altered_signature_is_refused(generation: str):
    *_, first, second = whole(generation)["candidates"][0]["content"]["parts"]
    with pytest.raises(Refusal, match="Corrupted thought signature"):
        second_turn(generation, first | {"thoughtSignature": "eA=="}, second)
    with pytest.raises(Refusal, match="Corrupted thought signature"):
        second_turn(generation, first, second | {"thoughtSignature": first["thoughtSignature"]})


def test_a_signature_may_come_in_the_other_alphabet_or_be_waived_as_the_vendor_documents():
    *_, first, second = whole()["candidates"][0]["content"]["parts"]
    other = first["thoughtSignature"].replace("+", "-").replace("/", "_").rstrip("=")
    assert "-" in other and "_" in other
    for signature in (other, "skip_thought_signature_validator"):
        assert second_turn(THIRD, first | {"thoughtSignature": signature}, second).model == THIRD


def test_generations():
    assert [generation_of(name) for name in ("gemini-3-pro", "gemini-2.5-flash", "gemini-10", "gemma-3")] == [
        3,
        2,
        10,
        0,
    ]


def test_errors_are_googles():
    document = msgspec.json.decode(SHAPE.error(Refusal(429, "", retry_after_s=2), "req_1"))
    assert document["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert document["error"]["details"][0]["retryDelay"] == "2s"
    assert msgspec.json.decode(SHAPE.error(Refusal(404, ""), "r"))["error"]["code"] == 404


def test_a_wrong_key_is_a_400_there_and_a_401_at_vertex():
    path = "/v1/projects/p/locations/l/publishers/google/models/m:generateContent"
    assert SHAPE.refused_key("k", "/v1beta/models/m:generateContent").status == 400
    assert SHAPE.refused_key(None, "/v1beta/models/m:generateContent").status == 403
    assert SHAPE.refused_key("k", path).status == 401
    assert SHAPE.credential({"x-goog-api-key": "k"}) == SHAPE.credential({"authorization": "Bearer k"}) == "k"


def test_a_call_is_one_event_whatever_the_length_of_its_arguments():
    counted = [event.content for event in SHAPE.stream(LabRequest(THIRD), planned(THIRD)) if event.content is not None]
    assert counted == ["hmm", " well", "let", " me", " see", '{"city":"Bern"}', '{"zone":"Europe/Zurich"}']
