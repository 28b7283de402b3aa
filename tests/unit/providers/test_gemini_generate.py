import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core.catalog import ALL_CAPABILITIES
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest
from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.core.usage import Usage
from perpetuo.providers.base import Reply, ReplyContext, Target
from perpetuo.providers.gemini_generate import MAX_KEPT_BYTES, GeminiGenerate, read_usage

PROTOCOL = GeminiGenerate()
CONTEXT = ReplyContext("chatcmpl-x", 1_790_000_000)
SHOWN = ReplyContext("chatcmpl-x", 1_790_000_000, include_usage=True)
CASES = ["text", "parallel_tools", "search", "two_candidates"]

Recording = Callable[[str], bytes]
Build = Callable[..., ChatRequest]
Aim = Callable[..., Target]


def decode(pieces: list[bytes], context: ReplyContext = SHOWN) -> tuple[bytes, Any]:
    decoder = PROTOCOL.stream_decoder(context)
    return b"".join([decoder.feed(piece) for piece in pieces] + [decoder.end()]), decoder


def whole(body: Any, context: ReplyContext = SHOWN) -> Any:
    reply = PROTOCOL.decode_reply(body if isinstance(body, bytes) else json.dumps(body).encode(), context)
    assert isinstance(reply, Reply), reply
    return json.loads(reply.body)


def events(*answers: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(answer).encode() + b"\r\n\r\n" for answer in answers)


def candidate(*parts: dict[str, Any], **known: Any) -> dict[str, Any]:
    return {"content": {"role": "model", "parts": list(parts)}} | known


def joined(stream: bytes) -> dict[int, dict[str, Any]]:
    """The choices a client has after a whole stream: texts joined, calls by their index, the rest as it came."""
    choices: dict[int, dict[str, Any]] = {}
    for line in stream.decode().split("\n"):
        if not line.startswith("data: {"):
            continue
        for choice in json.loads(line[6:])["choices"]:
            seen = choices.setdefault(choice["index"], {"message": {"refusal": None}, "logprobs": None})
            message = seen["message"]
            for name, value in choice["delta"].items():
                if name in ("content", "reasoning_content"):
                    message[name] = message.get(name, "") + value
                elif name in ("tool_calls", "images"):
                    assert value[0].pop("index") == len(message.setdefault(name, []))
                    message[name] += value
                else:
                    assert name not in message or name == "role"
                    message[name] = value
            seen["logprobs"] = choice["logprobs"] or seen["logprobs"]
            if choice["finish_reason"]:
                seen |= {name: choice[name] for name in choice if name in ("finish_reason", "native_finish_reason")}
    for seen in choices.values():
        if "tool_calls" in seen["message"] and not seen["message"]["content"]:
            seen["message"]["content"] = None
    return choices


def state(decoder: Any) -> tuple[Any, ...]:
    names = ("saw_content", "output_deltas", "usage", "finish_reason", "model", "failure", "done")
    return tuple(getattr(decoder, name) for name in names)


# --- answers ---


@pytest.mark.parametrize("case", CASES)
def test_a_stream_and_a_whole_reply_say_the_same(case: str, recording: Recording) -> None:
    out, decoder = decode([recording(f"gemini_generate/{case}.reply.sse")])
    reply = PROTOCOL.decode_reply(recording(f"gemini_generate/{case}.reply.json"), SHOWN)
    assert isinstance(reply, Reply)
    choices = {choice.pop("index"): choice for choice in json.loads(reply.body)["choices"]}
    assert joined(out) == choices
    assert (decoder.usage, decoder.finish_reason, decoder.model) == (reply.usage, reply.finish_reason, reply.model)
    assert decoder.done
    assert out.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("case", CASES)
def test_a_stream_decodes_the_same_cut_at_every_byte(case: str, recording: Recording) -> None:
    stream = recording(f"gemini_generate/{case}.reply.sse")
    out, decoder = decode([stream])
    for cut in range(len(stream) + 1):
        cut_out, cut_decoder = decode([stream[:cut], stream[cut:]])
        assert (cut_out, state(cut_decoder)) == (out, state(decoder)), cut


