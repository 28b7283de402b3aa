"""OpenAI's own Python client against the gateway, whatever protocol is spoken upstream."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import openai
import pytest
from conversation import FINAL, QUESTION, RESULTS, assert_conversation, play_conversation
from lab_gateway import CALLS, TEXT, TOOLS, LabGateway, lab_gateway, strings_in
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

from gateway_harness import API_KEY
from perpetuo.core.limits import IpLimiter
from perpetuo.lab import AFTER_CONTENT_FAULTS, Script

USER: list[Any] = [{"role": "user", "content": "go"}]
EXPECTED_CALLS = [(call.name, call.arguments) for call in CALLS]


@pytest.fixture
async def client(lab: LabGateway) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key=API_KEY, base_url=lab.base_url, max_retries=0) as client:
        yield client


@pytest.fixture
async def openai_client(openai_lab: LabGateway) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key=API_KEY, base_url=openai_lab.base_url, max_retries=0) as client:
        yield client


def assert_usage(lab: LabGateway, usage: Any) -> None:
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (120, 40, 160)
    assert usage.prompt_tokens_details.cached_tokens == 48
    details = usage.completion_tokens_details
    assert (details and details.reasoning_tokens) == lab.reasoning_tokens


def calls_of(completion: ChatCompletion) -> list[tuple[str, dict[str, object]]]:
    calls = completion.choices[0].message.tool_calls or []
    assert len({call.id for call in calls}) == len(calls)
    return [(call.function.name, json.loads(call.function.arguments)) for call in calls]


# --- chat ---


async def test_an_answer_and_its_usage_arrive(lab: LabGateway, client: AsyncOpenAI) -> None:
    lab.answer_with_text()
    completion = await client.chat.completions.create(model=lab.model, messages=USER)
    (choice,) = completion.choices
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", TEXT, "stop")
    assert completion.object == "chat.completion"
    assert completion.created > 0
    assert completion.model == lab.model
    assert completion.usage is not None
    assert_usage(lab, completion.usage)


async def test_the_blocking_client_gets_the_same_whole_and_streamed(lab: LabGateway) -> None:
    lab.answer_with_text()

    def ask() -> tuple[str | None, str]:
        with OpenAI(api_key=API_KEY, base_url=lab.base_url, max_retries=0) as client:
            whole = client.chat.completions.create(model=lab.model, messages=USER)
            with client.chat.completions.create(model=lab.model, messages=USER, stream=True) as stream:
                pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
        return whole.choices[0].message.content, "".join(pieces)

    assert await asyncio.to_thread(ask) == (TEXT, TEXT)


async def test_a_stream_brings_the_text_one_finish_reason_and_no_usage_unasked(
    lab: LabGateway, client: AsyncOpenAI
) -> None:
    lab.answer_with_text()
    chunks = [
        chunk async for chunk in await client.chat.completions.create(model=lab.model, messages=USER, stream=True)
    ]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == TEXT
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["stop"]
    assert {chunk.usage for chunk in chunks} == {None}
    assert len({chunk.id for chunk in chunks}) == 1
    (settled,) = await lab.gateway.settled(1)
    assert (settled.usage.input_tokens, settled.usage.output_tokens) == (120, 40)


async def test_a_stream_brings_its_usage_when_asked(lab: LabGateway, client: AsyncOpenAI) -> None:
    lab.answer_with_text()
    stream = await client.chat.completions.create(
        model=lab.model, messages=USER, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    assert_usage(lab, chunks[-1].usage)


async def test_a_model_that_refuses_or_is_cut_says_so_in_its_finish_reason(
    lab: LabGateway, client: AsyncOpenAI
) -> None:
    for reason in ("length", *(("content_filter",) if lab.shape.ends_filtered else ())):
        lab.vendor.set_script(Script(text="so far", finish_reason=reason))
        completion = await client.chat.completions.create(model=lab.model, messages=USER)
        assert completion.choices[0].finish_reason == reason
        stream = await client.chat.completions.create(model=lab.model, messages=USER, stream=True)
        reasons = [chunk.choices[0].finish_reason async for chunk in stream]
        assert reasons[-1] == reason


async def test_the_headers_tell_who_answered(lab: LabGateway, client: AsyncOpenAI) -> None:
    raw = await client.chat.completions.with_raw_response.create(model=lab.model, messages=USER)
    completion = raw.parse()
    assert completion.choices[0].message.content
    told = {name: value for name, value in raw.headers.items() if name.startswith("x-perpetuo-")}
    request_id = told.pop("x-perpetuo-request-id")
    assert told == {
        "x-perpetuo-alias": lab.model,
        "x-perpetuo-strategy": "default",
        "x-perpetuo-provider": lab.provider,
        "x-perpetuo-model": lab.model,
        "x-perpetuo-attempts": "1",
        "x-perpetuo-fallback": "false",
        "x-perpetuo-substituted": "none",
    }
    (settled,) = await lab.gateway.settled(1)
    assert settled.id == request_id
    async with client.chat.completions.with_streaming_response.create(
        model=lab.model, messages=USER, stream=True
    ) as response:
        assert response.headers["x-perpetuo-provider"] == lab.provider
        lines = [line async for line in response.iter_lines() if line]
        assert lines[-1] == "data: [DONE]"


# --- tools ---


async def test_parallel_tool_calls_arrive_whole(lab: LabGateway, client: AsyncOpenAI) -> None:
    lab.answer_with_calls()
    completion = await client.chat.completions.create(model=lab.model, messages=USER, tools=TOOLS)
    assert calls_of(completion) == EXPECTED_CALLS
    assert completion.choices[0].finish_reason == "tool_calls"
    assert not completion.choices[0].message.content


async def test_parallel_tool_calls_are_kept_apart_by_their_index_in_a_stream(
    lab: LabGateway, client: AsyncOpenAI
) -> None:
    lab.answer_with_calls()
    stream = await client.chat.completions.create(model=lab.model, messages=USER, tools=TOOLS, stream=True)
    joined: dict[int, dict[str, str]] = {}
    last: ChatCompletionChunk | None = None
    async for chunk in stream:
        last = chunk
        for delta in chunk.choices[0].delta.tool_calls or ():
            call = joined.setdefault(delta.index, {"id": "", "name": "", "arguments": ""})
            assert delta.function is not None
            call["id"] += delta.id or ""
            call["name"] += delta.function.name or ""
            call["arguments"] += delta.function.arguments or ""
    assert sorted(joined) == [0, 1, 2]
    assert [(joined[i]["name"], json.loads(joined[i]["arguments"])) for i in range(3)] == EXPECTED_CALLS
    assert len({call["id"] for call in joined.values()}) == 3
    assert last is not None
    assert last.choices[0].finish_reason == "tool_calls"


async def test_the_clients_own_accumulator_ends_with_the_same_calls(lab: LabGateway, client: AsyncOpenAI) -> None:
    lab.answer_with_calls()
    async with client.chat.completions.stream(model=lab.model, messages=USER, tools=TOOLS) as stream:
        done = [event async for event in stream if event.type == "tool_calls.function.arguments.done"]
        final = await stream.get_final_completion()
    assert calls_of(final) == EXPECTED_CALLS
    assert [event.index for event in sorted(done, key=lambda event: event.index)] == [0, 1, 2]


async def test_tool_results_go_back_and_the_conversation_goes_on(lab: LabGateway, client: AsyncOpenAI) -> None:
    lab.answer_with_calls()
    messages: list[Any] = [{"role": "system", "content": "You are terse."}, *USER]
    first = await client.chat.completions.create(model=lab.model, messages=messages, tools=TOOLS)
    message = first.choices[0].message
    messages.append(message.model_dump(exclude_none=True))
    assert message.tool_calls is not None
    messages += [
        {"role": "tool", "tool_call_id": call.id, "content": f"result {number}: " + "sunny " * 20}
        for number, call in enumerate(message.tool_calls)
    ]
    lab.answer_with_text()
    second = await client.chat.completions.create(model=lab.model, messages=messages, tools=TOOLS)
    assert second.choices[0].message.content == TEXT
    before, after = list(lab.vendor.ledger)
    assert after.asked_tokens >= before.asked_tokens + 3 * 30, "the results did not reach the vendor"


async def test_a_demanded_tool_is_called(lab: LabGateway, client: AsyncOpenAI) -> None:
    named: Any = {"type": "function", "function": {"name": "get_weather"}}
    one = await client.chat.completions.create(model=lab.model, messages=USER, tools=TOOLS, tool_choice=named)
    some = await client.chat.completions.create(model=lab.model, messages=USER, tools=TOOLS, tool_choice="required")
    none = await client.chat.completions.create(model=lab.model, messages=USER, tools=TOOLS, tool_choice="none")
    assert [name for name, _ in calls_of(one)] == ["get_weather"]
    assert [name for name, _ in calls_of(some)] == ["get_weather"]
    assert calls_of(none) == []


# --- a whole conversation ---


async def test_the_client_and_the_vendor_end_up_with_the_same_conversation(
    lab: LabGateway, client: AsyncOpenAI
) -> None:
    job = play_conversation(lab)
    seen = {
        "whole": await converse(client, job, stream=False),
        "streamed": await converse(client, job, stream=True),
        "structured": [],
    }
    await assert_conversation(lab, seen, structured=0)


async def converse(client: AsyncOpenAI, job: dict[str, Any], *, stream: bool) -> dict[str, Any]:
    """As conversation.py has it."""
    urls = [f"data:image/png;base64,{job['image_base64']}", *([job["image_url"]] if job["image_url"] else [])]
    images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    history: list[Any] = [{"role": "user", "content": [{"type": "text", "text": QUESTION}, *images]}]
    first = await ask(client, job["model"], history, stream=True)
    history += [first.choices[0].message.to_dict(), {"role": "user", "content": "Use the tools."}]
    second = await ask(client, job["model"], history, stream=stream, tools=TOOLS)
    asked = second.choices[0].message
    history.append(asked.to_dict())
    calls: list[Any] = list(asked.tool_calls or ())
    history += [{"role": "tool", "tool_call_id": call.id, "content": RESULTS[call.function.name]} for call in calls]
    third = await ask(client, job["model"], history, stream=stream, tools=TOOLS)
    usage = [reply.usage for reply in (first, second, third)]
    return {
        "answers": [first.choices[0].message.content, third.choices[0].message.content],
        "calls": [[call.id, call.function.name, call.function.arguments] for call in calls],
        "usage": [[one.prompt_tokens, one.completion_tokens] for one in usage if one is not None],
    }


async def ask(client: AsyncOpenAI, model: str, messages: list[Any], *, stream: bool, **options: Any) -> Any:
    """The completion; of a stream, what the client's own accumulator makes of the chunks."""
    if not stream:
        return await client.chat.completions.create(model=model, messages=messages, **options)
    options["stream_options"] = {"include_usage": True}
    async with client.chat.completions.stream(model=model, messages=messages, **options) as chunks:
        return await chunks.get_final_completion()


