"""How a provider key travels: pure functions of the vendor row and the secret."""

from perpetuo.core.catalog import Vendor
from perpetuo.core.snapshot import Secret


class InvalidSecret(ValueError):
    """The secret can not go into a header. The message never holds the secret."""


def auth_headers(vendor: Vendor, secret: Secret) -> tuple[tuple[str, str], ...]:
    """No header at all for `none`, and for an empty secret: self-hosted servers often want none.

    Raises InvalidSecret for anything but visible ASCII: CR or LF would start another header.
    """
    value = secret.reveal()
    if vendor.auth == "none" or not value:
        return ()
    if not all("!" <= character <= "~" for character in value):
        raise InvalidSecret("The provider key holds a character that may not go into a header; enter it again.")
    if vendor.auth == "x-api-key":
        return (("x-api-key", value),)
    return (("authorization", f"Bearer {value}"),)
