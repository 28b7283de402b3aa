import base64
import json
from collections.abc import Callable
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.request import ChatRequest
from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.core.usage import Usage
from perpetuo.lab.aws_event_stream import corrupted, event_frame, exception_frame, frame
from perpetuo.providers.base import Reply, ReplyContext, Target
from perpetuo.providers.bedrock_converse import BedrockConverse

PROTOCOL = BedrockConverse()
CONTEXT = ReplyContext("chatcmpl-x", 1_790_000_000, model_id="us.anthropic.claude-word-1")
SHOWN = ReplyContext("chatcmpl-x", 1_790_000_000, include_usage=True, model_id="us.anthropic.claude-word-1")
CASES = ["text", "parallel_tools", "thinking", "citations"]

Recording = Callable[[str], bytes]
Read = Callable[[bytes], dict[str, Any]]
Aim = Callable[..., Target]
Build = Callable[..., ChatRequest]


def decode(pieces: list[bytes], context: ReplyContext = SHOWN) -> tuple[bytes, Any]:
    decoder = PROTOCOL.stream_decoder(context)
    return b"".join([decoder.feed(piece) for piece in pieces] + [decoder.end()]), decoder


def state(decoder: Any) -> tuple[Any, ...]:
    return (
        decoder.saw_content,
        decoder.output_deltas,
        decoder.usage,
        decoder.finish_reason,
        decoder.model,
        decoder.failure,
        decoder.done,
    )


def joined(out: bytes, name: str) -> list[Any]:
    """A list that came in deltas, without the indices that join it."""
    found: list[Any] = []
    for line in out.split(b"\n"):
        if line.startswith(b"data: {"):
            for choice in json.loads(line[6:])["choices"]:
                for item in choice["delta"].get(name) or []:
                    item.pop("index", None)
                    found.append(item)
    return found


# --- answers ---


@pytest.mark.parametrize("case", CASES)
def test_a_stream_and_a_whole_reply_tell_the_client_the_same(
    case: str, recording: Recording, read_stream: Read, read_reply: Read
) -> None:
    out, decoder = decode([recording(f"bedrock_converse/{case}.reply.eventstream")])
    reply = PROTOCOL.decode_reply(recording(f"bedrock_converse/{case}.reply.json"), CONTEXT)
    assert isinstance(reply, Reply)
    assert read_stream(out) == read_reply(reply.body)
    assert (decoder.usage, decoder.finish_reason, decoder.model) == (reply.usage, reply.finish_reason, reply.model)
    message = json.loads(reply.body)["choices"][0]["message"]
    for name in ("thinking_blocks", "annotations", "citations"):
        assert joined(out, name) == message.get(name, [])


@pytest.mark.parametrize("case", CASES)
def test_a_stream_does_not_depend_on_how_the_socket_cut_the_bytes(case: str, recording: Recording) -> None:
    stream = recording(f"bedrock_converse/{case}.reply.eventstream")
    out, decoder = decode([stream])
    for cut in range(len(stream) + 1):
        cut_out, cut_decoder = decode([stream[:cut], stream[cut:]])
        assert (cut_out, state(cut_decoder)) == (out, state(decoder))
    assert decode([bytes((byte,)) for byte in stream])[0] == out


@pytest.mark.parametrize("case", CASES)
def test_a_stream_that_ends_early_is_never_done(case: str, recording: Recording) -> None:
    stream = recording(f"bedrock_converse/{case}.reply.eventstream")
    answer_ends = stream.index(b"messageStop") + 200
    for cut in range(len(stream)):
        out, decoder = decode([stream[:cut]])
        if decoder.done:  # the answer is whole, only its usage is missing
            assert cut > stream.index(b"messageStop")
            assert out.endswith(b"data: [DONE]\n\n")
            assert decoder.usage == Usage()
        else:
            assert decoder.failure is not None
            assert decoder.failure.kind == ("truncated" if cut else "empty")
            assert b"[DONE]" not in out
            assert cut < answer_ends


