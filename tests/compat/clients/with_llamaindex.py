"""LlamaIndex's `OpenAILike`: chat, streamed chat, function tools, a structured LLM."""

import base64
from typing import Any

from job import USE_THE_TOOLS, Forecast, Job, conversation, run
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ImageBlock, TextBlock, ToolCallBlock
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike


async def main(job: Job) -> dict[str, Any]:
    llm = OpenAILike(
        model=job.model,
        api_base=job.base_url,
        api_key=job.api_key,
        is_chat_model=True,
        is_function_calling_model=True,
        max_retries=0,
        additional_kwargs={"stream_options": {"include_usage": True}},
    )
    return {
        "whole": await converse(job, llm, stream=False),
        "streamed": await converse(job, llm, stream=True),
        "structured": [await structured(llm, natively=way) for way in (True, False)],
    }


async def converse(job: Job, llm: OpenAILike, *, stream: bool) -> dict[str, Any]:
    history = [ChatMessage(role="user", blocks=[TextBlock(text=job.question), *images(job)])]
    first, first_usage = await drain(await llm.astream_chat(history))
    history += [first.message, ChatMessage(role="user", content=USE_THE_TOOLS)]
    second, second_usage = await ask_with_tools(job, llm, history, stream=stream)
    selected = llm.get_tool_calls_from_response(second)
    history.append(second.message)
    for call in selected:
        said = job.results[call.tool_name]
        history.append(ChatMessage(role="tool", content=said, additional_kwargs={"tool_call_id": call.tool_id}))
    third, third_usage = await ask_with_tools(job, llm, history, stream=stream)
    blocks = [block for block in second.message.blocks if isinstance(block, ToolCallBlock)]
    return conversation(
        answers=[first.message.content, third.message.content],
        calls=[[block.tool_call_id, block.tool_name, block.tool_kwargs] for block in blocks],
        usage=[first_usage, second_usage, third_usage],
    )


def images(job: Job) -> list[ImageBlock]:
    inline = ImageBlock(image=base64.b64decode(job.image_base64), image_mimetype="image/png")
    return [inline] if job.image_url is None else [inline, ImageBlock(url=job.image_url)]


async def ask_with_tools(
    job: Job, llm: OpenAILike, history: list[ChatMessage], *, stream: bool
) -> tuple[ChatResponse, list[int]]:
    def get_weather(city: str, days: int) -> str:
        """The weather of the next days."""
        return job.results["get_weather"]

    def get_time() -> str:
        """The time."""
        return job.results["get_time"]

    tools = [FunctionTool.from_defaults(get_weather), FunctionTool.from_defaults(get_time)]
    if stream:
        return await drain(
            await llm.astream_chat_with_tools(tools, chat_history=history, allow_parallel_tool_calls=True)
        )
    response = await llm.achat_with_tools(tools, chat_history=history, allow_parallel_tool_calls=True)
    return response, usage_of(response)


async def drain(stream: Any) -> tuple[ChatResponse, list[int]]:
    """The last response, which holds all that came before it."""
    last = [response async for response in stream][-1]
    return last, usage_of(last)


def usage_of(response: ChatResponse) -> list[int]:
    return [response.additional_kwargs["prompt_tokens"], response.additional_kwargs["completion_tokens"]]


async def structured(llm: OpenAILike, *, natively: bool) -> Any:
    """Natively by a JSON schema; else by a tool, of which it demands one call."""
    llm.should_use_structured_outputs = natively
    response = await llm.as_structured_llm(Forecast).achat([ChatMessage(role="user", content="Forecast.")])
    assert isinstance(response.raw, Forecast)
    return response.raw.model_dump(mode="json")


run(main)
