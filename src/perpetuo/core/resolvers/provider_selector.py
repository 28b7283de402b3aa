"""Who may answer, in which order, and why: the candidates of one request."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from perpetuo.core.carriage import LOSSLESS, Carriage, Loss, loss_of
from perpetuo.core.catalog import ALL_CAPABILITIES, Capability, Catalog, Intent, Model, Tier, Vendor
from perpetuo.core.decision import Candidate, Resolution, Selection, Skipped, Strategy, Substituted
from perpetuo.core.money import estimate_cost_nanousd, format_usd
from perpetuo.core.resilience.availability import Blocked
from perpetuo.core.resilience.health import FEW_SAMPLES, HealthView
from perpetuo.core.resolvers.model_alias import FINE_TUNED
from perpetuo.core.snapshot import SUBSTITUTIONS, ProviderKey, Substitution, Workspace

EXPLORE_PERCENT = 5
UNKNOWN_ERROR_RATE = 0.05
"""Behind a candidate that is known to work, before one that is known to fail."""
TYPICAL_OUTPUT_TOKENS = 256
"""What an answer without a limit is taken to have, when prices of candidates are compared."""

Order = tuple[float, ...]
SkipCode = Literal[
    "no_model", "capability", "context_length", "substitution", "last_resort", "disabled", "not_allowed", "protocol",
    "strict",
]  # fmt: skip


class RequestFacts(msgspec.Struct, frozen=True):
    """What of a request decides who can carry it.

    uses:            its fields, as `core.carriage.FIELDS` names them.
    strict:          the client accepts no loss at all (`X-Perpetuo-Strict: on`).
    may_drop_origin: the workspace agreed that signed reasoning of another vendor is left out.
    """

    needs: frozenset[Capability] = frozenset()
    forced_tool: bool = False
    input_tokens_estimate: int = 0
    max_output_tokens: int | None = None
    uses: frozenset[str] = frozenset()
    strict: bool = False
    may_drop_origin: bool = False


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


_PASSING = frozenset(("cooling", "breaker_open", "quarantined"))
"""Reasons that pass by themselves, unlike a model that is missing or too small."""


class _VendorIndex:
    """A vendor's models, found by name or tier. First row wins, as in the rows' order."""

    __slots__ = ("by_name", "by_tier")

    def __init__(self, vendor: Vendor) -> None:
        self.by_name: dict[tuple[Intent, str], Model] = {}
        self.by_tier: dict[tuple[Intent, Tier], Model] = {}
        for model in vendor.models:
            for name in (model.canonical, model.id):
                self.by_name.setdefault((model.intent, name), model)
            for tier in model.tiers:
                self.by_tier.setdefault((model.intent, tier), model)


class _CatalogIndex:
    __slots__ = ("_places", "catalog", "vendors")

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.vendors = {name: _VendorIndex(vendor) for name, vendor in catalog.vendors.items()}
        self._places = {name: place for place, name in enumerate(catalog.vendors)}

    def place_of(self, key: ProviderKey) -> int:
        return self._places.get(key.vendor, len(self._places))


class Prepared(msgspec.Struct, frozen=True):
    """The candidates of all requests that are alike in everything but their length, as long as nobody comes or goes.

    candidates: without prices. room_tokens: longer ones may not fit everywhere; None = no candidate says what fits.
    order: `candidates` as the strategy orders them whatever the request and the hour, where it does; with what it says.
    """

    candidates: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]
    room_tokens: int | None
    order: Selection | None = None


class ProviderSelector:
    """Keeps an index of the catalog it saw last: one catalog serves thousands of requests, and to go through its rows
    for each would cost more than everything else here."""

    def __init__(self) -> None:
        self._index: _CatalogIndex | None = None

    def _index_of(self, catalog: Catalog) -> _CatalogIndex:
        if self._index is None or self._index.catalog is not catalog:
            self._index = _CatalogIndex(catalog)
        return self._index

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
        carriages: Mapping[str, Carriage] | None = None,
        short: Mapping[tuple[str, str], str] | None = None,
    ) -> Selection:
        """carriages: what each wire protocol that has this intent does with a request's fields; None = no request is
        to be carried. short: (key id, model id) -> why its rate limit has no room for this request.
        May come back without candidates."""
        prepared = self.prepare(
            resolution=resolution,
            strategy=strategy,
            workspace=workspace,
            catalog=catalog,
            facts=facts,
            substitution=substitution,
            availability=availability,
            carriages=carriages,
        )
        return self.rank(
            prepared,
            resolution=resolution,
            strategy=strategy,
            facts=facts,
            substitution=substitution,
            health=health,
            request_id=request_id,
            short=short or {},
        )

    def prepare(
        self,
        *,
        resolution: Resolution,
        strategy: Strategy,
        workspace: Workspace,
        catalog: Catalog,
        facts: RequestFacts,
        substitution: Substitution,
        availability: Mapping[tuple[str, str | None], Blocked],
        carriages: Mapping[str, Carriage] | None = None,
    ) -> Prepared:
        """Who may be asked, of those who can carry such a request."""
        candidates: list[Candidate] = []
        skipped: list[Skipped] = []
        room_tokens: list[int] = []
        alone = not any(workspace.may_use(key) and not _is_last_resort(key, catalog) for key in workspace.provider_keys)
        index = self._index_of(catalog)
        for key in sorted(workspace.provider_keys, key=index.place_of):
            vendor = catalog.vendors.get(key.vendor)
            if vendor is None or not key.enabled:
                skipped.append(_skip(key, None, "disabled", "it is switched off."))
                continue
            if not workspace.may_use(key):
                skipped.append(
                    _skip(key, None, "not_allowed", "the workspace's setting `allowed_providers` leaves it out.")
                )
                continue
            offers = _offers(key, vendor, index.vendors[vendor.name], resolution, substitution, alone)
            if isinstance(offers, Skipped):
                skipped.append(offers)
                continue
            room_tokens += (_room_tokens(offer.model.context_tokens) for offer in offers if offer.model.context_tokens)
            usable, reasons = _usable(offers, facts, carriages, availability)
            candidates += usable
            skipped += reasons
        prepared = Prepared(tuple(candidates), tuple(skipped), min(room_tokens, default=None))
        if strategy.name != "default":
            return prepared
        order = _order(prepared.candidates, strategy, substitution, {}, resolution.models, {})
        told = Selection(tuple(order), prepared.skipped, _explain(order, skipped, strategy, explored=False))
        return msgspec.structs.replace(prepared, order=told)

    def rank(
        self,
        prepared: Prepared,
        *,
        resolution: Resolution,
        strategy: Strategy,
        facts: RequestFacts,
        substitution: Substitution,
        health: Mapping[tuple[str, str], HealthView],
        request_id: str,
        short: Mapping[tuple[str, str], str],
    ) -> Selection:
        """In the order of this request, with its prices."""
        if prepared.order is not None and not short:
            order = prepared.order
            priced = tuple([_priced(candidate, facts) for candidate in order.ordered])
            return Selection(priced, order.skipped, order.explanation)
        candidates = [_priced(candidate, facts) for candidate in prepared.candidates]
        ordered = _order(candidates, strategy, substitution, health, resolution.models, short)
        # Nobody is tried out whose limit has no room.
        unexplorable = frozenset(short)
        ordered, explored = _explore(ordered, strategy, substitution, health, request_id, unexplorable)
        explanation = _explain(ordered, prepared.skipped, strategy, explored)
        return Selection(tuple(ordered), prepared.skipped, explanation, explored)


def _usable(
    offers: Sequence[Candidate],
    facts: RequestFacts,
    carriages: Mapping[str, Carriage] | None,
    availability: Mapping[tuple[str, str | None], Blocked],
) -> tuple[list[Candidate], list[Skipped]]:
    """Of what one key offers: what can be asked now, and why the rest can not."""
    usable: list[Candidate] = []
    skipped: list[Skipped] = []
    waiting = False
    for offer in offers:
        carried = _carried(offer, facts, carriages)
        reason = carried if isinstance(carried, Skipped) else _not_now(offer, availability)
        if not isinstance(carried, Skipped) and reason is None:
            usable.append(carried)
        elif reason is not None and not offer.standby:
            skipped.append(reason)
            waiting |= reason.code in _PASSING
    if waiting:
        # A vendor that limits or fails is left alone: its other model is no way round that.
        usable = [candidate for candidate in usable if not candidate.standby]
    elif not any(candidate.exact for candidate in usable):
        usable = [msgspec.structs.replace(candidate, standby=False) for candidate in usable]
    return usable, skipped


def _offers(
    key: ProviderKey,
    vendor: Vendor,
    index: _VendorIndex,
    resolution: Resolution,
    substitution: Substitution,
    alone: bool,
) -> list[Candidate] | Skipped:
    """What this key would use: the exact models, and the one that holds the tier's promise for when it has none."""
    if vendor.last_resort:
        return _last_resort_offer(key, vendor, resolution, substitution, alone)
    exact = [Candidate(key, vendor, model, exact=True) for model in _exact_models(key, vendor, index, resolution)]
    promised = _promised_model(key, index, resolution)
    if not resolution.models and resolution.recognised and promised is not None:
        return [Candidate(key, vendor, promised, exact=True)]
    may_stand_in = not resolution.exact_only and substitution != "never"
    if promised is not None and may_stand_in and all(candidate.model is not promised for candidate in exact):
        return [*exact, Candidate(key, vendor, promised, exact=False, standby=bool(exact))]
    if exact:
        return exact
    if promised is None:
        return _skip(key, None, "no_model", f"it has no model for {_wanted(resolution)}.")
    if resolution.exact_only:
        return _skip(key, promised, "substitution", "it does not have this model, which is never substituted.")
    return _skip(key, promised, "substitution", "it has another model only, and substitution is `never`.")