@pytest.mark.parametrize("case", CASES)
def test_a_stream_that_ends_early_is_never_taken_for_a_whole_one(case: str, recording: Recording) -> None:
    stream = recording(f"gemini_generate/{case}.reply.sse").rstrip()
    for cut in range(len(stream)):
        _, decoder = decode([stream[:cut]])
        assert not decoder.done, cut
        assert decoder.failure is not None
        assert decoder.failure.kind == ("empty" if cut == 0 else decoder.failure.kind)
        assert decoder.failure.kind in ("truncated", "empty", "malformed")


def test_a_signature_of_a_call_stays_with_its_call_and_that_of_a_text_with_the_message(recording: Recording) -> None:
    message = whole(recording("gemini_generate/parallel_tools.reply.json"))["choices"][0]["message"]
    first, second = message["tool_calls"]
    assert first["extra_content"] == {"google": {"thought_signature": "CnNpZ25hdHVyZS1vbmUrL3g9PQ=="}}
    assert "extra_content" not in second
    assert "extra_content" not in message
    message = whole(recording("gemini_generate/search.reply.json"))["choices"][0]["message"]
    assert message["extra_content"] == {"google": {"thought_signature": "CnNpZ25hdHVyZS10d28rL3g9PQ=="}}


def test_thoughts_are_reasoning_and_calls_have_compact_arguments(recording: Recording) -> None:
    choice = whole(recording("gemini_generate/parallel_tools.reply.json"))["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["reasoning_content"].startswith("**Looking at both**")
    assert [call["function"] for call in choice["message"]["tool_calls"]] == [
        {"name": "read_gauge", "arguments": '{"harbour":"Östhamn","depths":[1,2.5]}'},
        {"name": "list_boats", "arguments": "{}"},
    ]


def test_a_call_without_an_id_gets_one_that_is_its_own_and_the_same_each_time() -> None:
    answer = {
        "candidates": [
            candidate(*[{"functionCall": {"name": "f", "args": {}}}] * 3, finishReason="STOP", index=index)
            for index in (0, 1)
        ]
    }

    def ids(context: ReplyContext) -> list[str]:
        choices = whole(answer, context)["choices"]
        return [call["id"] for choice in choices for call in choice["message"]["tool_calls"]]

    here = ids(CONTEXT)
    assert len(set(here)) == 6
    assert ids(CONTEXT) == here
    assert not set(here) & set(ids(ReplyContext("chatcmpl-y", 1)))
    assert all(len(id_) <= 40 for id_ in here)
    out, _ = decode([events(answer)])
    assert [call["id"] for choice in joined(out).values() for call in choice["message"]["tool_calls"]] == here


def test_sources_become_citations_counted_in_characters(recording: Recording) -> None:
    message = whole(recording("gemini_generate/search.reply.json"))["choices"][0]["message"]
    cited = [annotation["url_citation"] for annotation in message["annotations"]]
    assert [(message["content"][c["start_index"] : c["end_index"]], c["url"], c["title"]) for c in cited] == [
        ("Höchststand war um 04:10 Uhr.", "https://tides.example/1", "Tides"),
        ("Höchststand war um 04:10 Uhr.", "https://tides.example/2", "More tides"),
        ("Danach fiel das Wasser.", "https://tides.example/2", "More tides"),
    ]
    assert message["grounding_metadata"]["searchEntryPoint"] == {"renderedContent": "<div>Hochwasser Zeiten</div>"}


def test_each_candidate_is_a_choice_with_its_own_finish_and_probabilities(recording: Recording) -> None:
    first, second = whole(recording("gemini_generate/two_candidates.reply.json"))["choices"]
    assert (first["index"], first["message"]["content"], first["finish_reason"]) == (0, "Low tide.", "stop")
    assert (second["index"], second["message"]["content"], second["finish_reason"]) == (1, "High tide", "length")
    low = {"token": "Low", "logprob": -0.1, "bytes": [76, 111, 119]}
    high = {"token": "High", "logprob": -2.5, "bytes": [72, 105, 103, 104]}
    assert first["logprobs"] == {"content": [low | {"top_logprobs": [low, high]}], "refusal": None}
    assert second["logprobs"] is None


def test_an_image_in_the_answer_is_kept_as_a_data_uri() -> None:
    answer = {"candidates": [candidate({"inlineData": {"mimeType": "image/png", "data": "aGk="}}, finishReason="STOP")]}
    message = whole(answer)["choices"][0]["message"]
    assert message["images"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]
    assert joined(decode([events(answer)])[0])[0]["message"]["images"] == message["images"]


def test_parts_without_a_form_are_kept_whole_and_on_one_line() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "print(1)\n"}, "thoughtSignature": "c2ln"}
    answer = {"candidates": [candidate(code, {"text": "1"}, finishReason="STOP")]}
    message = whole(json.dumps(answer, indent=2).encode())["choices"][0]["message"]
    assert message["extra_content"] == {"google": {"parts": [code]}}
    assert message["content"] == "1"
    pretty = json.dumps(answer, indent=2).replace("\n", "\ndata: ").encode()
    out, decoder = decode([b"data: " + pretty + b"\n\n"])
    assert decoder.done
    assert joined(out)[0]["message"] == message