def test_the_answer_of_parallel_calls(recording: Recording, read_stream: Read) -> None:
    read = read_stream(decode([recording("bedrock_converse/parallel_tools.reply.eventstream")])[0])
    assert (read["text"], read["finish"]) == ("Looking.", "tool_calls")
    assert read["tools"] == [
        {"id": "tooluse_1", "name": "weather", "arguments": '{"city":"Köln","n":1.0,"s":"a \\"b\\" c"}'},
        {"id": "tooluse_2", "name": "now", "arguments": "{}"},
    ]
    assert read["usage"] == {
        "prompt_tokens": 2021,
        "completion_tokens": 64,
        "total_tokens": 2085,
        "prompt_tokens_details": {"cached_tokens": 1500, "cache_write_tokens": 500},
    }


def test_signed_thinking_and_encrypted_thinking_reach_the_client_byte_for_byte(
    recording: Recording, read_stream: Read
) -> None:
    out, _ = decode([recording("bedrock_converse/thinking.reply.eventstream")])
    assert read_stream(out)["reasoning"] == "The user greets."
    assert joined(out, "thinking_blocks") == [
        {"type": "thinking", "thinking": "The user greets.", "signature": "c2ln/bmF0dXJl+w=="},
        {"type": "redacted_thinking", "data": "cmVkYWN0ZWQ="},
    ]


@pytest.mark.parametrize("streaming", [True, False])
def test_thinking_survives_a_second_turn(
    streaming: bool, recording: Recording, request_of: Build, target_of: Aim
) -> None:
    if streaming:
        blocks = joined(decode([recording("bedrock_converse/thinking.reply.eventstream")])[0], "thinking_blocks")
    else:
        reply = PROTOCOL.decode_reply(recording("bedrock_converse/thinking.reply.json"), CONTEXT)
        assert isinstance(reply, Reply)
        blocks = json.loads(reply.body)["choices"][0]["message"]["thinking_blocks"]
    message = {"role": "assistant", "content": "Hello!", "thinking_blocks": blocks}
    call = PROTOCOL.encode_request(request_of({"messages": [message]}), target_of("bedrock_converse"))
    sent = json.loads(call.body)["messages"][0]["content"]
    assert sent == json.loads(recording("bedrock_converse/thinking.reply.json"))["output"]["message"]["content"]


def test_what_the_vendors_own_tools_did_is_told_by_its_citations(recording: Recording, read_reply: Read) -> None:
    reply = PROTOCOL.decode_reply(recording("bedrock_converse/citations.reply.json"), CONTEXT)
    assert isinstance(reply, Reply)
    read = read_reply(reply.body)
    assert (read["text"], read["tools"], read["finish"]) == ("It is so, says the paper.", [], "stop")
    message = json.loads(reply.body)["choices"][0]["message"]
    page = {"url": "https://example.test/a", "title": "example.test", "start_index": 0, "end_index": 8}
    assert message["annotations"] == [{"type": "url_citation", "url_citation": page}]
    assert message["citations"] == [
        {
            "location": {"web": {"url": "https://example.test/a", "domain": "example.test"}},
            "start_index": 0,
            "end_index": 8,
        },
        {
            "title": "Notes",
            "sourceContent": [{"text": "It is so."}],
            "location": {"documentPage": {"documentIndex": 0, "start": 1, "end": 2}},
            "start_index": 8,
            "end_index": 25,
        },
    ]


def test_the_model_is_the_one_asked_for_because_the_answer_names_none(recording: Recording) -> None:
    reply = PROTOCOL.decode_reply(recording("bedrock_converse/text.reply.json"), CONTEXT)
    assert isinstance(reply, Reply)
    assert json.loads(reply.body)["model"] == "us.anthropic.claude-word-1"
    assert reply.model is None
    labelled = ReplyContext("chatcmpl-x", 1, model_label="ours", model_id="theirs")
    out, _ = decode([recording("bedrock_converse/text.reply.eventstream")], labelled)
    assert b'"model":"ours"' in out
    assert b"theirs" not in out


