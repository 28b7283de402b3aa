"""Lists of models, from OpenAI's bare one to those that tell lengths, capabilities and prices.

Every vendor that tells more has names of its own for it, so a fact is looked for under each of them. Where it is read:
https://openrouter.ai/docs/api-reference/list-available-models (context_length, architecture, supported_parameters,
pricing, top_provider), the types of `mistralai` 3.7 (capabilities, max_context_length), `sambanova` 1.13 (pricing,
context_length) and `cerebras-cloud-sdk` 1.91 (capabilities, limits, supported_features),
https://console.groq.com/docs/models (context_window, max_completion_tokens, active),
https://docs.together.ai/reference/models-1 (type, context_length, pricing), https://docs.x.ai/docs/api-reference
(prices), https://huggingface.co/docs/inference-providers/hub-api (providers),
https://lmstudio.ai/docs/developer/rest/endpoints (type, max_context_length), vLLM's `ModelCard` (max_model_len) and
llama.cpp's server (meta). All read 2026-11-24.
"""

import re
from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from perpetuo.core.catalog import ALL_CAPABILITIES, Capability, Intent, Model, Price, Vendor
from perpetuo.providers.base import MAX_LISTED_MODELS, is_model_name
from perpetuo.providers.chat_input import DECODE_ERRORS, mapping
from perpetuo.providers.openai_prices import price_in

MAX_TOKENS = 2**31 - 1

Row = dict[str, object]

_CONTEXT = (
    ("loaded_context_length",),
    ("context_length",),
    ("context_window",),
    ("max_context_length",),
    ("max_model_len",),
    ("max_input_tokens",),
    ("limits", "max_context_length"),
    ("metadata", "context_length"),
    ("meta", "n_ctx"),
    ("meta", "n_ctx_train"),
)
_OUTPUT = (
    ("top_provider", "max_completion_tokens"),
    ("max_completion_tokens",),
    ("max_output_tokens",),
    ("max_output_length",),
    ("limits", "max_completion_tokens"),
    ("metadata", "max_tokens"),
)
# What a list calls a kind of model. A kind that is in neither is told by the model's name.
_CHAT_KINDS = frozenset(("chat", "llm", "vlm", "code"))
_EMBEDDING_KINDS = frozenset(("embedding", "embeddings", "text-embedding", "feature-extraction"))
_OTHER_KINDS = frozenset(
    ("image", "video", "audio", "speech", "tts", "stt", "transcribe", "transcription", "moderation", "rerank")
)
# Words of a name. Lists of vendors that say nothing else hold these models too.
_EMBEDDING_WORDS = frozenset(("embed", "embedding", "embeddings", "bge", "gte", "e5", "minilm"))
_OTHER_WORDS = frozenset(
    (
        *("whisper", "tts", "transcribe", "transcription", "speech", "realtime"),
        *("dall", "image", "imagine", "diffusion", "sdxl", "flux", "video", "sora", "veo"),
        *("moderation", "rerank", "reranker", "ocr", "babbage", "davinci"),
    )
)
_WORD = re.compile(r"[a-z0-9]+")

# Capability -> where a row says yes or no to it.
_TOLD: Mapping[Capability, tuple[tuple[str, ...], ...]] = {
    "vision": (("capabilities", "vision"), ("supports_image_input",), ("supports_vision",)),
    "tools": (("capabilities", "function_calling"), ("capabilities", "tools"), ("supports_tools",)),
    "json_object": (("capabilities", "json_mode"),),
    "json_schema": (("capabilities", "structured_outputs"), ("supports_structured_output",)),
    "audio": (("capabilities", "audio"),),
}
_MODALITIES: Mapping[Capability, str] = {"vision": "image", "audio": "audio", "files": "file"}
_PARAMETERS: Mapping[Capability, str] = {
    "tools": "tools",
    "json_object": "response_format",
    "json_schema": "structured_outputs",
}


def read_models(body: bytes, vendor: Vendor) -> tuple[Model, ...]:
    """The chat and embedding models in a list, each once, as `ModelListing.decode_models` has them. Raises ValueError
    for what is no list."""
    models: dict[str, Model] = {}
    for row in _rows(body):
        name = _name(row)
        if name is None or name in models:
            continue
        intent = _intent(row, name)
        if intent is not None:
            models[name] = _model(row, name, intent, vendor)
        if len(models) == MAX_LISTED_MODELS:
            break
    return tuple(models.values())


