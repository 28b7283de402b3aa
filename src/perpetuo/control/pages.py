"""Lists are read by keyset: a cursor is the key of the last row one has seen."""

import base64
import binascii
import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from perpetuo.control.replies import invalid, not_found

MAXIMUM = 200
Limit = Annotated[int, Query(ge=1, le=MAXIMUM, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]


def encode_cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> str | None:
    """The last row's key. Raises ControlError for what we did not make."""
    if cursor is None:
        return None
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise invalid("cursor", "This cursor is not one of ours: leave it out to start at the beginning.") from None


def id_cursor(cursor: str | None) -> str | None:
    """For lists that are ordered by id."""
    key = decode_cursor(cursor)
    if key is None:
        return None
    found = parse_id(key)
    if found is None:
        raise invalid("cursor", "This cursor is not one of ours: leave it out to start at the beginning.")
    return found


def next_cursor(rows: Sequence[dict[str, Any]], limit: int, key: str = "id") -> str | None:
    """None when the page was not full."""
    return encode_cursor(str(rows[-1][key])) if rows and len(rows) >= limit else None


def parse_id(text: str) -> str | None:
    """The id in the one spelling the database uses; None for what is no id."""
    try:
        return str(uuid.UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def known_id(text: str) -> str:
    """Raises ControlError 404: what is no id does not exist."""
    found = parse_id(text)
    if found is None:
        raise not_found()
    return found