def test_a_prompt_router_tells_which_model_answered() -> None:
    trace = {"promptRouter": {"invokedModelId": "arn:aws:bedrock:us-east-1::foundation-model/x.y"}}
    body = whole([{"text": "hi"}], trace=trace)
    reply = PROTOCOL.decode_reply(body, CONTEXT)
    assert isinstance(reply, Reply)
    assert reply.model == "arn:aws:bedrock:us-east-1::foundation-model/x.y"


@pytest.mark.parametrize(
    ("stop_reason", "finish_reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("tool_use", "tool_calls"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("something_new", "stop"),
    ],
)
def test_finish_reasons_are_translated(stop_reason: str, finish_reason: str) -> None:
    reply = PROTOCOL.decode_reply(whole([], stopReason=stop_reason), CONTEXT)
    assert isinstance(reply, Reply)
    assert reply.finish_reason == finish_reason
    stream = START + event_frame("messageStop", {"stopReason": stop_reason}) + USAGE
    assert decode([stream])[1].finish_reason == finish_reason


@pytest.mark.parametrize("stop_reason", ["malformed_model_output", "malformed_tool_use"])
def test_an_answer_that_the_vendor_calls_malformed_is_a_failure(stop_reason: str) -> None:
    reply = PROTOCOL.decode_reply(whole([{"text": "hi"}], stopReason=stop_reason), CONTEXT)
    out, decoder = decode([START + HI + event_frame("messageStop", {"stopReason": stop_reason}) + USAGE])
    assert isinstance(reply, UpstreamFailure)
    assert (reply.kind, reply.type) == ("malformed", stop_reason)
    assert decoder.failure == reply
    assert not decoder.done
    assert b"[DONE]" not in out


USAGES: dict[str, tuple[dict[str, Any], Usage]] = {
    "nothing cached": (
        {"inputTokens": 5, "outputTokens": 2, "totalTokens": 7},
        Usage(input_tokens=5, output_tokens=2, source="reported"),
    ),
    "cached beside the input": (
        {
            "inputTokens": 5,
            "outputTokens": 2,
            "totalTokens": 37,
            "cacheReadInputTokens": 10,
            "cacheWriteInputTokens": 20,
        },
        Usage(35, 10, 20, 2, source="reported"),
    ),
    "cached within the input, as the total tells": (
        {
            "inputTokens": 35,
            "outputTokens": 2,
            "totalTokens": 37,
            "cacheReadInputTokens": 10,
            "cacheWriteInputTokens": 20,
        },
        Usage(35, 10, 20, 2, source="reported"),
    ),
    "a cache that was not hit": (
        {"inputTokens": 5, "outputTokens": 2, "totalTokens": 7, "cacheReadInputTokens": 0},
        Usage(5, 0, None, 2, source="reported"),
    ),
    "nonsense": ({"inputTokens": -1, "outputTokens": True, "totalTokens": "7"}, Usage()),
    "nothing": ({}, Usage()),
}


@pytest.mark.parametrize("name", USAGES)
def test_usage_counts_every_token_once(name: str) -> None:
    raw, usage = USAGES[name]
    reply = PROTOCOL.decode_reply(whole([{"text": "hi"}], usage=raw), CONTEXT)
    assert isinstance(reply, Reply)
    assert reply.usage == usage
    stream = START + HI + STOP + event_frame("metadata", {"usage": raw})
    assert decode([stream])[1].usage == usage


def test_usage_that_comes_before_the_end_of_the_answer_counts(read_stream: Read) -> None:
    out, decoder = decode([START + HI + USAGE + STOP])
    assert decoder.done
    assert read_stream(out)["usage"]["prompt_tokens"] == 3


# --- failures ---


def whole(content: list[dict[str, Any]], **fields: Any) -> bytes:
    body = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": "end_turn"} | fields
    return json.dumps(body).encode()


def delta(index: int, part: dict[str, Any]) -> bytes:
    return event_frame("contentBlockDelta", {"contentBlockIndex": index, "delta": part})


START = event_frame("messageStart", {"role": "assistant"})
HI = delta(0, {"text": "hi"})
STOP = event_frame("messageStop", {"stopReason": "end_turn"})
USAGE = event_frame("metadata", {"usage": {"inputTokens": 3, "outputTokens": 1, "totalTokens": 4}})


