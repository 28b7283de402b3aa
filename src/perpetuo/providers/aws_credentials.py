"""What a provider key for AWS may be: an access key with its secret, or an API key of Bedrock.

Three spellings: `AKIA…:secret` (a session token behind a second colon), a JSON object with the same and more, or a
Bedrock API key as it is. https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html (read 2026-11-24)
"""

import re
from typing import Any

import msgspec

from perpetuo.core.snapshot import InvalidSecret, Secret


class AwsKeys(msgspec.Struct, frozen=True):
    """An access key, long-lived or temporary.

    session_token: belongs to temporary keys.
    region:        for a base URL whose host does not name one.
    role_arn:      the role to assume with these keys; external_id and role_session_name go with it.
    """

    access_key_id: str
    secret_access_key: Secret
    session_token: Secret | None = None
    region: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    role_session_name: str | None = None


class BedrockApiKey(msgspec.Struct, frozen=True):
    """Sent as a bearer token; nothing is signed."""

    token: Secret


class _Document(msgspec.Struct):
    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str | None = None
    region: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    role_session_name: str | None = None
    api_key: str | None = None


def parse_aws_secret(secret: str) -> AwsKeys | BedrockApiKey:
    """Raises InvalidSecret, which says what is missing and never shows what is there."""
    secret = secret.strip()
    if secret.startswith("{"):
        return _from_document(secret)
    if ":" in secret:
        access_key_id, secret_access_key, *rest = secret.split(":")
        if len(rest) > 1:
            raise InvalidSecret("An AWS key has two or three parts: access key id, secret, session token.")
        return _checked(_Document(access_key_id, secret_access_key, rest[0] if rest else None))
    if _ACCESS_KEY_ID.fullmatch(secret):
        raise InvalidSecret("An AWS access key id alone can not sign; enter `access_key_id:secret_access_key`.")
    return _api_key(secret)


def _from_document(secret: str) -> AwsKeys | BedrockApiKey:
    try:
        document = msgspec.json.decode(secret, type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Not chained: a decoder's message may quote what it stumbled over.
        raise InvalidSecret("The AWS key is not a JSON object of texts; enter it again.") from None
    return _api_key(document.api_key) if document.api_key else _checked(document)


def _checked(document: _Document) -> AwsKeys:
    missing = [name for name in ("access_key_id", "secret_access_key") if not getattr(document, name)]
    if missing:
        raise InvalidSecret(f"The AWS key has no {' and no '.join(missing)}.")
    if not re.fullmatch(r"\w{16,128}", document.access_key_id, re.ASCII):
        raise InvalidSecret("The AWS access_key_id is not one: 16 to 128 letters and digits.")
    for name in ("secret_access_key", "session_token"):
        value: Any = getattr(document, name)
        if value and not _VISIBLE.fullmatch(value):
            raise InvalidSecret(f"The AWS {name} holds a character that none has; enter it again.")
    if document.region and not _REGION.fullmatch(document.region):
        raise InvalidSecret("The AWS region is not one, such as us-east-1.")
    return AwsKeys(
        access_key_id=document.access_key_id,
        secret_access_key=Secret(document.secret_access_key),
        session_token=Secret(document.session_token) if document.session_token else None,
        region=document.region or None,
        role_arn=document.role_arn or None,
        external_id=document.external_id or None,
        role_session_name=document.role_session_name or None,
    )


def _api_key(token: str) -> BedrockApiKey:
    if not _VISIBLE.fullmatch(token):
        raise InvalidSecret("The Bedrock API key is empty or holds a character that none has; enter it again.")
    return BedrockApiKey(Secret(token))


_ACCESS_KEY_ID = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,124}")
"""The prefixes of users' keys and of temporary ones:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes (read 2026-11-24)"""
_VISIBLE = re.compile(r"[!-~]+")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z0-9]+){2,4}")
