"""Environment and `.env` -> Settings. Read once at start, by the command; everything below is handed values."""

import ipaddress
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from perpetuo.http.egress import EgressPolicy

SECRETS = ("JWT_SECRET", "ENCRYPTION_KEY", "ENCRYPTION_KEY_NEXT")


def default_data_dir() -> Path:
    return Path(platformdirs.user_data_dir("perpetuo", appauthor=False))


class Settings(BaseSettings):
    """Every setting, with its unit in its name or here. `.env.example` lists them for people."""

    model_config = SettingsConfigDict(
        env_prefix="PERPETUO_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    # The founding document's, without prefix.
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    jwt_secret: SecretStr | None = Field(default=None, validation_alias="JWT_SECRET")
    encryption_key: SecretStr | None = Field(default=None, validation_alias="ENCRYPTION_KEY")
    encryption_key_next: SecretStr | None = Field(default=None, validation_alias="ENCRYPTION_KEY_NEXT")
    """What ENCRYPTION_KEY is being exchanged for: opens as well, and seals once an operator has rotated to it."""

    data_dir: Path = Field(default_factory=default_data_dir)
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=256)

    public_url: str | None = None
    """Where people reach us, as https://gateway.example.com; links in mails, and which Host and Origin are ours."""
    landing_page: Literal["on", "off"] = "on"
    """What `/` is: a page about Perpetuo, or the way to the dashboard."""
    signup: Literal["open", "invite", "closed"] | None = None
    """Who may make an account; None = open on a loopback address, else invite. Operators may change it later."""
    operator_email: str | None = None
    """`serve` makes this user, once, while the installation has no operator; with the password, or the file's first
    line. Workers do not get them."""
    operator_password: SecretStr | None = None
    operator_password_file: Path | None = None
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Other pages whose scripts may call the control plane, as http://localhost:3001. Comma-separated."""

    smtp_host: str | None = None
    """Mails (invitations, forgotten passwords) go through this server; None = no mail. Needs `public_url`."""
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    """None = 587 for starttls, 465 for tls, 25 for none."""
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_from: str = ""
    """Whom mails are from: `Perpetuo <perpetuo@example.com>`, or an address."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """none: only for a relay that is reached without passing a network that others are on."""

    # Egress: CIDRs, addresses or host names (each may carry `:port`) that provider base URLs may point to although
    # they are not public. Comma-separated.
    egress_allow: Annotated[tuple[str, ...], NoDecode] = ()
    ca_bundle: Path | None = None
    upstream: Literal["own", "reference"] = "own"

    edge: Literal["asgi", "fast"] = "asgi"
    """How requests of /v1/* reach the gateway: straight from the parser, or through ASGI like all others."""
    header_timeout_s: float = Field(default=10.0, gt=0)
    """For the whole head of a request, and for the first request on a new connection."""
    body_min_bytes_per_s: float = Field(default=1024.0, ge=0)
    """What the body of a request has to bring on average, looked at from its tenth second on."""
    keep_alive_s: float = Field(default=75.0, gt=0)
    """How long an idle connection of a client is kept; longer than a proxy in front keeps its own."""
    max_connections: int = Field(default=10_000, ge=1)
    max_connections_per_address: int = Field(default=0, ge=0)
    """Both of each worker. 0 = no such limit; trusted proxies and the exempt networks of the rate limit have none."""

    connect_timeout_s: float = Field(default=5.0, gt=0)
    first_byte_timeout_s: float = Field(default=60.0, gt=0)
    """Streams: from the request's last byte to the reply's first."""
    unary_first_byte_timeout_s: float = Field(default=300.0, gt=0)
    """Without streaming the whole answer is generated before its first byte."""
    idle_timeout_s: float = Field(default=60.0, gt=0)
    total_timeout_s: float = Field(default=600.0, gt=0)
    stall_floor_bytes_per_s: float = Field(default=0.0, ge=0)
    """A stream that brings less, on average of `stall_window_s` of waiting for it, has failed; 0 = no floor. Models
    that think in silence bring nothing for a while: set it where that is known not to happen."""
    stall_window_s: float = Field(default=30.0, gt=0)
    drain_timeout_s: float = Field(default=30.0, ge=0)

    active_probes: Literal["off", "on"] = "off"
    """Ask refused keys, and vendors whose breaker is open, for their model list (no inference, no cost), so that the
    pause ends early: each key once in so many seconds, all keys together so often a minute, by one worker."""
    active_probe_every_s: float = Field(default=30.0, ge=1)
    active_probes_per_minute: int = Field(default=30, ge=1, le=6000)

    max_body_bytes: int = Field(default=32 * 1024 * 1024, gt=0)
    ip_rate_limit: int = Field(default=1000, ge=0)
    """Requests a minute per client address; 0 switches it off."""
    ip_rate_limit_exempt: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """CIDRs of the reverse proxies in front of us, and of nothing else: what they say in X-Forwarded-For, Forwarded and
    X-Forwarded-Proto is believed. Comma-separated."""
    model_discovery: Literal["on", "off"] = "on"
    """Read the vendors' own model lists: hourly, those of self-hosted servers every minute."""
    snapshot_poll_s: float = Field(default=5.0, gt=0)

    journal_max_bytes: int = Field(default=2 * 1024**3, gt=0)
    """All journal files of this machine together; over it requests get 503 before accounting is lost."""
    journal_fsync: Literal["off", "batch"] = "off"
    retention_days: int = Field(default=90, ge=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    events_file: Path | None = None
    """Write every event as a JSON line to this file."""

    @model_validator(mode="before")
    @classmethod
    def _empty_is_not_set(cls, values: dict[str, object]) -> dict[str, object]:
        """As compose files and `.env` write it. An empty secret stays one, and is refused where secrets are judged:
        nobody should get a new one by a slip."""
        return {name: value for name, value in values.items() if value != "" or name in SECRETS}

    @field_validator("egress_allow", "ip_rate_limit_exempt", "trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url", "cors_origins")
    @classmethod
    def _are_origins(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for url in (value,) if isinstance(value, str) else value or ():
            parts = urlsplit(url)
            if (
                parts.scheme not in ("http", "https")
                or not parts.hostname
                or parts.path not in ("", "/")
                or parts.query
            ):
                raise ValueError("write scheme and host only, as https://gateway.example.com")
        if isinstance(value, str):
            return value.rstrip("/")
        return None if value is None else tuple(url.rstrip("/") for url in value)

    @model_validator(mode="after")
    def _mail_is_complete(self) -> Self:
        if self.smtp_host is None:
            return self
        if self.public_url is None:
            raise ValueError("PERPETUO_SMTP_HOST needs PERPETUO_PUBLIC_URL: mails have links in them")
        if "@" not in parseaddr(self.smtp_from)[1] or not self.smtp_from.isprintable():
            raise ValueError("PERPETUO_SMTP_HOST needs PERPETUO_SMTP_FROM: an e-mail address")
        if self.smtp_security == "none" and self.smtp_password is not None:
            raise ValueError("PERPETUO_SMTP_PASSWORD is sent with PERPETUO_SMTP_SECURITY=starttls or tls only")
        return self

    @field_validator("egress_allow")
    @classmethod
    def _are_destinations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            EgressPolicy(value)
        except ValueError:
            raise ValueError(
                "write host names, addresses or CIDRs, each with :port if need be and none with http://, "
                "as 10.0.0.0/8,models.internal:8080"
            ) from None
        return value

    @field_validator("ip_rate_limit_exempt", "trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for part in value:
                ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise ValueError("write addresses or CIDRs, as 10.0.0.0/8,192.0.2.7") from None
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_not_everybody(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            if ipaddress.ip_network(part, strict=False).prefixlen == 0:
                raise ValueError("whoever trusts every address lets every client choose its own")
        return value
