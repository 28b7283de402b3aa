"""AWS Signature Version 4, in the header form: a pure function of request, keys and time.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-24)
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

import msgspec

from perpetuo.providers.aws_credentials import AwsKeys

ALGORITHM = "AWS4-HMAC-SHA256"

Headers = tuple[tuple[str, str], ...]

_DEFAULT_PORTS = {"https": 443, "http": 80}
_SPACES = re.compile(r"\s+")


class Scope(msgspec.Struct, frozen=True):
    """What a signature is good for. service: as it signs, which need not be the first word of the host."""

    region: str
    service: str


def signature_headers(
    method: str, url: str, headers: Headers, body: bytes, keys: AwsKeys, scope: Scope, wall_s: float
) -> Headers:
    """The headers to add: time, session token and the signature over all of `headers` and these.

    url: absolute, its path encoded as it is sent. headers: `host` is taken from the URL unless it is among them."""
    at = datetime.fromtimestamp(wall_s, UTC)
    amz_date = at.strftime("%Y%m%dT%H%M%SZ")
    added = [("x-amz-date", amz_date)]
    if keys.session_token is not None:
        added.append(("x-amz-security-token", keys.session_token.reveal()))
    host = () if any(name.lower() == "host" for name, _ in headers) else (("host", _host(url)),)
    canonical, signed_names = canonical_request(method, url, (*host, *headers, *added), body)
    credential_scope = f"{amz_date[:8]}/{scope.region}/{scope.service}/aws4_request"
    to_sign = string_to_sign(amz_date, credential_scope, canonical)
    key = _signing_key(keys.secret_access_key.reveal(), amz_date[:8], scope)
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    credential = f"{keys.access_key_id}/{credential_scope}"
    authorization = f"{ALGORITHM} Credential={credential}, SignedHeaders={signed_names}, Signature={signature}"
    return (*added, ("authorization", authorization))


def canonical_request(method: str, url: str, headers: Headers, body: bytes) -> tuple[str, str]:
    """The canonical request, and the names of the signed headers as they stand in it."""
    parts = urlsplit(url)
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(_SPACES.sub(" ", value.strip()))
    names = sorted(values)
    lines = [f"{name}:{','.join(values[name])}" for name in names]
    signed_names = ";".join(names)
    digest = hashlib.sha256(body).hexdigest()
    pieces = (method, _canonical_path(parts.path), _canonical_query(parts.query), *lines, "", signed_names, digest)
    return "\n".join(pieces), signed_names


def string_to_sign(amz_date: str, credential_scope: str, canonical: str) -> str:
    return "\n".join((ALGORITHM, amz_date, credential_scope, hashlib.sha256(canonical.encode()).hexdigest()))


def _host(url: str) -> str:
    """As the client sends it: with the port unless it is the scheme's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def _canonical_path(path: str) -> str:
    """Dots and double slashes resolved, then encoded: a path that is encoded already is so a second time, as every
    service but S3 wants it."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    slash = "/" if segments and path.endswith(("/", "/.", "/..")) else ""
    return quote("/" + "/".join(segments) + slash, safe="/-_.~")


def _canonical_query(query: str) -> str:
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    encoded = [(_encoded_once(name), _encoded_once(value)) for name, _, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _encoded_once(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _signing_key(secret_access_key: str, date: str, scope: Scope) -> bytes:
    key = b"AWS4" + secret_access_key.encode()
    for step in (date, scope.region, scope.service, "aws4_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    return key
