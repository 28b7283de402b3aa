"""The models of a provider key that the catalog does not know: from the command line, or from the server's own list."""

import ssl
from collections.abc import Sequence
from pathlib import Path

import httpx2
import msgspec

from perpetuo.cli.failures import Failure
from perpetuo.control.provider_keys.validation import in_order, offer
from perpetuo.core.catalog import TIERS, Intent, Model, Vendor
from perpetuo.core.snapshot import Secret
from perpetuo.providers.auth import auth_headers

ANSWER_WITHIN_S = 10.0
LONGEST_LIST = 500
EMBEDDING: Intent = "embedding"


class _Listed(msgspec.Struct):
    id: str


class _ModelList(msgspec.Struct):
    data: list[_Listed]


def parse_models(vendor: Vendor, texts: Sequence[str]) -> tuple[Model, ...]:
    """`NAME`, `NAME=TIER` or `NAME=embedding`; a tier holds one model. Raises Failure."""
    models: dict[str, Model] = {}
    taken: dict[str, str] = {}
    for text in texts:
        name, _, promise = text.partition("=")
        name, promise = name.strip(), promise.strip()
        if not name or (promise and promise not in (*TIERS, EMBEDDING)):
            raise Failure(f"--model {text}: write NAME or NAME=TIER, TIER one of {', '.join((*TIERS, EMBEDDING))}.")
        if promise in TIERS and taken.setdefault(promise, name) != name:
            raise Failure(f"--model {text}: {taken[promise]} has the tier {promise} already; a tier holds one model.")
        model = models.get(name) or offer(vendor, name, EMBEDDING if promise == EMBEDDING else "chat")
        tiers = in_order([*model.tiers, *(tier for tier in TIERS if tier == promise)])
        models[name] = msgspec.structs.replace(model, tiers=tiers)
    return tuple(models.values())


def ask_for_models(vendor: Vendor, base_url: str, secret: str, ca_bundle: Path | None) -> tuple[Model, ...]:
    """What `GET {base_url}/models` lists. Raises Failure."""
    verify = ssl.create_default_context(cafile=str(ca_bundle)) if ca_bundle else True
    try:
        reply = httpx2.get(
            f"{base_url}/models",
            headers=dict(auth_headers(vendor, Secret(secret))),
            timeout=ANSWER_WITHIN_S,
            follow_redirects=False,
            verify=verify,
        )
        reply.raise_for_status()
        listed = msgspec.json.decode(reply.content, type=_ModelList).data
    except (httpx2.HTTPError, httpx2.InvalidURL, msgspec.DecodeError) as error:
        raise Failure(f"{base_url}/models did not answer with a model list ({type(error).__name__}).") from None
    # Servers do not say what a model is for; a name that says so is all there is.
    return tuple(
        offer(vendor, model.id, EMBEDDING if "embed" in model.id.lower() else "chat") for model in listed[:LONGEST_LIST]
    )
