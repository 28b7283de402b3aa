"""Who may answer, in which order, and why: the candidates of one request."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from perpetuo.core.catalog import Capability, Catalog, Model, Vendor
from perpetuo.core.decision import Candidate, Resolution, Selection, Skipped, Strategy, Substituted
from perpetuo.core.money import estimate_cost_nanousd, format_usd
from perpetuo.core.resilience.availability import Blocked
from perpetuo.core.resilience.health import FEW_SAMPLES, HealthView
from perpetuo.core.snapshot import SUBSTITUTIONS, ProviderKey, Substitution, Workspace

EXPLORE_PERCENT = 5
TYPICAL_OUTPUT_TOKENS = 256
"""What an answer without a limit is taken to have, when prices of candidates are compared."""

Order = tuple[float, ...]
SkipCode = Literal[
    "no_model", "capability", "context_length", "substitution", "last_resort", "disabled", "protocol"
]  # fmt: skip


class RequestFacts(msgspec.Struct, frozen=True):
    """What of a request decides who can carry it."""

    needs: frozenset[Capability] = frozenset()
    forced_tool: bool = False
    input_tokens_estimate: int = 0
    max_output_tokens: int | None = None


class _Offer(NamedTuple):
    model: Model
    exact: bool
    standby: bool = False


def strictest(*values: Substitution | None) -> Substitution:
    """Of several settings the strictest wins; None does not count."""
    chosen: Substitution = "tier"
    for value in values:
        if value is not None and SUBSTITUTIONS.index(value) > SUBSTITUTIONS.index(chosen):
            chosen = value
    return chosen


def substituted_as(*, exact: bool, after_failure: bool, explicit_strategy: bool) -> Substituted:
    """Why another model than the requested one answered."""
    if exact:
        return "none"
    if after_failure:
        return "fallback"
    return "strategy" if explicit_strategy else "priority"


class ProviderSelector:
    def select(
        self,
        *,
        resolution: Resolution,
        strategy: Strategy,
        workspace: Workspace,
        catalog: Catalog,
        facts: RequestFacts,
        substitution: Substitution,
        health: Mapping[tuple[str, str], HealthView],
        availability: Mapping[tuple[str, str | None], Blocked],
        request_id: str,
        unsupported: Mapping[str, str],
    ) -> Selection:
        """unsupported: wire protocol -> why it can not carry this request. May come back without candidates."""
        candidates: list[Candidate] = []
        skipped: list[Skipped] = []
        alone = sum(1 for key in workspace.provider_keys if key.enabled and not _is_last_resort(key, catalog)) == 0
        for key in workspace.provider_keys:
            vendor = catalog.vendors.get(key.vendor)
            if vendor is None or not key.enabled:
                skipped.append(_skip(key, None, "disabled", "it is switched off."))
                continue
            offers = _offers(key, vendor, resolution, substitution, alone)
            if isinstance(offers, Skipped):
                skipped.append(offers)
                continue
            for model, exact, standby in _without_missing(key, offers, availability):
                reason = _cannot_carry(key, vendor, model, facts, unsupported) or _not_now(key, model, availability)
                if reason is not None:
                    skipped.append(reason)
                else:
                    candidates.append(_priced(Candidate(key, vendor, model, exact, standby=standby), facts))
        ordered = _order(candidates, strategy, substitution, health)
        ordered, explored = _explore(ordered, strategy, health, request_id)
        return Selection(tuple(ordered), tuple(skipped), _explain(ordered, skipped, strategy, explored), explored)


def _offers(
    key: ProviderKey, vendor: Vendor, resolution: Resolution, substitution: Substitution, alone: bool
) -> list[_Offer] | Skipped:
    """The models this key would use: the exact ones, with the one that holds the tier's promise standing by."""
    if vendor.last_resort:
        return _last_resort_offer(key, vendor, resolution, alone)
    own_ids = {model.id for model in key.models}
    models = [*key.models, *(model for model in vendor.models if model.id not in own_ids)]
    models = [model for model in models if model.intent == resolution.intent]
    exact = [
        next((model for model in models if wanted in (model.canonical, model.id)), None) for wanted in resolution.models
    ]
    found = [_Offer(model, exact=True) for model in dict.fromkeys(model for model in exact if model is not None)]
    promised = next((model for model in models if resolution.tier in model.tiers), None)
    may_substitute = not resolution.exact_only and substitution != "never"
    if found:
        if promised is None or not may_substitute or any(offer.model.id == promised.id for offer in found):
            return found
        return [*found, _Offer(promised, exact=False, standby=True)]
    if vendor.self_hosted and not models and resolution.models:
        # Its list is unknown: it may have the name, and says 404 if not.
        name = resolution.models[0]
        return [_Offer(Model(id=name, canonical=name, intent=resolution.intent, capabilities=_ANY), exact=True)]
    if promised is None:
        return _skip(key, None, "no_model", f"it has no model for {resolution.intent}/{resolution.tier}.")
    if not resolution.models:
        return [_Offer(promised, exact=True)]
    if resolution.exact_only:
        return _skip(key, promised, "substitution", "it does not have this model, which is never substituted.")
    if not may_substitute:
        return _skip(key, promised, "substitution", "it has another model only, and substitution is `never`.")
    return [_Offer(promised, exact=False)]


