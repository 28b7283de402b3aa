"""Content as a list of chunks, as Mistral's reasoning models write it, reaches OpenAI's clients as a text."""

import json
from typing import Any

import pytest

from perpetuo.core.errors import UpstreamFailure
from perpetuo.providers.base import Reply, ReplyContext
from perpetuo.providers.openai_chat import OpenAIChat

PROTOCOL = OpenAIChat()
CONTEXT = ReplyContext("chatcmpl-x", 1, include_usage=True)

THINKS = {"type": "thinking", "thinking": [{"type": "text", "text": "first"}, {"type": "text", "text": ", then"}]}
SAYS = {"type": "text", "text": "answer"}
CITES = {"type": "reference", "reference_ids": [1]}
CHUNKED: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "text alone": ([SAYS, SAYS], {"content": "answeranswer"}),
    "thinking before a text": ([THINKS, SAYS], {"content": "answer", "reasoning_content": "first, then"}),
    "thinking that has ended": ([THINKS | {"closed": True}], {"content": "", "reasoning_content": "first, then"}),
    "a reference is kept as it came": ([SAYS, CITES], {"content": "answer", "content_chunks": [SAYS, CITES]}),
    "a signature is kept as it came": (
        [THINKS | {"signature": "s"}],
        {"content": "", "reasoning_content": "first, then", "content_chunks": [THINKS | {"signature": "s"}]},
    ),
}


@pytest.mark.parametrize("case", CHUNKED)
def test_chunks_become_a_text_in_replies_and_streams_alike(case: str) -> None:
    chunks, expected = CHUNKED[case]
    said = {"role": "assistant", "content": chunks}
    body = {"model": "m", "choices": [{"index": 0, "message": said, "finish_reason": "stop"}], "usage": None}
    reply = PROTOCOL.decode_reply(json.dumps(body).encode(), CONTEXT)
    assert isinstance(reply, Reply)
    assert json.loads(reply.body)["choices"][0]["message"] == {"role": "assistant", **expected}

    decoder = PROTOCOL.stream_decoder(CONTEXT)
    chunk = {"model": "m", "choices": [{"index": 0, "delta": said, "finish_reason": "stop"}]}
    out = decoder.feed(b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n")
    first = out.split(b"\n\n")[0].removeprefix(b"data: ")
    assert json.loads(first)["choices"][0]["delta"] == {"role": "assistant", **expected}
    assert decoder.saw_content
    assert decoder.done


def test_a_list_that_holds_no_chunks_is_a_failure_and_never_raises() -> None:
    body = b'{"choices":[{"message":{"content":["a"]},"finish_reason":"stop"}]}'
    assert isinstance(PROTOCOL.decode_reply(body, CONTEXT), UpstreamFailure)
    decoder = PROTOCOL.stream_decoder(CONTEXT)
    decoder.feed(b'data: {"choices":[{"delta":{"content":["a"]}}]}\n\n')
    assert decoder.failure is not None
