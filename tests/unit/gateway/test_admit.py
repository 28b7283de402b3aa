"""The quota book of one worker: what counts, for which month, and until when."""

from typing import Literal

import pytest

from perpetuo.core.decision import Attempt
from perpetuo.core.errors import AdmissionError
from perpetuo.core.ids import month_bounds
from perpetuo.core.month_book import Amount, MonthTotals
from perpetuo.core.principal import Principal
from perpetuo.core.request import ChatRequest
from perpetuo.core.snapshot import ApiKey, Workspace
from perpetuo.gateway.admit import Admission
from perpetuo.gateway.run import Run

NOVEMBER_MS = month_bounds(1_795_000_000_000)[0]
DECEMBER_MS = month_bounds(NOVEMBER_MS)[1]
JOURNAL = "1-worker.000001.journal"


def request(tokens: int = 10) -> ChatRequest:
    return ChatRequest(body=b"", fields={}, model="gpt-4o", input_tokens_estimate=tokens, max_output_tokens=1)


def run_at(received_ms: int, outcome: Literal["succeeded", "rejected"] = "succeeded") -> Run:
    return Run(id="r", endpoint="chat.completions", received_ms=received_ms, started_s=0.0, outcome=outcome)


def admit(
    admission: Admission,
    workspace: Workspace,
    at_ms: int = NOVEMBER_MS,
    *,
    api_key: ApiKey | None = None,
    now_s: float = 0.0,
) -> Run:
    run = run_at(at_ms)
    principal = Principal(workspace, api_key or ApiKey("k", workspace.id, "key"))
    admission.reserve(run, principal, request(), wall_s=at_ms / 1000, now_s=now_s)
    return run


def release(admission: Admission, run: Run, workspace: Workspace, position: tuple[str, int], tokens: int) -> None:
    admission.release(run, Principal(workspace, ApiKey("k", workspace.id, "key")), position, Amount(1, tokens))


def totals(workspaces: dict[str, tuple[int, int]], positions: dict[str, int]) -> MonthTotals:
    return MonthTotals({name: Amount(*used) for name, used in workspaces.items()}, {}, positions)


def test_what_is_in_flight_counts_and_is_given_back() -> None:
    admission, workspace = Admission(None), Workspace("w", "w", quota_tokens_month=20)
    run = admit(admission, workspace)
    with pytest.raises(AdmissionError) as refused:
        admit(admission, workspace)
    assert refused.value.code == "insufficient_quota"
    release(admission, run, workspace, (JOURNAL, 100), 0)
    release(admission, run, workspace, (JOURNAL, 100), 0)  # a second time changes nothing
    admit(admission, workspace)
    with pytest.raises(AdmissionError):
        admit(admission, workspace)


def test_a_settlement_counts_until_the_projection_has_it_and_never_twice() -> None:
    admission, workspace = Admission(None), Workspace("w", "w", quota_requests_month=2)
    release(admission, admit(admission, workspace), workspace, (JOURNAL, 100), 5)
    admission.note_totals(NOVEMBER_MS, totals({}, {JOURNAL: 99}))
    second = admit(admission, workspace)
    release(admission, second, workspace, (JOURNAL, 200), 5)
    with pytest.raises(AdmissionError):
        admit(admission, workspace)
    admission.note_totals(NOVEMBER_MS, totals({"w": (1, 5)}, {JOURNAL: 200}))
    admit(admission, workspace)


def test_a_request_that_was_refused_after_its_admission_spends_nothing() -> None:
    admission, workspace = Admission(None), Workspace("w", "w", quota_requests_month=1)
    for _ in range(3):
        run = admit(admission, workspace)
        run.outcome = "rejected"
        release(admission, run, workspace, (JOURNAL, 100), 0)


def test_a_request_that_could_not_be_recorded_is_not_remembered_for_ever() -> None:
    admission, workspace = Admission(None), Workspace("w", "w", quota_requests_month=1)
    for _ in range(3):
        release(admission, admit(admission, workspace), workspace, ("", 0), 0)


def test_a_new_month_begins_empty_and_what_ends_late_belongs_to_the_old_one() -> None:
    admission, workspace = Admission(None), Workspace("w", "w", quota_requests_month=1)
    admission.note_totals(NOVEMBER_MS, totals({}, {}))
    late = admit(admission, workspace, DECEMBER_MS - 1)
    admission.note_totals(DECEMBER_MS, totals({}, {}))
    release(admission, late, workspace, (JOURNAL, 100), 5)
    admit(admission, workspace, DECEMBER_MS)
    with pytest.raises(AdmissionError):
        admit(admission, workspace, DECEMBER_MS)


