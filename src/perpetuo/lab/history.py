"""Whether a conversation that comes back still carries the reasoning it was answered with, as Claude demands it.

Anthropic's own API and Claude on Bedrock refuse the same things in the same words. Seen in
https://github.com/anthropics/anthropic-sdk-python/issues/1598 (any change to a block is refused),
https://github.com/langchain-ai/langchain-aws/issues/844 (the block is missing) and
https://platform.claude.com/docs/en/build-with-claude/extended-thinking (all read 2026-11-24).
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from perpetuo.lab.signatures import is_signature_of
from perpetuo.lab.wire import Refusal

BlockKind = Literal["thinking", "redacted_thinking", "tool_use", "tool_result", "other"]

REDACTED = "redacted"
"""What the payload of an encrypted block signs."""


class HistoryBlock(msgspec.Struct, frozen=True):
    """One block of content, in either dialect. text: of the reasoning; signature: of it, or the encrypted payload."""

    kind: BlockKind
    text: str = ""
    signature: str | None = None
    call_id: str = ""
    name: str = ""
    """As the error calls its type."""


class HistoryMessage(msgspec.Struct, frozen=True):
    role: str
    blocks: Sequence[HistoryBlock]


def call_mark(*, has_reasoned: bool) -> str:
    """Two characters inside the id of a tool call, by which the lab knows its own calls again."""
    return "Rz" if has_reasoned else "Nz"


def check_history(messages: Sequence[HistoryMessage], *, must_think: bool, id_prefix: str) -> None:
    """Raises Refusal. must_think: thinking is enabled with a budget. id_prefix: of the ids of tool calls."""
    for at, message in enumerate(messages):
        for place, block in enumerate(message.blocks):
            _check_block(block, f"messages.{at}.content.{place}")
    if must_think:
        _check_thought_before_calls(messages, id_prefix)


def _check_block(block: HistoryBlock, path: str) -> None:
    if block.kind == "thinking":
        if block.signature is None:
            raise Refusal(400, f"{path}.thinking.signature: Field required")
        if not is_signature_of(block.signature, block.text):
            raise Refusal(400, f"{path}: Invalid `signature` in `thinking` block")
    elif block.kind == "redacted_thinking" and not is_signature_of(block.signature or "", REDACTED):
        raise Refusal(400, f"{path}: Invalid `data` in `redacted_thinking` block")


def _check_thought_before_calls(messages: Sequence[HistoryMessage], id_prefix: str) -> None:
    """The last assistant message has to start with its thinking if it called: then its results come back now."""
    last = max((at for at, message in enumerate(messages) if message.role == "assistant"), default=-1)
    blocks: Sequence[HistoryBlock] = messages[last].blocks if last >= 0 else []
    calls = [block for block in blocks if block.kind == "tool_use"]
    unreasoned = f"{id_prefix}{call_mark(has_reasoned=False)}"
    if not calls or all(call.call_id.startswith(unreasoned) for call in calls):
        return
    if blocks[0].kind not in ("thinking", "redacted_thinking"):
        raise Refusal(
            400,
            f"messages.{last}.content.0.type: Expected `thinking` or `redacted_thinking`, but found"
            f" `{blocks[0].name}`. When `thinking` is enabled, a final `assistant` message must start with a thinking"
            " block.",
        )