def exception(name: str) -> bytes:
    return exception_frame(name, {"message": "No."})


def framework_error(code: str) -> bytes:
    return frame({":message-type": "error", ":error-code": code, ":error-message": "No."}, b"")


LARGE = (2**23).to_bytes(4, "big") + bytes(4) + crc32((2**23).to_bytes(4, "big") + bytes(4)).to_bytes(4, "big")

STREAMS_THAT_FAIL = {
    "throttling before content": (START + exception("throttlingException"), "in_band", 429),
    "throttling as the first message": (exception("throttlingException"), "in_band", 429),
    "an exception after content": (START + HI + exception("modelStreamErrorException") + STOP, "in_band", 424),
    "an exception after the answer": (START + HI + STOP + exception("internalServerException"), "in_band", 500),
    "a validation exception": (START + exception("validationException"), "in_band", 400),
    "a service that is away": (exception("serviceUnavailableException"), "in_band", 503),
    "a model that is too slow": (exception("modelTimeoutException"), "in_band", 408),
    "an exception of the future": (exception("novelException"), "in_band", None),
    "an error of the framework": (START + framework_error("InternalError"), "in_band", 500),
    "an error of the framework that has a name": (framework_error("ThrottlingException"), "in_band", 429),
    "a message of no type": (START + frame({":event-type": "messageStop"}, b"{}"), "malformed", None),
    "an end without an end": (START + HI, "truncated", None),
    "an end within a message": (START + HI[:-1], "truncated", None),
    "an end within the first message": (START[:9], "truncated", None),
    "an event that is no JSON": (START + frame({":message-type": "event"}, b"{oops") + STOP, "malformed", None),
    "a wrong checksum": (START + corrupted(HI) + STOP, "malformed", None),
    "arguments of no tool": (START + delta(3, {"toolUse": {"input": "{"}}) + STOP, "malformed", None),
    "a delta of nothing": (START + event_frame("contentBlockDelta", {}) + STOP, "malformed", None),
    "server-sent events": (b"data: {}\n\n" * 3, "malformed", None),
    "nothing": (b"", "empty", None),
    "a page": (b"<html>", "malformed", None),
    "an error document": (b'{"__type":"com.amazon#ThrottlingException","message":"No."}', "in_band", 429),
    "a whole reply": (b'{"output":{"message":{"content":[]}}}', "malformed", None),
    "a message above the cap": (START + LARGE, "too_large", None),
}


@pytest.mark.parametrize("name", STREAMS_THAT_FAIL)
def test_a_stream_fails_on(name: str) -> None:
    stream, kind, status = STREAMS_THAT_FAIL[name]
    for pieces in ([stream], [bytes((byte,)) for byte in stream]):
        out, decoder = decode(pieces)
        assert decoder.failure is not None
        assert (decoder.failure.kind, decoder.failure.status) == (kind, status)
        assert not decoder.done
        assert b"[DONE]" not in out
        assert decoder.feed(HI) == b""


def test_padding_and_events_of_the_future_are_passed_over(read_stream: Read) -> None:
    new = event_frame("contentBlockStart", {"contentBlockIndex": 1, "start": {"hologram": {}}})
    new += delta(1, {"hologram": {"data": "x"}}) + event_frame("hologramStop", {})
    out, decoder = decode([START + new + HI + STOP + USAGE])
    assert decoder.done
    assert read_stream(out)["text"] == "hi"


def test_a_stream_without_its_first_message_or_its_block_ends_is_whole_all_the_same(read_stream: Read) -> None:
    call = event_frame(
        "contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": "f"}}}
    )
    out, decoder = decode([call + event_frame("messageStop", {"stopReason": "tool_use"}) + USAGE])
    assert decoder.done
    assert read_stream(out)["tools"] == [{"id": "t", "name": "f", "arguments": "{}"}]
    assert b'"role":"assistant"' in out.split(b"\n")[0]


