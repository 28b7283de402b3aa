"""How a provider key travels: pure functions of the vendor row, the secret and, for a signature, request and time."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from perpetuo.core.catalog import Auth, Vendor
from perpetuo.core.snapshot import InvalidSecret, Secret
from perpetuo.providers.aws_credentials import AwsKeys, BedrockApiKey, parse_aws_secret
from perpetuo.providers.base import UpstreamRequest
from perpetuo.providers.sigv4 import Scope, signature_headers

# The header that holds the key as it is; every other kind of key is a bearer token.
_KEY_HEADERS: Mapping[Auth, str] = {
    "x-api-key": "x-api-key",
    "api-key": "api-key",
    "x-goog-api-key": "x-goog-api-key",
    "azure": "api-key",
}
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

# Service and region in the names of Bedrock's endpoints: plain, FIPS, dual-stack, of a VPC, and of other partitions.
# https://docs.aws.amazon.com/general/latest/gr/bedrock.html and botocore's endpoint rules for `bedrock-runtime` and
# `bedrock`, which both sign as `bedrock` (botocore 1.44.8; read 2026-11-24).
_AWS_HOST = re.compile(
    r"(?:vpce-[a-z0-9-]+\.)?(?P<service>bedrock(?:-runtime)?)(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:vpce\.)?"
    r"(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov)"
)
_SIGNING_SERVICE = "bedrock"


def auth_headers(vendor: Vendor, secret: Secret) -> tuple[tuple[str, str], ...]:
    """What the vendor wants beside its own headers. Raises InvalidSecret."""
    return key_headers(vendor.auth, secret)


def key_headers(auth: Auth, secret: Secret) -> tuple[tuple[str, str], ...]:
    """No header at all for `none`, and for an empty secret: self-hosted servers often want none. None for `aws`
    either, where `signed` adds them.

    An Azure key may also be a token of Entra, which is a JWT and a bearer token.
    https://learn.microsoft.com/azure/ai-foundry/openai/reference (read 2026-11-24)

    Raises InvalidSecret for anything but visible ASCII: CR or LF would start another header.
    """
    value = secret.reveal()
    if auth in ("none", "aws") or not value:
        return ()
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise InvalidSecret("The provider key holds a character that may not go into a header; enter it again.")
    header = _KEY_HEADERS.get(auth)
    if header is None or (auth == "azure" and _JWT.fullmatch(value)):
        return (("authorization", f"Bearer {value}"),)
    return ((header, value),)


def check_secret(vendor: Vendor, secret: Secret, base_url: str) -> None:
    """Before a key is stored: raises InvalidSecret for one that could not be sent there."""
    if vendor.auth == "aws":
        signed(UpstreamRequest("GET", base_url, (), b""), vendor, secret, 0.0)
    elif not (vendor.auth in ("google", "azure") and secret.reveal().lstrip().startswith("{")):
        auth_headers(vendor, secret)  # a document is exchanged for a token first: see `credentials`


def signed(request: UpstreamRequest, vendor: Vendor, secret: Secret, wall_s: float) -> UpstreamRequest:
    """The request as it goes out, its last change: signed where the vendor wants a signature, else as it is.

    Only what no client or proxy on the way changes is signed: host, content type and AWS's own headers.
    Raises InvalidSecret, also when neither the host nor the secret names a region, or when they name two.
    """
    if vendor.auth != "aws":
        return request
    keys = parse_aws_secret(secret.reveal())
    if isinstance(keys, BedrockApiKey):
        added = (("authorization", f"Bearer {keys.token.reveal()}"),)
    else:
        stable = tuple(
            header for header in request.headers if header[0] == "content-type" or header[0].startswith("x-amz-")
        )
        scope = aws_scope(request.url, keys)
        added = signature_headers(request.method, request.url, stable, request.body, keys, scope, wall_s)
    return msgspec.structs.replace(request, headers=request.headers + added)


def aws_scope(url: str, keys: AwsKeys) -> Scope:
    """The host names the region; the secret only where the host is not AWS's own, such as a proxy's."""
    named = aws_endpoint(url)
    region = keys.region if named is None else named[1]
    if region is None:
        raise InvalidSecret("Neither the base URL nor the AWS key names a region; add `region` to the key's JSON.")
    if keys.region not in (None, region):
        raise InvalidSecret(f"The AWS key is for {keys.region}, but the base URL is in {region}.")
    return Scope(region, _SIGNING_SERVICE)


def aws_endpoint(url: str) -> tuple[str, str] | None:
    """Service (`bedrock-runtime` or `bedrock`) and region of one of AWS's own hosts."""
    found = _AWS_HOST.fullmatch((urlsplit(url).hostname or "").lower())
    return None if found is None else (found["service"], found["region"])
