"""Guessing passwords: how many are evaluated, what that costs others, and that the victim is not locked out."""

import asyncio
import collections

import pytest

from control_harness import running_control
from perpetuo.control.auth.throttle import AuthThrottle
from perpetuo.control.hash_pool import HashPool
from perpetuo.control.passwords import hash_password
from perpetuo.control.replies import ControlError

PASSWORD = "a good long password"
HASHED = hash_password(PASSWORD)
EMAIL = "ann@example.org"


class Clock:
    """Stands still between steps; wall time is the real one's at the start, as the database's is."""

    def __init__(self, wall_s):
        self._wall_s, self.passed_s = wall_s, 0.0

    def monotonic_s(self):
        return self.passed_s

    def wall_s(self):
        return self._wall_s


@pytest.fixture
async def ann(control):
    await control.user(EMAIL, password_hash=HASHED)


async def login(http, email=EMAIL, password="not this one, no"):
    return await http.post("/auth/login", json={"email": email, "password": password})


async def test_of_ten_thousand_guesses_at_one_account_ten_a_minute_are_evaluated_and_the_victim_signs_in(control, ann):
    """From as many addresses; 3 ms between two of them: half a minute."""
    clock = control.state.clock = Clock(control.state.clock.wall_s())
    throttle = control.state.throttle
    evaluated, retry_after = 0, 0.0
    for number in range(10_000):
        clock.passed_s += 0.003
        address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        try:
            throttle.check("password", address=address, email=EMAIL, now_s=clock.passed_s)
            evaluated += 1
        except ControlError as error:
            retry_after = error.retry_after_s
    assert evaluated == 10 and 0 < retry_after <= 60
    refused = await login(control.http, password=PASSWORD)
    assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= 60
    assert control.state.passwords.evaluated == 0, "refused before it is hashed"
    clock.passed_s += 60
    assert (await login(control.http, password=PASSWORD)).status_code == 200


async def test_a_flood_of_guesses_is_refused_before_the_hash_and_leaves_other_accounts_alone(control, ann):
    statuses = collections.Counter()
    for _ in range(60):
        statuses[(await login(control.http)).status_code] += 1
    assert statuses == {401: 10, 429: 50} and control.state.passwords.evaluated == 10
    assert (await login(control.http, "bob@example.org")).status_code == 401


async def test_an_address_has_its_own_limit_and_a_64_of_ipv6_is_one_address():
    throttle = AuthThrottle()

    def admitted(addresses):
        count = 0
        for number, address in enumerate(addresses):
            try:
                throttle.check("password", address=address, email=f"user{number}@example.org", now_s=0.0)
                count += 1
            except ControlError as error:
                assert error.status == 429
        return count

    assert admitted(["198.51.100.7"] * 100) == 30
    assert admitted([f"2001:db8::{number:x}" for number in range(100)]) == 30
    assert admitted([""] * 100) == 30, "peers without an address are one"
    assert admitted([f"2001:db8:0:{number:x}::1" for number in range(1, 100)]) == 99


async def test_workers_share_a_limit_and_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr("perpetuo.control.auth.throttle.MAX_BUCKETS", 100)
    throttles = [AuthThrottle(workers=4) for _ in range(4)]
    evaluated = 0
    for throttle in throttles:
        for number in range(200):
            try:
                throttle.check("password", address=f"10.0.0.{number}", email=EMAIL, now_s=0.0)
                evaluated += 1
            except ControlError as error:
                assert error.status == 429
        for number in range(1000):
            throttle.check("password", address=f"10.1.{number // 256}.{number % 256}", email=f"{number}", now_s=0.0)
        remembered = [*throttle._accounts.values(), *throttle._addresses.values()]
        assert all(len(buckets) <= 100 for buckets in remembered)
    assert evaluated == 8


async def test_of_two_hundred_logins_at_once_few_are_evaluated_and_the_rest_are_refused_at_once(database_url):
    async with running_control(database_url, passwords=HashPool(threads=1, waiting=4)) as control:
        await control.user(EMAIL, password_hash=HASHED)
        replies = await asyncio.gather(*(login(control.http, f"user{number}@example.org") for number in range(200)))
        counted = collections.Counter(reply.status_code for reply in replies)
        assert set(counted) == {401, 429} and 5 <= counted[401] <= 30 < counted[429]
        assert control.state.passwords.evaluated == counted[401]
        refused = [reply for reply in replies if reply.status_code == 429]
        assert {reply.json()["code"] for reply in refused} <= {"busy", "too_many_attempts"}
        assert all(0 < int(reply.headers["retry-after"]) <= 60 for reply in refused)


async def test_a_hash_does_not_stop_the_loop():
    """In the time of one hash, another thread's, the loop goes round often; held up by it, it would once or twice."""
    pool, turns = HashPool(), 0
    checking = asyncio.ensure_future(pool.matches(PASSWORD, HASHED))
    while not checking.done():
        await asyncio.sleep(0)
        turns += 1
    pool.close()
    assert checking.result() is True and turns > 50


async def test_a_known_and_an_unknown_address_cost_the_same_number_of_evaluations(control, ann):
    counts = []
    for email in (EMAIL, "nobody@example.org"):
        before = control.state.passwords.evaluated
        await login(control.http, email)
        counts.append(control.state.passwords.evaluated - before)
    assert counts == [1, 1]


async def test_a_full_pool_refuses_at_once_and_has_room_again_when_it_is_done():
    pool = HashPool(threads=1, waiting=1)
    first, second = (asyncio.ensure_future(pool.matches(PASSWORD, HASHED)) for _ in range(2))
    await asyncio.sleep(0)
    with pytest.raises(ControlError) as refused:
        await pool.matches(PASSWORD, HASHED)
    assert (refused.value.status, refused.value.code) == (429, "busy")
    first.cancel()
    assert await second is True
    assert await pool.matches(PASSWORD, None) is False, "nobody's hash takes as long and matches nothing"
    pool.close()
    assert pool.evaluated == 3
