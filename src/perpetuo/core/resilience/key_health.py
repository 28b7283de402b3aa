"""What is known of a provider key, in one word and one sentence: for people, nothing is decided by it."""

import math
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from perpetuo.core.resilience.availability import Blocked
from perpetuo.core.resilience.health import FEW_SAMPLES, HealthView

ModelHealthState = Literal["healthy", "degraded", "cooling", "breaker_open", "model_missing", "unknown"]
KeyHealthState = Literal["healthy", "degraded", "cooling", "quarantined", "breaker_open", "unknown"]

RECENT_SAMPLES = 0.05
"""A single request is as little as this after nine minutes: what was measured then says nothing about now."""
DEGRADED_ERROR_RATE = 0.1
MAX_MODELS = 100
"""Told of one key: those that may not be asked first, then those that were asked most."""


class ModelHealth(msgspec.Struct, frozen=True):
    """error_rate: 0 to 1, of the last minutes; None = nothing measured. samples: decayed count behind the figures."""

    model: str
    state: ModelHealthState
    reason: str
    retry_after_s: float | None = None
    error_rate: float | None = None
    first_byte_ms: float | None = None
    tokens_per_s: float | None = None
    samples: float = 0.0


class KeyHealth(msgspec.Struct, frozen=True):
    """As `ModelHealth`, of all models together. models: those that something is known of."""

    key_id: str
    state: KeyHealthState
    reason: str
    retry_after_s: float | None = None
    error_rate: float | None = None
    first_byte_ms: float | None = None
    tokens_per_s: float | None = None
    samples: float = 0.0
    models: tuple[ModelHealth, ...] = ()


def judge_key(key_id: str, blocked: Mapping[str | None, Blocked], measured: Mapping[str, HealthView]) -> KeyHealth:
    """blocked: by model id, None = the whole key. measured: by model id."""
    recent = {name: view for name, view in measured.items() if view.samples >= RECENT_SAMPLES}
    names = {name for name in blocked if name is not None} | recent.keys()
    models = sorted(
        (_judge_model(name, blocked.get(name), recent.get(name)) for name in names),
        key=lambda model: (model.retry_after_s is None, -model.samples, model.model),
    )
    whole = _together(recent.values())
    state, reason, retry_after_s = _judge(blocked.get(None), models, whole)
    return KeyHealth(
        key_id=key_id,
        state=state,
        reason=reason,
        retry_after_s=retry_after_s,
        error_rate=whole.error_rate if whole.samples else None,
        first_byte_ms=whole.first_byte_ms,
        tokens_per_s=whole.tokens_per_s,
        samples=whole.samples,
        models=tuple(models[:MAX_MODELS]),
    )


def _judge(
    blocked: Blocked | None, models: list[ModelHealth], whole: HealthView
) -> tuple[KeyHealthState, str, float | None]:
    if blocked is not None:
        assert blocked.code in ("quarantined", "cooling"), "the only pauses of a whole key"
        return blocked.code, blocked.reason, blocked.retry_after_s
    # That a vendor lacks a model says nothing about the key.
    asked = [model for model in models if model.state != "model_missing"]
    paused = [model for model in asked if model.state in ("cooling", "breaker_open")]
    if paused and len(paused) == len(asked):
        first = min(paused, key=lambda model: model.retry_after_s or 0.0)
        state = "breaker_open" if any(model.state == "breaker_open" for model in paused) else "cooling"
        which = f"{first.model}: " if len(paused) == 1 else "Every model that was asked lately has a pause. "
        return state, which + first.reason, first.retry_after_s
    if paused:
        left_s = min(model.retry_after_s or 0.0 for model in paused)
        return "degraded", f"{len(paused)} of {len(asked)} models that were asked lately have a pause.", left_s
    state, reason = _measured(whole)
    return state, reason, None


def _judge_model(name: str, blocked: Blocked | None, view: HealthView | None) -> ModelHealth:
    whole = view or HealthView(0.0, None, 0.0)
    if blocked is None:
        state, reason = _measured(whole)
    else:
        assert blocked.code != "quarantined", "a key is, no model"
        state, reason = blocked.code, blocked.reason
    return ModelHealth(
        model=name,
        state=state,
        reason=reason,
        retry_after_s=None if blocked is None else blocked.retry_after_s,
        error_rate=None if view is None else view.error_rate,
        first_byte_ms=whole.first_byte_ms,
        tokens_per_s=whole.tokens_per_s,
        samples=whole.samples,
    )


def _measured(view: HealthView) -> tuple[Literal["healthy", "degraded", "unknown"], str]:
    if view.samples < RECENT_SAMPLES:
        return "unknown", "It was not asked in the last minutes."
    if view.error_rate >= DEGRADED_ERROR_RATE:
        percent = math.floor(view.error_rate * 100 + 0.5)
        if view.samples < FEW_SAMPLES and view.error_rate < 1:
            return "healthy", f"It answers; {percent} % of the few requests of the last minutes failed."
        return "degraded", f"{percent} % of the requests of the last minutes failed."
    return "healthy", "It answers."


def _together(views: Iterable[HealthView]) -> HealthView:
    """As if it were one model. How many answers a mean rests on is not known, so it counts as the successes do."""
    samples = failures = 0.0
    first_byte_ms, rate = _Mean(), _Mean()
    for view in views:
        samples += view.samples
        failures += view.samples * view.error_rate
        successes = view.samples * (1 - view.error_rate)
        first_byte_ms.add(view.first_byte_ms, successes)
        rate.add(view.tokens_per_s, successes)
    return HealthView(samples, first_byte_ms.mean(), failures / samples if samples else 0.0, rate.mean())


class _Mean:
    __slots__ = ("total", "weight")

    def __init__(self) -> None:
        self.total = self.weight = 0.0

    def add(self, value: float | None, weight: float) -> None:
        if value is not None:
            self.total += value * weight
            self.weight += weight

    def mean(self) -> float | None:
        return self.total / self.weight if self.weight else None
