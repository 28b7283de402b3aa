"""What can go wrong on demand, under which name, and for which requests."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from perpetuo.lab.draws import fraction

Group = Literal[
    "retryable", "timeout", "next_candidate", "key", "invalid_request", "after_content", "after_content_timeout",
    "harmless", "cheating", "hostile",
]  # fmt: skip
Parameter = Literal["after", "delay_s", "retry_after_s", "factor", "megabytes", "count"]
Break = Literal["cut", "reset", "end", "error", "malformed", "framing", "hang", "flood"]

MAX_MEGABYTES = 1024.0
MAX_COUNT = 1_000_000
_OPTIONS: tuple[Parameter, ...] = ("after", "delay_s", "retry_after_s", "factor", "megabytes", "count")


class FaultRow(msgspec.Struct, frozen=True):
    """One fault.

    parameter: what the number in `name=number` sets; default its value when there is none.
    status:    answered at once with this status and the vendor's own error body.
    breaks:    how a reply ends in the middle; `after` counts the content chunks before it.
    is_whole:  nothing is missing from the answer, as far as HTTP and the protocol go.
    """

    group: Group
    about: str
    parameter: Parameter | None = None
    default: float = 0
    status: int | None = None
    breaks: Break | None = None
    is_whole: bool = False


def _status(status: int, group: Group, about: str, parameter: Parameter | None = None, default: float = 0) -> FaultRow:
    return FaultRow(group, about, parameter, default, status=status)


def _before(breaks: Break, about: str, group: Group = "retryable") -> FaultRow:
    return FaultRow(group, about, breaks=breaks)


def _after(breaks: Break, about: str, group: Group = "after_content") -> FaultRow:
    return FaultRow(group, about, "after", 3, breaks=breaks)


def _whole(group: Group, about: str, parameter: Parameter | None = None, default: float = 0) -> FaultRow:
    return FaultRow(group, about, parameter, default, is_whole=True)


def _hostile(about: str, breaks: Break | None = None, *, megabytes: float = 64) -> FaultRow:
    return FaultRow("hostile", about, "megabytes", megabytes, breaks=breaks)


FAULTS: dict[str, FaultRow] = {
    "status_408": _status(408, "retryable", "request timeout"),
    "status_409": _status(409, "retryable", "conflict"),
    "status_429": _status(429, "retryable", "rate limited, Retry-After in seconds", "retry_after_s", 1),
    "status_429_date": _status(429, "retryable", "rate limited, Retry-After as an HTTP date", "retry_after_s", 2),
    "status_429_bare": _status(429, "retryable", "rate limited, no Retry-After"),
    "status_500": _status(500, "retryable", "internal error"),
    "status_502": _status(502, "retryable", "an HTML page from the vendor's edge"),
    "status_503": _status(503, "retryable", "overloaded, Retry-After in seconds", "retry_after_s", 1),
    "status_504": _status(504, "retryable", "the vendor's own timeout"),
    "status_529": _status(529, "retryable", "overloaded"),
    "reset_before_byte": FaultRow("retryable", "RST instead of a reply"),
    "close_before_byte": FaultRow("retryable", "FIN instead of a reply"),
    "html_200": FaultRow("retryable", "200 with an HTML page"),
    "empty_200": FaultRow("retryable", "200 with an empty body"),
    "truncated_json": FaultRow("retryable", "200 whose JSON stops in the middle, HTTP itself whole"),
    "short_body": FaultRow("retryable", "content-length promises more than is sent, then FIN"),
    "in_band_error": _before("error", "200, the stream opens, then an error event before any content"),
    "in_band_error_first": FaultRow("retryable", "200 whose very first event is an error"),
    "malformed_chunk": _before("malformed", "an event that is not JSON before any content"),
    "bad_framing": _before("framing", "an impossible chunk size before any content"),
    "cut_before_content": _before("cut", "the stream opens, then FIN without the last chunk"),
    "reset_before_content": _before("reset", "the stream opens, then RST"),
    "end_before_content": _before("end", "the stream opens, then ends as HTTP should, but without an answer"),
    "hang": FaultRow("timeout", "never a byte"),
    "hang_before_content": _before("hang", "the stream opens, then nothing more", "timeout"),
    "status_402": _status(402, "next_candidate", "out of credit"),
    "status_404": _status(404, "next_candidate", "the model does not exist"),
    "status_429_quota": _status(429, "next_candidate", "429 `insufficient_quota`, which waiting does not mend"),
    "status_401": _status(401, "key", "the key is refused"),
    "status_401_echo": _status(401, "key", "the key is refused and quoted in body and header: a test of redaction"),
    "status_403": _status(403, "key", "the key may not do this"),
    "status_400": _status(400, "invalid_request", "the request is refused"),
    "status_413": _status(413, "invalid_request", "the request is too large"),
    "status_422": _status(422, "invalid_request", "the request can not be processed"),
    "cut_after": _after("cut", "FIN without the last chunk after n content chunks"),
    "reset_after": _after("reset", "RST after n content chunks"),
    "end_after": _after("end", "after n content chunks the body ends as HTTP should, without the protocol's end"),
    "in_band_error_after": _after("error", "an error event after n content chunks"),
    "malformed_chunk_after": _after("malformed", "an event that is not JSON after n content chunks"),
    "bad_framing_after": _after("framing", "an impossible chunk size after n content chunks"),
    "hang_after": _after("hang", "nothing more after n content chunks", "after_content_timeout"),
    "slow_first_byte": _whole("harmless", "the first byte is late", "delay_s", 1.0),
    "drip": _whole("harmless", "a pause before each content chunk", "delay_s", 0.05),
    "split": _whole("harmless", "the reply leaves in small pieces cut at places drawn from the seed"),
    "stale_keep_alive": _whole("harmless", "a good reply, then FIN although keep-alive was promised"),
    "ignore_schema": _whole("cheating", "prose although JSON was asked for"),
    "ignore_tools": _whole("cheating", "prose although a tool call was demanded"),
    "ignore_max_tokens": _whole("cheating", "the whole answer although fewer tokens were allowed"),
    "wrong_usage": _whole("cheating", "reports n times the tokens it bills; 0: none at all", "factor", 3),
    "no_usage": _whole("cheating", "leaves the usage out (not from Bedrock's stream)"),
    "wrong_model": _whole("cheating", "says another model answered"),
    "endless_line": _hostile("a line that never ends, until n MB or the client leaves", "flood"),
    "endless_comments": _hostile("comments (blanks without streaming) and never an answer, until n MB", "flood"),
    "endless_interim": _hostile("103 Early Hints over and over instead of a reply, until n MB"),
    "giant_body": _whole("hostile", "one well-formed answer of n MB; on a stream in one event", "megabytes", 64),
    "giant_header": _hostile("a header of n MB", megabytes=8),
    "many_headers": FaultRow("hostile", "n headers", "count", 20_000),
    "gzip_bomb": _hostile("n MB of zeros, compressed although nobody asked for that"),
    "deep_json": FaultRow("hostile", "JSON nested n deep", "count", 100_000, breaks="flood"),
}  # fmt: skip


def _names(group: Group) -> tuple[str, ...]:
    return tuple(name for name, row in FAULTS.items() if row.group == group)


RETRYABLE_FAULTS = _names("retryable")
"""Nothing of an answer has been seen and the next candidate should be tried. Each answers at once."""
TIMEOUT_FAULTS = _names("timeout")
"""As RETRYABLE_FAULTS, but noticed only by the caller's own deadline."""
NEXT_CANDIDATE_FAULTS = _names("next_candidate")
"""Not worth repeating at this key or model; another candidate should answer."""
KEY_FAULTS = _names("key")
"""Fatal for the key."""
INVALID_REQUEST_FAULTS = _names("invalid_request")
"""Fatal for the request: no other candidate would take it either."""
AFTER_CONTENT_FAULTS = _names("after_content")
"""On a stream: content has been sent and there is no way back. Without streaming: nothing usable was sent."""
AFTER_CONTENT_TIMEOUT_FAULTS = _names("after_content_timeout")
HARMLESS_FAULTS = _names("harmless")
"""Odd, but a correct client still gets the whole answer."""
CHEATING_FAULTS = _names("cheating")
"""A whole answer by the protocol, which does not keep to the request or lies about itself. The books know the truth."""
HOSTILE_FAULTS = _names("hostile")
"""Meant to exhaust the client's memory or time. Each ends by itself at its number."""


