"""E-mail addresses of people who sign up or are invited."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

MAX_CHARACTERS = 254
"""RFC 5321 section 4.5.3.1.3: a path has 256 with its angle brackets."""

# RFC 5321's dot-string at a host name. Quoted local parts, address literals and non-ASCII addresses are refused: what
# is left has one reading for every mail server, and no characters that mean something to a header.
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def is_email_address(text: str) -> bool:
    local_part, at, host = text.partition("@")
    return (
        len(text) <= MAX_CHARACTERS
        and bool(at)
        and len(local_part) <= 64
        and _LOCAL_PART.fullmatch(local_part) is not None
        and all(_LABEL.fullmatch(label) for label in host.split("."))
    )


def _checked(text: str) -> str:
    if not is_email_address(text):
        raise ValueError("This is not an e-mail address.")
    return text


Email = Annotated[
    str, Field(max_length=MAX_CHARACTERS, description="Compared without regard to case."), AfterValidator(_checked)
]
