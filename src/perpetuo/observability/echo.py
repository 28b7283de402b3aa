"""Takes a request's own words out of what a vendor says about it: errors are logged, prompts are not."""

import json
from collections.abc import Sequence

WINDOW_CHARS = 12
"""What is shorter is a field's name or an ordinary word. Windows overlap by half: no run of 17 characters is missed."""
MAX_SEARCHED_BYTES = 8 * 1024 * 1024
"""Of texts, each looked through for each window: about 5 ms."""
NOT_KEPT = "(not kept: the request is too long to tell its own words from the provider's)"


def without_echo(message: str, texts: Sequence[bytes]) -> str:
    """texts: JSON, as the client sent it. Runs of the message that are in one of them become `…`."""
    starts = range(0, max(1, len(message) - WINDOW_CHARS + 1), WINDOW_CHARS // 2)
    if len(starts) * sum(map(len, texts)) > MAX_SEARCHED_BYTES:
        return NOT_KEPT
    echoed = bytearray(len(message))
    for start in starts:
        window = message[start : start + WINDOW_CHARS]
        if len(window) == WINDOW_CHARS and any(form in text for form in _forms(window) for text in texts):
            echoed[start : start + WINDOW_CHARS] = b"\x01" * WINDOW_CHARS
    if not any(echoed):
        return message
    kept: list[str] = []
    for at, character in enumerate(message):
        if not echoed[at]:
            kept.append(character)
        elif at == 0 or not echoed[at - 1]:
            kept.append("…")
    return "".join(kept)


def _forms(window: str) -> set[bytes]:
    """As text, and as it may be spelt inside JSON."""
    spellings = (window, json.dumps(window)[1:-1], json.dumps(window, ensure_ascii=False)[1:-1])
    return {spelling.encode("utf-8", "replace") for spelling in spellings}
