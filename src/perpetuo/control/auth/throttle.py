"""How often somebody may try, per account and per address, counted before anything is hashed or sent.

Nobody is locked out: what is counted is forgotten after a minute, refused attempts are not counted, and the right
password is as good after a flood as before. Each worker holds its share of a limit, at least one.
"""

import hashlib
from typing import Literal

import msgspec

from perpetuo.control.replies import ControlError
from perpetuo.core.limits import RequestMinute, SlidingMinutes, ip_bucket

Attempt = Literal["password", "sign_up", "forgot", "secret_link"]

MAX_BUCKETS = 50_000
"""Accounts, and addresses, that are remembered for each kind of attempt; beyond, the one seen least recently is not."""


class PerMinute(msgspec.Struct, frozen=True):
    """account: None = not counted by account."""

    account: int | None
    address: int


LIMITS: dict[Attempt, PerMinute] = {
    # Guesses: at signing in, and of the present password at its change.
    "password": PerMinute(account=10, address=30),
    "sign_up": PerMinute(account=None, address=10),
    "forgot": PerMinute(account=2, address=10),
    # The tokens of reset links and invitations: 256 random bits, but each one asks the database.
    "secret_link": PerMinute(account=None, address=30),
}


class AuthThrottle:
    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._accounts = {attempt: SlidingMinutes(RequestMinute, MAX_BUCKETS) for attempt in LIMITS}
        self._addresses = {attempt: SlidingMinutes(RequestMinute, MAX_BUCKETS) for attempt in LIMITS}

    def check(self, attempt: Attempt, *, address: str, email: str | None, now_s: float) -> None:
        """Counts it, or raises ControlError 429. now_s: monotonic. Peers without an IP address count as one."""
        limits = LIMITS[attempt]
        by_address = self._addresses[attempt].of(ip_bucket(address) or "", now_s)
        self._refuse_over(by_address, limits.address, now_s)
        if limits.account is not None and email is not None:
            by_account = self._accounts[attempt].of(account_bucket(email), now_s)
            self._refuse_over(by_account, limits.account, now_s)
            by_account.add(now_s)
        by_address.add(now_s)

    def _refuse_over(self, minute: RequestMinute, per_minute: int, now_s: float) -> None:
        wait_s = minute.wait_s(max(1, per_minute // self._workers), now_s)
        if wait_s is not None:
            raise ControlError(
                429, "too_many_attempts", "Too many attempts: wait a moment and try again.", retry_after_s=wait_s
            )


def account_bucket(email: str) -> str:
    """Of a bounded size, whatever was typed; what is typed here is now and then a password."""
    return hashlib.sha256(email.lower().encode("utf-8", "surrogatepass")).hexdigest()[:32]
