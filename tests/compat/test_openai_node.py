"""OpenAI's npm client (tests/compat/js) against the gateway, whatever protocol is spoken upstream."""

from typing import Any

import pytest
from client_program import run_node
from lab_gateway import CALLS, TEXT, TOOLS, USAGE, LabGateway

from gateway_harness import API_KEY
from perpetuo.lab import Script

EXPECTED_CALLS = [[call.name, call.arguments] for call in CALLS]


async def run_check(lab: LabGateway, check: str) -> dict[str, Any]:
    """What `node check.mjs CHECK` prints."""
    job = {"base_url": lab.base_url, "api_key": API_KEY, "model": lab.model, "tools": TOOLS}
    return await run_node("check.mjs", check, job=job)


def assert_usage(lab: LabGateway, usage: dict[str, Any]) -> None:
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (120, 40, 160)
    assert usage["prompt_tokens_details"]["cached_tokens"] == 48
    assert usage.get("completion_tokens_details", {}).get("reasoning_tokens") == lab.reasoning_tokens


async def test_an_answer_its_usage_and_its_headers_arrive(lab: LabGateway) -> None:
    lab.answer_with_text()
    seen = await run_check(lab, "chat")
    assert (seen["text"], seen["finish_reason"], seen["provider"]) == (TEXT, "stop", lab.provider)
    assert_usage(lab, seen["usage"])


async def test_a_stream_brings_the_same(lab: LabGateway) -> None:
    lab.answer_with_text()
    seen = await run_check(lab, "stream")
    assert (seen["text"], seen["finish_reason"]) == (TEXT, "stop")
    assert_usage(lab, seen["usage"])


async def test_parallel_tool_calls_are_the_same_whole_and_streamed(lab: LabGateway) -> None:
    lab.answer_with_calls()
    assert await run_check(lab, "tools") == {"whole": EXPECTED_CALLS, "streamed": EXPECTED_CALLS}


async def test_tool_results_go_back(lab: LabGateway) -> None:
    lab.answer_with_calls()
    lab.vendor.set_script(Script(text=TEXT, usage=USAGE), name="text")
    assert await run_check(lab, "results") == {"text": TEXT}


async def test_errors_are_the_clients_own_classes(lab: LabGateway) -> None:
    seen = await run_check(lab, "errors")
    assert (seen["key"]["class"], seen["key"]["status"], seen["key"]["code"]) == (
        "AuthenticationError",
        401,
        "invalid_api_key",
    )
    assert (seen["model"]["class"], seen["model"]["code"], seen["model"]["param"]) == (
        "NotFoundError",
        "model_not_found",
        "model",
    )
    assert (seen["value"]["class"], seen["value"]["code"], seen["value"]["param"]) == (
        "BadRequestError",
        "invalid_value",
        "temperature",
    )


@pytest.mark.parametrize("fault", ["cut_after", "in_band_error_after"])
async def test_a_stream_that_breaks_after_content_raises_and_keeps_what_came(lab: LabGateway, fault: str) -> None:
    lab.vendor.set_fault(f"{fault}=3")
    seen = await run_check(lab, "broken_stream")
    assert seen["text"] == "word1 word2 word3"
    assert seen["error"]["isApiError"]
    assert seen["error"]["code"] == "stream_interrupted"


async def test_embeddings_are_the_same_packed_and_as_numbers(openai_lab: LabGateway) -> None:
    seen = await run_check(openai_lab, "embeddings")
    assert [len(vector) for vector in seen["packed"]] == [64, 64]
    assert seen["packed"] == [pytest.approx(vector) for vector in seen["plain"]]


async def test_models_are_listed_and_retrieved(lab: LabGateway) -> None:
    seen = await run_check(lab, "models")
    assert lab.model in seen["names"]
    assert seen["one"] == lab.model