def test_what_is_kept_beside_the_answer_has_a_bound() -> None:
    part = {"executableCode": {"code": "x" * 1000}}
    stream = events(
        *[{"candidates": [candidate(*[part] * 100)]}] * 30, {"candidates": [candidate(finishReason="STOP")]}
    )
    out, _ = decode([stream])
    kept = joined(out)[0]["message"]["extra_content"]["google"]["parts"]
    assert 500 < len(kept) < MAX_KEPT_BYTES // 1000


# https://ai.google.dev/api/generate-content#FinishReason (read 2026-11-24)
FINISHES = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "LANGUAGE": "content_filter",
    "OTHER": "stop",
    "A_REASON_OF_THE_FUTURE": "stop",
}


@pytest.mark.parametrize("reason", FINISHES)
def test_finish_reasons_are_translated_and_unusual_ones_are_told(reason: str) -> None:
    answer = {"candidates": [candidate({"text": "a"}, finishReason=reason)]}
    choice = whole(answer)["choices"][0]
    assert choice["finish_reason"] == FINISHES[reason]
    assert choice.get("native_finish_reason") == (None if reason in ("STOP", "MAX_TOKENS") else reason)
    streamed = joined(decode([events(answer)])[0])[0]
    assert {name: choice.get(name) for name in streamed} == streamed


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE"])
def test_a_broken_call_without_an_answer_is_a_failure_that_another_may_mend(reason: str) -> None:
    answer = {"candidates": [{"content": {}, "finishReason": reason}]}
    failure = PROTOCOL.decode_reply(json.dumps(answer).encode(), CONTEXT)
    _, decoder = decode([events(answer)])
    assert isinstance(failure, UpstreamFailure)
    assert failure == decoder.failure
    assert failure.type == reason
    assert ErrorClassifier().classify(failure).retry_next


@pytest.mark.parametrize(("number", "finish"), [(1, "stop"), (2, "length"), (3, "content_filter"), (17, "stop")])
def test_finish_reasons_may_be_numbers(number: int, finish: str) -> None:
    answer = {"candidates": [candidate({"text": "a"}, finishReason=number)]}
    assert whole(answer)["choices"][0]["finish_reason"] == finish
    assert decode([events(answer)])[1].finish_reason == finish


