"""`usage` in the dialects of the vendors that speak OpenAI's protocol."""

from typing import Annotated

import msgspec

from perpetuo.core.usage import NOT_REPORTED, Usage
from perpetuo.providers.chat_input import mapping, plain

_Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class _PromptDetails(msgspec.Struct):
    cached_tokens: _Count | None = None
    cache_write_tokens: _Count | None = None


class _CompletionDetails(msgspec.Struct):
    reasoning_tokens: _Count | None = None


class _OpenAIUsage(msgspec.Struct):
    """As OpenAI writes it, and most others do. The dialects' own fields only show that it is one of theirs."""

    prompt_tokens: _Count
    completion_tokens: _Count
    total_tokens: _Count
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None
    prompt_cache_hit_tokens: msgspec.UnsetType = msgspec.UNSET
    cached_tokens: msgspec.UnsetType = msgspec.UNSET
    cache_creation_input_tokens: msgspec.UnsetType = msgspec.UNSET
    reasoning_tokens: msgspec.UnsetType = msgspec.UNSET


_OPENAI = msgspec.json.Decoder(_OpenAIUsage)


def read_usage(raw: msgspec.Raw) -> Usage:
    """OpenAI's `usage` object, in the dialects seen (recordings of 2026-11-23 unless a URL says more)."""
    try:
        usage = _OPENAI.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        return _read_dialect(raw)
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return _usage(
        usage.prompt_tokens,
        usage.completion_tokens,
        cached=None if prompt is None else prompt.cached_tokens,
        written=None if prompt is None else prompt.cache_write_tokens,
        reasoning=None if completion is None else completion.reasoning_tokens,
        total=usage.total_tokens,
    )


def _read_dialect(raw: msgspec.Raw) -> Usage:
    usage = mapping(plain(raw))
    prompt = mapping(usage.get("prompt_tokens_details"))
    completion = mapping(usage.get("completion_tokens_details"))
    input_tokens = _count(usage, "prompt_tokens")
    output_tokens = _count(usage, "completion_tokens")
    if input_tokens is None and output_tokens is None:
        return NOT_REPORTED
    # https://api-docs.deepseek.com/api/create-chat-completion has prompt_cache_hit_tokens; Together and Moonshot
    # write cached_tokens beside prompt_tokens, Vercel's gateway cache_creation_input_tokens.
    cached = _first(_count(prompt, "cached_tokens"), _count(usage, "prompt_cache_hit_tokens", "cached_tokens"))
    written = _first(_count(prompt, "cache_write_tokens"), _count(usage, "cache_creation_input_tokens"))
    reasoning = _first(_count(completion, "reasoning_tokens"), _count(usage, "reasoning_tokens"))
    return _usage(
        input_tokens,
        output_tokens,
        cached=cached,
        written=written,
        reasoning=reasoning,
        total=_count(usage, "total_tokens"),
    )


def _usage(
    input_tokens: int | None,
    output_tokens: int | None,
    *,
    cached: int | None,
    written: int | None,
    reasoning: int | None,
    total: int | None,
) -> Usage:
    if output_tokens is not None and reasoning and total == (input_tokens or 0) + output_tokens + reasoning:
        output_tokens += reasoning  # xAI counts reasoning beside completion_tokens, only the total holds it
    if cached is not None and input_tokens is not None:
        cached = min(cached, input_tokens)  # Grok on Azure reported more cached than sent; none is priced twice
    return Usage(input_tokens, cached, written, output_tokens, reasoning, "reported")


def _count(usage: dict[str, object], *names: str) -> int | None:
    """A token count, or None for what no count can be."""
    for name in names:
        value = usage.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
            return value
    return None


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
