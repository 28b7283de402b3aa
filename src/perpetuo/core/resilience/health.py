"""How each (provider key, model) has done lately, as this gateway measured it. Time comes in."""

import math
from collections.abc import Iterable, Mapping

import msgspec

HALF_LIFE_S = 120.0
MAX_MODELS_PER_KEY = 256
"""A self-hosted key serves any name, so names come from clients: of more than this the oldest is forgotten."""


class HealthView(msgspec.Struct, frozen=True):
    """samples: decayed count; below `FEW_SAMPLES` there is little data. first_byte_ms: None = none measured."""

    samples: float
    first_byte_ms: float | None
    error_rate: float
    tokens_per_s: float | None = None


FEW_SAMPLES = 3.0


class WindowState(msgspec.Struct, frozen=True, array_like=True):
    """A window as another process takes it over: decayed sums."""

    key_id: str
    model_id: str
    samples: float
    failures: float
    first_bytes: float
    first_byte_ms: float
    rates: float
    rate: float


_SUMS = ("samples", "failures", "first_bytes", "first_byte_ms", "rates", "rate")


class _Window:
    __slots__ = ("at_s", "failures", "first_byte_ms", "first_bytes", "rate", "rates", "samples")

    def __init__(self, now_s: float) -> None:
        self.at_s = now_s
        self.samples = self.failures = self.first_bytes = self.first_byte_ms = self.rates = self.rate = 0.0

    def decay(self, now_s: float) -> None:
        if now_s <= self.at_s:
            return
        factor = 0.5 ** ((now_s - self.at_s) / HALF_LIFE_S)
        self.at_s = now_s
        self.samples *= factor
        self.failures *= factor
        self.first_bytes *= factor
        self.first_byte_ms *= factor
        self.rates *= factor
        self.rate *= factor

    def view(self, now_s: float) -> HealthView:
        factor = 0.5 ** (max(0.0, now_s - self.at_s) / HALF_LIFE_S)
        return HealthView(
            samples=self.samples * factor,
            first_byte_ms=self.first_byte_ms / self.first_bytes if self.first_bytes else None,
            error_rate=self.failures / self.samples if self.samples else 0.0,
            tokens_per_s=self.rate / self.rates if self.rates else None,
        )


class Health:
    """A decayed window per (provider key id, model id): a sample counts half after `HALF_LIFE_S`."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[str, _Window]] = {}

    def record_success(self, key_id: str, model_id: str, now_s: float, *, first_byte_ms: float) -> None:
        """Called at the first content, when nobody knows yet how fast the rest will come."""
        window = self._touch(key_id, model_id, now_s)
        window.samples += 1
        window.first_bytes += 1
        window.first_byte_ms += first_byte_ms

    def record_throughput(self, key_id: str, model_id: str, now_s: float, tokens_per_s: float) -> None:
        """Called when an answer has ended: output tokens over the time from its first content to its end."""
        window = self._touch(key_id, model_id, now_s)
        window.rates += 1
        window.rate += tokens_per_s

    def record_failure(self, key_id: str, model_id: str, now_s: float) -> None:
        window = self._touch(key_id, model_id, now_s)
        window.samples += 1
        window.failures += 1

    def merge(
        self,
        key_id: str,
        model_id: str,
        now_s: float,
        successes: int,
        first_byte_ms_sum: float,
        rates: int,
        rate_sum: float,
    ) -> None:
        """What another process measured lately."""
        window = self._touch(key_id, model_id, now_s)
        window.samples += successes
        window.first_bytes += successes
        window.first_byte_ms += first_byte_ms_sum
        window.rates += rates
        window.rate += rate_sum

    def states(self, now_s: float) -> Iterable[WindowState]:
        for key_id, models in self._keys.items():
            for model_id, window in models.items():
                window.decay(now_s)
                yield WindowState(key_id, model_id, *(getattr(window, name) for name in _SUMS))

    def adopt(self, told: WindowState, now_s: float) -> None:
        """Taken over whole where it rests on more than what is known here: processes tell of the same requests, so
        sums would count them twice."""
        sums = [getattr(told, name) for name in _SUMS]
        window = self._touch(told.key_id, told.model_id, now_s)
        if all(math.isfinite(number) and 0 <= number <= 1e15 for number in sums) and told.samples > window.samples:
            for name, number in zip(_SUMS, sums, strict=True):
                setattr(window, name, number)

    def view(self, now_s: float, key_ids: Iterable[str]) -> Mapping[tuple[str, str], HealthView]:
        """What is known of these provider keys, by (provider key id, model id)."""
        return {
            (key_id, model_id): window.view(now_s)
            for key_id in key_ids
            for model_id, window in self._keys.get(key_id, {}).items()
        }

    def _touch(self, key_id: str, model_id: str, now_s: float) -> _Window:
        models = self._keys.setdefault(key_id, {})
        window = models.get(model_id)
        if window is None:
            if len(models) >= MAX_MODELS_PER_KEY:
                del models[next(iter(models))]
            window = models[model_id] = _Window(now_s)
        window.decay(now_s)
        return window