# --- thinking ---


@pytest.mark.parametrize("stream", [False, True])
async def test_signed_thinking_comes_back_to_the_vendor_as_it_left_it(
    lab: LabGateway, client: AsyncOpenAI, stream: bool
) -> None:
    """With the message sent back as the client received it, calls and all."""
    thought = "First – Zürich,\nthen  東京 🤔."
    lab.vendor.play([Script(reasoning=thought, tool_calls=CALLS), Script(reasoning="So.", text=FINAL)])
    first = await ask(client, lab.model, USER, stream=stream, tools=TOOLS)
    message = first.choices[0].message
    assert message.model_extra["reasoning_content"] == thought
    history = [*USER, message.model_dump(exclude_none=True)]
    history += [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in message.tool_calls]
    second = await ask(client, lab.model, history, stream=stream, tools=TOOLS)
    assert second.choices[0].message.content == FINAL
    signatures = list(signatures_in(message.model_dump()))
    assert bool(signatures) == lab.shape.signs_thinking
    assert set(signatures) <= set(strings_in(lab.vendor.bodies[1]))
    assert [entry.status for entry in lab.vendor.ledger.inference()] == [200, 200]


def signatures_in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from signatures_in(item)
    if isinstance(value, dict):
        for name, item in value.items():
            if "signature" in name and isinstance(item, str):
                yield item
            yield from signatures_in(item)


