"""Soak: whether somebody has an account can not be told from how long a refused sign-in takes."""

import random
import time

import pytest

from perpetuo.control.auth.throttle import AuthThrottle
from perpetuo.control.passwords import hash_password

SAMPLES = 500
AUC_MAX = 0.56


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_soak_known_and_unknown_addresses_can_not_be_told_apart_by_time(control):
    """A sample: a whole sign-in in this process, without a network that would hide a difference. AUC: how often, of a
    known and an unknown address, the known one took longer; 0.5 is a coin."""
    await control.user("ann@example.org", password_hash=hash_password("a good long password"))
    taken_s = {"known": [], "unknown": []}
    dice = random.Random(7)
    for number in range(SAMPLES + 20):
        kinds = ["known", "unknown"]
        dice.shuffle(kinds)
        for kind in kinds:
            email = "ann@example.org" if kind == "known" else f"a{number:02}@example.org"
            control.state.throttle = AuthThrottle()
            started_s = time.perf_counter()
            reply = await control.http.post("/auth/login", json={"email": email, "password": "not this one, no"})
            if number >= 20:  # the first ones warm caches
                taken_s[kind].append(time.perf_counter() - started_s)
            assert reply.status_code == 401
    auc = area_under_curve(taken_s["known"], taken_s["unknown"])
    print(f"known/unknown e-mail addresses: {SAMPLES} samples each, AUC {auc:.3f}")
    assert 1 - AUC_MAX <= auc <= AUC_MAX


def area_under_curve(xs, ys):
    won = sum((x > y) + (x == y) / 2 for x in xs for y in ys)
    return won / (len(xs) * len(ys))
