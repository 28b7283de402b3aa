"""What the stream decoders of all protocols share: feeding, ending, and bodies that are no event stream.

`EventStreamDecoder` is for server-sent events, `MessageStreamDecoder` for AWS's binary event stream.
"""

from collections.abc import Callable

from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.usage import NOT_REPORTED, Usage
from perpetuo.providers.aws_event_stream import (
    AwsEventStreamParser,
    EventMessage,
    EventStreamCorrupt,
    EventStreamTooLarge,
)
from perpetuo.providers.json_array import JsonArrayParser, JsonArrayTooLarge
from perpetuo.providers.sse import MAX_EVENT_BYTES, SseEvent, SseParser, SseTooLarge

MAX_FOREIGN_BODY_BYTES = 64 * 1024
"""Of a body that is no event stream, only this much is kept to find out what it says."""


class _FramedDecoder:
    """A `StreamDecoder` whose subclasses say what a frame, an event and an end mean.

    read_foreign_body: tells what a JSON body means that came where a stream was asked for.
    """

    saw_content: bool
    output_deltas: int
    usage: Usage
    finish_reason: str | None
    model: str | None
    failure: UpstreamFailure | None
    done: bool

    def __init__(self, read_foreign_body: Callable[[bytes], UpstreamFailure]) -> None:
        self.saw_content = False
        self.output_deltas = 0
        self.usage = NOT_REPORTED
        self.finish_reason = None
        self.model = None
        self.failure = None
        self.done = False
        self._read_foreign_body = read_foreign_body
        self._foreign: bytearray | None = None
        self._started = False
        self._saw_event = False
        self._saw_text = False

    def feed(self, data: bytes) -> bytes:
        if self.failure is not None or self.done:
            return b""
        if not self._started:
            self._look_at_start(data)
        if self._foreign is not None:
            self._keep_foreign(data)
            return b""
        return self._feed_frames(data)

    def end(self) -> bytes:
        if self.failure is not None or self.done:
            return b""
        if self._foreign is not None:
            self.failure = self._read_foreign_body(bytes(self._foreign))
            return b""
        out = self._feed_end()
        if self.failure is None and not self.done:
            out += self.on_end()
        return out

    def on_end(self) -> bytes:
        """The body ended and the protocol's own end had not come."""
        raise NotImplementedError

    def _feed_frames(self, data: bytes) -> bytes:
        raise NotImplementedError

    def _feed_end(self) -> bytes:
        """What was left in the parser when the body ended."""
        raise NotImplementedError

    def cut_off(self) -> UpstreamFailure:
        """What an end means that came too early."""
        if self._saw_event:
            return UpstreamFailure("truncated", "The provider's stream ended before its answer did.")
        if self._saw_text:
            return UpstreamFailure("malformed", "The provider's answer is not an event stream.")
        return UpstreamFailure("empty", "The provider's stream was empty.")

    def _look_at_start(self, data: bytes) -> None:
        """An event stream starts with a field name or a colon. JSON and HTML do not."""
        text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not text:
            return
        self._started = True
        self._saw_text = not text.startswith(b":")
        if text[:1] == b"[" and self._begin_array():
            return
        if text[:1] in (b"{", b"["):
            self._foreign = bytearray()
        elif text[:1] == b"<":
            self.failure = UpstreamFailure("malformed", "The provider answered with a page instead of a stream.")
            self._foreign = bytearray()

    def _begin_array(self) -> bool:
        """Whether an array is this protocol's other form of a stream."""
        return False

    def _keep_foreign(self, data: bytes) -> None:
        assert self._foreign is not None
        room = MAX_FOREIGN_BODY_BYTES - len(self._foreign)
        self._foreign += data[:room]
        if len(data) > room and self.failure is None:
            self.failure = UpstreamFailure("malformed", "The provider answered with a document instead of a stream.")