def _exact_models(key: ProviderKey, vendor: Vendor, index: _VendorIndex, resolution: Resolution) -> Iterable[Model]:
    """In the order of wish, each once."""
    found: dict[str, Model] = {}
    for wanted in resolution.models:
        model = _named(key, index, resolution.intent, wanted) or _tuned(key, index, resolution.intent, wanted)
        if model is not None:
            found.setdefault(model.id, model)
    if not found and resolution.models and _serves_any_name(key, vendor):
        name = resolution.models[0]
        found[name] = Model(name, name, resolution.intent, capabilities=ALL_CAPABILITIES)
    return found.values()


def _named(key: ProviderKey, index: _VendorIndex, intent: Intent, name: str) -> Model | None:
    """The key's own rows come before the vendor's, and replace those of the same id; what the vendor itself lists
    beyond them comes last."""
    for model in key.models:
        if model.intent == intent and name in (model.canonical, model.id):
            return model
    shipped = _unless_replaced(key, index.by_name.get((intent, name)))
    if shipped is not None:
        return shipped
    listed = key.discovered.get(name)
    return listed if listed is not None and listed.intent == intent else None


def _tuned(key: ProviderKey, index: _VendorIndex, intent: Intent, name: str) -> Model | None:
    """A fine-tuned model where its base has this very id. Its price is not the base's."""
    if not name.startswith(FINE_TUNED):
        return None
    base = _named(key, index, intent, name.removeprefix(FINE_TUNED).partition(":")[0])
    if base is None or not name.startswith(f"{FINE_TUNED}{base.id}:"):
        return None
    return msgspec.structs.replace(base, id=name, canonical=name, tiers=(), price=None)


