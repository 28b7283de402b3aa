"""A client that costs little: for loads of thousands of requests, where httpx2 would be most of what is measured."""

import asyncio
from contextlib import suppress

import msgspec

from gateway_harness import API_KEY


class CheapReply(msgspec.Struct):
    """headers: lower-case names. body: whole, taken out of its chunks."""

    status: int
    headers: dict[str, str]
    body: bytes


class CheapClient:
    """One keep-alive connection: one request at a time. Connects anew where the last reply ended the connection."""

    def __init__(self, base_url: str) -> None:
        self._port = int(base_url.rpartition(":")[2])
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def chat(self, body: dict[str, object]) -> CheapReply:
        """Raises IncompleteReadError for a reply that does not end as HTTP should."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        reader, writer = self._streams
        data = msgspec.json.encode(body)
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer %s\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (API_KEY.encode(), len(data), data)
        )
        status_line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if headers.get("transfer-encoding") == "chunked":
            answer = await _chunked(reader)
        else:
            answer = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            await self.aclose()
        return CheapReply(int(status_line.split(" ")[1]), headers, answer)

    async def aclose(self) -> None:
        if self._streams is not None:
            writer = self._streams[1]
            self._streams = None
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readexactly(2)
    return b"".join(parts)