class Fault(msgspec.Struct, frozen=True):
    """A fault with its numbers, as `parse_fault` makes it. spec: as it was asked for."""

    name: str
    spec: str
    after: int = 0
    delay_s: float = 0.0
    retry_after_s: float = 0.0
    factor: float = 1.0
    megabytes: float = 0.0
    count: int = 0

    @property
    def row(self) -> FaultRow:
        return FAULTS[self.name]


class FaultRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which requests a fault strikes; a condition left out holds for all. The first rule that strikes wins.

    every:   each n-th matching request (the n-th first).
    rate:    this share of the matching requests, drawn from the seed.
    count:   strike so often, then never again.
    stream:  only streams, or only the others.
    path:    exactly this path; left out = the inference endpoints, not `/v1/models`.
    attempt: only this `x-perpetuo-attempt`.
    """

    fault: str
    every: int | None = None
    rate: float | None = None
    count: int | None = None
    model: str | None = None
    stream: bool | None = None
    path: str | None = None
    attempt: str | None = None


class FaultPlan:
    """The rules in force and how often each has matched and struck."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rules: list[tuple[FaultRule, Fault]] = []
        self._matched: list[int] = []
        self._struck: list[int] = []

    def replace(self, rules: Sequence[FaultRule]) -> None:
        """Raises ValueError for an unknown fault; the old rules then stay. Every rule counts from nothing."""
        self._rules = [(rule, parse_fault(rule.fault)) for rule in rules]
        self._matched = [0] * len(self._rules)
        self._struck = [0] * len(self._rules)

    def change(self, rules: Sequence[FaultRule]) -> None:
        """As `replace`, but a rule that was in force before goes on counting where it was."""
        counted = {rule: index for index, (rule, _) in enumerate(self._rules)}
        matched, struck = self._matched, self._struck
        self.replace(rules)
        for index, rule in enumerate(rules):
            if (before := counted.get(rule)) is not None:
                self._matched[index], self._struck[index] = matched[before], struck[before]

    def rules(self) -> list[dict[str, object]]:
        return [
            {**msgspec.structs.asdict(rule), "matched": matched, "struck": struck}
            for (rule, _), matched, struck in zip(self._rules, self._matched, self._struck, strict=True)
        ]

    def strike(self, *, path: str, is_inference: bool, model: str, stream: bool, attempt: str | None) -> Fault | None:
        """The fault for this request. Counts it, so ask once."""
        for index, (rule, fault) in enumerate(self._rules):
            if path != rule.path if rule.path is not None else not is_inference:
                continue
            if rule.model is not None and rule.model != model:
                continue
            if rule.stream is not None and rule.stream != stream:
                continue
            if rule.attempt is not None and rule.attempt != attempt:
                continue
            self._matched[index] += 1
            if self._is_due(index, rule):
                self._struck[index] += 1
                return fault
        return None

    def _is_due(self, index: int, rule: FaultRule) -> bool:
        matched = self._matched[index]
        if rule.count is not None and self._struck[index] >= rule.count:
            return False
        if rule.every is not None and matched % rule.every:
            return False
        return rule.rate is None or fraction(self._seed, "rule", index, matched) < rule.rate


