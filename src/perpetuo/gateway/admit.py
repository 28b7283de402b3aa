"""May this request go on? The limits of its address, of its workspace and of its API key, from memory alone."""

from collections.abc import Sequence

from perpetuo.core.decision import Candidate
from perpetuo.core.errors import AdmissionError
from perpetuo.core.ids import month_bounds
from perpetuo.core.limits import Allow, Deny, IpLimiter, KeyLimiter, TakenTokens, admit_budget, admit_quota
from perpetuo.core.month_book import NOTHING, Amount, MonthBook, MonthTotals
from perpetuo.core.principal import Principal
from perpetuo.core.request import ChatRequest, EmbeddingsRequest
from perpetuo.core.snapshot import ApiKey, Workspace
from perpetuo.gateway.run import Reservation, Run

# What a request without a limit of its own is taken to produce while it is in flight, in tokens.
UNLIMITED_OUTPUT_TOKENS = 1024


class Admission:
    """The books of one worker. `note_totals` is fed by the snapshot feed; the rest happens per request.

    workers: over how many of them the limits per minute of API keys are split. Who has no limits has no book.
    """

    def __init__(self, ip_limiter: IpLimiter | None, workers: int = 1) -> None:
        self._ip_limiter = ip_limiter
        self._key_limiter = KeyLimiter(workers)
        self._workspaces = MonthBook()
        self._api_keys = MonthBook()

    @property
    def accounts(self) -> int:
        """Workspaces and API keys it keeps a book for."""
        return len(self._workspaces) + len(self._api_keys)

    @property
    def addresses(self) -> int | None:
        """That it counts requests of; None where addresses are not limited."""
        return None if self._ip_limiter is None else len(self._ip_limiter)

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

    def reserve(
        self,
        run: Run,
        principal: Principal,
        request: ChatRequest | EmbeddingsRequest,
        *,
        wall_s: float,
        now_s: float,
    ) -> None:
        """Count the request as in flight, or raise AdmissionError: for a limit per minute with the time until there is
        room, for a quota or a budget with the date it resets. now_s: monotonic."""
        workspace, api_key = principal.workspace, principal.api_key
        if not (_has_quota(workspace) or _has_limit(api_key)):
            return
        reservation = Reservation(month_bounds(int(wall_s * 1000))[0])
        least_tokens = wanted_tokens = request.input_tokens_estimate
        if isinstance(request, ChatRequest):
            least_tokens += request.max_output_tokens or 0
            wanted_tokens += request.max_output_tokens or UNLIMITED_OUTPUT_TOKENS
        if _has_quota(workspace):
            self._check_quota(workspace, reservation.month_start_ms, wanted_tokens, wall_s)
            reservation.of_workspace = Amount(1, wanted_tokens)
        if api_key.budget_nanousd_month is not None:
            self._check_budget(api_key, reservation.month_start_ms, 0, wall_s)
            reservation.of_key = NOTHING
        # The last one: a request that is refused for another reason does not count here.
        reservation.of_minute = self._take_of_minute(api_key, wanted_tokens, least_tokens, now_s)
        if reservation.of_workspace is not None:
            self._workspaces.begin(workspace.id, reservation.month_start_ms, reservation.of_workspace)
        if reservation.of_key is not None:
            self._api_keys.begin(api_key.id, reservation.month_start_ms, reservation.of_key)
        run.reservation = reservation

    def check_month(self, principal: Principal, wanted_tokens: int, cost_nanousd: int, wall_s: float) -> None:
        """Raises AdmissionError where quota or budget would refuse such a request now; counts nothing. The limits per
        minute are not looked at: what they say now is over before anybody has read it."""
        workspace, api_key = principal.workspace, principal.api_key
        month_start_ms, _ = month_bounds(int(wall_s * 1000))
        if _has_quota(workspace):
            self._check_quota(workspace, month_start_ms, wanted_tokens, wall_s)
        if api_key.budget_nanousd_month is not None:
            self._check_budget(api_key, month_start_ms, cost_nanousd, wall_s)

    def reserve_cost(self, run: Run, api_key: ApiKey, candidates: Sequence[Candidate], wall_s: float) -> None:
        """Count what the request is likely to cost at the candidate that comes first, or raise AdmissionError when the
        key's budget has no room for that. What has no price costs nothing here, as in the log.

        The estimate may be too low, and other workers' requests count once they are projected: a budget may be passed
        by a little. Budgets that hold exactly come with an issue of their own.
        """
        reservation = run.reservation
        if reservation is None or reservation.of_key is None or api_key.budget_nanousd_month is None:
            return
        likely = Amount(0, 0, candidates[0].estimated_cost_nanousd or 0)
        self._check_budget(api_key, reservation.month_start_ms, likely.nanousd, wall_s)
        self._api_keys.add(api_key.id, reservation.month_start_ms, likely)
        reservation.of_key = likely

    def release(self, run: Run, principal: Principal, position: tuple[str, int], used: Amount) -> None:
        """The request has ended: its reservation becomes a settlement the projection has yet to count.

        position: of its record in the journal; no file where there is no record.
        """
        reservation, run.reservation = run.reservation, None
        if reservation is None:
            return
        month_start_ms, _ = month_bounds(run.received_ms)
        # As the counters have it: a refused request is none, and each belongs to the month in which it came.
        counted = None if run.outcome == "rejected" else used
        if reservation.of_workspace is not None:
            self._workspaces.end(principal.workspace.id, month_start_ms, reservation.of_workspace, counted, position)
        if reservation.of_key is not None:
            self._api_keys.end(principal.api_key.id, month_start_ms, reservation.of_key, counted, position)
        if reservation.of_minute is not None and not _may_have_used_more(run):
            reservation.of_minute.correct(used.tokens)

    def note_totals(self, month_start_ms: int, totals: MonthTotals) -> None:
        """What the tables have counted of that month."""
        self._workspaces.note_totals(month_start_ms, totals.workspaces, totals.positions)
        self._api_keys.note_totals(month_start_ms, totals.api_keys, totals.positions)

    def _check_quota(self, workspace: Workspace, month_start_ms: int, wanted_tokens: int, wall_s: float) -> None:
        used = self._workspaces.used(workspace.id, month_start_ms)
        verdict = admit_quota(
            limit_requests=workspace.quota_requests_month,
            limit_tokens=workspace.quota_tokens_month,
            used_requests=used.requests,
            used_tokens=used.tokens,
            wanted_tokens=wanted_tokens,
            wall_s=wall_s,
        )
        if isinstance(verdict, Deny):
            raise AdmissionError("insufficient_quota", verdict.reason, retry_after_s=verdict.retry_after_s)

    def _check_budget(self, api_key: ApiKey, month_start_ms: int, wanted_nanousd: int, wall_s: float) -> None:
        assert api_key.budget_nanousd_month is not None
        verdict = admit_budget(
            budget_nanousd=api_key.budget_nanousd_month,
            used_nanousd=self._api_keys.used(api_key.id, month_start_ms).nanousd,
            wanted_nanousd=wanted_nanousd,
            wall_s=wall_s,
        )
        if isinstance(verdict, Deny):
            raise AdmissionError("insufficient_quota", verdict.reason, retry_after_s=verdict.retry_after_s)

    def _take_of_minute(
        self, api_key: ApiKey, wanted_tokens: int, least_tokens: int, now_s: float
    ) -> TakenTokens | None:
        if api_key.requests_per_minute is None and api_key.tokens_per_minute is None:
            return None
        verdict = self._key_limiter.admit(
            api_key.id,
            requests_per_minute=api_key.requests_per_minute,
            tokens_per_minute=api_key.tokens_per_minute,
            wanted_tokens=wanted_tokens,
            least_tokens=least_tokens,
            now_s=now_s,
        )
        if isinstance(verdict, Deny):
            raise AdmissionError(
                "rate_limit_exceeded",
                f"{verdict.reason} The workspace's admins set this limit at the key.",
                retry_after_s=verdict.retry_after_s,
            )
        return verdict if isinstance(verdict, TakenTokens) else None


def _has_quota(workspace: Workspace) -> bool:
    return workspace.quota_requests_month is not None or workspace.quota_tokens_month is not None


def _has_limit(api_key: ApiKey) -> bool:
    return (
        api_key.requests_per_minute is not None
        or api_key.tokens_per_minute is not None
        or api_key.budget_nanousd_month is not None
    )


def _may_have_used_more(run: Run) -> bool:
    """The vendor worked on it and nothing is known of what that took: the estimate stands, or who leaves early, or
    whose server reports nothing, would have no limit."""
    return run.usage.source == "none" and run.outcome in ("succeeded", "client_closed") and bool(run.attempts)
