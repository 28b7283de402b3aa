"""Replies meant to exhaust whoever reads them. Sent in small pieces, so that the lab itself stays small, and bounded:
by the fault's number, and by the client's leaving, which cancels the task that sends."""

import zlib
from collections.abc import Iterator, Sequence

from perpetuo.lab.faults import Fault
from perpetuo.lab.server import Reply

_PIECE_BYTES = 64 * 1024
_MEGABYTE = 1024 * 1024
_INTERIM = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n"

Headers = Sequence[tuple[str, str]]


async def send_head(out: Reply, fault: Fault, headers: Headers) -> None:
    """For the faults that lie before the body: `endless_interim`, `giant_header`, `many_headers`, `gzip_bomb`."""
    size = int(fault.megabytes * _MEGABYTE)
    match fault.name:
        case "endless_interim":
            per_piece = _PIECE_BYTES // len(_INTERIM)
            for _ in range(max(size // (per_piece * len(_INTERIM)), 1)):
                await out.send_raw(_INTERIM * per_piece)
        case "giant_header":
            await out.send_raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-lab-giant: ")
            for piece in filler(size, b"h"):
                await out.send_raw(piece)
        case "many_headers":
            await out.head(200, [*headers, *((f"x-lab-{number}", "h") for number in range(fault.count))], 2)
            await out.send_raw(b"{}")
        case _:
            await out.head(200, [*headers, ("content-encoding", "gzip")], None)
            for piece in compressed(size):
                await out.send(piece)
            await out.finish()


def body_pieces(fault: Fault, *, stream: bool) -> Iterator[bytes]:
    """For `endless_line`, `endless_comments` and `deep_json`. Nothing here is ever a whole answer."""
    size = int(fault.megabytes * _MEGABYTE)
    match fault.name:
        case "endless_line":
            yield b'data: {"choices":[{"delta":{"content":"' if stream else b'{"choices":[{"message":{"content":"'
            yield from filler(size, b"x")
        case "endless_comments":
            yield from filler(size, b": still here\n\n" if stream else b" ")
        case _:
            yield b'data: {"choices":' if stream else b'{"choices":'
            yield from filler(fault.count, b"[")
            yield from filler(fault.count, b"]")
            yield b"}\n\n" if stream else b"}"


def filler(size: int, unit: bytes) -> Iterator[bytes]:
    """`size` bytes of `unit` again and again, in pieces."""
    piece = unit * max(_PIECE_BYTES // len(unit), 1)
    while size > 0:
        yield piece[:size]
        size -= len(piece)


def compressed(size: int) -> Iterator[bytes]:
    """gzip of `size` zeros: about a thousandth of that."""
    packer = zlib.compressobj(wbits=31)
    for piece in filler(size, b"\0"):
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
