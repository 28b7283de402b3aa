"""Just enough of HTTP/1.1 to read a gateway's answers quickly: Content-Length and chunked bodies, one at a time."""


class UnreadableReply(Exception):
    """What came is not an answer this reader knows."""


class ReplyReader:
    """Reads answers one after the other; `feed` is true when the present one is whole.

    status, body_bytes, events and closes are of the present answer. events: blank lines, the ends of
    server-sent events. kept: what the bodies were, while `keeps` is set.
    """

    def __init__(self) -> None:
        self.keeps = False
        self.kept = bytearray()
        self._pending = b""
        self.start()

    def start(self) -> None:
        """For the next answer."""
        self.status = 0
        self.body_bytes = 0
        self.events = 0
        self.closes = False
        self._left = 0  # of the body, or of the present chunk with its line end
        self._chunked = False
        self._in_head = True
        self._after_line_feed = False

    def feed(self, data: bytes) -> bool:
        """Raises UnreadableReply, also for bytes after the end of the answer."""
        if self._pending:
            data = self._pending + data
            self._pending = b""
        if self._in_head:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._pending = data
                return False
            self._read_head(data[: end + 2])
            data = data[end + 4 :]
        if self._chunked:
            return self._feed_chunked(data)
        if len(data) > self._left:
            raise UnreadableReply("more bytes than Content-Length says")
        self._left -= len(data)
        self._take(data)
        return self._left == 0

    def _read_head(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1."):
            raise UnreadableReply("no HTTP/1.x answer")
        self._in_head = False
        self.status = int(head[9:12])
        lower = head.lower()
        length = _value(lower, b"\r\ncontent-length: ")
        self._chunked = _value(lower, b"\r\ntransfer-encoding: ") == b"chunked"
        self.closes = _value(lower, b"\r\nconnection: ") == b"close"
        if self._chunked == (length is not None):
            raise UnreadableReply("neither Content-Length nor chunked, or both")
        self._left = int(length) if length is not None else 0

    def _feed_chunked(self, data: bytes) -> bool:
        """self._left counts the present chunk with its line end; 0 = a size line comes next."""
        at = 0
        while at < len(data):
            if self._left == 0:
                end = data.find(b"\r\n", at)
                if end < 0:
                    break
                size = int(data[at:end], 16)
                if size == 0:
                    return self._is_last(data[at:])
                self._left = size + 2
                at = end + 2
            piece = data[at : at + self._left]
            content = max(0, min(len(piece), self._left - 2))
            self._left -= len(piece)
            at += len(piece)
            self._take(piece[:content])
        self._pending = data[at:]
        return False

    def _is_last(self, rest: bytes) -> bool:
        """Trailers are not known here."""
        if len(rest) < 5:
            self._pending = rest
            return False
        if rest != b"0\r\n\r\n":
            raise UnreadableReply("bytes after the last chunk")
        return True

    def _take(self, piece: bytes) -> None:
        if not piece:
            return
        self.body_bytes += len(piece)
        self.events += piece.count(b"\n\n") + (self._after_line_feed and piece[0] == 10)
        self._after_line_feed = piece[-1] == 10 and not piece.endswith(b"\n\n")
        if self.keeps:
            self.kept += piece


def _value(lower_head: bytes, name: bytes) -> bytes | None:
    at = lower_head.find(name)
    if at < 0:
        return None
    at += len(name)
    return lower_head[at : lower_head.find(b"\r\n", at)].strip()
