"""AWS Signature Version 4, checked as the service does: with the secret, from what came over the wire.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-24);
the steps below have its names.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, quote

from perpetuo.lab.server import HttpRequest
from perpetuo.lab.wire import Refusal

ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "bedrock"
"""The name in the credential's scope, also at the hosts `bedrock-runtime.*`."""
_SKEW_S = 300
_AUTHORIZATION = re.compile(
    r"^AWS4-HMAC-SHA256 Credential=(?P<id>[^/,\s]+)/(?P<date>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)"
    r"/aws4_request,\s*SignedHeaders=(?P<signed>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})$"
)


def is_signed(headers: Mapping[str, str]) -> bool:
    return headers.get("authorization", "").startswith(ALGORITHM)


def access_key_id(headers: Mapping[str, str]) -> str:
    """Raises Refusal when the header can not be read."""
    return _parsed(headers)["id"]


def check_signature(request: HttpRequest, secret: str, now_s: float) -> None:
    """Raises Refusal. secret: the secret access key. now_s: Unix seconds."""
    stated = _parsed(request.headers)
    signed = stated["signed"].split(";")
    stamp = request.headers.get("x-amz-date", "")
    _check_stamp(stamp, stated["date"], now_s)
    if stated["service"] != _SERVICE:
        raise _mismatch(f"Credential should be scoped to correct service: '{_SERVICE}'.")
    for name in ("host", *(name for name in request.headers if name.startswith("x-amz-"))):
        if name not in signed:
            raise _mismatch(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    if signed != sorted(signed):
        raise _mismatch("SignedHeaders are not in order.")
    scope = f"{stated['date']}/{stated['region']}/{_SERVICE}/aws4_request"
    canonical = _canonical_request(request, signed)
    string_to_sign = f"{ALGORITHM}\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = _signing_key(secret, stated["date"], stated["region"])
    if not hmac.compare_digest(hmac.new(key, string_to_sign.encode(), sha256).hexdigest(), stated["signature"]):
        raise _mismatch(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret"
            " Access Key and signing method."
        )


def _parsed(headers: Mapping[str, str]) -> dict[str, str]:
    found = _AUTHORIZATION.match(headers.get("authorization", ""))
    if found is None:
        message = "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters."
        raise Refusal(403, message, type_="IncompleteSignatureException")
    return found.groupdict()


def _check_stamp(stamp: str, date: str, now_s: float) -> None:
    try:
        at_s = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise _mismatch("Date must be in ISO-8601 'basic format'.") from None
    if not stamp.startswith(date):
        raise _mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
    if abs(now_s - at_s) > _SKEW_S:
        raise _mismatch("Signature expired or not yet current.")


def _canonical_request(request: HttpRequest, signed: list[str]) -> str:
    # Every service but S3 encodes the path once more than it was sent: `%3A` on the wire is `%253A` here.
    path = quote(request.path, safe="/~-._")
    query = sorted(parse_qsl(request.query, keep_blank_values=True))
    values = "&".join(f"{quote(name, safe='~-._')}={quote(value, safe='~-._')}" for name, value in query)
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed)
    payload = sha256(request.body).hexdigest()
    return "\n".join((request.method, path, values, headers, ";".join(signed), payload))


def _signing_key(secret: str, date: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, _SERVICE, "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key


def _mismatch(message: str) -> Refusal:
    return Refusal(403, message, type_="InvalidSignatureException")
