"""Which provider keys and models may be asked now: cooling, breakers, quarantine, missing models. Time comes in."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from perpetuo.core.resilience.breaker import Breaker
from perpetuo.core.resilience.error_classifier import Verdict
from perpetuo.core.snapshot import ProviderKey, Secret

QUARANTINE_PROBE_S = 300.0
"""A refused key is tried again with one request after this, in case the vendor erred; a new secret lifts it at once."""
MODEL_MISSING_S = 600.0
PROBE_S = 30.0

BlockCode = Literal["cooling", "breaker_open", "quarantined", "model_missing"]


class Blocked(msgspec.Struct, frozen=True):
    code: BlockCode
    reason: str
    retry_after_s: float


class _Model:
    __slots__ = ("breaker", "cooling_until_s", "missing_until_s")

    def __init__(self) -> None:
        self.breaker = Breaker()
        self.cooling_until_s = self.missing_until_s = float("-inf")


class _Key:
    __slots__ = ("cooling_until_s", "models", "quarantined_secret", "quarantined_until_s")

    def __init__(self) -> None:
        self.models: dict[str, _Model] = {}
        self.cooling_until_s = self.quarantined_until_s = float("-inf")
        self.quarantined_secret: Secret | None = None


class Availability:
    """One worker's book of who is not to be asked before when."""

    def __init__(self) -> None:
        self._keys: dict[str, _Key] = {}

    def note_started(self, key_id: str, model_id: str, now_s: float) -> None:
        key = self._keys.get(key_id)
        if key is None:
            return
        if key.quarantined_secret is not None and now_s >= key.quarantined_until_s:
            key.quarantined_until_s = now_s + PROBE_S
        if (model := key.models.get(model_id)) is not None:
            model.breaker.note_started(now_s, PROBE_S)

    def record_success(self, key_id: str, model_id: str, now_s: float) -> None:
        key = self._keys.get(key_id)
        if key is None:
            return
        key.quarantined_secret = None
        if (model := key.models.get(model_id)) is not None:
            model.breaker.record_success()
            model.missing_until_s = now_s

    def record_failure(self, key: ProviderKey, model_id: str, verdict: Verdict, now_s: float, jitter01: float) -> None:
        """The client's own mistakes change nothing here."""
        if verdict.invalid_request:
            return
        state = self._keys.setdefault(key.id, _Key())
        model = state.models.setdefault(model_id, _Model())
        if verdict.quarantine_key:
            state.quarantined_secret = key.secret
            state.quarantined_until_s = now_s + QUARANTINE_PROBE_S
        if verdict.model_missing:
            model.missing_until_s = now_s + MODEL_MISSING_S
        if verdict.cool_s is not None:
            until_s = now_s + verdict.cool_s
            if verdict.cool_key:
                state.cooling_until_s = max(state.cooling_until_s, until_s)
            else:
                model.cooling_until_s = max(model.cooling_until_s, until_s)
        if verdict.counts_against_health:
            model.breaker.record_failure(now_s, jitter01)

    def view(self, now_s: float, keys: Iterable[ProviderKey]) -> Mapping[tuple[str, str | None], Blocked]:
        """(key id, model id) -> why not; model None = the whole key. What is not in it may be asked."""
        blocked: dict[tuple[str, str | None], Blocked] = {}
        for key in keys:
            state = self._keys.get(key.id)
            if state is None:
                continue
            if state.quarantined_secret == key.secret and now_s < state.quarantined_until_s:
                blocked[key.id, None] = _until(
                    "quarantined",
                    "its key was refused (401/403); give it a new secret",
                    state.quarantined_until_s,
                    now_s,
                )
            elif now_s < state.cooling_until_s:
                blocked[key.id, None] = _until(
                    "cooling", "its key's quota is used up or limited", state.cooling_until_s, now_s
                )
            for model_id, model in state.models.items():
                if (reason := _model_blocked(model, now_s)) is not None:
                    blocked[key.id, model_id] = reason
        return blocked


def _model_blocked(model: _Model, now_s: float) -> Blocked | None:
    if now_s < model.missing_until_s:
        return _until("model_missing", "the provider said it does not have this model", model.missing_until_s, now_s)
    if now_s < model.cooling_until_s:
        return _until("cooling", "the provider limits the rate", model.cooling_until_s, now_s)
    open_until_s = model.breaker.blocked_until_s(now_s)
    if open_until_s is not None:
        return _until("breaker_open", f"it failed {model.breaker.failures} times in a row", open_until_s, now_s)
    return None


def _until(code: BlockCode, why: str, until_s: float, now_s: float) -> Blocked:
    left_s = until_s - now_s
    return Blocked(code, f"{why}; it is asked again in {left_s:.0f} s.", left_s)
