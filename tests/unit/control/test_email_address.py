import pytest

from perpetuo.control.email_address import is_email_address

ADDRESSES = ("ann@example.org", "a.b+c_d-e@x-1.example.org", "O'Brien@EXAMPLE.org", "root@localhost", "1@1.example")
NO_ADDRESSES = {
    "nothing": "",
    "no at": "ann",
    "no local part": "@example.org",
    "no host": "ann@",
    "two ats": "ann@eve@example.org",
    "a space": "ann @example.org",
    "a list": "ann@example.org,eve@example.org",
    "a name": "Ann <ann@example.org>",
    "a quoted local part": '"ann eve"@example.org',
    "an address literal": "ann@[127.0.0.1]",
    "a dot at the start": ".ann@example.org",
    "a dot at the end": "ann.@example.org",
    "two dots": "a..b@example.org",
    "an empty label": "ann@example..org",
    "a dot after the host": "ann@example.org.",
    "a hyphen before a dot": "ann@example-.org",
    "an underscore in the host": "ann@ex_ample.org",
    "a line end": "ann@example.org\n",
    "a carriage return": "ann@exam\rple.org",
    "a NUL": "ann\x00@example.org",
    "other letters": "änn@example.org",
    "a look-alike at": "ann\uff20example.org",
    "an invisible letter": "ann\u200b@example.org",
    "a long local part": "a" * 65 + "@example.org",
    "a long label": "a@" + "b" * 64 + ".org",
    "a long address": "a@" + "b.c" * 90,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_mail_servers_agree_on_is_an_address(address: str) -> None:
    assert is_email_address(address)


@pytest.mark.parametrize("text", NO_ADDRESSES.values(), ids=NO_ADDRESSES)
def test_everything_else_is_none(text: str) -> None:
    assert not is_email_address(text)