def _promised_model(key: ProviderKey, index: _VendorIndex, resolution: Resolution) -> Model | None:
    if resolution.intent == "embedding":
        return None  # embeddings of two models do not mix, so a tier of them promises nothing
    for model in key.models:
        if model.intent == resolution.intent and resolution.tier in model.tiers:
            return model
    return _unless_replaced(key, index.by_tier.get((resolution.intent, resolution.tier)))


def _unless_replaced(key: ProviderKey, model: Model | None) -> Model | None:
    if model is not None and any(own.id == model.id for own in key.models):
        return None
    return model


def _serves_any_name(key: ProviderKey, vendor: Vendor) -> bool:
    """Its list of models is not known: it may have the name, and says 404 if not."""
    return vendor.self_hosted and not key.models and not vendor.models and not key.discovered


def _last_resort_offer(
    key: ProviderKey, vendor: Vendor, resolution: Resolution, substitution: Substitution, alone: bool
) -> list[Candidate] | Skipped:
    if resolution.intent != "chat":
        return _skip(key, None, "no_model", "the demo model only chats.")
    if not alone:
        return _skip(key, None, "last_resort", "the demo model steps aside for the workspace's own providers.")
    model = next(iter(key.models or vendor.models), None)
    if model is None:
        return _skip(key, None, "no_model", "it has no model.")
    exact = model.canonical in resolution.models or model.id in resolution.models
    asked_for_another = bool(resolution.models) or not resolution.recognised
    if not exact and asked_for_another and (resolution.exact_only or substitution == "never"):
        return _skip(key, model, "substitution", "the demo model may not stand in for this one.")
    return [Candidate(key, vendor, model, exact)]