def _rows(body: bytes) -> Iterable[Row]:
    """`{"data": […]}`, xAI's `{"models": […]}`, or Together's bare list."""
    try:
        document: object = msgspec.json.decode(body)
    except DECODE_ERRORS as exc:
        raise ValueError("The provider's list of models is no JSON.") from exc
    if isinstance(document, dict):
        fields = mapping(cast("object", document))
        document = fields.get("models") if fields.get("data") is None else fields.get("data")
    if not isinstance(document, list):
        raise ValueError("The provider's list of models is not what its protocol says.")
    return (_with_providers(mapping(row)) for row in cast("list[object]", document))


def _with_providers(row: Row) -> Row:
    """The router of Hugging Face names the providers of each model instead of its own facts: the shortest context, what
    any of them can, and a price only where they agree."""
    listed = row.get("providers")
    offers = [mapping(offer) for offer in cast("list[object]", listed)] if isinstance(listed, list) else []
    live = [offer for offer in offers if offer.get("status") in (None, "live")]
    if not live:
        return row
    facts: Row = {}
    lengths = [length for length in (_tokens(offer, (("context_length",),)) for offer in live) if length is not None]
    if lengths:
        facts["context_length"] = min(lengths)
    for name in ("supports_tools", "supports_structured_output"):
        answers = [offer[name] for offer in live if isinstance(offer.get(name), bool)]
        if answers:
            facts[name] = any(answers)
    prices = [offer.get("pricing") for offer in live]
    if all(price == prices[0] for price in prices):
        facts["pricing"] = prices[0]
    return facts | row


def _name(row: Row) -> str | None:
    name = row.get("id") or row.get("name")
    return name if isinstance(name, str) and is_model_name(name) else None


def _intent(row: Row, name: str) -> Intent | None:
    """None for a model that does neither, or that is switched off."""
    if row.get("active") is False or row.get("archived") is True:
        return None
    kind = row.get("type")
    if isinstance(kind, str) and kind in _EMBEDDING_KINDS:
        return "embedding"
    if isinstance(kind, str) and kind in _OTHER_KINDS:
        return None
    words = frozenset(_WORD.findall(name.lower()))
    if words & _EMBEDDING_WORDS or any(word.startswith("embed") for word in words):
        return "embedding"
    chats = _first(row, (("capabilities", "completion_chat"), ("supports_chat",)))
    output = _first(row, (("architecture", "output_modalities"), ("output_modalities",)))
    if chats is False or (isinstance(output, list) and "text" not in output):
        return None
    told = chats is True or isinstance(output, list) or (isinstance(kind, str) and kind in _CHAT_KINDS)
    return None if not told and words & _OTHER_WORDS else "chat"


def _model(row: Row, name: str, intent: Intent, vendor: Vendor) -> Model:
    context = _tokens(row, _CONTEXT)
    output = _tokens(row, _OUTPUT)
    return Model(
        id=name,
        canonical=name.rpartition("/")[2] or name,
        intent=intent,
        capabilities=_capabilities(row) if intent == "chat" else frozenset(),
        context_tokens=context,
        max_output_tokens=None if output is None or context is None else min(output, context),
        price=_price(row, vendor),
    )


def _capabilities(row: Row) -> frozenset[Capability]:
    """What the list denies is taken away; what it does not speak of is taken as given, because the vendor judges."""
    denied: set[Capability] = set()
    for capability, places in _TOLD.items():
        answers = [answer for place in places if isinstance(answer := _at(row, place), bool)]
        if answers and not any(answers):
            denied.add(capability)
    modalities = _first(row, (("architecture", "input_modalities"), ("input_modalities",)))
    if isinstance(modalities, list):
        denied.update(capability for capability, word in _MODALITIES.items() if word not in modalities)
    features = _first(row, (("supported_parameters",), ("supported_features",)))
    if isinstance(features, list):
        denied.update(capability for capability, word in _PARAMETERS.items() if word not in features)
    if row.get("type") == "llm":  # LM Studio: a model that sees is a `vlm`
        denied.add("vision")
    return ALL_CAPABILITIES - denied


def _price(row: Row, vendor: Vendor) -> Price | None:
    bands = price_in(row)
    return None if bands is None else Price(bands, source=f"{vendor.name} model list")


def _tokens(row: Row, places: Iterable[tuple[str, ...]]) -> int | None:
    for place in places:
        value = _at(row, place)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_TOKENS:
            return value
    return None


def _first(row: Row, places: Iterable[tuple[str, ...]]) -> object:
    return next((value for place in places if (value := _at(row, place)) is not None), None)


def _at(row: Row, place: tuple[str, ...]) -> object:
    value: object = row
    for name in place:
        value = mapping(value).get(name)
    return value
