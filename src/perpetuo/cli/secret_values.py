"""JWT_SECRET and ENCRYPTION_KEY: made, kept in a file only their owner reads, and refused when weak."""

import base64
import secrets
from pathlib import Path

from perpetuo.cli.failures import Failure
from perpetuo.db.sealing import MINIMUM_SECRET_BYTES, SecretRefused, parse_secret
from perpetuo.installation_secrets import require_secrets
from perpetuo.settings import Settings


def new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(MINIMUM_SECRET_BYTES)).decode()


def require_strong(name: str, value: str | None) -> str:
    """The value, stripped. Raises Failure for a missing or weak one; never repeats it."""
    try:
        parse_secret(name, value)
    except SecretRefused as refusal:
        raise Failure(str(refusal)) from None
    assert value is not None
    return value.strip()


def require_strong_secrets(settings: Settings) -> None:
    """All of them. Raises Failure; never repeats a value."""
    try:
        require_secrets(settings)
    except SecretRefused as refusal:
        raise Failure(str(refusal)) from None


def read_secrets_file(path: Path) -> dict[str, str]:
    """NAME=value lines; an absent file is empty."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def secrets_file_text(values: dict[str, str]) -> str:
    head = "# Made by `perpetuo up`. Back it up: without ENCRYPTION_KEY, stored provider keys can not be opened.\n"
    return head + "".join(f"{name}={value}\n" for name, value in values.items())
