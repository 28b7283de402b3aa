import re

from perpetuo.control.passwords import hash_password, new_password, password_matches


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
