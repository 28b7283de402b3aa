"""Quotas and the limit per address admit exactly what they say."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core import limits
from perpetuo.core.limits import ALLOW, Allow, Deny, IpLimiter, admit_quota, ip_bucket

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