BAD_REPLIES = {
    "nothing": (b"", "empty", None),
    "a page": (b"<html>", "malformed", None),
    "half of a reply": (b'{"output":{"message":{"content":[', "malformed", None),
    "an object of another kind": (b"{}", "malformed", None),
    "a list": (b"[]", "malformed", None),
    "no content and no reason": (b'{"output":{"message":{"content":[]}}}', "empty", None),
    "an error": (b'{"message":"Too many requests.","__type":"ThrottlingException"}', "in_band", 429),
    "an unknown operation": (
        b'{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}',
        "in_band",
        None,
    ),
    "deep nesting": (b'{"output":' * 100_000, "malformed", None),
}


@pytest.mark.parametrize("name", BAD_REPLIES)
def test_what_is_no_answer_is_a_failure_although_the_status_was_200(name: str) -> None:
    body, kind, status = BAD_REPLIES[name]
    failure = PROTOCOL.decode_reply(body, CONTEXT)
    assert isinstance(failure, UpstreamFailure)
    assert (failure.kind, failure.status) == (kind, status)


ACCESS = "You don't have access to the model with the specified model ID."
ON_DEMAND = (
    "Invocation of model ID amazon.nova-2-lite-v1:0 with on-demand throughput isn\u2019t supported. Retry your request "
    "with the ID or ARN of an inference profile that contains this model."
)
POLICY = (
    "User: arn:aws:iam::1:user/u is not authorized to perform: bedrock:InvokeModel on resource: "
    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
)
EXPIRED = "The security token included in the request is expired"

# Name -> status, exception, message, what becomes of it.
CLASSES: dict[str, tuple[int, str, str, str]] = {
    "too many requests": (429, "ThrottlingException", "Too many requests.", "cools"),
    "a quota of the account": (400, "ServiceQuotaExceededException", "Exceeded.", "cools"),
    "a model that is not ready": (429, "ModelNotReadyException", "Not ready.", "cools"),
    "a request that is invalid": (400, "ValidationException", "messages: required", "is the request's fault"),
    "an id that is none": (400, "ValidationException", "The provided model identifier is invalid.", "has no model"),
    "a model that needs a profile": (400, "ValidationException", ON_DEMAND, "has no model"),
    "a model without access": (403, "AccessDeniedException", ACCESS, "has no model"),
    "a policy that withholds a model": (403, "AccessDeniedException", POLICY, "has no model"),
    "a model that is gone": (404, "ResourceNotFoundException", "Not found.", "has no model"),
    "a key without any right": (403, "AccessDeniedException", "Authentication failed.", "has a bad key"),
    "a token that expired": (403, "ExpiredTokenException", EXPIRED, "has a bad key"),
    "a key that is unknown": (403, "UnrecognizedClientException", "Invalid token.", "has a bad key"),
    "a signature that does not match": (403, "InvalidSignatureException", "Does not match.", "has a bad key"),
    "a signature that is none": (400, "IncompleteSignature", "No.", "has a bad key"),
    "a model that failed": (424, "ModelErrorException", "Failed.", "may answer later"),
    "a model that was too slow": (408, "ModelTimeoutException", "Too slow.", "may answer later"),
    "a server that failed": (500, "InternalServerException", "Failed.", "may answer later"),
    "a server that is away": (503, "ServiceUnavailableException", "Away.", "may answer later"),
    "a conflict": (400, "ConflictException", "Conflict.", "may answer later"),
}


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("in_header", [True, False], ids=["named in a header", "named in the body"])
def test_a_candidate_with(name: str, in_header: bool) -> None:
    status, exception_name, message, outcome = CLASSES[name]
    if in_header:
        headers = (("x-amzn-errortype", f"{exception_name}:http://internal.amazon.com/coral/"),)
        failure = PROTOCOL.decode_error(status, headers, json.dumps({"message": message}).encode())
    else:
        body = {"__type": f"com.amazon.coral.service#{exception_name}", "Message": message}
        failure = PROTOCOL.decode_error(status, (), json.dumps(body).encode())
    assert (failure.status, failure.type, failure.message) == (status, exception_name, message)
    verdict = ErrorClassifier().classify(failure)
    seen = {
        "cools": verdict.rate_limited,
        "is the request's fault": verdict.invalid_request,
        "has no model": verdict.model_missing,
        "has a bad key": verdict.quarantine_key,
    }
    assert [name for name, true in seen.items() if true] == ([] if outcome == "may answer later" else [outcome])
    assert verdict.retry_next == (outcome not in ("is the request's fault", "has a bad key"))