# --- what only we or only the vendor know ---


@pytest.mark.parametrize("stream", [False, True])
async def test_a_field_nobody_here_knows_travels_on_or_is_listed_as_dropped(
    lab: LabGateway, client: AsyncOpenAI, stream: bool
) -> None:
    lab.vendor.play([Script(text=TEXT)])
    raw = await client.chat.completions.with_raw_response.create(
        model=lab.model, messages=USER, stream=stream, extra_body={"sampler_of_tomorrow": {"a": [1, None, "ü"]}}
    )
    (body,) = lab.vendor.bodies
    travelled = json.loads(body).get("sampler_of_tomorrow") == {"a": [1, None, "ü"]}
    dropped = raw.headers.get("x-perpetuo-dropped", "").split(",")
    assert travelled == (lab.provider == "openai")
    assert travelled != ("sampler_of_tomorrow" in [name.strip() for name in dropped])
    if stream:
        async for _ in raw.parse():  # to its end: the client complains of streams left open
            pass


# --- structured output ---


class Mood(Enum):
    SUNNY = "sunny"
    GREY = "grey"


class Forecast(BaseModel):
    class Day(BaseModel):
        date: str
        mood: Mood
        rain_mm: float | None

    city: str
    days: list[Day]
    is_certain: bool


async def test_parse_gives_an_instance_of_the_model(lab: LabGateway, client: AsyncOpenAI) -> None:
    completion = await client.chat.completions.parse(model=lab.model, messages=USER, response_format=Forecast)
    assert isinstance(completion.choices[0].message.parsed, Forecast)


