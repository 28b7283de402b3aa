"""Which provider keys and models may be asked now: cooling, breakers, quarantine, missing models. Time comes in."""

import hmac
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


class Started(msgspec.Struct, frozen=True):
    """What a request that goes out is the probe of, if of anything."""

    probes_key: bool = False
    probes_model: bool = False


class Troubled(msgspec.Struct, frozen=True):
    """A key that is refused, or has models whose breaker is open: `model_ids`."""

    key: ProviderKey
    quarantined: bool
    model_ids: tuple[str, ...]


class ModelState(msgspec.Struct, frozen=True, array_like=True):
    """Times left, in seconds; 0 = over. open_left_s None: the breaker is closed."""

    model_id: str
    failures: int
    opened: int
    open_left_s: float | None
    cooling_left_s: float
    missing_left_s: float


class KeyState(msgspec.Struct, frozen=True, array_like=True):
    """What is held against one provider key. Secrets are named by their fingerprints; None = nothing is held."""

    key_id: str
    quarantined: bytes | None
    quarantined_left_s: float
    cooling: bytes | None
    cooling_left_s: float
    models: tuple[ModelState, ...]


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
        self.quarantined_secret: bytes | None = None
        self.cooling_secret: bytes | None = None
        self.probing = False

    def model(self, model_id: str) -> _Model:
        model = self.models.get(model_id)
        if model is None:
            if len(self.models) >= MAX_MODELS_PER_KEY:
                del self.models[next(iter(self.models))]
            model = self.models[model_id] = _Model()
        return model


