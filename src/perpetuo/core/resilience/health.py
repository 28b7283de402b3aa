"""How each (provider key, model) has done lately, as this gateway measured it. Time comes in."""

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


class _Window:
    __slots__ = ("at_s", "failures", "first_byte_ms", "first_bytes", "rate", "rates", "samples")

    def __init__(self, now_s: float) -> None:
        self.at_s = now_s
        self.samples = self.failures = self.first_bytes = self.first_byte_ms = self.rates = self.rate = 0.0

    def decay(self, now_s: float) -> None:
        factor = 0.5 ** (max(0.0, now_s - self.at_s) / HALF_LIFE_S)
        self.at_s = max(self.at_s, now_s)
        for name in ("samples", "failures", "first_bytes", "first_byte_ms", "rates", "rate"):
            setattr(self, name, getattr(self, name) * factor)

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
