"""What is looked at before a provider key is stored, whoever enters it: the API's routes and the command line."""

from collections.abc import Iterable

import msgspec

from perpetuo.core.catalog import ALL_CAPABILITIES, TIERS, Intent, Model, Tier, Vendor
from perpetuo.core.errors import EgressBlocked
from perpetuo.core.snapshot import InvalidSecret, Secret
from perpetuo.http.egress import EgressPolicy, parse_url
from perpetuo.providers.auth import check_secret
from perpetuo.providers.catalog.prices import PRICE_DATA_VERSION
from perpetuo.providers.credentials import token_request

OUR_KEYS_BEGIN = ("pk_", "ppt_")
"""What our own banner tells people to export as OPENAI_API_KEY: taking it would make the gateway call itself."""

HINT_CHARACTERS = 4
SHORTEST_HINTED = 16
"""A shorter secret is not worth a hint: four characters of it would be too much."""


class KeyRefused(ValueError):
    """field: what of the entered key is at fault. The sentence is for people and never holds the secret."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


def check_base_url(vendor: Vendor, base_url: str | None) -> str:
    """The URL that will be used, without a slash at its end. Raises KeyRefused."""
    url = base_url or vendor.base_url
    if url is None:
        raise KeyRefused(
            "base_url", f"{vendor.title} needs a base URL, for instance {vendor.base_url_example or CUSTOM_EXAMPLE}."
        )
    if any(mark in url for mark in "?#@ \\"):
        raise KeyRefused("base_url", "It holds a query, a fragment, a user or a blank: give scheme, host, path only.")
    try:
        parse_url(url)
    except EgressBlocked as blocked:
        raise KeyRefused("base_url", blocked.message) from None
    return url.rstrip("/")


CUSTOM_EXAMPLE = "https://llm.example.com/v1"


def check_entered_secret(vendor: Vendor, secret: str, url: str, wall_s: float) -> str | None:
    """url: as `check_base_url` gives it. Returns the URL of the service that exchanges the secret for a token, if one
    does. Reads private keys, which takes a while for the largest. Raises KeyRefused."""
    if not secret:
        if needs_secret(vendor):
            raise KeyRefused("secret", f"{vendor.title} needs a key.")
        return None
    if secret.startswith(OUR_KEYS_BEGIN):
        raise KeyRefused("secret", "This is one of Perpetuo's own keys (pk_..., ppt_...), not a provider's.")
    try:
        check_secret(vendor, Secret(secret), url)
        exchange = token_request(vendor, Secret(secret), wall_s)
    except InvalidSecret as error:
        raise KeyRefused("secret", str(error)) from None
    return exchange.url if exchange else None


def check_reachable(egress: EgressPolicy, url: str, token_url: str | None) -> None:
    """As far as it can be said without resolving names; the connector looks again. Raises KeyRefused, with the remedy.

    token_url: as `check_entered_secret` gives it: it is named in the secret.
    """
    for field, called in (("base_url", url), ("secret", token_url)):
        if called is not None:
            try:
                egress.check_url(called)
            except EgressBlocked as blocked:
                raise KeyRefused(field, blocked.message) from None


def needs_secret(vendor: Vendor) -> bool:
    return vendor.auth != "none" and not vendor.self_hosted


def hint(secret: str) -> str:
    """Its end, to tell keys apart; nothing of a JSON document, which ends in quotes and braces."""
    return secret[-HINT_CHARACTERS:] if len(secret) >= SHORTEST_HINTED and not secret.startswith("{") else ""


def offer(vendor: Vendor, name: str, intent: Intent) -> Model:
    """The catalog's row when it has one, without its tiers, which are promises of the catalog's own choice, and without
    a list price: that is looked up when the key is read, and it changes."""
    for model in vendor.models:
        if model.id == name:
            listed = model.price is not None and model.price.source == PRICE_DATA_VERSION
            return msgspec.structs.replace(model, tiers=(), price=None if listed else model.price)
    return Model(id=name, canonical=name, intent=intent, capabilities=ALL_CAPABILITIES)


def check_models(models: Iterable[Model]) -> None:
    """Raises KeyRefused for a model named twice, and for a tier that two models promise or an embedding model."""
    seen: set[str] = set()
    holders: dict[Tier, str] = {}
    for model in models:
        if model.id in seen:
            raise KeyRefused("models", f"{model.id} is there twice.")
        seen.add(model.id)
        if model.tiers and model.intent == "embedding":
            raise KeyRefused("models", f"{model.id}: a tier is for chat; other vectors would spoil an index unseen.")
        for tier in model.tiers:
            if tier in holders:
                raise KeyRefused("models", f"{holders[tier]} has the tier {tier} already; a tier holds one model.")
            holders[tier] = model.id


def in_order(tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    wanted = set(tiers)
    return tuple(tier for tier in TIERS if tier in wanted)
