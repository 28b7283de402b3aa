"""Token counts of one request. None means "not reported", never zero."""

from typing import Literal

import msgspec

UsageSource = Literal["reported", "counted", "none"]
"""reported: the vendor's own figures. counted: ours, for an answer that was cut before the vendor reported
(output = content deltas received, input = `estimate_tokens` of the request). none: nothing is known."""


class Usage(msgspec.Struct, frozen=True):
    """Token counts, each a subset relation spelled out so that nothing is priced twice.

    input_tokens:        everything sent, cached and cache-write tokens included.
    cached_input_tokens: the part of input_tokens read from the vendor's prompt cache.
    cache_write_tokens:  the part of input_tokens written to the vendor's prompt cache.
    output_tokens:       everything generated, reasoning included.
    reasoning_tokens:    the part of output_tokens spent on reasoning.
    billed_input_tokens, billed_output_tokens: what the vendor charges for, where it tells that apart from what it used.
    """

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    source: UsageSource = "none"
    billed_input_tokens: int | None = None
    billed_output_tokens: int | None = None


NOT_REPORTED = Usage()


def estimate_tokens(text_bytes: int) -> int:
    """Rough token count of a text: one token for each four bytes, rounded up. Used for quotas, for the context
    length check and for answers that were cut before the vendor reported; never instead of a reported figure."""
    return -(-text_bytes // 4)