def _without_missing(
    key: ProviderKey, offers: list[_Offer], availability: Mapping[tuple[str, str | None], Blocked]
) -> list[_Offer]:
    """Once the exact models are known to be missing at this key, the one that stood by takes their place."""

    def missing(offer: _Offer) -> bool:
        blocked = availability.get((key.id, offer.model.id))
        return blocked is not None and blocked.code == "model_missing"

    if any(not missing(offer) for offer in offers if not offer.standby):
        return offers
    return [offer._replace(standby=False) for offer in offers]


_ANY: frozenset[Capability] = frozenset(("vision", "tools", "json_object", "json_schema", "audio", "files"))


def _last_resort_offer(key: ProviderKey, vendor: Vendor, resolution: Resolution, alone: bool) -> list[_Offer] | Skipped:
    if resolution.intent != "chat":
        return _skip(key, None, "no_model", "the demo model only chats.")
    if not alone:
        return _skip(key, None, "last_resort", "the demo model steps aside for the workspace's own providers.")
    models = key.models or vendor.models
    if not models:
        return _skip(key, None, "no_model", "it has no model.")
    return [_Offer(models[0], exact=models[0].canonical in resolution.models)]


def _cannot_carry(
    key: ProviderKey, vendor: Vendor, model: Model, facts: RequestFacts, unsupported: Mapping[str, str]
) -> Skipped | None:
    if vendor.protocol in unsupported:
        return _skip(key, model, "protocol", unsupported[vendor.protocol])
    if vendor.last_resort:
        if facts.forced_tool:
            return _skip(key, model, "capability", "the demo model can not be forced to call a tool.")
        missing = facts.needs - model.capabilities - {"tools"}
    else:
        missing = facts.needs - model.capabilities
    if missing:
        return _skip(key, model, "capability", f"`{model.id}` can not carry {', '.join(sorted(missing))}.")
    wanted = facts.input_tokens_estimate + (facts.max_output_tokens or 0)
    # The estimate is rough: only what is clearly too long is refused here, the vendor judges the rest.
    if model.context_tokens is not None and wanted > 2 * model.context_tokens:
        return _skip(key, model, "context_length", f"about {wanted} tokens do not fit into {model.context_tokens}.")
    return None


def _not_now(key: ProviderKey, model: Model, availability: Mapping[tuple[str, str | None], Blocked]) -> Skipped | None:
    blocked = availability.get((key.id, None)) or availability.get((key.id, model.id))
    if blocked is None:
        return None
    return Skipped(key.vendor, key.id, model.id, blocked.code, blocked.reason, blocked.retry_after_s)


def _priced(candidate: Candidate, facts: RequestFacts) -> Candidate:
    if candidate.model.price is None:
        return candidate
    output_tokens = facts.max_output_tokens or TYPICAL_OUTPUT_TOKENS
    cost = estimate_cost_nanousd(candidate.model.price, facts.input_tokens_estimate, output_tokens)
    return msgspec.structs.replace(candidate, estimated_cost_nanousd=cost)


