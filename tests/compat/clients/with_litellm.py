"""LiteLLM's Python library as a client: `openai/` names the protocol, `api_base` the gateway."""

from typing import Any

import litellm
from job import USE_THE_TOOLS, Forecast, Job, conversation, run


async def main(job: Job) -> dict[str, Any]:
    return {
        "whole": await converse(job, stream=False),
        "streamed": await converse(job, stream=True),
        "structured": [await structured(job)],
    }


async def converse(job: Job, *, stream: bool) -> dict[str, Any]:
    messages: list[Any] = [job.user_message()]
    first = await ask(job, messages, stream=True)
    messages += [first.choices[0].message, {"role": "user", "content": USE_THE_TOOLS}]
    second = await ask(job, messages, stream=stream, tools=job.tools)
    calls = second.choices[0].message.tool_calls
    messages.append(second.choices[0].message)
    for call in calls:
        messages.append({"role": "tool", "tool_call_id": call.id, "content": job.results[call.function.name]})
    third = await ask(job, messages, stream=stream, tools=job.tools)
    replies = (first, second, third)
    return conversation(
        answers=[first.choices[0].message.content, third.choices[0].message.content],
        calls=[[call.id, call.function.name, call.function.arguments] for call in calls],
        usage=[[reply.usage.prompt_tokens, reply.usage.completion_tokens] for reply in replies],
    )


async def structured(job: Job) -> Any:
    reply = await ask(job, [{"role": "user", "content": "Forecast."}], stream=False, response_format=Forecast)
    return Forecast.model_validate_json(reply.choices[0].message.content).model_dump(mode="json")


async def ask(job: Job, messages: list[Any], *, stream: bool, **options: Any) -> Any:
    """The reply; of a stream, what the library's own builder makes of the chunks."""
    if stream:
        options["stream_options"] = {"include_usage": True}
    reply = await litellm.acompletion(
        model=f"openai/{job.model}",
        api_base=job.base_url,
        api_key=job.api_key,
        messages=messages,
        max_retries=0,
        stream=stream,
        **options,
    )
    if not stream:
        return reply
    return litellm.stream_chunk_builder([chunk async for chunk in reply], messages=messages)


run(main)
