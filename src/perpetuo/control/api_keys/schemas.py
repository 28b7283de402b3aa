from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from perpetuo.control.display_name import DisplayName
from perpetuo.control.one_line import ONE_LINE
from perpetuo.control.replies import Input, Model
from perpetuo.core.snapshot import Substitution

Alias = Annotated[str, Field(min_length=1, max_length=256), ONE_LINE]
MAX_ALIAS_CHARACTERS = 16_384
"""Of all names of a key together: a page has 200 keys."""


def _bounded(names: list[str] | None) -> list[str] | None:
    if sum(map(len, names or ())) > MAX_ALIAS_CHARACTERS:
        raise ValueError(f"These names have more than {MAX_ALIAS_CHARACTERS} characters together.")
    return names


AllowedAliases = Annotated[
    list[Alias] | None,
    Field(max_length=1000, description="Names it may ask for; null: all."),
    AfterValidator(_bounded),
]
PerMinute = Annotated[int | None, Field(ge=1, le=10_000_000, description="Null: no limit.")]
Budget = Annotated[
    int | None, Field(ge=0, le=2**53, description="Nano-USD (1e-9 USD) per calendar month, UTC. Null: none.")
]


class ApiKeyCreate(Input):
    name: DisplayName
    expires_at: AwareDatetime | None = None
    allowed_aliases: AllowedAliases = None
    substitution: Substitution | None = None
    requests_per_minute: PerMinute = None
    tokens_per_minute: PerMinute = None
    budget_nanousd_month: Budget = None


class ApiKeyUpdate(Input):
    """What is left out stays as it is; null takes a limit away."""

    name: DisplayName | None = None
    expires_at: AwareDatetime | None = None
    allowed_aliases: AllowedAliases = None
    substitution: Substitution | None = None
    requests_per_minute: PerMinute = None
    tokens_per_minute: PerMinute = None
    budget_nanousd_month: Budget = None


class ApiKeyRotate(Input):
    overlap_s: Annotated[int, Field(ge=0, le=30 * 86_400, description="How long the old key goes on working.")] = 86_400


class ApiKey(Model):
    """`key_hint`: how the key begins and ends. `last_used_at`: to the minute. `replaced_by`: the key it was rotated
    to. `spent_nanousd_month`: since the first of the month, UTC, by the requests that are in the books, a second or so
    behind what `budget_nanousd_month` is held against."""

    id: str
    name: str
    key_hint: str
    status: Literal["active", "expired", "revoked"]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    allowed_aliases: list[str] | None
    substitution: Substitution | None
    requests_per_minute: int | None
    tokens_per_minute: int | None
    budget_nanousd_month: int | None
    spent_nanousd_month: int
    replaced_by: str | None


class NewApiKey(ApiKey):
    """`key` is shown this once: only its hash is stored."""

    key: str
