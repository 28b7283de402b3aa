"""Decisions as far as they are the same for many requests: made once for each snapshot."""

import msgspec

from perpetuo.core.decision import Resolution, Strategy
from perpetuo.core.resolvers.provider_selector import Prepared
from perpetuo.core.snapshot import Snapshot, Substitution

MAX_PLANS = 4096
"""Model names and header values come from clients."""


class Wish(msgspec.Struct, frozen=True):
    """What the client says beside its body, in headers; None = nothing."""

    route: bytes | None = None
    substitution: bytes | None = None
    strict: bytes | None = None


class Plan(msgspec.Struct, frozen=True):
    """What is the same for all requests that are alike in everything but their text, while the snapshot lasts and
    nobody of the workspace's provider keys is blocked."""

    resolution: Resolution
    strategy: Strategy
    client_substitution: Substitution | None
    strict: bool
    prepared: Prepared | None


class Plans:
    """The plans of one snapshot, by everything that they depend on; the workspace comes first."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._plans: dict[tuple[object, ...], Plan] = {}

    def of(self, snapshot: Snapshot) -> "dict[tuple[object, ...], Plan]":
        if snapshot is not self._snapshot or len(self._plans) >= MAX_PLANS:
            self._snapshot, self._plans = snapshot, {}
        return self._plans
