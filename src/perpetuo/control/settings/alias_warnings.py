"""What may be wrong with an alias although it is allowed: a vendor's own list may know what the catalog does not."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from perpetuo.core.catalog import Catalog
from perpetuo.core.resolvers.model_alias import nearest_names
from perpetuo.core.snapshot import AliasTarget

MAX_WARNINGS = 20


def alias_warnings(
    given: Mapping[str, AliasTarget], catalog: Catalog, aliases: Collection[str], offered: Collection[str]
) -> list[str]:
    """given: the aliases just set. aliases: all of the workspace's. offered: names that its provider keys have."""
    return list(islice(_warnings(given, catalog, aliases, offered), MAX_WARNINGS))


def unknown_models(given: Mapping[str, AliasTarget], catalog: Catalog) -> set[str]:
    return {model for target in given.values() for model in target.models if model not in catalog.names}


def _warnings(
    given: Mapping[str, AliasTarget], catalog: Catalog, aliases: Collection[str], offered: Collection[str]
) -> Iterator[str]:
    for name, target in given.items():
        if name in catalog.aliases:
            yield f"`{name}` is also the name of a model or tier of the catalog: your alias comes first."
        for model in target.models:
            yield from _of_model(name, model, target, catalog, aliases, offered)


def _of_model(
    name: str,
    model: str,
    target: AliasTarget,
    catalog: Catalog,
    aliases: Collection[str],
    offered: Collection[str],
) -> Iterator[str]:
    row = catalog.aliases.get(model)
    if model not in catalog.names and model not in offered:
        if model in aliases:
            yield f"`{name}`: `{model}` is an alias too, and an alias does not lead to another one."
        else:
            near = " or ".join(f"`{each}`" for each in nearest_names(model, catalog.names))
            yield (
                f"`{name}`: `{model}` is not in the catalog; a provider's own list may know it."
                + (f" Did you mean {near}?" if near else "")
            )  # fmt: skip
    elif row is not None and row.intent != target.intent:
        yield f"`{name}`: `{model}` is for {row.intent}, the alias for {target.intent}."
