"""Keys that are not sent as they are: a short-lived token or key pair is fetched for them, and renewed.

Pure: what to ask whom, and what the answer means. `gateway/credentials.py` does the asking.
"""

import base64
import contextlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
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
from perpetuo.core.snapshot import InvalidSecret, Secret
from perpetuo.providers.aws_credentials import AwsKeys, BedrockApiKey, parse_aws_secret
from perpetuo.providers.base import UpstreamRequest
from perpetuo.providers.sigv4 import Scope, signature_headers

GOOGLE_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GOOGLE_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
MAX_PRIVATE_KEY_CHARACTERS = 2_600
"""A 3072-bit key in PEM; Google makes 2048-bit ones. Checking a key holds the interpreter: 8192 bits for seconds."""
GOOGLE_ASSERTION_S = 3600
"""The longest life of an assertion, and the life of the token.
https://developers.google.com/identity/protocols/oauth2/service-account (read 2026-11-24)"""
AZURE_AUTHORITY = "https://login.microsoftonline.com"
AZURE_SCOPE = "https://cognitiveservices.azure.com/.default"
"""https://learn.microsoft.com/azure/ai-services/openai/how-to/managed-identity (read 2026-11-24)"""


ASSUMED_S = 3600
"""Of an assumed role: the longest that every role allows."""
_XML_ERROR = re.compile(rb"<(?:Code|Message)>([^<]{1,1000})</")


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
    """Cheap enough for each request: a secret that is a JSON document is exchanged, any other one is sent. AWS's
    documents are exchanged where they name a role to assume."""
    if vendor.auth not in _REQUESTS:
        return False
    value = secret.reveal()
    return value.lstrip().startswith("{") and (vendor.auth != "aws" or '"role_arn"' in value)


def secret_pieces(secret: Secret) -> tuple[str, ...]:
    """The whole, and for a key of several words each of them that is long enough to be one: what may not be shown."""
    whole = secret.reveal().strip()
    pieces: list[object] = []
    if whole.startswith("{"):
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pieces.extend(msgspec.json.decode(whole, type=dict[str, Any]).values())
    else:
        pieces.extend(whole.split(":"))
    return (whole, *(piece for piece in pieces if isinstance(piece, str) and len(piece) >= MIN_PIECE_CHARS))


MIN_PIECE_CHARS = 12
"""Regions and the like are shorter; AWS's shortest id has 16 characters."""


def token_request(vendor: Vendor, secret: Secret, now_s: float) -> UpstreamRequest | None:
    """The call that fetches a token; None for a secret that is sent as it is. Raises InvalidSecret."""
    read = _REQUESTS.get(vendor.auth)
    return None if read is None else read(secret.reveal().strip(), now_s)


def read_token(vendor: Vendor, secret: Secret, status: int, body: bytes, now_s: float) -> Token:
    """Raises TokenRefused, with the token service's own words where it has any."""
    if status != 200:
        raise TokenRefused(_words(body) or f"The token service answered {status}.", status)
    if vendor.auth == "aws":
        return _assumed_keys(secret, body)
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
    if len(account.private_key) > MAX_PRIVATE_KEY_CHARACTERS:
        raise InvalidSecret("The service account's private_key is longer than a 3072-bit RSA key: make one of 2048.")
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


def _aws(secret: str, now_s: float) -> UpstreamRequest | None:
    """AssumeRole, signed with the keys that may assume it.
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (read 2026-11-24)"""
    keys = parse_aws_secret(secret)
    if isinstance(keys, BedrockApiKey) or keys.role_arn is None:
        return None
    if keys.region is None:
        raise InvalidSecret("An AWS key that assumes a role names its region; add `region` to the key's JSON.")
    form = {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": keys.role_arn,
        "RoleSessionName": keys.role_session_name or "perpetuo",
        "DurationSeconds": str(ASSUMED_S),
    }
    if keys.external_id is not None:
        form["ExternalId"] = keys.external_id
    china = ".cn" if keys.region.startswith("cn-") else ""
    request = _form_post(f"https://sts.{keys.region}.amazonaws.com{china}/", form)
    scope = Scope(keys.region, "sts")
    stable = tuple(header for header in request.headers if header[0] == "content-type")
    added = signature_headers(request.method, request.url, stable, request.body, keys, scope, now_s)
    return msgspec.structs.replace(request, headers=request.headers + added)


def _assumed_keys(secret: Secret, body: bytes) -> Token:
    """The temporary keys as a document of the same form as the stored one, now without a role."""
    found = {
        name: _xml_text(name).search(body) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    }
    values = {name: match[1].decode("utf-8", "replace") for name, match in found.items() if match is not None}
    try:
        expires_at_s = datetime.fromisoformat(values["Expiration"]).timestamp()
        document = {
            "access_key_id": values["AccessKeyId"],
            "secret_access_key": values["SecretAccessKey"],
            "session_token": values["SessionToken"],
        }
    except (KeyError, ValueError, OverflowError) as error:
        raise TokenRefused("The token service's answer holds no credentials.", 502) from error
    stored = parse_aws_secret(secret.reveal())
    if isinstance(stored, AwsKeys) and stored.region is not None:
        document["region"] = stored.region
    return Token(Secret(msgspec.json.encode(document).decode()), expires_at_s)


def _xml_text(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"<%b>\s*([^<\s]{1,8192})\s*</%b>" % (name.encode(), name.encode()))


_REQUESTS: Mapping[str, Callable[[str, float], UpstreamRequest | None]] = MappingProxyType(
    {"google": _google, "azure": _azure, "aws": _aws}
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
    """`{"error": "invalid_grant", "error_description": "…"}`, RFC 6749 section 5.2; AWS writes XML."""
    if body.lstrip().startswith(b"<"):
        said_xml = [match[1].decode("utf-8", "replace") for match in _XML_ERROR.finditer(body)]
        return ": ".join(word[:300] for word in said_xml[:2])
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    words = [said.get("error"), said.get("error_description")]
    return ": ".join(word[:300] for word in words if isinstance(word, str))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
