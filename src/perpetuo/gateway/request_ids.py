"""Ids of requests: UUIDv7, with random bits drawn from the kernel for many at once."""

from perpetuo.core.ids import uuid7_text
from perpetuo.core.ports import Entropy

DRAWN = 64


class RequestIds:
    """Called from one thread: the same bits must not be handed out twice."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._bits = b""
        self._at = 0

    def new(self, wall_ms: int) -> str:
        if self._at >= len(self._bits):
            self._bits = self._entropy.random_bytes(10 * DRAWN)
            self._at = 0
        bits = self._bits[self._at : self._at + 10]
        self._at += 10
        return uuid7_text(wall_ms, bits)
