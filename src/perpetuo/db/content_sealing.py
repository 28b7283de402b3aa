"""Contents on their way from a journal into the table, onto the key that the installation seals with now.

A worker seals with its own ENCRYPTION_KEY before it writes to the journal, and may be started with the next one as late
as it likes. What arrives after a rotation is therefore sealed anew here, or it would need the old key for ever.
"""

import logging
from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.db.queries.request_contents import SealedContent
from perpetuo.db.queries.sealing_key import hold_sealing_key
from perpetuo.db.sealing import (
    NONCE_BYTES,
    SealBroken,
    Sealer,
    SealingKeyMissing,
    request_content_place,
    sealed_with,
)

_log = logging.getLogger(__name__)


class ResealedContent(msgspec.Struct, frozen=True):
    id: str
    workspace_id: str
    sealed: bytes


class ContentResealer:
    """sealer: `FOR_REQUEST_CONTENTS`, with every key there is."""

    def __init__(self, sealer: Sealer, random_bytes: Callable[[int], bytes]) -> None:
        self._sealer = sealer
        self._random_bytes = random_bytes

    async def __call__(self, conn: AsyncConnection, contents: Sequence[SealedContent]) -> list[SealedContent]:
        """A rotation that begins meanwhile waits for this transaction. What this process can not open or seal goes in
        as it is: the next rotation counts it."""
        key_id = await hold_sealing_key(conn)
        if key_id is None:
            return list(contents)
        return [self._on(key_id, content) for content in contents]

    def _on(self, key_id: str, content: SealedContent) -> SealedContent:
        if sealed_with(content.sealed) == key_id:
            return content
        place = request_content_place(content.workspace_id, content.id)
        try:
            opened = self._sealer.open(content.sealed, place)
            sealed = self._sealer.seal(opened, place, self._random_bytes(NONCE_BYTES), key_id)
        except (SealBroken, SealingKeyMissing) as exc:
            _log.warning("the content of request %s stays on its key: %s", content.id, type(exc).__name__)
            return content
        return ResealedContent(content.id, content.workspace_id, sealed)
