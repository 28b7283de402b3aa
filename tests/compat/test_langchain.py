"""LangChain's ChatOpenAI against the gateway, whatever protocol is spoken upstream."""

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from conversation import QUESTION, RESULTS, assert_conversation, play_conversation
from lab_gateway import CALLS, TEXT, TOOLS, LabGateway
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, SecretStr

from gateway_harness import API_KEY

EXPECTED_CALLS = [(call.name, call.arguments) for call in CALLS]


@pytest.fixture(autouse=True)
def no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests with LangSmith's variables set does not trace them."""
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "false")


@pytest.fixture
async def http() -> AsyncIterator[openai.DefaultAsyncHttpxClient]:
    """LangChain keeps clients of its own for the life of the process, with their connections open."""
    async with openai.DefaultAsyncHttpxClient() as client:
        yield client


@pytest.fixture
def chat(lab: LabGateway, http: openai.DefaultAsyncHttpxClient) -> ChatOpenAI:
    return chat_model(lab, http)


def chat_model(lab: LabGateway, http: openai.DefaultAsyncHttpxClient, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model=lab.model,
        api_key=SecretStr(API_KEY),
        base_url=lab.base_url,
        max_retries=0,
        # The gateway speaks chat completions; LangChain turns to OpenAI's Responses API for some arguments.
        use_responses_api=False,
        http_async_client=http,
        **options,
    )


async def test_invoke_brings_text_usage_and_finish_reason(lab: LabGateway, chat: ChatOpenAI) -> None:
    lab.answer_with_text()
    message = await chat.ainvoke([SystemMessage("Be terse."), HumanMessage("go")])
    assert isinstance(message, AIMessage)
    assert message.content == TEXT
    assert message.usage_metadata is not None
    assert (message.usage_metadata["input_tokens"], message.usage_metadata["output_tokens"]) == (120, 40)
    assert message.usage_metadata["input_token_details"].get("cache_read") == 48
    assert message.usage_metadata["output_token_details"].get("reasoning") == lab.reasoning_tokens
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.response_metadata["model_name"] == lab.model


@pytest.mark.parametrize("stream_usage", [True, False])
async def test_stream_brings_the_same_text_and_the_usage_when_asked(
    lab: LabGateway, http: openai.DefaultAsyncHttpxClient, stream_usage: bool
) -> None:
    lab.answer_with_text()
    whole: AIMessageChunk | None = None
    async for chunk in chat_model(lab, http, stream_usage=stream_usage).astream("go"):
        assert isinstance(chunk, AIMessageChunk)
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    assert whole.content == TEXT
    assert (whole.usage_metadata is not None) == stream_usage
    (settled,) = await lab.gateway.settled(1)
    assert settled.usage.output_tokens == 40


async def test_bound_tools_are_called_in_parallel_and_their_results_go_back(lab: LabGateway, chat: ChatOpenAI) -> None:
    lab.answer_with_calls()
    bound = chat.bind_tools(TOOLS)
    history: list[BaseMessage] = [HumanMessage("go")]
    asked = await bound.ainvoke(history)
    assert [(call["name"], call["args"]) for call in asked.tool_calls] == EXPECTED_CALLS
    assert asked.invalid_tool_calls == []
    history += [asked, *(ToolMessage("sunny", tool_call_id=str(call["id"])) for call in asked.tool_calls)]
    lab.answer_with_text()
    assert (await bound.ainvoke(history)).content == TEXT


async def test_bound_tools_are_streamed_and_joined(lab: LabGateway, chat: ChatOpenAI) -> None:
    lab.answer_with_calls()
    whole: AIMessageChunk | None = None
    async for chunk in chat.bind_tools(TOOLS).astream("go"):
        assert isinstance(chunk, AIMessageChunk)
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == EXPECTED_CALLS


async def test_langchain_and_the_vendor_end_up_with_the_same_conversation(
    lab: LabGateway, http: openai.DefaultAsyncHttpxClient
) -> None:
    job = play_conversation(lab)
    chat = chat_model(lab, http, stream_usage=True)
    seen = {
        "whole": await converse(chat, job, stream=False),
        "streamed": await converse(chat, job, stream=True),
        "structured": [],
    }
    await assert_conversation(lab, seen, structured=0)


async def converse(chat: ChatOpenAI, job: dict[str, Any], *, stream: bool) -> dict[str, Any]:
    """As conversation.py has it."""
    images: list[Any] = [{"type": "image", "base64": job["image_base64"], "mime_type": "image/png"}]
    if job["image_url"]:
        images.append({"type": "image", "url": job["image_url"]})
    history: list[BaseMessage] = [HumanMessage(content=[{"type": "text", "text": QUESTION}, *images])]
    first = await ask(chat, history, stream=True)
    history += [first, HumanMessage("Use the tools.")]
    bound = chat.bind_tools(TOOLS)
    second = await ask(bound, history, stream=stream)
    history.append(second)
    history += [ToolMessage(RESULTS[call["name"]], tool_call_id=str(call["id"])) for call in second.tool_calls]
    third = await ask(bound, history, stream=stream)
    usage = [reply.usage_metadata for reply in (first, second, third)]
    return {
        "answers": [first.content, third.content],
        "calls": [[call["id"], call["name"], call["args"]] for call in second.tool_calls],
        "usage": [[one["input_tokens"], one["output_tokens"]] for one in usage if one is not None],
    }


async def ask(chat: Any, messages: list[BaseMessage], *, stream: bool) -> AIMessage:
    if not stream:
        return await chat.ainvoke(messages)
    whole: AIMessageChunk | None = None
    async for chunk in chat.astream(messages):
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    return whole


class Forecast(BaseModel):
    """The weather of a city."""

    city: str
    degrees: list[float]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
async def test_structured_output_is_an_instance_of_the_model(lab: LabGateway, chat: ChatOpenAI, method: Any) -> None:
    structured = chat.with_structured_output(Forecast, method=method)
    assert isinstance(await structured.ainvoke("go"), Forecast)


async def test_an_error_is_the_openai_clients_own(lab: LabGateway, chat: ChatOpenAI) -> None:
    lab.vendor.set_fault("status_400")
    with pytest.raises(openai.BadRequestError) as caught:
        await chat.ainvoke("go")
    assert caught.value.code == "upstream_rejected"


async def test_a_stream_that_breaks_raises(lab: LabGateway, chat: ChatOpenAI) -> None:
    lab.vendor.set_fault("cut_after=3")
    with pytest.raises(openai.APIError):
        async for _ in chat.astream("go"):
            pass


async def test_embeddings_arrive(openai_lab: LabGateway, http: openai.DefaultAsyncHttpxClient) -> None:
    embeddings = OpenAIEmbeddings(
        model="text-embedding-3-small",
        api_key=SecretStr(API_KEY),
        base_url=openai_lab.base_url,
        max_retries=0,
        # Otherwise the tokeniser's vocabulary is downloaded, to cut long texts.
        check_embedding_ctx_length=False,
        http_async_client=http,
    )
    first, second = await embeddings.aembed_documents(["one", "two"])
    assert len(first) == len(second) == 64
    assert first != second
