import pytest

from perpetuo.core.catalog import Vendor
from perpetuo.core.snapshot import Secret
from perpetuo.providers.auth import InvalidSecret, auth_headers


def vendor(auth: str) -> Vendor:
    return Vendor(name="v", title="V", protocol="openai_chat", base_url=None, auth=auth)  # type: ignore[arg-type]


CASES = {
    "a bearer token": ("bearer", "sk-1", (("authorization", "Bearer sk-1"),)),
    "a key header": ("x-api-key", "sk-1", (("x-api-key", "sk-1"),)),
    "no authentication at all": ("none", "sk-1", ()),
    "a self-hosted server without a key": ("bearer", "", ()),
}


@pytest.mark.parametrize("name", CASES)
def test_the_key_travels_as_the_vendor_wants_it(name: str) -> None:
    auth, secret, headers = CASES[name]
    assert auth_headers(vendor(auth), Secret(secret)) == headers


@pytest.mark.parametrize("secret", ["sk\r\nhost: evil", "sk\n", "sk\r", "sk\x00", "sk 1", "sk\u2028", "schlüssel"])
@pytest.mark.parametrize("auth", ["bearer", "x-api-key"])
def test_a_secret_that_could_break_out_of_its_header_is_refused_without_being_shown(auth: str, secret: str) -> None:
    with pytest.raises(InvalidSecret) as caught:
        auth_headers(vendor(auth), Secret(secret))
    assert secret not in str(caught.value)
