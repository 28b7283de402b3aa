"""instructor around OpenAI's client: plain conversation, and a model's instance in each of its modes."""

from typing import Any

import instructor
from instructor.processing.multimodal import Image
from job import USE_THE_TOOLS, Forecast, Job, conversation, run
from openai import AsyncOpenAI
from openai.lib.streaming.chat import ChatCompletionStreamState

MODES = (instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA)


async def main(job: Job) -> dict[str, Any]:
    async with AsyncOpenAI(api_key=job.api_key, base_url=job.base_url, max_retries=0) as client:
        plain = instructor.from_openai(client)
        return {
            "whole": await converse(job, plain, stream=False),
            "streamed": await converse(job, plain, stream=True),
            "structured": [await structured(job, instructor.from_openai(client, mode=mode)) for mode in MODES],
        }


async def converse(job: Job, client: instructor.AsyncInstructor, *, stream: bool) -> dict[str, Any]:
    images: list[Any] = [Image.from_base64(f"data:image/png;base64,{job.image_base64}")]
    if job.image_url is not None:
        images.append(Image.from_url(job.image_url))
    messages: list[Any] = [{"role": "user", "content": [job.question, *images]}]
    first = await ask(job, client, messages, stream=True)
    messages += [{"role": "assistant", "content": first.choices[0].message.content}]
    messages += [{"role": "user", "content": USE_THE_TOOLS}]
    second = await ask(job, client, messages, stream=stream, tools=job.tools)
    asked = second.choices[0].message
    # With no content it sends an empty list, which OpenAI refuses and so do we:
    # https://github.com/langchain-ai/langchainjs/pull/11419 (read 2026-11-24).
    messages.append(asked.model_dump() | {"content": "Let me see."})
    for call in asked.tool_calls:
        messages.append({"role": "tool", "tool_call_id": call.id, "content": job.results[call.function.name]})
    third = await ask(job, client, messages, stream=stream, tools=job.tools)
    replies = (first, second, third)
    return conversation(
        answers=[first.choices[0].message.content, third.choices[0].message.content],
        calls=[[call.id, call.function.name, call.function.arguments] for call in asked.tool_calls],
        usage=[[reply.usage.prompt_tokens, reply.usage.completion_tokens] for reply in replies],
    )


async def ask(
    job: Job, client: instructor.AsyncInstructor, messages: list[Any], *, stream: bool, **options: Any
) -> Any:
    if stream:
        options["stream_options"] = {"include_usage": True}
    reply: Any = await client.chat.completions.create(
        response_model=None, model=job.model, messages=messages, stream=stream, **options
    )
    if not stream:
        return reply
    state = ChatCompletionStreamState()
    async for chunk in reply:
        state.handle_chunk(chunk)
    return state.get_final_completion()


async def structured(job: Job, client: instructor.AsyncInstructor) -> Any:
    forecast = await client.chat.completions.create(
        response_model=Forecast,
        model=job.model,
        messages=[{"role": "user", "content": "Forecast."}],
        max_retries=1,
    )
    return forecast.model_dump(mode="json")


run(main)
