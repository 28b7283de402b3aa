"""Keys that are not sent as they are: a short-lived token or key pair is fetched for them, and renewed.

Pure: what to ask whom, and what the answer means. `gateway/credentials.py` does the asking.
"""

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from perpetuo.core.catalog import Vendor
from perpetuo.core.snapshot import Secret
from perpetuo.providers.auth import InvalidSecret
from perpetuo.providers.base import UpstreamRequest

GOOGLE_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GOOGLE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GOOGLE_ASSERTION_S = 3600
"""The longest life of an assertion, and the life of the token.
https://developers.google.com/identity/protocols/oauth2/service-account (read 2026-11-24)"""
AZURE_AUTHORITY = "https://login.microsoftonline.com"
AZURE_SCOPE = "https://cognitiveservices.azure.com/.default"
"""https://learn.microsoft.com/azure/ai-services/openai/how-to/managed-identity (read 2026-11-24)"""


class Token(msgspec.Struct, frozen=True):
    """secret: what is sent instead of the stored key. expires_at_s: Unix time."""

    secret: Secret
    expires_at_s: float


class TokenRefused(Exception):
    """The token service did not give one. The message is for people, without any secret. status: its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def needs_token(vendor: Vendor, secret: Secret) -> bool:
    """Cheap enough for each request: a secret that is a JSON document is exchanged, any other one is sent."""
    return vendor.auth in _REQUESTS and secret.reveal().lstrip().startswith("{")


def token_request(vendor: Vendor, secret: Secret, now_s: float) -> UpstreamRequest | None:
    """The call that fetches a token; None for a secret that is sent as it is. Raises InvalidSecret."""
    read = _REQUESTS.get(vendor.auth)
    return None if read is None else read(secret.reveal().strip(), now_s)


def read_token(vendor: Vendor, secret: Secret, status: int, body: bytes, now_s: float) -> Token:
    """Raises TokenRefused, with the token service's own words where it has any."""
    if status != 200:
        raise TokenRefused(_words(body) or f"The token service answered {status}.", status)
    try:
        granted = msgspec.json.decode(body, type=_Granted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TokenRefused("The token service's answer is not a token.", 502) from error
    return Token(Secret(granted.access_token), now_s + max(0.0, granted.expires_in))


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class _ServiceAccount(msgspec.Struct):
    """The JSON file that Google's console hands out, as far as it is needed."""

    client_email: str
    private_key: str
    private_key_id: str = ""
    token_uri: str = GOOGLE_TOKEN_URI


class _ClientCredentials(msgspec.Struct):
    """An Entra application. authority: of a national cloud."""

    tenant_id: str
    client_id: str
    client_secret: str
    authority: str = AZURE_AUTHORITY
    scope: str = AZURE_SCOPE


def _google(secret: str, now_s: float) -> UpstreamRequest | None:
    """A signed assertion is exchanged for a token. A secret that is no JSON is an access token already."""
    if not secret.startswith("{"):
        return None
    account = _document(secret, _ServiceAccount, "a service account's JSON with client_email and private_key")
    claims = {
        "iss": account.client_email,
        "scope": GOOGLE_SCOPE,
        "aud": account.token_uri,
        "iat": int(now_s),
        "exp": int(now_s) + GOOGLE_ASSERTION_S,
    }
    head = {"alg": "RS256", "typ": "JWT"} | ({"kid": account.private_key_id} if account.private_key_id else {})
    signed = f"{_base64url(msgspec.json.encode(head))}.{_base64url(msgspec.json.encode(claims))}"
    assertion = f"{signed}.{_base64url(_private_key(account).sign(signed.encode(), PKCS1v15(), SHA256()))}"
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    return _form_post(account.token_uri, form)


def _private_key(account: _ServiceAccount) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(account.private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidSecret("The service account's private_key is not a PEM key; enter the JSON again.") from error
    if not isinstance(key, RSAPrivateKey):
        raise InvalidSecret("The service account's private_key is not an RSA key; enter the JSON again.")
    return key


def _azure(secret: str, now_s: float) -> UpstreamRequest | None:
    """Client credentials of an Entra application. A secret that is no JSON is a key or a token already.
    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow (read 2026-11-24)"""
    if not secret.startswith("{"):
        return None
    client = _document(secret, _ClientCredentials, "a JSON object with tenant_id, client_id and client_secret")
    url = f"{client.authority.rstrip('/')}/{quote(client.tenant_id, safe='')}/oauth2/v2.0/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "scope": client.scope,
    }
    return _form_post(url, form)


_REQUESTS: Mapping[str, Callable[[str, float], UpstreamRequest | None]] = MappingProxyType(
    {"google": _google, "azure": _azure}
)


def _document(secret: str, type_: type[Any], wanted: str) -> Any:
    """The error never holds a piece of the secret: msgspec's own words name only fields and types."""
    try:
        return msgspec.json.decode(secret, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidSecret(f"The provider key is not {wanted}; enter it again.") from error


def _form_post(url: str, form: Mapping[str, str]) -> UpstreamRequest:
    headers = (
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
    )
    return UpstreamRequest("POST", url, headers, urlencode(form).encode())


def _words(body: bytes) -> str:
    """`{"error": "invalid_grant", "error_description": "…"}`, RFC 6749 section 5.2."""
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    words = [said.get("error"), said.get("error_description")]
    return ": ".join(word[:300] for word in words if isinstance(word, str))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
