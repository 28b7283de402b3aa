"""Names that people give to things."""

from typing import Annotated

from pydantic import AfterValidator, Field

MAX_CHARACTERS = 100


def printable(text: str) -> str:
    """Raises ValueError."""
    # PostgreSQL stores no NUL, and no list or mail is the better for a line break or an invisible character.
    if not text.isprintable():
        raise ValueError("A name is one line of printable characters.")
    return text


DisplayName = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS), AfterValidator(printable)]
