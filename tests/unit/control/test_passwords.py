import re

import pytest

from perpetuo.control.passwords import (
    UNKNOWN_USERS_HASH,
    hash_password,
    is_password_hash,
    new_password,
    password_matches,
    why_not,
)

GOOD = (
    "correct horse battery",
    "äöüß你好 12345",
    "            spaces too",
    "x" * 4 + "abcdefgh",
    "Tr0ub4dor&3 and more",
)
POOR = {
    "short": "elevenchars",
    "short once composed": "e\u0301" * 3 + "abcdefgh",
    "long": "ab cd" * 52,
    "the address": "Somebody@Example.org",
    "the address between spaces": "  somebody@example.org  ",
    "obvious": "password1234",
    "obvious in capitals": "PasswordPassword",
    "obvious with spaces": "correct horse battery staple",
    "one letter": "a" * 20,
    "four letters": "abcdabcdabcd",
}


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_of_any_letters_is_good(password: str) -> None:
    assert why_not(password, "somebody@example.org") is None


@pytest.mark.parametrize("password", POOR.values(), ids=POOR)
def test_a_poor_password_is_refused_with_a_sentence(password: str) -> None:
    reason = why_not(password, "somebody@example.org")
    assert reason is not None and reason.endswith(".") and password not in reason


def test_a_password_is_the_same_however_its_letters_were_composed() -> None:
    assert password_matches("cafe\u0301 and more", hash_password("caf\u00e9 and more"))


def test_the_hash_for_unknown_users_has_the_parameters_of_real_ones() -> None:
    real, unknown = hash_password("correct horse"), UNKNOWN_USERS_HASH
    assert is_password_hash(unknown) and not is_password_hash("x")
    assert real.split("$")[:4] == unknown.split("$")[:4] and len(real) == len(unknown)
    assert not password_matches("correct horse", unknown)


def test_a_password_is_kept_as_argon2id_with_the_published_parameters() -> None:
    hashed = hash_password("correct horse")
    assert re.fullmatch(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", hashed)
    assert password_matches("correct horse", hashed)
    assert not password_matches("correct horse ", hashed)
    assert hash_password("correct horse") != hashed, "each hash has its own salt"


def test_a_damaged_hash_matches_nothing() -> None:
    assert not password_matches("", "")
    assert not password_matches("x", "$argon2id$v=19$m=19456,t=2,p=1$$")


def test_new_passwords_differ() -> None:
    assert len({new_password() for _ in range(100)}) == 100