def parse_fault(spec: str) -> Fault:
    """`name`, `name=number` or `name=number;delay_s=0.1;retry_after_s=2`. Raises ValueError saying what is wrong."""
    head, *options = [part.strip() for part in spec.split(";")]
    name, _, number = head.partition("=")
    row = FAULTS.get(name)
    if row is None:
        raise ValueError(f"unknown fault {name!r}; known: {', '.join(FAULTS)}")
    values: dict[str, float] = {}
    if row.parameter is not None:
        values[row.parameter] = _number(number, spec) if number else row.default
    elif number:
        raise ValueError(f"{name!r} takes no number: {spec!r}")
    for option in options:
        key, _, number = option.partition("=")
        if key not in _OPTIONS:
            raise ValueError(f"unknown option {key!r} in {spec!r}")
        values[key] = _number(number, spec)
    return Fault(
        name,
        spec,
        after=int(values.get("after", 0)),
        delay_s=values.get("delay_s", 0.0),
        retry_after_s=values.get("retry_after_s", 0.0),
        factor=values.get("factor", 1.0),
        megabytes=min(values.get("megabytes", 0.0), MAX_MEGABYTES),
        count=int(min(values.get("count", 0), MAX_COUNT)),
    )


def _number(text: str, spec: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= MAX_COUNT:
        raise ValueError(f"not a number from 0 to {MAX_COUNT}: {text!r} in {spec!r}")
    return number
