"""The settings document of a workspace: what a change makes of it, and what the snapshot's loader will read.

Pure. A document that the loader could not read would suspend its workspace, so each change is read here first, by the
same struct.
"""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from perpetuo.control.replies import ControlError, conflict, invalid
from perpetuo.control.settings.schemas import MAX_ALIASES, MAX_PRICES
from perpetuo.core.catalog import Catalog, PriceBand
from perpetuo.core.resolvers.model_alias import OWN_PREFIX
from perpetuo.db.settings_documents import WorkspaceSettings
from perpetuo.providers.catalog.load import check_price_bands

Document = dict[str, Any]

BY_ENTRY = {"aliases": MAX_ALIASES, "prices": MAX_PRICES}
"""Fields that are changed entry by entry, and how many entries they hold."""

MAX_DOCUMENT_BYTES = 512 * 1024
"""As JSON: every worker holds it, and reads it again at each change. A thousand prices and 500 aliases have half."""


def changed_document(stored: Document, given: Mapping[str, Any]) -> Document:
    """given: field -> value, as JSON; in `BY_ENTRY` name -> value, None takes one away. Fields that we do not know stay
    as they are. Raises ControlError 422."""
    document = {**stored, **given}
    for field, limit in BY_ENTRY.items():
        if field in given:
            present = stored.get(field)
            entries: Document = {**(cast("Document", present) if isinstance(present, dict) else {}), **given[field]}
            document[field] = {name: value for name, value in entries.items() if value is not None}
            if len(document[field]) > limit:
                raise invalid(field, f"A workspace has at most {limit} {field}.")
    read_document(document, stored=False)
    if _bytes(document) > max(MAX_DOCUMENT_BYTES, _bytes(stored)):
        raise invalid("settings", f"A workspace's settings have at most {MAX_DOCUMENT_BYTES // 1024} KiB of JSON.")
    return document


def read_document(document: Document, *, stored: bool = True) -> WorkspaceSettings:
    """As the loader reads it. Raises ControlError: 409 for what is stored, 422 for what somebody wants to store."""
    try:
        return msgspec.convert(document, WorkspaceSettings)
    except msgspec.ValidationError as error:
        raise _unreadable(str(error), stored) from None


def _bytes(document: Document) -> int:
    return len(msgspec.json.encode(document))


def check_given(given: Mapping[str, Any], catalog: Catalog, retention_days: int) -> None:
    """What no type says. retention_days: the installation's, which is the most. Raises ControlError 422."""
    for name in given.get("aliases", ()):
        if name.startswith(OWN_PREFIX):
            raise invalid("aliases", f"Names that begin with {OWN_PREFIX} are ours, and promise a tier.")
    for name, bands in given.get("prices", {}).items():
        _check_price(name, bands, catalog)
    unknown = sorted(set(given.get("allowed_providers") or ()) - catalog.vendors.keys())
    if unknown:
        raise invalid("allowed_providers", f"These are no providers: {', '.join(unknown[:5])}.")
    for field in ("retention_days", "content_retention_days"):
        if (given.get(field) or 0) > retention_days:
            raise invalid(field, f"This installation keeps nothing for longer than {retention_days} days.")


def _check_price(name: str, bands: list[dict[str, Any]] | None, catalog: Catalog) -> None:
    vendor = name.partition("/")[0]
    if vendor not in catalog.vendors:
        raise invalid("prices", f"{vendor} is no provider: a price's name is <provider>/<model id>.")
    try:
        if bands is not None:
            check_price_bands(msgspec.convert(bands, tuple[PriceBand, ...]))
    except ValueError as error:  # ours, and msgspec's
        raise invalid("prices", f"{name}: {error}") from None


def _unreadable(mistake: str, stored: bool) -> ControlError:
    """mistake: of msgspec, whose last words are the place: `... - at `$.prices[...]``."""
    field = mistake.partition("`$.")[2].split("[")[0].split("`")[0].split(".")[0] or "settings"
    if stored:
        return conflict("settings_unreadable", f"The stored {field} can not be read: set it anew.", field)
    return invalid(field, f"{field} would not be readable: {mistake}.")
