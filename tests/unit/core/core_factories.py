"""A small invented catalog and one workspace, made by calls instead of fixtures."""

from collections.abc import Mapping

from perpetuo.core.carriage import Carriage
from perpetuo.core.catalog import ALL_CAPABILITIES, AliasRow, Catalog, Model, Price, PriceBand, Vendor
from perpetuo.core.decision import Candidate, Resolution, Selection, Strategy
from perpetuo.core.resilience.availability import Blocked
from perpetuo.core.resilience.health import HealthView
from perpetuo.core.resolvers.model_alias import ModelAliasResolver
from perpetuo.core.resolvers.provider_selector import ProviderSelector, RequestFacts
from perpetuo.core.snapshot import ProviderKey, Secret, StrategyName, Substitution, Workspace


def price(input_: int, output: int) -> Price:
    return Price(bands=(PriceBand(input_, output),), source="test")


def model(name: str, *tiers: str, canonical: str | None = None, cost: int | None = 1_000_000, **more: object) -> Model:
    return Model(
        id=name,
        canonical=canonical or name,
        tiers=tiers,  # type: ignore[arg-type]
        price=None if cost is None else price(cost, cost),
        **({"capabilities": ALL_CAPABILITIES} | more),  # type: ignore[arg-type]
    )


def vendor(name: str, *models: Model, **more: object) -> Vendor:
    return Vendor(
        name=name,
        title=name.title(),
        protocol=str(more.pop("protocol", "openai_chat")),
        base_url="https://example.test/v1",
        models=models,
        **more,  # type: ignore[arg-type]
    )


ALPHA = vendor(
    "alpha",
    model("sun", "default", cost=2_000_000),
    model("sun-2026-01-31", cost=2_000_000),
    model("sun-large", "premium", cost=9_000_000),
    model("vec", intent="embedding"),
)
BETA = vendor("beta", model("moon", "default", cost=1_000_000), model("alpha/sun", canonical="sun", cost=3_000_000))
GAMMA = vendor("gamma", model("comet", "default", "premium", cost=None))
HOUSE = vendor("house", self_hosted=True)
DEMO = vendor(
    "demo", model("tiny", cost=0, capabilities=frozenset({"json_object"})), self_hosted=True, last_resort=True
)


def catalog() -> Catalog:
    vendors = (ALPHA, BETA, GAMMA, HOUSE, DEMO)
    rows = [
        AliasRow("sun", "chat", "default", "sun"),
        AliasRow("sun-2026-01-31", "chat", "default", "sun-2026-01-31"),
        AliasRow("sun-large", "chat", "premium", "sun-large"),
        AliasRow("moon", "chat", "default", "moon"),
        AliasRow("comet", "chat", "default", "comet"),
        AliasRow("tiny", "chat", "default", "tiny"),
        AliasRow("vec", "embedding", "default", "vec"),
        AliasRow("brightest", "chat", "premium", "sun-large"),
        AliasRow("retired", "chat", "premium"),
    ]
    names = {spelling: m.canonical for v in vendors for m in v.models for spelling in (m.id, m.canonical)}
    return Catalog("test", {v.name: v for v in vendors}, {row.name: row for row in rows}, names)


def key(vendor_name: str, *models: Model, id: str | None = None, priority: int = 100, **more: object) -> ProviderKey:
    return ProviderKey(
        id=id or f"key-{vendor_name}",
        workspace_id="w",
        vendor=vendor_name,
        label="",
        base_url="https://example.test/v1",
        secret=more.pop("secret", Secret("s")),  # type: ignore[arg-type]
        priority=priority,
        models=models,
        **more,  # type: ignore[arg-type]
    )


def workspace(*keys: ProviderKey, **more: object) -> Workspace:
    return Workspace(id="w", name="W", provider_keys=keys, **more)  # type: ignore[arg-type]


def candidate(name: str = "sun", *, key_id: str = "k", **more: object) -> Candidate:
    return Candidate(key("alpha", id=key_id), ALPHA, model(name), exact=True, **more)  # type: ignore[arg-type]


def select(
    wanted: str | Resolution,
    *keys: ProviderKey,
    by: StrategyName = "default",
    substitution: Substitution = "tier",
    facts: RequestFacts | None = None,
    health: Mapping[tuple[str, str], HealthView] | None = None,
    availability: Mapping[tuple[str, str | None], Blocked] | None = None,
    request_id: str = "",
    carriages: Mapping[str, Carriage] | None = None,
    short: Mapping[tuple[str, str], str] | None = None,
    **of_workspace: object,
) -> Selection:
    own = workspace(*keys, **of_workspace)
    resolution = ModelAliasResolver(catalog()).resolve(wanted, own) if isinstance(wanted, str) else wanted
    return ProviderSelector().select(
        resolution=resolution,
        strategy=Strategy(by, "fallback" if by == "default" else "header", ""),
        workspace=own,
        catalog=catalog(),
        facts=facts or RequestFacts(),
        substitution=substitution,
        health=health or {},
        availability=availability or {},
        request_id=request_id,
        carriages=carriages,
        short=short,
    )


def names(selection: Selection) -> list[str]:
    """`vendor/model` of the candidates that are asked in any case, in order."""
    return [f"{c.vendor.name}/{c.model.id}" for c in selection.ordered if not c.standby]


def why_not(selection: Selection) -> dict[str, str]:
    return {skip.provider: skip.code for skip in selection.skipped}