def _wanted(resolution: Resolution) -> str:
    names = " or ".join(f"`{name}`" for name in resolution.models)
    tier = f"{resolution.intent}/{resolution.tier}"
    return f"{names} or {tier}" if names and not resolution.exact_only else names or tier


def _carried(offer: Candidate, facts: RequestFacts, carriages: Mapping[str, Carriage] | None) -> Candidate | Skipped:
    """The candidate with what it loses of the request, or why it can not carry it."""
    key, vendor, model = offer.key, offer.vendor, offer.model
    refuses = vendor.refused_fields | model.refused_fields
    missing = facts.needs - model.capabilities
    missing |= {need for need in facts.needs & _JSON_FORMATS if f"response_format.{need}" in refuses}
    if vendor.last_resort:
        if facts.forced_tool:
            return _skip(key, model, "capability", "the demo model can not be forced to call a tool.")
        missing -= {"tools"}  # it is handed them, and answers without
    json_by_tool = bool(missing) and missing <= _JSON_FORMATS and "tools" in model.capabilities - facts.needs
    if missing and not json_by_tool:
        return _skip(key, model, "capability", f"`{model.id}` can not carry {', '.join(sorted(missing))}.")
    wanted = facts.input_tokens_estimate + (facts.max_output_tokens or 0)
    if model.context_tokens is not None and wanted > _room_tokens(model.context_tokens):
        return _skip(key, model, "context_length", f"about {wanted} tokens do not fit into {model.context_tokens}.")
    loss = LOSSLESS
    if carriages is not None:
        if vendor.protocol not in carriages:
            return _skip(key, model, "protocol", "its protocol has no such endpoint.")
        loss = _loss(vendor, model, facts, carriages[vendor.protocol], json_by_tool)
        if loss.refused:
            return _skip(key, model, "protocol", f"it can not carry {_names(loss.refused)}.")
        if facts.strict and not loss.is_lossless:
            lost = loss.dropped + loss.approximated
            return _skip(key, model, "strict", f"it does not carry {_names(lost)} as it is.")
    return msgspec.structs.replace(offer, loss=loss, json_by_tool=json_by_tool)


def _room_tokens(context_tokens: int) -> int:
    """The estimate is rough: only what is clearly too long is refused here, the vendor judges the rest."""
    return 2 * context_tokens


_JSON_FORMATS = frozenset(("json_object", "json_schema"))
_JSON_FIELDS = frozenset(("response_format.json_object", "response_format.json_schema"))


def _loss(vendor: Vendor, model: Model, facts: RequestFacts, carriage: Carriage, json_by_tool: bool) -> Loss:
    uses = facts.uses
    if json_by_tool:
        uses = uses - _JSON_FIELDS | {"tools.function", "tool_choice.named"}
    loss = loss_of(
        uses,
        carriage,
        carries=vendor.carries,
        refuses=vendor.refused_fields | model.refused_fields,
        approximates=vendor.approximates,
        may_drop_origin=facts.may_drop_origin,
    )
    if not json_by_tool:
        return loss
    return msgspec.structs.replace(loss, approximated=(*loss.approximated, *sorted(facts.uses & _JSON_FIELDS)))


def _names(fields: Sequence[str]) -> str:
    return ", ".join(f"`{name[:64]}`" for name in fields[:8])


