"""The port through which a worker tells the others of its machine what it found out about providers."""

from typing import Protocol

from perpetuo.core.resilience.headroom import Budget
from perpetuo.core.resilience.shared_health import Message


class HealthPeers(Protocol):
    """Nothing here waits for anybody."""

    def tell(self, message: Message) -> None:
        """At once."""
        ...

    def tell_room(self, key_id: str, model_id: str, budgets: tuple[Budget, ...]) -> None:
        """About once a second, the last one of each model."""
        ...

    def count_success(self, key_id: str, model_id: str, first_byte_ms: float) -> None:
        """Told as a sum, about once a second."""
        ...

    def count_throughput(self, key_id: str, model_id: str, tokens_per_s: float) -> None: ...


class NoPeers:
    """A single worker."""

    def tell(self, message: Message) -> None: ...

    def tell_room(self, key_id: str, model_id: str, budgets: tuple[Budget, ...]) -> None: ...

    def count_success(self, key_id: str, model_id: str, first_byte_ms: float) -> None: ...

    def count_throughput(self, key_id: str, model_id: str, tokens_per_s: float) -> None: ...
