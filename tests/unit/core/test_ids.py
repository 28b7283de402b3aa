"""Ids carry their time, and keys can not be told from their digest."""

import datetime
import hashlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.ids import (
    api_key_digest,
    looks_like_api_key,
    month_bounds,
    new_api_key,
    uuid7,
    uuid7_floor,
    uuid7_ms,
)

MS = st.integers(min_value=0, max_value=2**48 - 2)
RANDOM = st.binary(min_size=10, max_size=10)


def ms(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1000)


@given(MS, RANDOM)
def test_an_id_is_a_version_7_uuid_that_carries_its_time(wall_ms: int, random10: bytes):
    made = uuid7(wall_ms, random10)
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert uuid7_ms(made) == wall_ms


@given(MS, RANDOM, RANDOM)
def test_ids_of_a_later_ms_sort_later_as_values_and_as_text(wall_ms: int, first: bytes, second: bytes):
    earlier, later = uuid7(wall_ms, first), uuid7(wall_ms + 1, second)
    assert earlier < later
    assert str(earlier) < str(later)


@given(MS, RANDOM)
def test_the_floor_of_a_ms_parts_its_ids_from_those_before(wall_ms: int, random10: bytes):
    assert uuid7_floor(wall_ms) <= uuid7(wall_ms, random10) < uuid7_floor(wall_ms + 1)


def test_74_of_the_80_random_bits_are_kept():
    made = {uuid7(1, (1 << bit).to_bytes(10, "big")) for bit in range(80)}
    assert len(made - {uuid7(1, bytes(10))}) == 74


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        ("2026-11-23T12:00:00+00:00", "2026-11-01T00:00:00+00:00", "2026-12-01T00:00:00+00:00"),
        ("2026-12-31T23:59:59+00:00", "2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
        ("2028-02-29T00:00:00+00:00", "2028-02-01T00:00:00+00:00", "2028-03-01T00:00:00+00:00"),
        ("2026-11-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00", "2026-12-01T00:00:00+00:00"),
    ],
)
def test_a_month_is_a_calendar_month_in_utc(now: str, start: str, end: str):
    assert month_bounds(ms(now)) == (ms(start), ms(end))


def test_an_api_key_is_pk_and_48_hex_digits_and_only_its_sha256_is_kept():
    key = new_api_key(bytes(range(24)))
    assert key == "pk_" + bytes(range(24)).hex()
    assert looks_like_api_key(key)
    assert api_key_digest(key) == api_key_digest(key.encode()) == hashlib.sha256(key.encode()).digest()


@pytest.mark.parametrize(
    "key", ["", "pk_", "sk-abc", "pk_" + "0" * 47, "pk_" + "0" * 49, "pk_" + "G" * 48, "pk_" + "0" * 48 + "\n"]
)
def test_what_is_not_shaped_like_a_key_is_not_taken_for_one(key: str):
    assert not looks_like_api_key(key)
