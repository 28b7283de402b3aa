"""How the keys of a workspace do, as the data plane beside us knows it."""

from collections.abc import Mapping

import msgspec

from perpetuo.control.policies import Access
from perpetuo.control.provider_keys.schemas import MAX_KEYS, KeyHealth, ModelHealth, ProvidersHealth
from perpetuo.control.provider_keys.service import Allowed, Row, list_keys
from perpetuo.control.state import ControlState
from perpetuo.core.resilience import key_health


async def health_of_keys(state: ControlState, access: Access) -> ProvidersHealth:
    """In the order the keys are asked in."""
    rows, allowed = await list_keys(state, access, MAX_KEYS, None)
    known: Mapping[str, key_health.KeyHealth] = (
        {} if state.key_health is None else state.key_health(access.workspace_id)
    )
    return ProvidersHealth(keys=[_shown(row, known.get(row["id"]), allowed) for row in rows])


def _shown(row: Row, known: key_health.KeyHealth | None, allowed: Allowed) -> KeyHealth:
    why = _why_unused(row, known, allowed)
    if why is not None or known is None:
        known = key_health.KeyHealth(row["id"], "unknown", why or "")
    return KeyHealth(
        provider_key_id=row["id"],
        vendor=row["vendor"],
        label=row["label"],
        models=[ModelHealth(**msgspec.structs.asdict(model)) for model in known.models],
        **{name: getattr(known, name) for name in KeyHealth.model_fields if hasattr(known, name) and name != "models"},
    )


def _why_unused(row: Row, known: key_health.KeyHealth | None, allowed: Allowed) -> str | None:
    if not row["enabled"]:
        return "It is switched off."
    if allowed is not None and row["vendor"] not in allowed:
        return "The workspace's settings do not allow this provider."
    return "This worker has not read this key yet, or can not use it." if known is None else None
