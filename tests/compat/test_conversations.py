"""A whole conversation through each client library, with images, tools and streams, whatever is spoken upstream."""

import pytest
from client_program import run_node, run_python
from conversation import assert_conversation, play_conversation
from lab_gateway import LabGateway

# Script -> how many structured answers it asks for, each in another of the library's ways.
PYTHON = {"with_instructor.py": 2, "with_litellm.py": 1, "with_llamaindex.py": 2, "with_pydantic_ai.py": 2}


@pytest.mark.parametrize("script", PYTHON)
async def test_a_python_library_and_the_vendor_end_up_with_the_same_conversation(lab: LabGateway, script: str) -> None:
    structured = PYTHON[script]
    if script == "with_llamaindex.py":
        # It joins the pieces of a call's arguments only while no other call's come between (0.14, update_tool_calls).
        lab.stream_one_call_after_the_other()
    seen = await run_python(script, job=play_conversation(lab))
    await assert_conversation(lab, seen, structured=structured)


@pytest.mark.parametrize(
    ("script", "argument", "structured"),
    [("ai_sdk.mjs", "compatible", 1), ("ai_sdk.mjs", "openai", 1), ("check.mjs", "conversation", 2)],
)
async def test_a_library_for_node_and_the_vendor_end_up_with_the_same_conversation(
    lab: LabGateway, script: str, argument: str, structured: int
) -> None:
    seen = await run_node(script, argument, job=play_conversation(lab))
    await assert_conversation(lab, seen, structured=structured)