def _order(
    candidates: Sequence[Candidate],
    strategy: Strategy,
    substitution: Substitution,
    health: Mapping[tuple[str, str], HealthView],
) -> list[Candidate]:
    """Sorted, each with the number that ordered it. Ties: priority, exact model, catalog order (sort is stable)."""
    exact_first = substitution == "fallback"

    def place(candidate: Candidate) -> Order:
        view = health.get((candidate.key.id, candidate.model.id))
        by_strategy = _MEASURES[strategy.name](candidate, view)[0]
        inexact = 0.0 if candidate.exact else 1.0
        standby = 1.0 if candidate.standby else 0.0
        return (standby, inexact if exact_first else 0.0, by_strategy, float(candidate.key.priority), inexact)

    return [
        msgspec.structs.replace(
            candidate,
            reason=_MEASURES[strategy.name](candidate, health.get((candidate.key.id, candidate.model.id)))[1]
            + ("" if candidate.exact else " Another model of the same tier.")
            + (" Asked only if this key turns out not to have the model itself." if candidate.standby else ""),
        )
        for candidate in sorted(candidates, key=place)
    ]


def _by_first_byte(candidate: Candidate, view: HealthView | None) -> tuple[float, str]:
    if view is None or view.first_byte_ms is None:
        return float("inf"), "No recent time to first byte."
    return view.first_byte_ms, f"Recent time to first byte {view.first_byte_ms:.0f} ms."


def _by_price(candidate: Candidate, view: HealthView | None) -> tuple[float, str]:
    cost = candidate.estimated_cost_nanousd
    if cost is None:
        return float("inf"), "Its price is not known."
    return float(cost), f"This request costs about {format_usd(cost)}."


def _by_error_rate(candidate: Candidate, view: HealthView | None) -> tuple[float, str]:
    if view is None:
        return 0.0, "No recent errors, nor requests."
    return view.error_rate, f"Recent error rate {view.error_rate:.1%}."


def _by_priority(candidate: Candidate, view: HealthView | None) -> tuple[float, str]:
    return float(candidate.key.priority), f"Priority {candidate.key.priority}."


_MEASURES = {
    "fastest": _by_first_byte,
    "cheapest": _by_price,
    "reliable": _by_error_rate,
    "default": _by_priority,
}


def _explore(
    ordered: list[Candidate], strategy: Strategy, health: Mapping[tuple[str, str], HealthView], request_id: str
) -> tuple[list[Candidate], bool]:
    """Now and then a candidate with little recent data goes first, so that it is never starved. Chosen by a hash of
    the request id: the same decision can be made again."""
    if strategy.name not in ("fastest", "reliable") or len(ordered) < 2 or not request_id:
        return ordered, False
    draw = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big")
    little = [c for c in ordered[1:] if not c.standby and _little_known(health.get((c.key.id, c.model.id)))]
    if not little or draw % 100 >= EXPLORE_PERCENT:
        return ordered, False
    chosen = little[draw // 100 % len(little)]
    first = msgspec.structs.replace(chosen, reason=f"Explored: there is little recent data about it. {chosen.reason}")
    return [first, *(candidate for candidate in ordered if candidate is not chosen)], True


def _little_known(view: HealthView | None) -> bool:
    return view is None or view.samples < FEW_SAMPLES


def _explain(ordered: Sequence[Candidate], skipped: Sequence[Skipped], strategy: Strategy, explored: bool) -> str:
    if not ordered:
        return f"No candidate: {len(skipped)} provider keys were considered and skipped."
    names = ", ".join(f"{candidate.vendor.name}/{candidate.model.id}" for candidate in ordered)
    extra = " One with little data was put first to learn about it." if explored else ""
    return f"Ordered by `{strategy.name}`: {names}.{extra}"


def _is_last_resort(key: ProviderKey, catalog: Catalog) -> bool:
    vendor = catalog.vendors.get(key.vendor)
    return vendor is not None and vendor.last_resort


def _skip(key: ProviderKey, model: Model | None, code: SkipCode, reason: str) -> Skipped:
    return Skipped(key.vendor, key.id, None if model is None else model.id, code, reason[:1].upper() + reason[1:])
