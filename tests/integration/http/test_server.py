"""PerpetuoHttpProtocol and AsgiExchange under a real uvicorn server, spoken to in raw bytes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import uvicorn

from perpetuo.http.asgi_exchange import AsgiExchange
from perpetuo.http.edge import Edge
from perpetuo.http.exchange import BodyTooLarge, ClientGone
from perpetuo.http.server import protocol_at

BODY_LIMIT = 100_000


class App:
    """Echoes bodies by default; `handler` may be replaced. Keeps what went wrong."""

    def __init__(self) -> None:
        self.handler: Callable[[AsgiExchange], Awaitable[None]] = echo
        self.headers: list[dict[bytes, bytes]] = []
        self.begun = 0

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return
        self.begun += 1
        self.headers.append(dict(scope["headers"]))
        exchange = AsgiExchange(scope, receive, send)
        try:
            await self.handler(exchange)
        finally:
            await exchange.close()


async def echo(exchange: AsgiExchange) -> None:
    try:
        body = await exchange.body(BODY_LIMIT, 5.0)
    except BodyTooLarge:
        await exchange.respond(413, [(b"connection", b"close")], b"")
        return
    await exchange.respond(200, [(b"x-path", exchange.path.encode())], body)


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
async def port(app: App) -> AsyncIterator[int]:
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, http=protocol_at(Edge()), ws="none", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    server.force_exit = True
    async with asyncio.timeout(10):
        await task


class RawClient:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def reply(self) -> tuple[int, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        headers = dict(text.split(": ", 1) for text in lines)
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return int(line.split()[1]), headers, body


@pytest.fixture
async def connect(port: int) -> AsyncIterator[Callable[[], Awaitable[RawClient]]]:
    opened: list[RawClient] = []

    async def connect() -> RawClient:
        client = RawClient(*await asyncio.open_connection("127.0.0.1", port))
        opened.append(client)
        return client

    yield connect
    for client in opened:
        client.writer.transport.abort()


JAVA = (
    b"POST /v1/chat HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 9\r\nHost: localhost\r\n"
    b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nUpgrade: h2c\r\n"
    b"User-Agent: Java-http-client/21.0.1\r\n\r\n"
)
SECOND = b"POST /second HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\ntwo"


class TestUpgrades:
    async def test_javas_h2c_with_a_body_is_answered_as_http_1_1(self, app, connect):
        client = await connect()
        client.writer.write(JAVA + b'{"a":"b"}')
        assert (await client.reply())[::2] == (200, b'{"a":"b"}')
        assert app.headers[0][b"user-agent"] == b"Java-http-client/21.0.1"
        assert not {b"upgrade", b"http2-settings", b"connection"} & app.headers[0].keys()

    async def test_it_does_not_matter_where_the_request_is_cut(self, connect):
        client = await connect()
        raw = JAVA + b"123456789"
        for cut in range(1, len(raw)):
            client.writer.write(raw[:cut])
            # Two turns of the loop and a fresh look at the socket on the other side; order is what matters.
            await asyncio.sleep(0.002)
            client.writer.write(raw[cut:])
            assert (await client.reply())[::2] == (200, b"123456789")

    async def test_one_byte_at_a_time(self, connect):
        client = await connect()
        for byte in JAVA + b"123456789":
            client.writer.write(bytes((byte,)))
            await asyncio.sleep(0)
        assert (await client.reply())[::2] == (200, b"123456789")

    async def test_a_pipelined_second_request_is_answered_second(self, app, connect):
        client = await connect()
        client.writer.write(JAVA + b"123456789" + SECOND + JAVA + b"abcdefghi")
        assert (await client.reply())[::2] == (200, b"123456789")
        _, headers, body = await client.reply()
        assert (headers["x-path"], body) == ("/second", b"two")
        assert (await client.reply())[::2] == (200, b"abcdefghi")
        assert app.begun == 3

    @pytest.mark.parametrize(
        "upgrade", [b"websocket", b"TLS/1.0", b"h2c, websocket", b"foo"], ids=lambda value: value.decode()
    )
    async def test_any_other_upgrade_is_ignored_too(self, connect, upgrade):
        client = await connect()
        client.writer.write(
            b"POST /x HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, upgrade\r\nupgrade: "
            + upgrade
            + b"\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
        )
        assert (await client.reply())[::2] == (200, b"body")

    async def test_expect_continue_beside_an_upgrade_is_still_honoured(self, connect):
        client = await connect()
        client.writer.write(JAVA.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert await client.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.writer.write(b"123456789")
        assert (await client.reply())[::2] == (200, b"123456789")

    async def test_a_connection_close_beside_an_upgrade_is_still_honoured(self, connect):
        client = await connect()
        client.writer.write(JAVA.replace(b"Connection: Upgrade", b"Connection: close, Upgrade") + b"123456789")
        assert (await client.reply())[2] == b"123456789"
        assert await client.reader.read() == b""


WRONG = {
    "no HTTP": b"hello\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "length and chunked": b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
    "the same behind an upgrade": JAVA.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "folded header": b"GET / HTTP/1.1\r\nhost: a\r\nx: a\r\n b\r\n\r\n",
    "space before colon": b"GET / HTTP/1.1\r\nhost : a\r\n\r\n",
    "a tunnel": b"CONNECT vendor.test:443 HTTP/1.1\r\nhost: vendor.test\r\n\r\n",
}


class TestHeads:
    @pytest.mark.parametrize("raw", WRONG.values(), ids=WRONG.keys())
    async def test_what_is_not_http_gets_a_400_and_the_end(self, app, connect, raw):
        client = await connect()
        client.writer.write(raw)
        status, headers, _ = await client.reply()
        assert (status, headers["connection"]) == (400, "close")
        assert await client.reader.read() == b""
        assert app.begun == 0

    @pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["without end", "complete"])
    @pytest.mark.parametrize("piece_bytes", [1000, 1 << 20])
    async def test_over_64_kib_gets_a_431_and_the_end(self, app, connect, end, piece_bytes):
        raw = b"GET / HTTP/1.1\r\nhost: a\r\n" + b"".join(b"x-%d: %s\r\n" % (i, b"v" * 990) for i in range(70))
        raw = raw.removesuffix(b"\r\n") + end
        client = await connect()
        for start in range(0, len(raw), piece_bytes):
            client.writer.write(raw[start : start + piece_bytes])
            await asyncio.sleep(0)
        if not end:
            # One large read may hold all of an unfinished head; the next one settles it.
            await asyncio.sleep(0.05)
            client.writer.write(b"x" * 70_000)
        status, headers, _ = await client.reply()
        assert (status, headers["connection"]) == (431, "close")
        assert app.begun == 0

    async def test_a_head_of_60_kib_is_served(self, connect):
        client = await connect()
        client.writer.write(b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"v" * 60_000 + b"\r\n\r\n")
        assert (await client.reply())[0] == 200

    async def test_a_large_body_before_a_pipelined_head_does_not_count_as_head(self, connect):
        client = await connect()
        body = bytes(90_000)
        client.writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 90000\r\n\r\n" + body + SECOND[:20])
        assert (await client.reply())[2] == body
        client.writer.write(SECOND[20:])
        assert (await client.reply())[2] == b"two"


class TestTheExchange:
    async def test_shows_method_decoded_path_query_peer_and_first_header(self, app, connect):
        seen = []

        async def look(exchange: AsgiExchange) -> None:
            seen.append((exchange.method, exchange.path, exchange.query, exchange.peer, exchange.header(b"x-a")))
            seen.append(exchange.header(b"x-missing"))
            await exchange.respond(204, [], b"")

        app.handler = look
        client = await connect()
        client.writer.write(b"GET /a%20b?c=%20 HTTP/1.1\r\nhost: a\r\nX-A: 1\r\nx-a: 2\r\n\r\n")
        assert (await client.reply())[0] == 204
        assert seen == [("GET", "/a b", b"c=%20", "127.0.0.1", b"1"), None]

    async def test_a_body_announced_over_the_limit_is_refused_before_it_is_sent(self, connect):
        client = await connect()
        client.writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100001\r\n\r\n")
        assert (await client.reply())[0] == 413

    async def test_a_chunked_body_over_the_limit_is_refused_when_it_gets_there(self, connect):
        client = await connect()
        chunk = b"c350\r\n" + bytes(50_000) + b"\r\n"
        client.writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n" + chunk * 3)
        assert (await client.reply())[0] == 413

    async def test_a_client_that_leaves_within_its_body_is_gone(self, app, connect):
        gone = asyncio.Event()

        async def read(exchange: AsgiExchange) -> None:
            try:
                await exchange.body(BODY_LIMIT, 5.0)
            except ClientGone:
                gone.set()

        app.handler = read
        client = await connect()
        client.writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf")
        await client.writer.drain()
        client.writer.close()
        await gone.wait()

    async def test_each_write_leaves_at_once(self, app, connect):
        more = asyncio.Event()

        async def stream(exchange: AsgiExchange) -> None:
            await exchange.body(BODY_LIMIT, 5.0)
            exchange.start(200, [(b"content-type", b"text/event-stream")])
            assert not exchange.started
            await exchange.write(b"one")
            assert exchange.started
            await more.wait()
            await exchange.write(b"two")
            await exchange.finish()

        app.handler = stream
        client = await connect()
        client.writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        await client.reader.readuntil(b"\r\n\r\n")
        assert await client.reader.readexactly(8) == b"3\r\none\r\n"
        more.set()
        assert await client.reader.readexactly(13) == b"3\r\ntwo\r\n0\r\n\r\n"

    async def test_a_client_that_leaves_mid_stream_is_noticed_and_the_next_write_says_so(self, app, connect):
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def stream(exchange: AsgiExchange) -> None:
            await exchange.body(BODY_LIMIT, 5.0)
            exchange.start(200, [])
            await exchange.write(b"one")
            await exchange.disconnected.wait()
            try:
                await exchange.write(b"two")
            except ClientGone:
                outcome.set_result("gone")

        app.handler = stream
        client = await connect()
        client.writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        await client.reader.readuntil(b"one")
        client.writer.close()
        assert await outcome == "gone"

    async def test_a_finished_response_is_no_disconnect(self, app, connect):
        seen: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def answer(exchange: AsgiExchange) -> None:
            await exchange.body(BODY_LIMIT, 5.0)
            await exchange.respond(200, [], b"ok")
            await asyncio.sleep(0)
            seen.set_result(exchange.disconnected.is_set())

        app.handler = answer
        client = await connect()
        client.writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert (await client.reply())[2] == b"ok"
        assert not await seen

    @pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", JAVA + b"123456789"], ids=["get", "java"])
    async def test_abort_delivers_what_was_written_and_never_a_clean_end(self, app, connect, caplog, head):
        async def stream(exchange: AsgiExchange) -> None:
            await exchange.body(BODY_LIMIT, 5.0)
            exchange.start(200, [])
            await exchange.write(b"x" * 300_000)
            exchange.abort()
            with pytest.raises(ClientGone):
                await exchange.write(b"more")

        app.handler = stream
        client = await connect()
        with caplog.at_level(logging.ERROR):
            client.writer.write(head)
            received = await client.reader.read()
            while data := await client.reader.read():
                received += data
        assert received.endswith(b"x\r\n")
        assert received.count(b"x" * 300_000) == 1
        assert not caplog.records

    async def test_abort_ends_the_pipelined_requests_behind_it_too(self, app, connect):
        async def stream(exchange: AsgiExchange) -> None:
            await exchange.body(BODY_LIMIT, 5.0)
            exchange.start(200, [])
            await exchange.write(b"one")
            exchange.abort()

        app.handler = stream
        client = await connect()
        client.writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n" * 2)
        assert (await client.reader.read()).endswith(b"3\r\none\r\n")
        assert app.begun == 1

    async def test_a_slow_client_slows_the_writer(self, app, connect):
        written = 0
        ended = asyncio.Event()

        async def stream(exchange: AsgiExchange) -> None:
            nonlocal written
            await exchange.body(BODY_LIMIT, 5.0)
            exchange.start(200, [])
            try:
                while written < 100_000_000:
                    await exchange.write(bytes(100_000))
                    written += 100_000
            except ClientGone:
                ended.set()

        app.handler = stream
        client = await connect()
        client.writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        await client.reader.readexactly(10)
        before = -1
        while before != written:  # until the writer stands still
            before = written
            await asyncio.sleep(0.1)
        assert written < 100_000_000
        client.writer.transport.abort()
        await ended.wait()