class Availability:
    """One worker's book of who is not to be asked before when.

    fingerprint_key: names secrets where the book is shared with other processes; workers of one machine have the same.
    """

    def __init__(self, fingerprint_key: bytes = b"") -> None:
        self._keys: dict[str, _Key] = {}
        self._fingerprint_key = fingerprint_key

    def fingerprint(self, secret: Secret) -> bytes:
        return hmac.digest(self._fingerprint_key, secret.reveal().encode("utf-8", "surrogatepass"), "sha256")[:16]

    def note_started(self, key_id: str, model_id: str, now_s: float) -> Started:
        """A request goes out. Where a pause has just ended it is the probe, and others go on waiting."""
        key = self._keys.get(key_id)
        if key is None:
            return Started()
        probes_key = key.quarantined_secret is not None and now_s >= key.quarantined_until_s
        if probes_key:
            key.quarantined_until_s = now_s + PROBE_S
            key.probing = True
        model = key.models.get(model_id)
        return Started(probes_key, model is not None and model.breaker.note_started(now_s, PROBE_S))

    def note_probe_elsewhere(self, key_id: str, model_id: str, now_s: float) -> None:
        """Another process has sent the probe: nobody here does, and none of our answers is taken for it."""
        key = self._keys.get(key_id)
        if key is None:
            return
        if key.quarantined_secret is not None and now_s >= key.quarantined_until_s:
            key.quarantined_until_s = now_s + PROBE_S
        if (model := key.models.get(model_id)) is not None:
            model.breaker.note_started(now_s, PROBE_S)

    def forget_probe(self, key_id: str, model_id: str, now_s: float) -> None:
        """A request ended without a word about its candidate: if it was a probe, another one may go."""
        key = self._keys.get(key_id)
        if key is None:
            return
        if key.probing:
            key.probing = False
            key.quarantined_until_s = now_s
        if (model := key.models.get(model_id)) is not None:
            model.breaker.forget_probe()

    def record_content(self, key_id: str, model_id: str, now_s: float) -> bool:
        """A stream has begun to answer; True where that changed who may be asked."""
        return self._record_answer(key_id, model_id, now_s, whole=False)

    def record_success(self, key_id: str, model_id: str, now_s: float) -> bool:
        """A whole answer; True where that changed who may be asked, or ended a row of failures."""
        return self._record_answer(key_id, model_id, now_s, whole=True)

    def _record_answer(self, key_id: str, model_id: str, now_s: float, *, whole: bool) -> bool:
        key = self._keys.get(key_id)
        if key is None:
            return False
        changed = key.probing
        if key.probing:
            # Not for just any success: a request that was under way when the key was refused proves nothing.
            key.quarantined_secret = None
            key.probing = False
        if (model := key.models.get(model_id)) is not None:
            before = (model.breaker.failures, model.breaker.open_until_s, now_s < model.missing_until_s)
            if whole:
                model.breaker.record_success(now_s)
            else:
                model.breaker.record_content(now_s)
            model.missing_until_s = min(model.missing_until_s, now_s)
            changed |= before != (model.breaker.failures, model.breaker.open_until_s, False)
        return changed

    def record_failure(self, key: ProviderKey, model_id: str, verdict: Verdict, now_s: float, jitter01: float) -> None:
        """The client's own mistakes say nothing about who may be asked."""
        if verdict.invalid_request:
            if key.id in self._keys and model_id in self._keys[key.id].models:
                self._keys[key.id].models[model_id].breaker.forget_probe()
            return
        self.record_verdict(key.id, self.fingerprint(key.secret), model_id, verdict, now_s, jitter01)

    def record_verdict(
        self, key_id: str, secret: bytes, model_id: str, verdict: Verdict, now_s: float, jitter01: float
    ) -> None:
        """secret: the fingerprint of the one that was used."""
        state = self._keys.setdefault(key_id, _Key())
        model = state.model(model_id)
        if verdict.quarantine_key:
            state.probing = False
            state.quarantined_secret = secret
            state.quarantined_until_s = now_s + QUARANTINE_PROBE_S
        if verdict.model_missing:
            model.missing_until_s = now_s + MODEL_MISSING_S
        if verdict.cool_s is not None:
            until_s = now_s + verdict.cool_s
            if verdict.cool_key:
                _cool_key(state, secret, until_s)
            else:
                model.cooling_until_s = max(model.cooling_until_s, until_s)
        if verdict.counts_against_health:
            model.breaker.record_failure(now_s, jitter01)
        else:
            model.breaker.forget_probe()

    def note_probed(self, key_id: str, secret: bytes, model_ids: Iterable[str], now_s: float) -> None:
        """The provider was asked in another way and is well: the key is no longer refused, and of each of these models
        one request may find out."""
        key = self._keys.get(key_id)
        if key is None:
            return
        if key.quarantined_secret == secret:
            key.quarantined_secret = None
            key.probing = False
        for model_id in model_ids:
            if (model := key.models.get(model_id)) is not None:
                model.breaker.end_pause(now_s)

    def troubled(self, now_s: float, keys: Iterable[ProviderKey]) -> tuple[Troubled, ...]:
        """Of these keys the ones where a cheap question could end a pause early."""
        found: list[Troubled] = []
        for key in keys:
            state = self._keys.get(key.id)
            if state is None:
                continue
            quarantined = now_s < state.quarantined_until_s and self._holds(state.quarantined_secret, key)
            open_ids = tuple(name for name, model in state.models.items() if model.breaker.is_open(now_s))
            if quarantined or open_ids:
                found.append(Troubled(key, quarantined, open_ids))
        return tuple(found)

    def states(self, now_s: float) -> Iterable[KeyState]:
        """All that is held against anybody, for another process that starts."""
        for key_id, key in self._keys.items():
            models = tuple(_state_of(name, model, now_s) for name, model in key.models.items())
            yield KeyState(
                key_id,
                key.quarantined_secret,
                max(0.0, key.quarantined_until_s - now_s),
                key.cooling_secret,
                max(0.0, key.cooling_until_s - now_s),
                models,
            )

    def adopt(self, told: KeyState, now_s: float) -> None:
        """What another process holds against a key is held here too; what is known here is not forgotten by it."""
        key = self._keys.setdefault(told.key_id, _Key())
        if told.quarantined is not None and now_s + told.quarantined_left_s > key.quarantined_until_s:
            key.quarantined_secret = told.quarantined
            key.quarantined_until_s = now_s + told.quarantined_left_s
        if told.cooling is not None and told.cooling_left_s > 0:
            _cool_key(key, told.cooling, now_s + told.cooling_left_s)
        for state in told.models:
            model = key.model(state.model_id)
            model.cooling_until_s = max(model.cooling_until_s, now_s + state.cooling_left_s)
            model.missing_until_s = max(model.missing_until_s, now_s + state.missing_left_s)
            breaker = model.breaker
            breaker.failures = max(breaker.failures, state.failures)
            breaker.opened = max(breaker.opened, state.opened)
            if state.open_left_s is not None:
                breaker.open_until_s = max(breaker.open_until_s or now_s, now_s + state.open_left_s)

    def _holds(self, secret: bytes | None, key: ProviderKey) -> bool:
        return secret is not None and secret == self.fingerprint(key.secret)

    def view(self, now_s: float, keys: Iterable[ProviderKey]) -> Mapping[tuple[str, str | None], Blocked]:
        """(key id, model id) -> why not; model None = the whole key. What is not in it may be asked."""
        blocked: dict[tuple[str, str | None], Blocked] = {}
        for key in keys:
            state = self._keys.get(key.id)
            if state is None:
                continue
            if now_s < state.quarantined_until_s and self._holds(state.quarantined_secret, key):
                blocked[key.id, None] = _until(
                    "quarantined",
                    "the provider refused this key; give it a new secret",
                    state.quarantined_until_s,
                    now_s,
                )
            elif now_s < state.cooling_until_s and self._holds(state.cooling_secret, key):
                blocked[key.id, None] = _until(
                    "cooling", "the quota or credit behind this key is used up", state.cooling_until_s, now_s
                )
            for model_id, model in state.models.items():
                if (reason := _model_blocked(model, now_s)) is not None:
                    blocked[key.id, model_id] = reason
        return blocked


def _cool_key(key: _Key, secret: bytes, until_s: float) -> None:
    if key.cooling_secret == secret:
        until_s = max(key.cooling_until_s, until_s)
    key.cooling_until_s, key.cooling_secret = until_s, secret


def _state_of(model_id: str, model: _Model, now_s: float) -> ModelState:
    breaker = model.breaker
    open_until_s = breaker.open_until_s
    return ModelState(
        model_id,
        breaker.failures,
        breaker.opened,
        None if open_until_s is None else max(0.0, open_until_s - now_s),
        max(0.0, model.cooling_until_s - now_s),
        max(0.0, model.missing_until_s - now_s),
    )


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
