"""Text that people enter to be shown again: names and labels."""

from pydantic import AfterValidator

from perpetuo.core.errors import safe_text


def _one_line(text: str) -> str:
    if safe_text(text, len(text)) != text:
        raise ValueError("It holds a line break, or a character that does not show.")
    return text


ONE_LINE = AfterValidator(_one_line)
"""Refuses what could forge a line or a display, and NUL, which the database has no place for."""
