"""A client that shows what really came over the socket, and how it ended."""

import asyncio
import struct
from typing import Any
from urllib.parse import quote
from zlib import crc32

import msgspec

from perpetuo.lab import SimulatedVendor

HELLO = [{"role": "user", "content": "hello"}]


class RawReply(msgspec.Struct):
    """ended: the body as its head promised ("whole"), FIN too early ("eof") or RST ("reset")."""

    status: int | None
    headers: dict[str, str]
    body: bytes
    ended: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def events(self) -> list[bytes]:
        """Server-sent events, or the frames of AWS; what is broken off or damaged is one more, the last."""
        if self.headers.get("content-type") == "application/vnd.amazon.eventstream":
            return _frames(self.body)
        return [part for part in self.body.replace(b"\r\n", b"\n").split(b"\n\n") if part]


def _frames(body: bytes) -> list[bytes]:
    frames: list[bytes] = []
    while len(body) >= 12:
        total, _, checksum = struct.unpack(">III", body[:12])
        assert checksum == crc32(body[:8])
        frames.append(body[:total])
        body = body[total:]
    return [*frames, body] if body else frames


def is_intact(frame: bytes) -> bool:
    if len(frame) < 16 or struct.unpack(">I", frame[:4])[0] != len(frame):
        return False
    return struct.unpack(">I", frame[-4:])[0] == crc32(frame[:-4])


def payload_of(frame: bytes) -> bytes:
    return frame[12 + struct.unpack(">I", frame[4:8])[0] : -4]


class RawConnection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def read(self) -> RawReply:
        reply = RawReply(None, {}, b"", "whole")
        try:
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            reply.status = int(head[0].split(" ")[1])
            reply.headers = dict(line.split(": ", 1) for line in head[1:] if line)
            if "content-length" in reply.headers:
                await self._read_length(reply, int(reply.headers["content-length"]))
            else:
                await self._read_chunks(reply)
        except asyncio.IncompleteReadError as cut:
            reply.body += cut.partial
            reply.ended = "eof"
        except ConnectionResetError:
            reply.ended = "reset"
        return reply

    async def _read_length(self, reply: RawReply, length: int) -> None:
        while len(reply.body) < length:
            part = await self.reader.read(length - len(reply.body))
            if not part:
                reply.ended = "eof"
                return
            reply.body += part

    async def _read_chunks(self, reply: RawReply) -> None:
        while True:
            line = await self.reader.readuntil(b"\r\n")
            try:
                size = int(line, 16)
            except ValueError:
                reply.ended = "bad framing"
                return
            reply.body += (await self.reader.readexactly(size + 2))[:-2]
            if size == 0:
                return

    def close(self) -> None:
        self.writer.close()


async def connect(vendor: SimulatedVendor) -> RawConnection:
    host, port = vendor.origin.removeprefix("http://").rsplit(":", 1)
    return RawConnection(*await asyncio.open_connection(host, int(port)))


def request_of(
    vendor: SimulatedVendor, headers: dict[str, str] | None = None, **body: Any
) -> tuple[str, str, dict[str, str], bytes]:
    """A chat request in the vendor's protocol. body: model, stream and messages as in OpenAI's, the rest as it is."""
    sent: dict[str, str] = {"content-type": "application/json", "authorization": "Bearer sk-lab-1234"}
    model = body.pop("model", "gpt-4o")
    stream = body.pop("stream", False)
    messages = body.pop("messages", HELLO)
    match vendor.shape_name:
        case "openai":
            path = "/v1/chat/completions"
            body |= {"model": model, "messages": messages, "stream": stream}
        case "anthropic":
            path = "/v1/messages"
            body = {"max_tokens": 1000, "model": model, "messages": messages, "stream": stream} | body
            del sent["authorization"]
            sent |= {"x-api-key": "sk-lab-1234", "anthropic-version": "2023-06-01"}
        case "gemini":
            verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
            path = f"/v1beta/models/{quote(model)}:{verb}"
            body["contents"] = [{"role": "user", "parts": [{"text": message["content"]}]} for message in messages]
            del sent["authorization"]
            sent["x-goog-api-key"] = "sk-lab-1234"
        case "bedrock":
            path = f"/model/{quote(model, safe='')}/converse{'-stream' if stream else ''}"
            body["messages"] = [{"role": "user", "content": [{"text": message["content"]}]} for message in messages]
        case "cohere":
            path = "/v2/chat"
            body |= {"model": model, "messages": messages, "stream": stream}
    return "POST", path, sent | (headers or {}), msgspec.json.encode(body)


async def ask(vendor: SimulatedVendor, headers: dict[str, str] | None = None, **body: Any) -> RawReply:
    """One chat request on a connection of its own."""
    connection = await connect(vendor)
    connection.send(*request_of(vendor, headers, **body))
    reply = await connection.read()
    connection.close()
    return reply


async def call(vendor: SimulatedVendor, method: str, path: str, document: Any = None, **headers: str) -> RawReply:
    connection = await connect(vendor)
    body = b"" if document is None else msgspec.json.encode(document)
    connection.send(method, path, {"authorization": "Bearer k"} | headers, body)
    reply = await connection.read()
    connection.close()
    return reply


async def until(vendor: SimulatedVendor, condition: Any) -> None:
    """Turns the loop until the vendor has noticed; the test's own timeout is the limit."""
    while not condition(vendor):
        await asyncio.sleep(0.001)
