"""A clock that stands still until a test moves it."""

from gateway_harness import RunningGateway


class SteppedClock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return 1_790_000_000.0 + self.now_s

    def move(self, seconds: float) -> None:
        self.now_s += seconds


def stop_time(gateway: RunningGateway) -> SteppedClock:
    """From now on the gateway's decisions see this clock; its deadlines on sockets go on as they were."""
    clock = SteppedClock()
    gateway.state.clock = clock
    return clock
