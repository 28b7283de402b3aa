import base64
import secrets

import pytest

from perpetuo.cli.failures import Failure
from perpetuo.cli.secret_values import new_secret, read_secrets_file, require_strong

WEAK = {
    "missing": None,
    "empty": "",
    "blank": "   ",
    "a word": "changeme",
    "a word long enough": "changeme" * 8,
    "not base64 at all": "p@ssw0rd!" * 5,
    "31 random bytes": base64.b64encode(bytes(range(100, 131))).decode(),
    "32 zero bytes": base64.b64encode(bytes(32)).decode(),
    "one byte repeated": base64.b64encode(b"\xa7" * 32).decode(),
    "two bytes repeated": base64.b64encode(b"\xa7\x01" * 16).decode(),
    "counting up": base64.b64encode(bytes(range(200, 232))).decode(),
    "a sentence in base64": base64.b64encode(b"this is the secret of our gateway").decode(),
}


@pytest.mark.parametrize("case", WEAK)
def test_a_weak_secret_is_refused_and_not_repeated(case: str) -> None:
    value = WEAK[case]
    with pytest.raises(Failure) as refusal:
        require_strong("ENCRYPTION_KEY", value)
    assert refusal.value.message.startswith("ENCRYPTION_KEY ")
    assert "openssl rand -base64 32" in refusal.value.message
    if value and value.strip():
        assert value not in refusal.value.message


def test_random_secrets_are_always_accepted() -> None:
    for _ in range(2000):
        value = new_secret()
        assert require_strong("JWT_SECRET", value) == value


def test_url_safe_and_unpadded_base64_are_accepted() -> None:
    raw = b"\xfb\xff" + secrets.token_bytes(30)
    for value in (base64.urlsafe_b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")):
        assert require_strong("JWT_SECRET", value) == value


def test_a_secrets_file_may_be_missing_and_may_hold_padding(tmp_path) -> None:
    path = tmp_path / "secrets.env"
    assert read_secrets_file(path) == {}
    path.write_text("# ours\nJWT_SECRET=abc=\n\nENCRYPTION_KEY = d+/=\n")
    assert read_secrets_file(path) == {"JWT_SECRET": "abc=", "ENCRYPTION_KEY": "d+/="}