def test_totals_of_the_old_month_that_come_late_do_not_fill_the_new_one() -> None:
    admission, workspace = Admission(None), Workspace("w", "w", quota_requests_month=2)
    release(admission, admit(admission, workspace, DECEMBER_MS), workspace, (JOURNAL, 100), 5)
    admission.note_totals(NOVEMBER_MS, totals({"w": (2, 50)}, {}))
    admit(admission, workspace, DECEMBER_MS)


def test_a_workspace_that_is_gone_leaves_nothing_behind() -> None:
    admission, workspace = Admission(None), Workspace("w", "w", quota_requests_month=2)
    run = admit(admission, workspace)
    admission.note_totals(NOVEMBER_MS, totals({}, {}))
    assert admission.accounts == 1
    release(admission, run, workspace, (JOURNAL, 100), 5)
    admission.note_totals(NOVEMBER_MS, totals({}, {JOURNAL: 100}))
    assert admission.accounts == 0


def limited(**limits: int) -> ApiKey:
    return ApiKey("k", "w", "key", **limits)


def spent(nanousd: int, positions: dict[str, int]) -> MonthTotals:
    return MonthTotals({}, {"k": Amount(nanousd=nanousd)}, positions)


def test_what_a_key_spent_counts_until_the_projection_has_it_and_never_twice() -> None:
    admission, workspace, key = Admission(None), Workspace("w", "w"), limited(budget_nanousd_month=100)
    run = admit(admission, workspace, api_key=key)
    admission.release(run, Principal(workspace, key), (JOURNAL, 100), Amount(1, 5, 99))
    admission.note_totals(NOVEMBER_MS, spent(0, {JOURNAL: 99}))
    admission.release(
        admit(admission, workspace, api_key=key), Principal(workspace, key), (JOURNAL, 200), Amount(1, 5, 1)
    )
    for totals in (spent(99, {JOURNAL: 100}), spent(100, {JOURNAL: 200})):
        admission.note_totals(NOVEMBER_MS, totals)
        with pytest.raises(AdmissionError) as refused:
            admit(admission, workspace, api_key=key)
        assert refused.value.code == "insufficient_quota"
    admit(admission, workspace, DECEMBER_MS, api_key=key)


def test_a_key_without_usage_and_a_principal_without_limits_have_no_book() -> None:
    admission, workspace, key = Admission(None), Workspace("w", "w"), limited(budget_nanousd_month=100)
    run = admit(admission, workspace, api_key=key)
    admission.release(run, Principal(workspace, key), (JOURNAL, 100), Amount(1, 5, 1))
    admission.note_totals(NOVEMBER_MS, MonthTotals({}, {}, {JOURNAL: 100}))
    assert admit(admission, workspace).reservation is None
    assert admission.accounts == 0


def test_a_request_refused_by_the_quota_uses_up_nothing_of_the_key() -> None:
    admission, key = Admission(None), limited(requests_per_minute=1)
    for _ in range(3):
        with pytest.raises(AdmissionError) as refused:
            admit(admission, Workspace("w", "w", quota_requests_month=0), api_key=key)
        assert refused.value.code == "insufficient_quota"
    admit(admission, Workspace("w", "w"), api_key=key)


def test_tokens_nobody_reported_stay_as_estimated() -> None:
    admission, workspace, key = Admission(None), Workspace("w", "w"), limited(tokens_per_minute=20)
    for outcome, fits in (("failed", True), ("succeeded", False)):
        run = admit(admission, workspace, api_key=key)  # 11 tokens
        run.outcome = outcome  # type: ignore[assignment]
        run.attempts.append(Attempt(1, "openai", "key", "gpt-4o", "ok", 1.0))
        admission.release(run, Principal(workspace, key), (JOURNAL, 100), Amount(1, 0, 0))
        if fits:
            admit(admission, workspace, api_key=key, now_s=1.0).reservation.of_minute.correct(0)  # type: ignore[union-attr]
    with pytest.raises(AdmissionError):
        admit(admission, workspace, api_key=key, now_s=2.0)
