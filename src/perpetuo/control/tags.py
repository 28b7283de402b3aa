"""Tags as query parameters."""

from typing import Annotated

from pydantic import Field

Tag = Annotated[
    str | None, Field(min_length=1, max_length=129, description="`name` for any value of it, or `name=value`.")
]


def parse_tag(tag: str | None) -> tuple[str, str | None] | None:
    """Name, and value or None. A tag's name has no `=` in it."""
    if tag is None:
        return None
    name, separator, value = tag.partition("=")
    return name, value if separator else None