def is_text(data: bytes) -> bool:
    """UTF-8, also in what nobody reads: some of it is passed on, and clients can not read anything else."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


_NO_TEXT = UpstreamFailure("malformed", "The provider sent bytes that are no UTF-8.")


class EventStreamDecoder(_FramedDecoder):
    """For server-sent events.

    array_is_stream: a JSON array is the same stream, each element the data of an event.
    """

    def __init__(self, read_foreign_body: Callable[[bytes], UpstreamFailure], *, array_is_stream: bool = False) -> None:
        super().__init__(read_foreign_body)
        self._parser = SseParser()
        self._array_is_stream = array_is_stream
        self._array: JsonArrayParser | None = None

    @property
    def holds_back(self) -> bool:
        """A part of an event waits for the rest."""
        return self._array is not None or self._foreign is not None or not self._parser.is_between_events

    def on_event(self, event: SseEvent, data: bytes) -> bytes:
        raise NotImplementedError

    def on_comment(self, event: SseEvent) -> bytes:
        """Comments keep proxies on the way awake; they are for no one in particular, and may hold any bytes."""
        return event.raw if event.raw.isascii() else b":\n\n"

    def _feed_frames(self, data: bytes) -> bytes:
        try:
            if self._array is not None:
                return self._take([SseEvent("", element, element) for element in self._array.feed(data)])
            return self._take(self._parser.feed(data))
        except (SseTooLarge, JsonArrayTooLarge) as exc:
            self.failure = UpstreamFailure("too_large", str(exc))
            return b""

    def _begin_array(self) -> bool:
        if self._array_is_stream:
            self._array = JsonArrayParser(MAX_EVENT_BYTES)
        return self._array_is_stream

    def _feed_end(self) -> bytes:
        if self._array is not None:
            return b""
        try:
            return self._take_unfinished()
        except SseTooLarge as exc:
            self.failure = UpstreamFailure("too_large", str(exc))
            return b""

    def _take(self, events: list[SseEvent]) -> bytes:
        out: list[bytes] = []
        for event in events:
            if event.data is None:
                out.append(self.on_comment(event))
                continue
            self._saw_event = True
            if not is_text(event.raw):
                self.failure = _NO_TEXT
                break
            out.append(self.on_event(event, event.data))
            if self.failure is not None or self.done:
                break
        return b"".join(out)

    def _take_unfinished(self) -> bytes:
        """The last event counts without its blank line if it is whole: `[DONE]` or a complete JSON object."""
        event = self._parser.end()
        if event is None or event.data is None:
            return b""
        data = event.data.strip()
        if data != b"[DONE]" and not (data.startswith(b"{") and data.endswith(b"}")):
            self._saw_event = True
            return b""
        whole = SseEvent(event.event, event.data, event.raw.rstrip(b"\r\n") + b"\n\n")
        out = self._take([whole])
        if self.failure is not None and self.failure.kind == "malformed":
            self.failure = self.cut_off()  # what looked like an end was the middle of an object
        return out


class MessageStreamDecoder(_FramedDecoder):
    """For AWS's binary event stream. Its first byte is always zero, so what is JSON or a page shows at once."""

    def __init__(self, read_foreign_body: Callable[[bytes], UpstreamFailure]) -> None:
        super().__init__(read_foreign_body)
        self._parser = AwsEventStreamParser()

    def on_message(self, message: EventMessage) -> bytes:
        raise NotImplementedError

    def _feed_frames(self, data: bytes) -> bytes:
        """Whole messages in front of a bad one count: the parser is asked again and then says what is wrong."""
        out: list[bytes] = []
        try:
            while messages := self._parser.feed(data):
                data = b""
                for message in messages:
                    self._saw_event = True
                    if not is_text(message.payload):
                        self.failure = _NO_TEXT
                        return b"".join(out)
                    out.append(self.on_message(message))
                    if self.failure is not None or self.done:
                        return b"".join(out)
        except EventStreamTooLarge as exc:
            self.failure = UpstreamFailure("too_large", str(exc))
        except EventStreamCorrupt as exc:
            self.failure = UpstreamFailure("malformed", str(exc))
        return b"".join(out)

    def _feed_end(self) -> bytes:
        self._saw_event = self._saw_event or self._parser.pending
        return b""
