"""A Pydantic AI agent: it calls the tools itself; its output as a tool, and natively."""

import base64
from collections.abc import Sequence
from typing import Any

from job import USE_THE_TOOLS, Forecast, Job, conversation, run
from openai import AsyncOpenAI
from pydantic_ai import Agent, BinaryContent, ImageUrl, ModelMessage, ModelResponse, NativeOutput, ToolCallPart
from pydantic_ai.messages import UserContent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


async def main(job: Job) -> dict[str, Any]:
    async with AsyncOpenAI(api_key=job.api_key, base_url=job.base_url, max_retries=0) as client:
        model = OpenAIChatModel(job.model, provider=OpenAIProvider(openai_client=client))
        return {
            "whole": await converse(job, model, stream=False),
            "streamed": await converse(job, model, stream=True),
            "structured": [await structured(model, Forecast), await structured(model, NativeOutput(Forecast))],
        }


async def converse(job: Job, model: OpenAIChatModel, *, stream: bool) -> dict[str, Any]:
    agent = Agent(model)

    @agent.tool_plain
    def get_weather(city: str, days: int) -> str:
        """The weather of the next days."""
        return job.results["get_weather"]

    @agent.tool_plain
    def get_time() -> str:
        """The time."""
        return job.results["get_time"]

    images: list[UserContent] = [BinaryContent(base64.b64decode(job.image_base64), media_type="image/png")]
    if job.image_url is not None:
        images.append(ImageUrl(job.image_url))
    first, history = await ask(agent, [job.question, *images], [], stream=True)
    final, history = await ask(agent, [USE_THE_TOOLS], history, stream=stream)
    responses = [message for message in history if isinstance(message, ModelResponse)]
    calls = [part for response in responses for part in response.parts if isinstance(part, ToolCallPart)]
    return conversation(
        answers=[first, final],
        calls=[[call.tool_call_id, call.tool_name, call.args] for call in calls],
        usage=[[response.usage.input_tokens, response.usage.output_tokens] for response in responses],
    )


async def ask(
    agent: Agent, prompt: Sequence[UserContent], history: list[ModelMessage], *, stream: bool
) -> tuple[str, list[ModelMessage]]:
    if not stream:
        result = await agent.run(prompt, message_history=history)
        return result.output, result.all_messages()
    async with agent.run_stream(prompt, message_history=history) as streamed:
        text = "".join([piece async for piece in streamed.stream_text(delta=True, debounce_by=None)])
        return text, streamed.all_messages()


async def structured(model: OpenAIChatModel, output: Any) -> Any:
    result = await Agent(model, output_type=output).run("Forecast.")
    return result.output.model_dump(mode="json")


run(main)
