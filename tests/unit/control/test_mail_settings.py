import pytest
from pydantic import ValidationError

from perpetuo.settings import Settings
from perpetuo.wiring import build_mailer

PUBLIC_URL = {"public_url": "https://gateway.example.org"}
COMPLETE = {"smtp_host": "smtp.example.org", "smtp_from": "Perpetuo <perpetuo@example.org>", **PUBLIC_URL}

INCOMPLETE = {
    "no public address for the links": ({"public_url": None}, "PERPETUO_PUBLIC_URL"),
    "nobody it is from": ({"smtp_from": ""}, "PERPETUO_SMTP_FROM"),
    "a sender with another header in it": ({"smtp_from": "a@example.org\r\nBcc: b@example.org"}, "PERPETUO_SMTP_FROM"),
    "a password in clear": ({"smtp_security": "none", "smtp_password": "secret"}, "PERPETUO_SMTP_PASSWORD"),
}


@pytest.mark.parametrize(("fields", "named"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_mail_that_is_half_set_up_stops_the_start(fields: dict[str, str], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Settings(_env_file=None, **(COMPLETE | fields))  # type: ignore[call-arg]


def test_without_a_server_there_is_no_mail() -> None:
    assert build_mailer(Settings(_env_file=None)) is None  # type: ignore[call-arg]


def test_with_a_server_there_is() -> None:
    assert build_mailer(Settings(_env_file=None, **COMPLETE)) is not None  # type: ignore[call-arg,arg-type]
