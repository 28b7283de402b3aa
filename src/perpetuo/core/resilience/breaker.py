"""A circuit breaker as a state machine without a clock: 5 failures in a row open it, one probe closes it."""

THRESHOLD = 5
FIRST_PAUSE_S = 5.0
MAX_PAUSE_S = 120.0


class Breaker:
    """One (provider key, model). jitter01: a number in [0, 1] that spreads the probes of many gateways."""

    __slots__ = ("failures", "open_until_s", "opened", "probing_until_s")

    def __init__(self) -> None:
        self.failures = 0
        self.opened = 0
        self.open_until_s: float | None = None
        self.probing_until_s: float | None = None

    def record_content(self, now_s: float) -> None:
        """A stream has begun to answer; whether it ends as it should is not known yet, so the failures before it still
        count. Where it was the probe, others may go again, and one more failure opens the breaker once more."""
        if self.open_until_s is not None and not self.is_open(now_s):
            self.failures = THRESHOLD - 1
            self.open_until_s = self.probing_until_s = None

    def record_success(self, now_s: float) -> None:
        """A whole answer. While it is open only requests that were under way succeed: they prove nothing, and the
        pause goes on."""
        if self.is_open(now_s):
            return
        self.failures = self.opened = 0
        self.open_until_s = self.probing_until_s = None

    def record_failure(self, now_s: float, jitter01: float) -> None:
        self.failures += 1
        if self.failures < THRESHOLD or self.is_open(now_s):
            return  # requests that were under way when it opened say nothing new: the pause does not grow by them
        self.probing_until_s = None
        pause_s = min(FIRST_PAUSE_S * 2**self.opened, MAX_PAUSE_S)
        self.opened = min(self.opened + 1, 10)
        self.open_until_s = now_s + pause_s * (0.8 + 0.4 * jitter01)

    def blocked_until_s(self, now_s: float) -> float | None:
        """None when a request may pass: closed, or half open with no probe under way."""
        if self.open_until_s is None:
            return None
        if now_s < self.open_until_s:
            return self.open_until_s
        if self.probing_until_s is not None and now_s < self.probing_until_s:
            return self.probing_until_s
        return None

    def note_started(self, now_s: float, probe_s: float) -> bool:
        """A request went out. In the half-open state it is the one probe (True); others wait for it, `probe_s` at
        most."""
        if self.open_until_s is None or now_s < self.open_until_s:
            return False
        self.probing_until_s = now_s + probe_s
        return True

    def forget_probe(self) -> None:
        """The probe ended without a word about health (a limit, the client's mistake): another one may go."""
        self.probing_until_s = None

    def end_pause(self, now_s: float) -> None:
        """There is reason to think that it works again: the one probe may go now."""
        if self.open_until_s is not None:
            self.open_until_s = min(self.open_until_s, now_s)

    def is_open(self, now_s: float) -> bool:
        return self.open_until_s is not None and now_s < self.open_until_s