def _not_now(offer: Candidate, availability: Mapping[tuple[str, str | None], Blocked]) -> Skipped | None:
    key, model = offer.key, offer.model
    blocked = availability.get((key.id, None)) or availability.get((key.id, model.id))
    if blocked is None:
        return None
    return Skipped(key.vendor, key.id, model.id, blocked.code, blocked.reason, blocked.retry_after_s)


def _priced(candidate: Candidate, facts: RequestFacts) -> Candidate:
    price = candidate.model.price
    if price is None:
        return candidate
    output_tokens = facts.max_output_tokens or TYPICAL_OUTPUT_TOKENS
    return Candidate(
        candidate.key,
        candidate.vendor,
        candidate.model,
        candidate.exact,
        candidate.reason,
        estimate_cost_nanousd(price, facts.input_tokens_estimate, output_tokens),
        candidate.standby,
        candidate.loss,
        candidate.json_by_tool,
    )


def _order(
    candidates: Sequence[Candidate],
    strategy: Strategy,
    substitution: Substitution,
    health: Mapping[tuple[str, str], HealthView],
    wishes: Sequence[str],
    short: Mapping[tuple[str, str], str],
) -> list[Candidate]:
    """Sorted, each with the number that ordered it. Ties: priority, exact model in the order of wish, catalog order
    (sort is stable). Whose rate limit has no room comes behind those that have some, but never behind another model
    where `fallback` keeps that for the end."""
    measured = [
        (_MEASURES[strategy.name](candidate, health.get((candidate.key.id, candidate.model.id))), candidate)
        for candidate in candidates
    ]

    def place(item: tuple[tuple[float, str], Candidate]) -> Order:
        (number, _), candidate = item
        exactness = _exactness(candidate, wishes)
        inexact = float(substitution == "fallback" and not candidate.exact)
        no_room = float((candidate.key.id, candidate.model.id) in short)
        return (float(candidate.standby), inexact, no_room, number, float(candidate.key.priority), exactness)

    def reason(said: str, candidate: Candidate) -> str:
        shortage = short.get((candidate.key.id, candidate.model.id))
        return " ".join(filter(None, (shortage, said, _substitute_note(candidate))))

    return [
        msgspec.structs.replace(candidate, reason=reason(said, candidate))
        for (_, said), candidate in sorted(measured, key=place)
    ]


def _exactness(candidate: Candidate, wishes: Sequence[str]) -> float:
    """0, 1, ... in the order of wish; behind them a server that may have the model, and then another model."""
    if not candidate.exact:
        return float(len(wishes) + 2)
    if _serves_any_name(candidate.key, candidate.vendor):
        return float(len(wishes) + 1)
    places = (index for index, name in enumerate(wishes) if name in (candidate.model.canonical, candidate.model.id))
    return float(next(places, 0))


def _substitute_note(candidate: Candidate) -> str:
    if candidate.standby:
        return "Only if this key turns out to lack the exact model."
    return "" if candidate.exact else "Another model of the same tier."


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
    if view is None or _little_known(view):
        return UNKNOWN_ERROR_RATE, f"Too few recent requests for an error rate, taken as {UNKNOWN_ERROR_RATE:.1%}."
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
    ordered: list[Candidate],
    strategy: Strategy,
    substitution: Substitution,
    health: Mapping[tuple[str, str], HealthView],
    request_id: str,
    unexplorable: frozenset[tuple[str, str]],
) -> tuple[list[Candidate], bool]:
    """Now and then a candidate with little recent data goes first, so that it is never starved. Chosen by a hash of
    the request id: the same decision can be made again."""
    if strategy.name not in ("fastest", "reliable") or len(ordered) < 2 or not request_id:
        return ordered, False
    draw = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big")
    # Exploring widens nothing: where another model comes only after the exact one, it is not tried out before it.
    rivals = [c for c in ordered[1:] if not c.standby and (substitution == "tier" or c.exact == ordered[0].exact)]
    rivals = [c for c in rivals if (c.key.id, c.model.id) not in unexplorable]
    little = [c for c in rivals if _little_known(health.get((c.key.id, c.model.id)))]
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
