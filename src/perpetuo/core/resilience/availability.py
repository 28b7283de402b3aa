"""Which provider keys and models may be asked now: cooling, breakers, quarantine, missing models. Time comes in."""

import math
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
"""While one request finds out whether it works again, others wait this long at most."""
MAX_MODELS_PER_KEY = 256
"""A self-hosted key serves any name, so names come from clients: of more than this the oldest is forgotten."""

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
    """Quarantine and the cooling of the whole key hold for one secret: a new one starts afresh."""

    __slots__ = ("cooling_secret", "cooling_until_s", "models", "probing", "quarantined_secret", "quarantined_until_s")

    def __init__(self) -> None:
        self.models: dict[str, _Model] = {}
        self.cooling_until_s = self.quarantined_until_s = float("-inf")
        self.quarantined_secret: Secret | None = None
        self.cooling_secret: Secret | None = None
        self.probing = False

    def model(self, model_id: str) -> _Model:
        model = self.models.get(model_id)
        if model is None:
            if len(self.models) >= MAX_MODELS_PER_KEY:
                del self.models[next(iter(self.models))]
            model = self.models[model_id] = _Model()
        return model


class Availability:
    """One worker's book of who is not to be asked before when."""

    def __init__(self) -> None:
        self._keys: dict[str, _Key] = {}

    def note_started(self, key_id: str, model_id: str, now_s: float) -> None:
        """A request goes out. Where a pause has just ended it is the probe, and others go on waiting."""
        key = self._keys.get(key_id)
        if key is None:
            return
        if key.quarantined_secret is not None and now_s >= key.quarantined_until_s:
            key.quarantined_until_s = now_s + PROBE_S
            key.probing = True
        if (model := key.models.get(model_id)) is not None:
            model.breaker.note_started(now_s, PROBE_S)

    def record_success(self, key_id: str, model_id: str, now_s: float) -> None:
        key = self._keys.get(key_id)
        if key is None:
            return
        if key.probing:
            # Not for just any success: a request that was under way when the key was refused proves nothing.
            key.quarantined_secret = None
            key.probing = False
        if (model := key.models.get(model_id)) is not None:
            model.breaker.record_success(now_s)
            model.missing_until_s = now_s

    def record_failure(self, key: ProviderKey, model_id: str, verdict: Verdict, now_s: float, jitter01: float) -> None:
        """The client's own mistakes say nothing about who may be asked."""
        if verdict.invalid_request:
            if key.id in self._keys and model_id in self._keys[key.id].models:
                self._keys[key.id].models[model_id].breaker.forget_probe()
            return
        state = self._keys.setdefault(key.id, _Key())
        model = state.model(model_id)
        if verdict.quarantine_key:
            state.probing = False
            state.quarantined_secret = key.secret
            state.quarantined_until_s = now_s + QUARANTINE_PROBE_S
        if verdict.model_missing:
            model.missing_until_s = now_s + MODEL_MISSING_S
        if verdict.cool_s is not None:
            until_s = now_s + verdict.cool_s
            if verdict.cool_key and state.cooling_secret == key.secret:
                state.cooling_until_s = max(state.cooling_until_s, until_s)
            elif verdict.cool_key:
                state.cooling_until_s, state.cooling_secret = until_s, key.secret
            else:
                model.cooling_until_s = max(model.cooling_until_s, until_s)
        if verdict.counts_against_health:
            model.breaker.record_failure(now_s, jitter01)
        else:
            model.breaker.forget_probe()

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
                    "the provider refused this key; give it a new secret",
                    state.quarantined_until_s,
                    now_s,
                )
            elif state.cooling_secret == key.secret and now_s < state.cooling_until_s:
                blocked[key.id, None] = _until(
                    "cooling", "the quota or credit behind this key is used up", state.cooling_until_s, now_s
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
    return Blocked(code, f"{why[0].upper()}{why[1:]}; it is asked again in {math.ceil(left_s)} s.", left_s)
