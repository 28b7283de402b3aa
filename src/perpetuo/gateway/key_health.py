"""What this worker knows of a workspace's provider keys; what workers of one machine tell each other is in it."""

from perpetuo.core.resilience.availability import Blocked
from perpetuo.core.resilience.health import HealthView
from perpetuo.core.resilience.key_health import KeyHealth, judge_key
from perpetuo.gateway.state import GatewayState


class KeyHealthInspector:
    """Implements the control plane's port."""

    def __init__(self, state: GatewayState) -> None:
        self._state = state

    def health(self, workspace_id: str) -> dict[str, KeyHealth]:
        """By provider key id; of the keys that this worker has read of this workspace, and of no other's."""
        snapshot = self._state.snapshots.current
        workspace = None if snapshot is None else snapshot.workspaces.get(workspace_id)
        if workspace is None:
            return {}
        keys, now_s = workspace.provider_keys, self._state.clock.monotonic_s()
        blocked: dict[str, dict[str | None, Blocked]] = {key.id: {} for key in keys}
        for (key_id, model_id), why in self._state.availability.view(now_s, keys).items():
            blocked[key_id][model_id] = why
        measured: dict[str, dict[str, HealthView]] = {key.id: {} for key in keys}
        for (key_id, model_id), view in self._state.health.view(now_s, measured.keys()).items():
            measured[key_id][model_id] = view
        return {key.id: judge_key(key.id, blocked[key.id], measured[key.id]) for key in keys}
