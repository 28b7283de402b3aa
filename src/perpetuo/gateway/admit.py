"""May this request go on? The per-address limit and the workspace's quota, from memory alone."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from perpetuo.core.errors import AdmissionError
from perpetuo.core.ids import month_bounds
from perpetuo.core.limits import Allow, IpLimiter, admit_quota
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.snapshot import Workspace
from perpetuo.gateway.run import Run

# What a request without a limit of its own is taken to produce while it is in flight, in tokens.
UNLIMITED_OUTPUT_TOKENS = 1024


@dataclass(slots=True)
class _Settled:
    """A settlement of this worker that the projection may not have counted yet."""

    journal: str
    offset: int
    tokens: int
    month_start_ms: int


@dataclass(slots=True)
class _Account:
    """One workspace's month: projected totals, plus what this worker knows beyond them."""

    projected_requests: int = 0
    projected_tokens: int = 0
    month_start_ms: int = 0
    later: deque[_Settled] = field(default_factory=deque[_Settled])
    in_flight_requests: int = 0
    in_flight_tokens: int = 0


class Admission:
    """Quota book of one worker. `note_totals` is fed by the snapshot feed; the rest happens per request."""

    def __init__(self, ip_limiter: IpLimiter | None) -> None:
        self._ip_limiter = ip_limiter
        self._accounts: dict[str, _Account] = {}

    @property
    def accounts(self) -> int:
        """Workspaces it keeps a book for."""
        return len(self._accounts)

    def check_address(self, peer: str, now_s: float) -> None:
        """Raises AdmissionError when the address is over its requests per minute."""
        if self._ip_limiter is None or not peer:
            return
        verdict = self._ip_limiter.admit(peer, now_s)
        if isinstance(verdict, Allow):
            return
        raise AdmissionError(
            "rate_limit_exceeded",
            f"{verdict.reason} The operator sets this limit with PERPETUO_IP_RATE_LIMIT and exempts networks with "
            "PERPETUO_IP_RATE_LIMIT_EXEMPT.",
            retry_after_s=verdict.retry_after_s,
        )

    def reserve(self, run: Run, workspace: Workspace, request: ChatRequest | EmbeddingsRequest, wall_s: float) -> None:
        """Count the request as in flight, or raise AdmissionError with the date the quota resets."""
        month_start_ms, _ = month_bounds(int(wall_s * 1000))
        account = self._account(workspace.id, month_start_ms)
        wanted_tokens = request.input_tokens_estimate
        if isinstance(request, ChatRequest):
            wanted_tokens += request.max_output_tokens or UNLIMITED_OUTPUT_TOKENS
        verdict = admit_quota(
            limit_requests=workspace.quota_requests_month,
            limit_tokens=workspace.quota_tokens_month,
            used_requests=account.projected_requests + len(account.later),
            used_tokens=account.projected_tokens + sum(settled.tokens for settled in account.later),
            in_flight_requests=account.in_flight_requests,
            in_flight_tokens=account.in_flight_tokens,
            wanted_tokens=wanted_tokens,
            wall_s=wall_s,
        )
        if not isinstance(verdict, Allow):
            raise AdmissionError("insufficient_quota", verdict.reason, retry_after_s=verdict.retry_after_s)
        account.in_flight_requests += 1
        account.in_flight_tokens += wanted_tokens
        run.reserved_tokens = wanted_tokens
        run.admitted = True

    def release(self, run: Run, workspace: Workspace, position: tuple[str, int], used_tokens: int) -> None:
        """The request has ended: its reservation becomes a settlement the projection has yet to count.

        position: of its record in the journal; no file where there is no record.
        """
        if not run.admitted:
            return
        run.admitted = False
        month_start_ms, _ = month_bounds(run.received_ms)
        account = self._accounts.get(workspace.id) or self._account(workspace.id, month_start_ms)
        account.in_flight_requests -= 1
        account.in_flight_tokens -= run.reserved_tokens
        # As the counters have it: a refused request is none, and each belongs to the month in which it came.
        if run.outcome == "rejected" or not position[0] or month_start_ms < account.month_start_ms:
            return
        if workspace.quota_requests_month is not None or workspace.quota_tokens_month is not None:
            account.later.append(_Settled(position[0], position[1], used_tokens, month_start_ms))

    def note_totals(
        self, month_start_ms: int, totals: Mapping[str, tuple[int, int]], positions: Mapping[str, int]
    ) -> None:
        """The projection's month totals (workspace -> requests, tokens) and the journal offsets they include."""
        for workspace_id in totals.keys() | self._accounts.keys():
            account = self._account(workspace_id, month_start_ms)
            if account.month_start_ms > month_start_ms:
                continue  # read before midnight, a month has begun since
            account.projected_requests, account.projected_tokens = totals.get(workspace_id, (0, 0))
            account.later = deque(
                settled for settled in account.later if positions.get(settled.journal, -1) < settled.offset
            )
            if workspace_id not in totals and not account.later and not account.in_flight_requests:
                del self._accounts[workspace_id]  # made anew when it is needed

    def _account(self, workspace_id: str, month_start_ms: int) -> _Account:
        account = self._accounts.setdefault(workspace_id, _Account(month_start_ms=month_start_ms))
        if account.month_start_ms < month_start_ms:
            account.month_start_ms = month_start_ms
            account.projected_requests = account.projected_tokens = 0
            account.later = deque(s for s in account.later if s.month_start_ms >= month_start_ms)
        return account