ERRORS = {
    "a proxy's text": (b"no healthy upstream", "no healthy upstream"),
    "a page": (b"<html>", "The provider answered with a page instead of an error message."),
    "nothing": (b"", "The provider gave no message."),
    "no message": (b'{"x":1}', "The provider gave no message."),
    "a message that is no text": (b'{"message":{"a":1}}', "The provider gave no message."),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_read_in_every_shape_and_the_status_is_kept(name: str) -> None:
    body, message = ERRORS[name]
    failure = PROTOCOL.decode_error(502, (), body)
    assert (failure.message, failure.status, failure.kind, failure.type) == (message, 502, "status", None)


def test_the_token_that_a_rejected_signature_is_answered_with_is_not_repeated() -> None:
    message = (
        "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for "
        "this request should have been\n'POST\n/model/x/converse\n\nx-amz-security-token:IQoJb3JpZ2luX2VjEXAMPLE\n'"
    )
    failure = PROTOCOL.decode_error(403, (), json.dumps({"message": message}).encode())
    assert failure.message == "The request signature we calculated does not match the signature you provided."


# --- the list of models ---

LIST: dict[str, Any] = {
    "modelSummaries": [
        {
            "modelId": "amazon.nova-pro-v1:0",
            "inputModalities": ["TEXT", "IMAGE", "VIDEO"],
            "outputModalities": ["TEXT"],
            "inferenceTypesSupported": ["ON_DEMAND"],
        },
        {
            "modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0",
            "inputModalities": ["TEXT", "IMAGE"],
            "outputModalities": ["TEXT"],
            "inferenceTypesSupported": ["INFERENCE_PROFILE"],
        },
        {
            "modelId": "amazon.nova-pro-v1:0:300k",
            "inputModalities": ["TEXT"],
            "outputModalities": ["TEXT"],
            "inferenceTypesSupported": ["PROVISIONED"],
        },
        {"modelId": "amazon.titan-embed-text-v2:0", "outputModalities": ["EMBEDDING"]},
        {
            "modelId": "amazon.rerank-v1:0",
            "outputModalities": ["TEXT"],
            "inferenceTypesSupported": ["ON_DEMAND"],
        },
        {"modelId": "meta.llama3-1-8b-instruct-v1:0", "inferenceTypesSupported": ["ON_DEMAND"]},
        {
            "modelId": "meta.llama3-2-1b-instruct-v1:0",
            "inputModalities": ["TEXT"],
            "outputModalities": ["TEXT"],
            "inferenceTypesSupported": ["ON_DEMAND"],
        },
    ]
}


def at(target_of: Aim, base_url: str, **vendor: Any) -> Target:
    target = target_of("bedrock_converse", auth="aws", **vendor)
    return Target(target.vendor, target.model, base_url, target.secret)


def test_the_list_offers_what_can_be_called_in_the_regions_own_geography(target_of: Aim) -> None:
    target = at(target_of, "https://bedrock-runtime.eu-west-1.amazonaws.com")
    models = PROTOCOL.decode_models(json.dumps(LIST).encode(), target)
    assert [(model.id, model.canonical) for model in models] == [
        ("amazon.nova-pro-v1:0", "nova-pro"),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("meta.llama3-2-1b-instruct-v1:0", "llama3-2-1b-instruct"),
    ]
    nova, claude, llama = models
    assert ("vision" in nova.capabilities, "vision" in llama.capabilities) == (True, False)
    assert ("json_schema" in claude.capabilities, "json_schema" in llama.capabilities) == (True, False)
    assert "top_k" in llama.refused_fields
    assert not any(model.tiers for model in models)


def test_where_a_geography_has_no_sure_profile_only_what_needs_none_is_offered(target_of: Aim) -> None:
    target = at(target_of, "https://bedrock-runtime.ap-northeast-1.amazonaws.com")
    models = PROTOCOL.decode_models(json.dumps(LIST).encode(), target)
    assert [model.id for model in models] == ["amazon.nova-pro-v1:0", "meta.llama3-2-1b-instruct-v1:0"]


LISTS = {
    "https://bedrock-runtime.eu-west-1.amazonaws.com": "https://bedrock.eu-west-1.amazonaws.com/foundation-models",
    "https://bedrock-runtime-fips.us-east-1.amazonaws.com/": (
        "https://bedrock-fips.us-east-1.amazonaws.com/foundation-models"
    ),
    "https://vpce-1-a.bedrock-runtime.us-east-1.vpce.amazonaws.com": None,
    "http://127.0.0.1:9000": "http://127.0.0.1:9000/foundation-models",
}


@pytest.mark.parametrize("base_url", LISTS)
def test_the_list_is_at_another_host_of_aws(base_url: str, target_of: Aim) -> None:
    call = PROTOCOL.encode_models(at(target_of, base_url))
    assert (None if call is None else (call.method, call.url)) == (
        None if LISTS[base_url] is None else ("GET", LISTS[base_url])
    )


def test_a_vendor_without_a_list_is_not_asked(target_of: Aim) -> None:
    assert PROTOCOL.encode_models(at(target_of, "http://127.0.0.1:9000", models_path="")) is None


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"modelSummaries":[{}]}', b"[" * 100_000])
def test_what_is_no_list_is_a_value_error(body: bytes, target_of: Aim) -> None:
    with pytest.raises(ValueError, match="not a list"):
        PROTOCOL.decode_models(body, target_of("bedrock_converse"))


