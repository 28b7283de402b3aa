"""Who sent a credential, remembered for as long as the snapshot that says so: no header's bytes are hashed twice."""

from perpetuo.core.principal import Principal
from perpetuo.core.snapshot import Snapshot

MAX_CALLERS = 10_000


class Callers:
    """By the bytes of the `authorization` header, of those that were found to be good."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._found: dict[bytes, tuple[Principal, Snapshot]] = {}

    def find(self, authorization: bytes | None, snapshot: Snapshot | None) -> tuple[Principal, Snapshot] | None:
        """None where nothing is known of it under this snapshot."""
        if authorization is None or snapshot is not self._snapshot:
            return None
        return self._found.get(authorization)

    def remember(self, authorization: bytes, found: tuple[Principal, Snapshot]) -> None:
        if found[1] is not self._snapshot or len(self._found) >= MAX_CALLERS:
            self._snapshot, self._found = found[1], {}
        self._found[authorization] = found
