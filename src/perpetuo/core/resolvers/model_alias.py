"""What a requested model name means: intent, tier, and which models count as exact."""

import difflib
import re
from collections.abc import Iterable, Iterator

from perpetuo.core.catalog import TIERS, AliasRow, Catalog, Intent, Model, Tier
from perpetuo.core.decision import Resolution
from perpetuo.core.snapshot import AliasTarget, Workspace

OWN_PREFIX = "perpetuo/"
_INTENTS: tuple[Intent, ...] = ("chat", "embedding")
# A snapshot is pinned by its date: gpt-4o-2024-08-06, claude-3-5-sonnet-20241022, gpt-4-0613, mistral-large-2411,
# gemini-2.5-pro-preview-05-06, command-r-08-2024; Vertex writes @20241022.
_DATED = re.compile(
    r"[-@](?:20\d{2}-[01]\d-[0-3]\d|20\d{2}[01]\d[0-3]\d|[01]\d-(?:[0-3]\d|20\d{2})|(?:[01]\d[0-3]\d|2\d[01]\d))"
    r"(?:-preview)?(?::\w+)?$"
)
FINE_TUNED = "ft:"


class ModelAliasResolver:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def resolve(self, name: str, workspace: Workspace, intent: Intent = "chat") -> Resolution:
        """intent: what the endpoint does; an embeddings call never resolves to chat. Raises nothing: an unknown name
        comes back with `recognised` False."""
        for alias in (name, self._without_vendor(name)):
            if (target := workspace.aliases.get(alias)) is not None:
                return _from_workspace(name, alias, target, intent)
        if name.startswith(OWN_PREFIX) and (promised := _own_name(name)) is not None and promised[0] == intent:
            return _promised(name, *promised)
        for alias in self._spellings(name):
            known = self._known(name, alias, workspace, intent)
            if known is not None:
                return known
        alias = self._without_vendor(name)
        if (tuned := self._fine_tuned(name, alias, intent)) is not None:
            return tuned
        if any(self._serves_any_name(workspace)):
            return Resolution(
                requested=name,
                alias=alias,
                intent=intent,
                tier="default",
                models=(alias,),
                recognised=True,
                exact_only=True,
                explanation=f"`{alias}` is not in the catalog; a self-hosted provider of the workspace may have it.",
            )
        return Resolution(
            requested=name,
            alias=alias,
            intent=intent,
            tier="default",
            models=(alias,) if _is_exact(alias, intent) else (),
            recognised=False,
            exact_only=_is_exact(alias, intent),
            explanation=f"`{alias}` is not a known name; taken as {intent}/default if the workspace allows it.",
        )

    def _known(self, requested: str, alias: str, workspace: Workspace, intent: Intent) -> Resolution | None:
        row = self._catalog.aliases.get(alias)
        if row is not None and row.intent == intent:
            return self._from_row(requested, alias, row)
        offered = _own_offer(workspace, alias)
        canonical = offered.canonical if offered is not None else self._catalog.names.get(alias)
        if canonical is None:
            return None
        if (row is not None or offered is not None) and intent != (offered or row).intent:  # type: ignore[union-attr]
            return _wrong_endpoint(requested, alias, canonical, intent)
        # A self-hosted model without a tier has no peers: nothing of a vendor's may stand in for it.
        without_peers = offered is not None and not offered.tiers and canonical not in self._catalog.aliases
        return Resolution(
            requested=requested,
            alias=alias,
            intent=intent,
            tier=self._tier_of(offered, canonical, intent),
            models=(canonical,),
            recognised=True,
            exact_only=without_peers or _is_exact(alias, intent),
            explanation=f"`{alias}` is a model's own name, in {intent}/{self._tier_of(offered, canonical, intent)}.",
        )

    def _tier_of(self, offered: Model | None, canonical: str, intent: Intent) -> Tier:
        if offered is not None and offered.tiers:
            return offered.tiers[0]
        row = self._catalog.aliases.get(canonical)
        return row.tier if row is not None and row.intent == intent else "default"

    def _fine_tuned(self, requested: str, alias: str, intent: Intent) -> Resolution | None:
        """`ft:<base>:<owner>:...` of a base model we know: whoever has the base is asked for this very name."""
        base = alias.removeprefix(FINE_TUNED).partition(":")[0]
        row = self._catalog.aliases.get(base)
        if not alias.startswith(FINE_TUNED) or row is None or row.intent != intent:
            return None
        return Resolution(
            requested=requested,
            alias=alias,
            intent=intent,
            tier=row.tier,
            models=(alias,),
            recognised=True,
            exact_only=True,
            explanation=f"`{alias}` is a fine-tuned `{base}`; it is never substituted.",
        )

    def _from_row(self, requested: str, alias: str, row: AliasRow) -> Resolution:
        canonical = row.canonical or self._catalog.names.get(alias)
        return Resolution(
            requested=requested,
            alias=alias,
            intent=row.intent,
            tier=row.tier,
            models=() if canonical is None else (canonical,),
            recognised=True,
            exact_only=_is_exact(alias, row.intent),
            explanation=f"`{alias}` means {row.intent}/{row.tier}"
            + (f", exactly `{canonical}`." if canonical is not None else "."),
        )

    def _spellings(self, name: str) -> Iterator[str]:
        """Without a vendor's prefix first; then as it is, for a name that looks as if it had one."""
        alias = self._without_vendor(name)
        yield alias
        if alias != name:
            yield name

    def _without_vendor(self, name: str) -> str:
        """A vendor prefix is stripped and never selects a provider."""
        prefix, separator, rest = name.partition("/")
        return rest if separator and rest and prefix.lower() in self._catalog.vendors else name

    def _serves_any_name(self, workspace: Workspace) -> Iterator[bool]:
        for key in workspace.provider_keys:
            vendor = self._catalog.vendors.get(key.vendor)
            listed = key.models or key.discovered or (vendor is not None and vendor.models)
            if workspace.may_use(key) and vendor is not None and vendor.self_hosted and not listed:
                yield True


