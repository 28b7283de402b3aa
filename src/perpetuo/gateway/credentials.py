"""Short-lived tokens behind provider keys: fetched once for everybody who waits, renewed before they end."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable
from typing import NamedTuple

from perpetuo.core.catalog import Vendor
from perpetuo.core.errors import TransportError
from perpetuo.core.ports import Clock
from perpetuo.core.snapshot import InvalidSecret, ProviderKey, Secret
from perpetuo.http.upstream import Deadlines, Upstream
from perpetuo.providers.credentials import Token, TokenRefused, needs_token, read_token, token_request

log = logging.getLogger(__name__)

DEADLINES = Deadlines(connect_s=5.0, first_byte_s=10.0, idle_s=10.0, total_s=15.0)
MAX_TOKEN_BYTES = 64 * 1024
RENEW_BEFORE_S = 300.0
"""A token with less than this left is renewed behind the requests that still use it."""
EXPIRY_MARGIN_S = 10.0
"""With less than this left it may end on the way to the vendor: it is not sent any more."""
CHECK_S = 20.0
REFUSED_PAUSE_S = 10.0
"""How long a refusal is repeated without asking the token service again."""


class _Slot(NamedTuple):
    """Of which secret: a rotated key starts afresh."""

    key_id: str
    secret_digest: bytes


class Credentials:
    """One worker's tokens. `current` is for the hot path: no await, no I/O."""

    def __init__(self, upstream: Upstream, clock: Clock) -> None:
        self._upstream = upstream
        self._clock = clock
        self._tokens: dict[_Slot, Token] = {}
        self._refusals: dict[_Slot, tuple[float, TokenRefused]] = {}
        self._fetches: dict[_Slot, asyncio.Task[Token]] = {}

    def current(self, key: ProviderKey, vendor: Vendor) -> Secret | None:
        """What to send now; None: a token has to be fetched first."""
        if not needs_token(vendor, key.secret):
            return key.secret
        token = self._tokens.get(_slot(key))
        if token is None or token.expires_at_s - self._clock.wall_s() < EXPIRY_MARGIN_S:
            return None
        return token.secret

    async def fetch(self, key: ProviderKey, vendor: Vendor) -> Secret:
        """A fresh one; everybody who needs it waits for the same call. Raises TokenRefused, InvalidSecret, or a
        TransportError."""
        slot = _slot(key)
        now_s = self._clock.monotonic_s()
        refused = self._refusals.get(slot)
        if refused is not None and now_s - refused[0] < REFUSED_PAUSE_S:
            raise refused[1]
        fetching = self._fetches.get(slot)
        if fetching is None or fetching.done():
            fetching = self._fetches[slot] = asyncio.create_task(self._fetch(slot, key, vendor))
            # Whoever waits may have left: nobody else looks at what became of it.
            fetching.add_done_callback(lambda task: task.cancelled() or task.exception())
        return (await asyncio.shield(fetching)).secret

    def forget(self, key: ProviderKey) -> None:
        """The vendor refused what was sent: the next request fetches anew."""
        self._tokens.pop(_slot(key), None)

    async def run(self, keys: Callable[[], Iterable[tuple[ProviderKey, Vendor]]]) -> None:
        """Fetch and renew for every key there is, until cancelled; forget those that are gone."""
        while True:
            wanted = {_slot(key): (key, vendor) for key, vendor in keys() if needs_token(vendor, key.secret)}
            for book in (self._tokens, self._refusals, self._fetches):
                for slot in book.keys() - wanted.keys():
                    del book[slot]
            for slot, (key, vendor) in wanted.items():
                if self._is_due(slot):
                    await self._renew(key, vendor)
            await asyncio.sleep(CHECK_S)

    def _is_due(self, slot: _Slot) -> bool:
        token = self._tokens.get(slot)
        return token is None or token.expires_at_s - self._clock.wall_s() < RENEW_BEFORE_S

    async def _renew(self, key: ProviderKey, vendor: Vendor) -> None:
        try:
            await self.fetch(key, vendor)
        except (TokenRefused, InvalidSecret, TransportError) as error:
            log.warning("no token for provider key %s: %s", key.id, error)

    async def _fetch(self, slot: _Slot, key: ProviderKey, vendor: Vendor) -> Token:
        request = token_request(vendor, key.secret, self._clock.wall_s())
        if request is None:
            return Token(key.secret, float("inf"))
        reply = await self._upstream.open(request, DEADLINES)
        try:
            body = await reply.read_all(MAX_TOKEN_BYTES)
        finally:
            reply.close()
        try:
            token = read_token(vendor, key.secret, reply.status, body, self._clock.wall_s())
        except TokenRefused as refusal:
            self._refusals[slot] = (self._clock.monotonic_s(), refusal)
            raise
        self._refusals.pop(slot, None)
        self._tokens[slot] = token
        return token


def _slot(key: ProviderKey) -> _Slot:
    return _Slot(key.id, hashlib.sha256(key.secret.reveal().encode()).digest())
