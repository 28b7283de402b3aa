"""Quotas and the limit per address admit exactly what they say."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core import limits
from perpetuo.core.limits import (
    ALLOW,
    Allow,
    Deny,
    IpLimiter,
    KeyLimiter,
    RequestMinute,
    SlidingMinutes,
    TakenTokens,
    TokenMinute,
    admit_budget,
    admit_quota,
    ip_bucket,
)

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC).timestamp()
DECEMBER = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC).timestamp()


def quota(**changes: int | None) -> Allow | Deny:
    asked: dict[str, int | None] = {
        "limit_requests": 100, "limit_tokens": 1000, "used_requests": 0, "used_tokens": 0,
        "wanted_tokens": 10,
    }  # fmt: skip
    return admit_quota(**(asked | changes), wall_s=NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"used_requests": 99}, True),
        ({"used_requests": 100}, False),
        ({"used_tokens": 990}, True),
        ({"used_tokens": 991}, False),
        ({"wanted_tokens": 1001}, False),
        ({"limit_requests": None, "used_requests": 10**9}, True),
        ({"limit_tokens": None, "used_tokens": 10**15}, True),
        ({"limit_requests": 0}, False),
    ],
)
def test_a_quota_counts_what_is_used_and_what_is_wanted(changes: dict[str, int | None], allowed: bool):
    assert isinstance(quota(**changes), Allow) is allowed


def test_a_refusal_names_the_quota_and_the_day_it_resets():
    refused = quota(used_requests=100)
    assert isinstance(refused, Deny)
    assert "100 requests" in refused.reason and "2026-12-01" in refused.reason
    assert refused.resets_at_s == DECEMBER
    assert refused.retry_after_s == DECEMBER - NOON


def test_an_address_is_admitted_so_many_times_and_again_when_the_first_is_a_minute_old():
    limiter = IpLimiter(3)
    assert [limiter.admit("192.0.2.1", now_s) for now_s in (0.0, 10.0, 20.0)] == [ALLOW] * 3
    refused = limiter.admit("192.0.2.1", 30.0)
    assert isinstance(refused, Deny) and refused.retry_after_s == 30.0
    assert limiter.admit("192.0.2.1", 60.0) == ALLOW
    assert isinstance(limiter.admit("192.0.2.1", 60.1), Deny)


@given(st.lists(st.floats(min_value=0, max_value=30), max_size=200), st.integers(min_value=1, max_value=20))
def test_no_window_of_60_s_ever_holds_more_than_the_limit_and_none_is_refused_below_it(gaps: list[float], limit: int):
    limiter, now_s, admitted = IpLimiter(limit), 0.0, []
    for gap in gaps:
        now_s += gap
        recent = [stamp for stamp in admitted if stamp > now_s - 60.0]
        allowed = isinstance(limiter.admit("192.0.2.1", now_s), Allow)
        assert allowed == (len(recent) < limit)
        if allowed:
            admitted.append(now_s)


def test_addresses_do_not_share_and_a_network_of_ipv6_does():
    limiter = IpLimiter(1)
    assert limiter.admit("192.0.2.1", 0.0) == limiter.admit("192.0.2.2", 0.0) == ALLOW
    assert limiter.admit("2001:db8::1", 0.0) == ALLOW
    assert isinstance(limiter.admit("2001:db8::ffff", 0.0), Deny)
    assert limiter.admit("2001:db8:0:1::1", 0.0) == ALLOW


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", None),
        ("not an address", None),
        ("192.0.2.01", None),
    ],
)
def test_one_address_in_another_spelling_counts_together(address: str, bucket: str | None):
    assert ip_bucket(address) == bucket


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::5"])
def test_an_exempt_network_is_not_limited(address: str):
    limiter = IpLimiter(1, exempt=("10.0.0.0/8", "2001:db8::/32"))
    assert all(limiter.admit(address, 0.0) == ALLOW for _ in range(5))


def test_memory_is_bounded_and_the_address_that_came_last_is_remembered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_ADDRESSES", 10)
    limiter = IpLimiter(1)
    for number in range(100):
        assert limiter.admit(f"10.0.0.{number}", 0.0) == ALLOW
    assert isinstance(limiter.admit("10.0.0.99", 0.0), Deny)
    assert isinstance(limiter.admit("10.0.0.90", 0.0), Deny)
    assert limiter.admit("10.0.0.1", 0.0) == ALLOW


def test_an_address_of_a_trusted_proxy_is_limited_although_its_network_is_exempt():
    limiter = IpLimiter(1, exempt=("10.0.0.0/8",), never_exempt=("10.0.0.1/32",))
    assert all(limiter.admit("10.0.0.2", 0.0) == ALLOW for _ in range(3))
    assert limiter.admit("10.0.0.1", 0.0) == ALLOW
    assert isinstance(limiter.admit("::ffff:10.0.0.1", 0.0), Deny)


def test_an_address_that_was_quiet_for_a_minute_is_forgotten():
    minutes = SlidingMinutes(RequestMinute, 1000)
    for number in range(100):
        minutes.of(f"old-{number}", 0.0).add(0.0)
    assert len(minutes) == 100
    for number in range(100):
        minutes.of(f"new-{number}", 60.0).add(60.0)
    assert len(minutes) == 100


def test_a_key_is_admitted_so_many_requests_and_tokens_in_any_minute_and_told_when_there_is_room():
    limiter = KeyLimiter()

    def admit(now_s: float, tokens: int = 10, key_id: str = "k") -> TakenTokens | Allow | Deny:
        return limiter.admit(
            key_id, requests_per_minute=3, tokens_per_minute=100, wanted_tokens=tokens, least_tokens=1, now_s=now_s
        )

    first = admit(0.0, 60)
    assert isinstance(first, TakenTokens)
    refused = admit(10.0, 50)
    assert isinstance(refused, Deny) and refused.retry_after_s == 50.0
    assert "100 tokens a minute" in refused.reason
    first.correct(20)
    assert isinstance(admit(10.0, 50), TakenTokens)
    assert isinstance(admit(20.0, 30), TakenTokens)
    refused = admit(30.0, 0)
    assert isinstance(refused, Deny) and refused.retry_after_s == 30.0
    assert "3 requests a minute" in refused.reason
    assert isinstance(admit(30.0, key_id="another"), TakenTokens)
    assert isinstance(admit(60.0, 20), TakenTokens)


def test_a_request_that_one_limit_refuses_uses_up_nothing_of_the_other():
    limiter = KeyLimiter()
    limits = {"requests_per_minute": 2, "tokens_per_minute": 100, "least_tokens": 1, "now_s": 0.0}
    limiter.admit("k", wanted_tokens=90, **limits)  # type: ignore[arg-type]
    for _ in range(5):
        assert isinstance(limiter.admit("k", wanted_tokens=20, **limits), Deny)  # type: ignore[arg-type]
    assert isinstance(limiter.admit("k", wanted_tokens=10, **limits), TakenTokens)  # type: ignore[arg-type]


def test_a_correction_that_comes_after_its_minute_changes_nothing():
    minute = TokenMinute()
    taken = minute.add(50, 0.0)
    minute.leave_out_until(0.0)
    taken.correct(10_000)
    assert minute.total == 0
    later = minute.add(5, 61.0)
    taken.correct(3)
    later.correct(7)
    assert minute.total == 7


@pytest.mark.parametrize("workers", [1, 2, 4, 8])
def test_the_workers_together_admit_no_more_requests_than_the_keys_limit(workers: int):
    admitted = 0
    for limiter in [KeyLimiter(workers) for _ in range(workers)]:
        for _ in range(50):
            verdict = limiter.admit(
                "k", requests_per_minute=16, tokens_per_minute=None, wanted_tokens=1, least_tokens=1, now_s=0.0
            )
            admitted += isinstance(verdict, Allow)
    assert admitted == 16


def test_a_request_larger_than_a_workers_share_passes_when_nothing_else_is_in_its_minute():
    limiter = KeyLimiter(8)

    def admit(wanted: int, least: int = 1) -> TakenTokens | Allow | Deny:
        return limiter.admit(
            "k", requests_per_minute=None, tokens_per_minute=800, wanted_tokens=wanted, least_tokens=least, now_s=0.0
        )

    refused = admit(900, least=801)
    assert isinstance(refused, Deny) and "This request alone" in refused.reason
    assert isinstance(admit(900), TakenTokens)
    assert isinstance(admit(1), Deny)


@pytest.mark.parametrize(
    ("used", "wanted", "told"),
    [(0, 100, None), (900, 100, None), (901, 100, "only $0.000000099 is left"), (1000, 0, "is used up"),
     (10**30, 0, "is used up")],
)  # fmt: skip
def test_a_budget_counts_what_is_used_and_what_is_likely(used: int, wanted: int, told: str | None):
    verdict = admit_budget(budget_nanousd=1000, used_nanousd=used, wanted_nanousd=wanted, wall_s=NOON)
    if told is None:
        assert verdict == ALLOW
    else:
        assert isinstance(verdict, Deny) and told in verdict.reason and "2026-12-01" in verdict.reason
        assert verdict.retry_after_s == DECEMBER - NOON


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 50), st.none() | st.integers(0, 80)), max_size=100))
def test_no_minute_of_a_key_holds_more_tokens_than_its_limit_as_long_as_estimates_are_not_too_low(
    asked: list[tuple[float, int, int | None]],
):
    limiter, now_s, admitted = KeyLimiter(), 0.0, list[tuple[float, TakenTokens]]()
    for gap_s, tokens, really in asked:
        now_s += gap_s
        recent = sum(taken.tokens for at_s, taken in admitted if at_s > now_s - 60.0)
        verdict = limiter.admit(
            "k", requests_per_minute=None, tokens_per_minute=100, wanted_tokens=tokens, least_tokens=0, now_s=now_s
        )
        assert isinstance(verdict, TakenTokens) == (recent + tokens <= 100 or recent == 0)
        if isinstance(verdict, TakenTokens):
            admitted.append((now_s, verdict))
            if really is not None:
                verdict.correct(min(really, tokens))