def nearest_names(name: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """Known names that look like this one, nearest first."""
    return difflib.get_close_matches(name[:200], dict.fromkeys(names), n=limit, cutoff=0.5)


def _from_workspace(requested: str, name: str, target: AliasTarget, intent: Intent) -> Resolution:
    if target.intent != intent:
        return _wrong_endpoint(requested, name, name, intent)
    what = " or ".join(f"`{model}`" for model in target.models) or f"{target.intent}/{target.tier}"
    return Resolution(
        requested=requested,
        alias=name,
        intent=intent,
        tier=target.tier,
        models=target.models,
        recognised=True,
        exact_only=intent == "embedding" or any(_is_exact(model, intent) for model in target.models),
        explanation=f"`{name}` is the workspace's own alias for {what}.",
        substitution=target.substitution,
        response_model=target.response_model,
    )


def _wrong_endpoint(requested: str, alias: str, model: str, intent: Intent) -> Resolution:
    """A chat model asked for embeddings, or the reverse: known, but nothing may stand in for it."""
    return Resolution(
        requested=requested,
        alias=alias,
        intent=intent,
        tier="default",
        models=(model,),
        recognised=True,
        exact_only=True,
        explanation=f"`{alias}` is known, but not for {intent}.",
    )


def _own_name(name: str) -> tuple[Intent, Tier] | None:
    intent_text, _, tier_text = name.removeprefix(OWN_PREFIX).partition("-")
    for intent in _INTENTS:
        for tier in TIERS:
            if (intent_text, tier_text) == (intent, tier):
                return intent, tier
    return None


def _promised(name: str, intent: Intent, tier: Tier) -> Resolution:
    return Resolution(
        requested=name,
        alias=name,
        intent=intent,
        tier=tier,
        models=(),
        recognised=True,
        exact_only=intent == "embedding",
        explanation=f"`{name}` asks for {intent}/{tier} by name.",
    )


def _own_offer(workspace: Workspace, name: str) -> Model | None:
    """Of a key's own rows, else of what a vendor itself lists."""
    usable = [key for key in workspace.provider_keys if workspace.may_use(key)]
    for key in usable:
        for model in key.models:
            if name in (model.id, model.canonical):
                return model
    return next((key.discovered[name] for key in usable if name in key.discovered), None)


def _is_exact(name: str, intent: Intent) -> bool:
    return intent == "embedding" or name.startswith(FINE_TUNED) or _DATED.search(name) is not None