async def test_parse_works_on_a_stream_too(lab: LabGateway, client: AsyncOpenAI) -> None:
    async with client.chat.completions.stream(model=lab.model, messages=USER, response_format=Forecast) as stream:
        final = await stream.get_final_completion()
    assert isinstance(final.choices[0].message.parsed, Forecast)


async def test_parse_reads_tool_arguments_into_the_model(lab: LabGateway, client: AsyncOpenAI) -> None:
    completion = await client.chat.completions.parse(
        model=lab.model, messages=USER, tools=[openai.pydantic_function_tool(Forecast)], tool_choice="required"
    )
    (call,) = completion.choices[0].message.tool_calls or ()
    assert isinstance(call.function.parsed_arguments, Forecast)


# --- embeddings, models ---


async def test_embeddings_are_the_same_packed_and_as_numbers(
    openai_lab: LabGateway, openai_client: AsyncOpenAI
) -> None:
    """The client asks for base64 unless told otherwise, and unpacks it."""
    texts = ["one", "two — zwei"]
    packed = await openai_client.embeddings.create(model="text-embedding-3-small", input=texts)
    plain = await openai_client.embeddings.create(model="text-embedding-3-small", input=texts, encoding_format="float")
    raw = await openai_client.embeddings.create(model="text-embedding-3-small", input=texts, encoding_format="base64")
    assert [row.index for row in packed.data] == [0, 1]
    assert [row.embedding for row in packed.data] == [pytest.approx(row.embedding) for row in plain.data]
    assert packed.data[0].embedding != packed.data[1].embedding
    assert len(base64.b64decode(str(raw.data[0].embedding))) == 4 * len(packed.data[0].embedding)
    assert packed.usage.prompt_tokens == packed.usage.total_tokens > 0
    short = await openai_client.embeddings.create(model="text-embedding-3-small", input="one", dimensions=8)
    assert len(short.data[0].embedding) == 8
    assert {row.endpoint for row in await openai_lab.gateway.settled(4)} == {"embeddings"}


