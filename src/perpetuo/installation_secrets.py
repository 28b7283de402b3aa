"""JWT_SECRET, ENCRYPTION_KEY and ENCRYPTION_KEY_NEXT as bytes. Whoever starts on them refuses weak ones by itself."""

from pydantic import SecretStr

from perpetuo.db.sealing import SecretRefused, parse_secret
from perpetuo.settings import Settings


def require_secrets(settings: Settings) -> None:
    """Raises SecretRefused for what is missing, weak, or the same twice. Never repeats a value."""
    jwt_secret = parse_secret("JWT_SECRET", _value(settings.jwt_secret))
    if jwt_secret in encryption_keys(settings):
        raise SecretRefused("JWT_SECRET and ENCRYPTION_KEY are the same value: give each its own.")


def encryption_keys(settings: Settings) -> tuple[bytes, ...]:
    """ENCRYPTION_KEY, then ENCRYPTION_KEY_NEXT if it is set. Raises SecretRefused."""
    key = parse_secret("ENCRYPTION_KEY", _value(settings.encryption_key))
    if settings.encryption_key_next is None:
        return (key,)
    following = parse_secret("ENCRYPTION_KEY_NEXT", _value(settings.encryption_key_next))
    if following == key:
        raise SecretRefused("ENCRYPTION_KEY and ENCRYPTION_KEY_NEXT are the same value: the next one has to be new.")
    return key, following


def _value(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