# --- any answer ---

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
WEB = {"title": "T", "location": {"web": {"url": "https://x.test/", "domain": "x.test"}}}
PAGE = {"title": "D", "location": {"documentChar": {"documentIndex": 0, "start": 1, "end": 2}}}
BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), TEXTS),
        st.tuples(st.just("thinking"), TEXTS, st.sampled_from(["", "c2ln"])),
        st.tuples(st.just("redacted"), st.binary(min_size=1, max_size=6)),
        st.tuples(st.just("tool"), st.dictionaries(st.text(max_size=4), JSON, max_size=3), st.booleans()),
        st.tuples(st.just("cited"), TEXTS, st.lists(st.sampled_from([WEB, PAGE]), max_size=2)),
    ),
    max_size=5,
)


def script(blocks: list[Any], data: st.DataObject) -> tuple[list[dict[str, Any]], list[bytes]]:
    """The same answer as the content of a whole reply and as the messages of a stream."""
    content: list[dict[str, Any]] = []
    stream: list[bytes] = []
    for index, block in enumerate(blocks):
        kind = block[0]
        if kind == "text":
            content.append({"text": "".join(block[1])})
            stream += [delta(index, {"text": piece}) for piece in block[1]]
        elif kind == "cited":
            content.append({"citationsContent": {"content": [{"text": t} for t in block[1]], "citations": block[2]}})
            stream += [delta(index, {"text": piece}) for piece in block[1]]
            stream += [delta(index, {"citation": citation}) for citation in block[2]]
        elif kind == "thinking":
            told = {"text": "".join(block[1])} | ({"signature": block[2]} if block[2] else {})
            content.append({"reasoningContent": {"reasoningText": told}})
            stream += [delta(index, {"reasoningContent": {"text": piece}}) for piece in block[1]]
            if block[2]:
                stream.append(delta(index, {"reasoningContent": {"signature": block[2]}}))
        elif kind == "redacted":
            cut = data.draw(st.integers(0, len(block[1])))
            content.append({"reasoningContent": {"redactedContent": base64.b64encode(block[1]).decode()}})
            for piece in filter(None, (block[1][:cut], block[1][cut:])):
                encoded = base64.b64encode(piece).decode()
                stream.append(delta(index, {"reasoningContent": {"redactedContent": encoded}}))
        else:
            tool = {"toolUseId": f"t{index}", "name": "f"} | ({"type": "server_tool_use"} if block[2] else {})
            content.append({"toolUse": tool | {"input": block[1]}})
            stream.append(event_frame("contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": tool}}))
            text = json.dumps(block[1], ensure_ascii=False, indent=data.draw(st.sampled_from([None, 1])))
            cut = data.draw(st.integers(0, len(text)))
            stream += [delta(index, {"toolUse": {"input": piece}}) for piece in (text[:cut], text[cut:])]
        stream.append(event_frame("contentBlockStop", {"contentBlockIndex": index}))
    return content, stream