async def test_models_are_listed_and_each_can_be_retrieved(lab: LabGateway, client: AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]
    assert lab.model in names
    assert ("text-embedding-3-small" in names) == (lab.provider == "openai")
    assert len(set(names)) == len(names)
    assert (await client.models.retrieve(lab.model)).id == lab.model
    with pytest.raises(openai.NotFoundError) as caught:
        await client.models.retrieve("no-such-model")
    assert caught.value.code == "model_not_found"


# --- errors ---


async def test_a_wrong_key_is_an_authentication_error(lab: LabGateway) -> None:
    async with AsyncOpenAI(api_key="pk_" + "00" * 24, base_url=lab.base_url, max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError) as caught:
            await stranger.chat.completions.create(model=lab.model, messages=USER)
    assert (caught.value.code, caught.value.type) == ("invalid_api_key", "authentication_error")
    assert caught.value.response.headers["x-perpetuo-request-id"]


async def test_an_unknown_model_is_a_not_found_error_that_names_the_field(lab: LabGateway, client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await client.chat.completions.create(model=f"{lab.model}x", messages=USER)
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    assert lab.model in caught.value.message


async def test_a_wrong_value_is_a_bad_request_that_names_the_field(lab: LabGateway, client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model=lab.model, messages=USER, temperature="warm")  # type: ignore[call-overload]
    assert (caught.value.code, caught.value.param) == ("invalid_value", "temperature")
    assert len(lab.vendor.ledger) == 0


async def test_what_the_vendor_rejects_is_a_bad_request(lab: LabGateway, client: AsyncOpenAI) -> None:
    lab.vendor.set_fault("status_400")
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model=lab.model, messages=USER)
    assert caught.value.code == "upstream_rejected"


async def test_an_exhausted_quota_is_a_rate_limit_error(tmp_path: Path) -> None:
    async with (
        lab_gateway(tmp_path, "openai", workspace={"quota_requests_month": 0}) as lab,
        AsyncOpenAI(api_key=API_KEY, base_url=lab.base_url, max_retries=0) as client,
    ):
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(model=lab.model, messages=USER)
    assert (caught.value.code, caught.value.type) == ("insufficient_quota", "insufficient_quota")
    assert int(caught.value.response.headers["retry-after"]) > 0


async def test_too_many_requests_from_one_address_are_a_rate_limit_error(tmp_path: Path) -> None:
    async with (
        lab_gateway(tmp_path, "openai", ip_limiter=IpLimiter(1)) as lab,
        AsyncOpenAI(api_key=API_KEY, base_url=lab.base_url, max_retries=0) as client,
    ):
        await client.chat.completions.create(model=lab.model, messages=USER)
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(model=lab.model, messages=USER)
    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "rate_limit_error")


async def test_a_failing_vendor_is_an_internal_server_error_with_the_attempts(
    lab: LabGateway, client: AsyncOpenAI
) -> None:
    lab.vendor.set_fault("status_500")
    with pytest.raises(openai.InternalServerError) as caught:
        await client.chat.completions.create(model=lab.model, messages=USER, stream=True)
    error = caught.value
    assert (error.status_code, error.code, error.type) == (502, "upstream_failed", "server_error")
    assert isinstance(error.body, dict)
    assert [attempt["status"] for attempt in error.body["attempts"]] == [500]


@pytest.mark.parametrize("fault", AFTER_CONTENT_FAULTS)
async def test_a_stream_that_breaks_after_content_raises_and_keeps_what_came(
    lab: LabGateway, client: AsyncOpenAI, fault: str
) -> None:
    lab.vendor.set_fault(f"{fault}=3")
    received: list[str] = []
    with pytest.raises(openai.APIError) as caught:
        async for chunk in await client.chat.completions.create(model=lab.model, messages=USER, stream=True):
            received.append(chunk.choices[0].delta.content or "")
    assert caught.value.code == "stream_interrupted"
    assert "".join(received) == "word1 word2 word3"
