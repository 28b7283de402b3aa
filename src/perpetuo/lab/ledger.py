"""A simulated vendor's own books: every request, token and socket event, as seen from its side of the wire."""

from collections import Counter, deque
from collections.abc import Iterator
from typing import Literal

import msgspec

from perpetuo.lab.script import Tokens

Outcome = Literal["open", "finished", "finished_broken", "cut", "reset", "client_closed", "stopped"]
"""finished: a whole answer. finished_broken: HTTP ended as it should, but around an error or something unusable.
cut and reset: the lab broke off, as a fault asked. stopped: the vendor was stopped meanwhile."""


class Connection(msgspec.Struct):
    """One accepted socket. Times are Unix seconds."""

    id: int
    accepted_at: float
    requests: int = 0
    closed_at: float | None = None
    closed_by: Literal["client", "lab"] | None = None


class LedgerEntry(msgspec.Struct):
    """One request. Times are Unix seconds, None = did not happen.

    status:          as sent; None when nothing was.
    key_hint:        the last four characters of the credential.
    asked_tokens:    counted in the request, whatever became of it.
    input_tokens, output_tokens: what the vendor bills. A finished answer: its usage. A stream broken after content:
                     the whole input, and one output token for each content chunk handed to the socket. Else 0.
    cached_input_tokens, cache_write_tokens: of input_tokens, as far as they were billed.
    reported:        the usage that was put on the wire, None if there was none; what a vendor that cheats says.
    chunks_sent:     events of a stream, content or not; 1 for a whole reply.
    content_sent:    reasoning, text and tool arguments handed to the socket, in order.
    """

    seq: int
    vendor: str
    connection: int
    accepted_at: float
    received_at: float
    method: str
    path: str
    request_id: str | None = None
    attempt: str | None = None
    model: str | None = None
    stream: bool = False
    fault: str | None = None
    status: int | None = None
    outcome: Outcome = "open"
    key_hint: str | None = None
    body_bytes: int = 0
    images: int = 0
    asked_tokens: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reported: Tokens | None = None
    cost_nanousd: int = 0
    chunks_sent: int = 0
    content_chunks_sent: int = 0
    content_sent: str = ""
    first_byte_at: float | None = None
    finished_at: float | None = None
    reset_at: float | None = None
    closed_at: float | None = None
    client_closed_at: float | None = None


class Totals(msgspec.Struct, frozen=True):
    """requests: inference only. Tokens and cost: of every entry, cut ones as far as they came."""

    requests: int
    other_requests: int
    open: int
    by_status: dict[str, int]
    by_fault: dict[str, int]
    by_outcome: dict[str, int]
    by_model: dict[str, int]
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    cost_nanousd: int
    connections: int
    open_connections: int
    dropped_entries: int


class LabLedger:
    """In order of arrival. limit: entries kept; older ones are dropped and counted, so memory stays bounded."""

    def __init__(self, limit: int = 200_000) -> None:
        self._limit = limit
        self.clear()

    def clear(self) -> None:
        self.entries: deque[LedgerEntry] = deque(maxlen=self._limit)
        self.connections: deque[Connection] = deque(maxlen=self._limit)
        self.dropped = 0
        self.last_seq = 0
        self._connections_seen = 0

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[LedgerEntry]:
        return iter(self.entries)

    def __getitem__(self, index: int) -> LedgerEntry:
        return self.entries[index]

    def next_seq(self) -> int:
        self.last_seq += 1
        return self.last_seq

    def add(self, entry: LedgerEntry) -> None:
        self.dropped += len(self.entries) == self._limit
        self.entries.append(entry)

    def connect(self, at: float) -> Connection:
        self._connections_seen += 1
        connection = Connection(self._connections_seen, at)
        self.connections.append(connection)
        return connection

    def since(self, seq: int) -> list[LedgerEntry]:
        return [entry for entry in self.entries if entry.seq > seq]

    def of_request(self, request_id: str) -> list[LedgerEntry]:
        return [entry for entry in self.entries if entry.request_id == request_id]

    def inference(self) -> list[LedgerEntry]:
        return [entry for entry in self.entries if entry.method == "POST"]

    def totals(self) -> Totals:
        inference = self.inference()
        return Totals(
            requests=len(inference),
            other_requests=len(self.entries) - len(inference),
            open=sum(entry.outcome == "open" for entry in self.entries),
            by_status=dict(Counter(str(entry.status) for entry in inference if entry.status is not None)),
            by_fault=dict(Counter(entry.fault for entry in inference if entry.fault is not None)),
            by_outcome=dict(Counter(entry.outcome for entry in inference)),
            by_model=dict(Counter(entry.model for entry in inference if entry.model is not None)),
            input_tokens=sum(entry.input_tokens for entry in inference),
            cached_input_tokens=sum(entry.cached_input_tokens for entry in inference),
            output_tokens=sum(entry.output_tokens for entry in inference),
            cost_nanousd=sum(entry.cost_nanousd for entry in inference),
            connections=self._connections_seen,
            open_connections=sum(connection.closed_at is None for connection in self.connections),
            dropped_entries=self.dropped,
        )