@settings(max_examples=150, deadline=None)
@given(blocks=BLOCKS, reason=st.sampled_from(["end_turn", "tool_use", "max_tokens"]), data=st.data())
def test_any_answer_is_the_same_as_a_stream_however_it_is_cut(
    blocks: list[Any], reason: str, data: st.DataObject
) -> None:
    content, events = script(blocks, data)
    usage = {"inputTokens": 3, "outputTokens": 4, "totalTokens": 16, "cacheReadInputTokens": 9}
    reply = PROTOCOL.decode_reply(json.dumps(
        {"output": {"message": {"content": content}}, "stopReason": reason, "usage": usage}, ensure_ascii=False
    ).encode(), SHOWN)  # fmt: skip
    assert isinstance(reply, Reply)
    stream = b"".join([START, *events, event_frame("messageStop", {"stopReason": reason})])
    stream += event_frame("metadata", {"usage": usage})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    out, decoder = decode([stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)])
    assert decoder.failure is None
    message = json.loads(reply.body)["choices"][0]["message"]
    seen = read(out)
    assert seen["text"] == (message["content"] or "")
    assert seen["reasoning"] == message.get("reasoning_content", "")
    assert seen["tools"] == [call["function"] | {"id": call["id"]} for call in message.get("tool_calls", [])]
    for name in ("thinking_blocks", "annotations", "citations"):
        assert joined(out, name) == message.get(name, [])
    assert seen["usage"] == json.loads(reply.body)["usage"]
    assert (seen["finish"], decoder.usage) == (reply.finish_reason, reply.usage)


def read(out: bytes) -> dict[str, Any]:
    seen: dict[str, Any] = {"text": "", "reasoning": "", "tools": [], "finish": None, "usage": None}
    for line in out.split(b"\n"):
        if not line.startswith(b"data: {"):
            continue
        chunk = json.loads(line[6:])
        seen["usage"] = chunk.get("usage") or seen["usage"]
        for choice in chunk["choices"]:
            seen["finish"] = choice["finish_reason"] or seen["finish"]
            seen["text"] += choice["delta"].get("content") or ""
            seen["reasoning"] += choice["delta"].get("reasoning_content") or ""
            for call in choice["delta"].get("tool_calls") or []:
                if "id" in call:
                    seen["tools"].append({"id": call["id"], "name": call["function"]["name"], "arguments": ""})
                seen["tools"][call["index"]]["arguments"] += call["function"]["arguments"]
    return seen


FIELDS = st.dictionaries(st.sampled_from(["delta", "start", "contentBlockIndex", "usage", "stopReason"]), JSON)
EVENTS = ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata", "x"]


@settings(max_examples=300, deadline=None)
@given(payload=JSON | FIELDS, event=st.sampled_from(EVENTS))
def test_no_event_raises(payload: Any, event: str) -> None:
    out, decoder = decode([START, event_frame(event, payload), HI, STOP, USAGE])
    assert decoder.done != (decoder.failure is not None)
    assert decoder.done == out.endswith(b"[DONE]\n\n")


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()), status=st.integers(300, 599))
def test_no_body_raises(body: bytes, status: int) -> None:
    assert PROTOCOL.decode_error(status, (("x-amzn-errortype", body.decode("latin-1")),), body).status == status
    PROTOCOL.decode_reply(body, CONTEXT)
    decode([body])
