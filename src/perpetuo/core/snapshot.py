"""The frozen configuration a request reads: taken once at its start and kept to its end, swapped whole."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from perpetuo.core.catalog import Catalog, Intent, Model, Tier

StrategyName = Literal["fastest", "cheapest", "reliable", "default"]
STRATEGIES: tuple[StrategyName, ...] = ("fastest", "cheapest", "reliable", "default")

Substitution = Literal["tier", "fallback", "never"]
SUBSTITUTIONS: tuple[Substitution, ...] = ("tier", "fallback", "never")
"""From the widest to the strictest; where several apply, the strictest wins."""

DEFAULT_PRIORITY = 100


class Secret:
    """A secret that does not show itself in a repr, a log line or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class InvalidSecret(ValueError):
    """The secret is not what the vendor takes, or can not go into a header. The message never holds the secret."""


class ProviderKey(msgspec.Struct, frozen=True):
    """A workspace's own key at a vendor.

    base_url: the key's own, else the vendor's; never empty here.
    priority: >= 1, lower first.
    models:   the workspace's own offers at this key; they come before the vendor's rows of the same id.
    discovered: what the vendor's own list has beyond the catalog's rows, by id and canonical name; they come last.
    """

    id: str
    workspace_id: str
    vendor: str
    label: str
    base_url: str
    secret: Secret
    priority: int = DEFAULT_PRIORITY
    enabled: bool = True
    models: tuple[Model, ...] = ()
    discovered: Mapping[str, Model] = {}


class AliasTarget(msgspec.Struct, frozen=True):
    """A workspace's own alias: either an intent and tier, or exact canonical models in order of wish."""

    intent: Intent = "chat"
    tier: Tier = "default"
    models: tuple[str, ...] = ()
    substitution: Substitution | None = None
    response_model: Literal["actual", "requested"] = "actual"


class Workspace(msgspec.Struct, frozen=True):
    """One tenant. Quotas are per calendar month (UTC); None = none.

    drop_reasoning: signed reasoning of one vendor may be left out so that another can answer.
    allowed_providers: vendors that may be asked; None = all. log_content: requests and answers are kept, sealed.
    """

    id: str
    name: str
    provider_keys: tuple[ProviderKey, ...] = ()
    aliases: Mapping[str, AliasTarget] = {}
    strategy: StrategyName | None = None
    substitution: Substitution = "tier"
    unknown_models: Literal["reject", "default"] = "reject"
    drop_reasoning: bool = False
    quota_requests_month: int | None = None
    quota_tokens_month: int | None = None
    suspended: bool = False
    allowed_providers: frozenset[str] | None = None
    log_content: bool = False

    def may_use(self, key: ProviderKey) -> bool:
        """Whether the key is switched on and its vendor allowed: nobody else is asked for anything, not even for a list
        of models, as that hands the vendor a secret, and nothing that is done with the list would follow from it."""
        return key.enabled and (self.allowed_providers is None or key.vendor in self.allowed_providers)


class ApiKey(msgspec.Struct, frozen=True):
    """What an application holds, as the data plane knows it. Revoked keys are not in the snapshot.

    Limits: None = none. budget_nanousd_month: per calendar month (UTC), in nano-USD.
    """

    id: str
    workspace_id: str
    name: str
    expires_at_s: float | None = None
    substitution: Substitution | None = None
    allowed_aliases: tuple[str, ...] | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    budget_nanousd_month: int | None = None


class Snapshot(msgspec.Struct, frozen=True):
    """version: counts swaps in this process. api_keys: SHA-256 digest of the key -> its row."""

    version: int
    catalog: Catalog
    workspaces: Mapping[str, Workspace]
    api_keys: Mapping[bytes, ApiKey]
