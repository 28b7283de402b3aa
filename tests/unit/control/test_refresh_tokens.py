import uuid

from perpetuo.control.refresh_tokens import IDLE_S, LONGEST_S, RANDOM_BYTES, RefreshTokens, session_ends_s

SESSION = str(uuid.UUID(int=7))
TOKENS = RefreshTokens(bytes(range(32)))
RANDOM = bytes(RANDOM_BYTES)


def test_a_token_says_which_session_it_is_for() -> None:
    token = TOKENS.issue(SESSION, RANDOM)
    assert TOKENS.session_of(token) == SESSION and len(token) == 96


def test_a_token_with_any_bit_changed_is_not_ours() -> None:
    token = TOKENS.issue(SESSION, RANDOM)
    for at, letter in enumerate(token):
        assert TOKENS.session_of(token[:at] + ("A" if letter != "A" else "B") + token[at + 1 :]) is None


def test_a_token_has_one_spelling() -> None:
    token = TOKENS.issue(SESSION, b"\xff" * RANDOM_BYTES)
    others = (token + "=", token + "\n", " " + token, token[:-1], token.replace("_", "/"), token + "AAAA", "", "é" * 96)
    assert [TOKENS.session_of(other) for other in others] == [None] * len(others)


def test_a_token_of_another_secret_is_not_ours() -> None:
    assert RefreshTokens(bytes(32)).session_of(TOKENS.issue(SESSION, RANDOM)) is None


def test_a_session_ends_when_it_is_idle_and_at_the_latest_after_its_longest_life() -> None:
    assert session_ends_s(1000.0, 1000.0) == 1000.0 + IDLE_S
    assert session_ends_s(1000.0, 1000.0 + LONGEST_S - 5) == 1000.0 + LONGEST_S