def test_a_refused_prompt_is_an_empty_filtered_answer() -> None:
    answer = {
        "promptFeedback": {"blockReason": "SAFETY"},
        "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9},
    }
    completion = whole(answer)
    assert completion["choices"][0] == {
        "index": 0,
        "message": {"role": "assistant", "content": "", "refusal": None},
        "logprobs": None,
        "finish_reason": "content_filter",
        "native_finish_reason": "SAFETY",
    }
    assert completion["usage"]["completion_tokens"] == 0
    out, decoder = decode([events(answer)])
    assert (decoder.done, decoder.finish_reason) == (True, "content_filter")
    assert joined(out)[0]["finish_reason"] == "content_filter"
    assert decoder.usage == Usage(input_tokens=9, output_tokens=0, source="reported")


def test_thinking_that_used_up_all_tokens_is_an_answer() -> None:
    answer = {"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}]}
    assert whole(answer)["choices"][0]["finish_reason"] == "length"
    assert decode([events(answer)])[1].done


USAGES = {
    "what was cached is in the prompt": (
        {"promptTokenCount": 10, "cachedContentTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 12},
        Usage(input_tokens=10, cached_input_tokens=4, output_tokens=2, source="reported"),
    ),
    "thoughts are output beside the candidates": (
        {"promptTokenCount": 10, "candidatesTokenCount": 2, "thoughtsTokenCount": 5, "totalTokenCount": 17},
        Usage(input_tokens=10, output_tokens=7, reasoning_tokens=5, source="reported"),
    ),
    "what Google's tools brought is input beside the prompt": (
        {"promptTokenCount": 10, "toolUsePromptTokenCount": 90, "candidatesTokenCount": 2, "totalTokenCount": 102},
        Usage(input_tokens=100, output_tokens=2, source="reported"),
    ),
    "an answer of nothing but thoughts leaves the candidates out": (
        {"promptTokenCount": 10, "thoughtsTokenCount": 5, "totalTokenCount": 15},
        Usage(input_tokens=10, output_tokens=5, reasoning_tokens=5, source="reported"),
    ),
    "nothing generated": (
        {"promptTokenCount": 10, "totalTokenCount": 10},
        Usage(input_tokens=10, output_tokens=0, source="reported"),
    ),
    "nothing sent either": (
        {"promptTokensDetails": [{"modality": "TEXT", "tokenCount": 0}]},
        Usage(input_tokens=0, output_tokens=0, source="reported"),
    ),
    "no counts": ({"trafficType": "ON_DEMAND"}, Usage()),
    "nonsense": ({"promptTokenCount": -3, "candidatesTokenCount": "9"}, Usage()),
}


@pytest.mark.parametrize("name", USAGES)
def test_usage(name: str) -> None:
    metadata, usage = USAGES[name]
    assert read_usage(json.dumps(metadata).encode()) == usage  # type: ignore[arg-type]


def test_a_cut_stream_does_not_report_an_output_that_was_not_counted_yet() -> None:
    answer = {"candidates": [candidate({"text": "a"})], "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}}
    _, decoder = decode([events(answer)])
    assert decoder.failure.kind == "truncated"
    assert decoder.usage.output_tokens is None


# --- failures ---

OVERLOADED = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
BAD_BODIES = {
    "nothing": (b"  ", "empty", None),
    "a page": (b"<html>Bad gateway</html>", "malformed", None),
    "another protocol": (b'{"choices": []}', "empty", None),
    "an error with status 200": (json.dumps(OVERLOADED).encode(), "in_band", 503),
    "an error in a list": (json.dumps([OVERLOADED]).encode(), "in_band", 503),
    "a list of nothing": (b"[]", "malformed", None),
    "no candidates": (b'{"candidates": []}', "empty", None),
    "a candidate nobody asked for": (b'{"candidates": [{"index": 999999}]}', "malformed", None),
    "deep nesting": (b'{"candidates": ' + b"[" * 100_000, "malformed", None),
    "bytes that are no text": (b'{"modelVersion": "\xff\xfe"}', "malformed", None),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_what_is_no_answer_is_a_failure_although_the_status_was_200(name: str) -> None:
    body, kind, status = BAD_BODIES[name]
    failure = PROTOCOL.decode_reply(body, CONTEXT)
    assert isinstance(failure, UpstreamFailure)
    assert (failure.kind, failure.status) == (kind, status)


STREAMS_THAT_FAIL = {
    "nothing": ([b""], "empty", None),
    "an error instead of events": ([json.dumps(OVERLOADED).encode()], "in_band", 503),
    "an error in a list": ([json.dumps([OVERLOADED]).encode()], "in_band", 503),
    "an error between events": ([events({"candidates": [candidate({"text": "a"})]}, OVERLOADED)], "in_band", 503),
    "a page": ([b"<html>", b"</html>"], "malformed", None),
    "an event that is no JSON": ([b"data: {nonsense}\n\n"], "malformed", None),
    "a candidate without an end": ([events({"candidates": [candidate({"text": "a"})]})], "truncated", None),
    "one of two candidates without an end": (
        [events({"candidates": [candidate({"text": "a"}, finishReason="STOP"), candidate({"text": "b"}, index=1)]})],
        "truncated",
        None,
    ),
    "only usage": ([events({"usageMetadata": {"promptTokenCount": 1}})], "truncated", None),
}


@pytest.mark.parametrize("name", STREAMS_THAT_FAIL)
def test_a_stream_fails_on(name: str) -> None:
    pieces, kind, status = STREAMS_THAT_FAIL[name]
    out, decoder = decode(pieces)
    assert (decoder.failure.kind, decoder.failure.status) == (kind, status)
    assert not decoder.done
    assert b"[DONE]" not in out


def error(code: int, status: str, *details: dict[str, Any]) -> bytes:
    return json.dumps({"error": {"code": code, "message": "m", "status": status, "details": list(details)}}).encode()


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "36.5s"}
REFUSED_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
ERRORS = {
    "a refused key is a 400": (400, error(400, "INVALID_ARGUMENT", REFUSED_KEY), "quarantine_key", None),
    "an exhausted rate says how long": (429, error(429, "RESOURCE_EXHAUSTED", RETRY), "rate_limited", 36.5),
    "in a list": (429, b"[" + error(429, "RESOURCE_EXHAUSTED", RETRY) + b"]", "rate_limited", 36.5),
    "an unknown model": (404, error(404, "NOT_FOUND"), "model_missing", None),
    "an invalid request": (400, error(400, "INVALID_ARGUMENT"), "invalid_request", None),
    "a project without rights": (403, error(403, "PERMISSION_DENIED"), "quarantine_key", None),
    "an overloaded model": (503, error(503, "UNAVAILABLE"), "retry_next", None),
    "a host that is not served where the gateway is": (400, error(400, "FAILED_PRECONDITION"), "retry_next", None),
    "a deadline": (504, error(504, "DEADLINE_EXCEEDED"), "timed_out", None),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_understood(name: str) -> None:
    status, body, verdict, retry_after_s = ERRORS[name]
    failure = PROTOCOL.decode_error(status, (), body)
    assert (failure.kind, failure.status, failure.message) == ("status", status, "m")
    assert failure.retry_after_s == retry_after_s
    assert getattr(ErrorClassifier().classify(failure), verdict)


@pytest.mark.parametrize("delay", ["nan s", "-1s", "infs", "36", 36, None, "s", "1" * 400 + "s"])
def test_a_retry_delay_that_is_none_is_passed_over(delay: Any) -> None:
    failure = PROTOCOL.decode_error(429, (), error(429, "RESOURCE_EXHAUSTED", {"retryDelay": delay}))
    assert failure.retry_after_s is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"[1]", b'"text"', b'{"error": null}', b"\xff", b"{" * 5000])
def test_an_error_body_of_any_kind_is_read(body: bytes) -> None:
    failure = PROTOCOL.decode_error(502, (), body)
    assert failure.status == 502
    assert failure.message


# --- the list of models ---


def test_models_that_generate_are_offered(target_of: Aim) -> None:
    listed = {
        "models": [
            {
                "name": "models/gemini-9-flash",
                "inputTokenLimit": 1_048_576,
                "outputTokenLimit": 65_536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
                "thinking": True,
            },
            {"name": "models/gemini-embedding-9", "supportedGenerationMethods": ["embedContent"]},
        ]
    }
    (model,) = PROTOCOL.decode_models(json.dumps(listed).encode(), target_of("gemini_generate"))
    assert (model.id, model.canonical, model.tiers) == ("gemini-9-flash", "gemini-9-flash", ())
    assert (model.context_tokens, model.max_output_tokens) == (1_048_576, 65_536)
    assert model.capabilities == ALL_CAPABILITIES


def test_the_list_is_asked_for_with_the_key_in_a_header(target_of: Aim) -> None:
    request = PROTOCOL.encode_models(target_of("gemini_generate", auth="x-goog-api-key"))
    assert request is not None
    assert (request.method, request.url) == ("GET", "https://api.vendor.test/v1beta/models?pageSize=1000")
    assert ("x-goog-api-key", "sk-test") in request.headers
    assert PROTOCOL.encode_models(target_of("gemini_generate", models_path="")) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"models": 1}', b"<html>"])
def test_what_is_no_list_of_models_is_said(body: bytes, target_of: Aim) -> None:
    with pytest.raises(ValueError, match="list of models"):
        PROTOCOL.decode_models(body, target_of("gemini_generate"))


# --- any answer, cut anywhere ---

ARGUMENTS = st.dictionaries(
    st.text(max_size=4), st.none() | st.booleans() | st.integers() | st.text(max_size=6), max_size=3
)
TEXT = st.builds(lambda text: {"text": text}, st.text(max_size=12))
THOUGHT = st.builds(lambda text: {"text": text, "thought": True}, st.text(max_size=12))
CALL = st.builds(
    lambda args, id_: {"functionCall": {"name": "f", "args": args} | ({"id": id_} if id_ else {})},
    ARGUMENTS,
    st.sampled_from(["", "fc-1"]),
)
SIGNED = st.builds(lambda part: part | {"thoughtSignature": "c2ln"}, TEXT | CALL)


@settings(max_examples=150, deadline=None)
@given(
    candidates=st.lists(st.lists(TEXT | THOUGHT | CALL | SIGNED, min_size=1, max_size=5), min_size=1, max_size=3),
    reason=st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY"]),
    data=st.data(),
)
def test_any_answer_is_the_same_streamed_or_whole_and_however_it_is_cut(
    candidates: list[list[dict[str, Any]]], reason: str, data: st.DataObject
) -> None:
    usage = {"promptTokenCount": 7, "candidatesTokenCount": 5, "totalTokenCount": 12}
    answer = {
        "candidates": [candidate(*parts, finishReason=reason, index=at) for at, parts in enumerate(candidates)],
        "usageMetadata": usage,
        "modelVersion": "gemini-x",
    }
    pieces = [{"candidates": [candidate(part, index=at)]} for at, parts in enumerate(candidates) for part in parts]
    ends = [{"candidates": [{"finishReason": reason, "index": at}]} for at in range(len(candidates))]
    stream = events({"modelVersion": "gemini-x"}, *pieces, *ends, {"usageMetadata": usage})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    out, decoder = decode([stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)])
    reply = PROTOCOL.decode_reply(json.dumps(answer, indent=1).encode(), SHOWN)
    assert isinstance(reply, Reply)
    assert joined(out) == {choice.pop("index"): choice for choice in json.loads(reply.body)["choices"]}
    assert (decoder.usage, decoder.finish_reason, decoder.model) == (reply.usage, reply.finish_reason, reply.model)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_damaged_stream_never_raises(data: st.DataObject) -> None:
    stream = bytearray(events({"candidates": [candidate({"text": "aé"}, {"functionCall": {"name": "f"}})]}))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(stream) - 1))
        stream[at] = data.draw(st.integers(0, 255))
    _, decoder = decode([bytes(stream)])
    assert decoder.done or decoder.failure is not None
