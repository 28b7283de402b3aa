"""What the `settings` columns hold. A missing field means its default; unknown fields are left alone."""

from typing import Literal

import msgspec

from perpetuo.core.catalog import PriceBand
from perpetuo.core.snapshot import AliasTarget, StrategyName, Substitution


class WorkspaceSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """`workspaces.settings`. Quotas per calendar month (UTC); None = none.

    quota_*: the operators'. own_quota_*: what the workspace's own people set; the smaller of the two counts, so that
    neither can lift the other's.

    drop_reasoning: as `core.snapshot.Workspace` has it.
    prices: `<vendor>/<model id>` -> what the workspace pays instead of the list price.
    allowed_providers: vendor names; None = all.
    retention_days: of request logs and usage; None = the installation's, which is also the most.
    log_content: keep requests and answers, sealed, for content_retention_days.
    """

    strategy: StrategyName | None = None
    substitution: Substitution = "tier"
    unknown_models: Literal["reject", "default"] = "reject"
    drop_reasoning: bool = False
    quota_requests_month: int | None = None
    quota_tokens_month: int | None = None
    own_quota_requests_month: int | None = None
    own_quota_tokens_month: int | None = None
    aliases: dict[str, AliasTarget] = {}
    prices: dict[str, tuple[PriceBand, ...]] = {}
    allowed_providers: tuple[str, ...] | None = None
    retention_days: int | None = None
    log_content: bool = False
    content_retention_days: int = 7


def smaller_quota(one: int | None, other: int | None) -> int | None:
    """None = no limit."""
    return min((limit for limit in (one, other) if limit is not None), default=None)


class ApiKeySettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """`api_keys.settings`. allowed_aliases: None = all. Limits: None = none; the budget is per calendar month (UTC).

    replaced_by: id of the key that it was rotated to.
    """

    substitution: Substitution | None = None
    allowed_aliases: tuple[str, ...] | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    budget_nanousd_month: int | None = None
    replaced_by: str | None = None
