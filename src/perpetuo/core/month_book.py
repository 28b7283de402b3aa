"""What workspaces and API keys have used this month, as one worker knows it. Pure.

That is what the projection has counted, plus what this worker settled since, plus what it has in flight. Other workers'
requests show only once they are projected: many workers together may pass a limit by what they admit in that time
(about `PERPETUO_SNAPSHOT_POLL_S`). Limits that hold exactly across workers come with an issue of their own.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec


class Amount(msgspec.Struct, frozen=True):
    requests: int = 0
    tokens: int = 0
    nanousd: int = 0


NOTHING = Amount()


class MonthTotals(msgspec.Struct, frozen=True):
    """What the tables have counted of this month, as of one moment, and the journal offsets that includes.

    workspaces: id -> requests and tokens. api_keys: id -> cost, of the keys asked for.
    """

    workspaces: Mapping[str, Amount]
    api_keys: Mapping[str, Amount]
    positions: Mapping[str, int]


class TotalsWanted(msgspec.Struct, frozen=True):
    """workspaces: whether anybody's requests or tokens count. api_keys: whose cost does."""

    workspaces: bool
    api_keys: Collection[str]


class _Settled(msgspec.Struct):
    """A settlement of this worker that the projection may not have counted yet."""

    journal: str
    offset: int
    amount: Amount
    month_start_ms: int


@dataclass(slots=True)
class _Account:
    """Sums are kept beside `later`: while the database is gone it grows long, and every request asks.

    Amounts are added by field where each request does it: calls are what costs here."""

    month_start_ms: int
    projected: Amount = NOTHING
    later: deque[_Settled] = field(default_factory=deque[_Settled])
    requests: int = 0
    tokens: int = 0
    nanousd: int = 0
    """Of all that is in `later` and in flight."""
    in_flight: int = 0

    def move(self, amount: Amount, sign: int) -> None:
        self.requests += sign * amount.requests
        self.tokens += sign * amount.tokens
        self.nanousd += sign * amount.nanousd

    def keep_later(self, kept: deque[_Settled]) -> None:
        """Only these of `later` still count."""
        for settled in self.later:
            self.move(settled.amount, -1)
        for settled in kept:
            self.move(settled.amount, 1)
        self.later = kept


class MonthBook:
    """Accounts by id: of workspaces in one book, of API keys in another."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}

    def __len__(self) -> int:
        return len(self._accounts)

    def used(self, account_id: str, month_start_ms: int) -> Amount:
        """Settled and in flight."""
        account = self._accounts.get(account_id)
        if account is None:
            return NOTHING
        if account.month_start_ms < month_start_ms:
            account = self._account(account_id, month_start_ms)
        return Amount(
            account.projected.requests + account.requests,
            account.projected.tokens + account.tokens,
            account.projected.nanousd + account.nanousd,
        )

    def begin(self, account_id: str, month_start_ms: int, reserved: Amount) -> None:
        account = self._account(account_id, month_start_ms)
        account.in_flight += 1
        account.requests += reserved.requests
        account.tokens += reserved.tokens
        account.nanousd += reserved.nanousd

    def add(self, account_id: str, month_start_ms: int, reserved: Amount) -> None:
        """More of what was begun: `end` gets all of it."""
        self._account(account_id, month_start_ms).move(reserved, 1)

    def end(
        self, account_id: str, month_start_ms: int, reserved: Amount, used: Amount | None, position: tuple[str, int]
    ) -> None:
        """What was begun has ended. month_start_ms: of the month in which it came. used: None where it does not count.

        position: of its record in the journal; no file where there is no record.
        """
        account = self._accounts.get(account_id) or self._account(account_id, month_start_ms)
        account.in_flight -= 1
        account.requests -= reserved.requests
        account.tokens -= reserved.tokens
        account.nanousd -= reserved.nanousd
        if used is None or not position[0] or month_start_ms < account.month_start_ms:
            return
        account.later.append(_Settled(position[0], position[1], used, month_start_ms))
        account.requests += used.requests
        account.tokens += used.tokens
        account.nanousd += used.nanousd

    def note_totals(self, month_start_ms: int, totals: Mapping[str, Amount], positions: Mapping[str, int]) -> None:
        for account_id in totals.keys() | self._accounts.keys():
            account = self._account(account_id, month_start_ms)
            if account.month_start_ms > month_start_ms:
                continue  # read before midnight, a month has begun since
            account.projected = totals.get(account_id, NOTHING)
            account.keep_later(deque(s for s in account.later if positions.get(s.journal, -1) < s.offset))
            if account_id not in totals and not account.later and not account.in_flight:
                del self._accounts[account_id]  # made anew when it is needed

    def _account(self, account_id: str, month_start_ms: int) -> _Account:
        account = self._accounts.get(account_id)
        if account is None:
            account = self._accounts[account_id] = _Account(month_start_ms)
        if account.month_start_ms < month_start_ms:
            account.month_start_ms = month_start_ms
            account.projected = NOTHING
            account.keep_later(deque(s for s in account.later if s.month_start_ms >= month_start_ms))
        return account
