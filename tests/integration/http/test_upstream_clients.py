"""Both implementations of `Upstream` against peers that are slow, rude or wrong."""

import asyncio
import re
import socket
import ssl
from base64 import b64encode
from contextlib import suppress

import pytest

from perpetuo.core.errors import (
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    EgressBlocked,
    FirstByteTimeout,
    IdleTimeout,
    ProtocolViolation,
    TotalTimeout,
    TransportError,
    UpstreamTooLarge,
)
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import default_ssl_context
from perpetuo.http.egress import EgressPolicy
from perpetuo.http.proxies import Proxy, ProxySettings, proxy_from_environment
from perpetuo.http.upstream import Deadlines, Upstream
from perpetuo.providers.base import UpstreamRequest

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
PATIENT = Deadlines(connect_s=10, first_byte_s=10, idle_s=10, total_s=20)


def post(url: str, body: bytes = b"{}", headers: tuple[tuple[str, str], ...] = ()) -> UpstreamRequest:
    return UpstreamRequest("POST", url, headers, body)


async def fetch(upstream: Upstream, request: UpstreamRequest, deadlines: Deadlines = PATIENT) -> tuple[int, bytes]:
    reply = await upstream.open(request, deadlines)
    try:
        return reply.status, await reply.read_all(1 << 24)
    finally:
        reply.close()


def answering(data: bytes):
    """One request, one answer, then the end of the connection."""

    async def script(peer):
        await peer.receive_request()
        await peer.send(data)
        peer.close()

    return script


async def keep_answering(peer):
    try:
        while True:
            await peer.receive_request()
            await peer.send(OK)
    except (asyncio.IncompleteReadError, ConnectionError):
        peer.close()


async def hang(peer):
    await peer.receive_request()
    assert await peer.sees_end()


class TestTheRequest:
    async def test_arrives_as_given_with_host_length_and_identity_encoding(self, serve, make_upstream):
        seen = []

        async def script(peer):
            seen.append(await peer.receive_request())
            await peer.send(OK)

        server = await serve(script)
        request = post(server.url("/v1/chat?beta=1"), b'{"model":"m"}', (("authorization", "Bearer k"),))
        assert await fetch(make_upstream(), request) == (200, b"ok")
        line, headers, body = seen[0]
        assert line == "POST /v1/chat?beta=1 HTTP/1.1"
        assert headers == {
            "host": f"127.0.0.1:{server.port}",
            "authorization": "Bearer k",
            "accept-encoding": "identity",
            "content-length": "13",
        }
        assert body == b'{"model":"m"}'

    async def test_keeps_the_accept_encoding_it_was_given_and_no_framing_of_its_own(self, serve, make_upstream):
        seen = []

        async def script(peer):
            seen.append(await peer.receive_request())
            await peer.send(OK)

        server = await serve(script)
        given = (("accept-encoding", "gzip"), ("transfer-encoding", "chunked"), ("content-length", "99"))
        await fetch(make_upstream(), post(server.url(), b"{}", given))
        assert seen[0][1]["accept-encoding"] == "gzip"
        assert seen[0][1]["content-length"] == "2"
        assert "transfer-encoding" not in seen[0][1]

    @pytest.mark.parametrize("value", ["a\r\nx-injected: 1", "a\nb", "a\0b", "snow\N{SNOWMAN}"])
    async def test_with_a_line_break_in_a_header_is_never_sent(self, serve, make_upstream, value):
        server = await serve(keep_answering)
        with pytest.raises(ProtocolViolation) as caught:
            await fetch(make_upstream(), post(server.url(), b"", (("x-key", value),)))
        assert not caught.value.sent

    async def test_may_be_answered_before_it_is_sent_whole_but_then_ends_its_connection(self, serve, make_upstream):
        async def script(peer):
            await peer.reader.readuntil(b"\r\n\r\n")
            await peer.send(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig")
            assert await peer.sees_end()

        server = await serve(script)
        upstream = make_upstream()
        assert await fetch(upstream, post(server.url(), bytes(200_000))) == (413, b"big")

    async def test_without_a_body_is_a_plain_get(self, serve, make_upstream):
        seen = []

        async def script(peer):
            seen.append(await peer.receive_request())
            await peer.send(OK)

        server = await serve(script)
        await fetch(make_upstream(), UpstreamRequest("GET", server.url("/v1/models"), (), b""))
        assert seen[0][0] == "GET /v1/models HTTP/1.1"
        assert "content-length" not in seen[0][1]


BODIES = {
    "content-length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nhe\r\n3;ext=1\r\nllo\r\n0\r\ntrailer: 1\r\n\r\n",
    "end of connection": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
    "end of an old connection": b"HTTP/1.0 200 OK\r\n\r\nhello",
    "interim replies first": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
    b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
}


class TestTheReply:
    @pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES.keys())
    async def test_is_read_whole_however_its_length_is_told(self, serve, make_upstream, raw):
        server = await serve(answering(raw))
        assert await fetch(make_upstream(), post(server.url())) == (200, b"hello")

    @pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES.keys())
    async def test_does_not_depend_on_how_the_socket_cut_the_bytes(self, serve, make_upstream, raw):
        async def script(peer):
            peer.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await peer.receive_request()
            for index in range(len(raw)):
                await peer.send(raw[index : index + 1])
                await asyncio.sleep(0)
            peer.close()

        server = await serve(script)
        assert await fetch(make_upstream(), post(server.url())) == (200, b"hello")

    async def test_has_lower_case_header_names_in_order_with_repeats(self, serve, make_upstream):
        raw = b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nX-A: 1\r\nx-a: 2\r\ncontent-length: 0\r\n\r\n"
        server = await serve(answering(raw))
        reply = await make_upstream().open(post(server.url()), PATIENT)
        assert reply.status == 429
        assert reply.headers == (("retry-after", "7"), ("x-a", "1"), ("x-a", "2"), ("content-length", "0"))
        reply.close()

    async def test_comes_chunk_by_chunk_as_it_arrives(self, serve, make_upstream):
        ask = asyncio.Event()

        async def script(peer):
            await peer.receive_request()
            await peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            for word in (b"one", b"two"):
                await ask.wait()
                ask.clear()
                await peer.send(b"3\r\n" + word + b"\r\n")
            await ask.wait()
            await peer.send(b"0\r\n\r\n")

        server = await serve(script)
        reply = await make_upstream().open(post(server.url()), PATIENT)
        received = []
        while True:
            ask.set()
            chunk = await reply.read_chunk()
            if not chunk:
                break
            received.append(chunk)
        assert received == [b"one", b"two"]
        assert await reply.read_chunk() == b""
        reply.close()
        reply.close()

    async def test_after_close_it_can_not_be_read(self, serve, make_upstream):
        server = await serve(answering(OK))
        reply = await make_upstream().open(post(server.url()), PATIENT)
        reply.close()
        with pytest.raises(ConnectionLost):
            await reply.read_chunk()

    async def test_a_redirect_is_a_reply_and_not_followed(self, serve, make_upstream):
        elsewhere = await serve(keep_answering)
        raw = f"HTTP/1.1 302 Found\r\nlocation: {elsewhere.url()}\r\ncontent-length: 0\r\n\r\n".encode()
        server = await serve(answering(raw))
        assert await fetch(make_upstream(), post(server.url())) == (302, b"")
        assert elsewhere.connections == 0

    async def test_over_the_limit_of_read_all_closes_the_connection(self, serve, make_upstream):
        async def script(peer):
            await peer.receive_request()
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n" + bytes(50))
            assert await peer.sees_end()

        server = await serve(script)
        reply = await make_upstream().open(post(server.url()), PATIENT)
        with pytest.raises(UpstreamTooLarge):
            await reply.read_all(49)


VIOLATIONS = {
    "not HTTP at all": b"<html>hello</html>\r\n\r\n",
    "two different lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
    "length that is no number": b"HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nab",
    "unknown transfer encoding": b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "bad chunk size": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    "switching protocols": b"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\nPRI",
    "a name with a space": b"HTTP/1.1 200 OK\r\nbad name: 2\r\ncontent-length: 2\r\n\r\nab",
}
CUTS = {
    "before its first byte": b"",
    "within its status line": b"HTTP/1.",
    "within its head": b"HTTP/1.1 200 OK\r\ncontent-",
    "before its content-length": b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell",
    "within a chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
    "before the last chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "within the last chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
}
TOO_LARGE = {
    "a header of 65 KiB": b"HTTP/1.1 200 OK\r\nx: " + b"a" * 66_000 + b"\r\ncontent-length: 0\r\n\r\n",
    "a head that never ends": b"HTTP/1.1 200 OK\r\nx: " + b"a" * 1_000_000,
    "a thousand headers": b"HTTP/1.1 200 OK\r\n" + b"x: 1\r\n" * 1000 + b"content-length: 0\r\n\r\n",
}


class TestAPeerThatIsWrong:
    @pytest.mark.parametrize("raw", VIOLATIONS.values(), ids=VIOLATIONS.keys())
    async def test_is_a_protocol_violation(self, serve, make_upstream, raw):
        async def script(peer):
            await peer.receive_request()
            await peer.send(raw)
            assert await peer.sees_end()

        server = await serve(script)
        with pytest.raises(ProtocolViolation):
            await fetch(make_upstream(), post(server.url()))

    @pytest.mark.parametrize("raw", CUTS.values(), ids=CUTS.keys())
    async def test_a_reply_cut_off_is_a_lost_connection_and_never_a_clean_end(self, serve, make_upstream, raw):
        server = await serve(answering(raw))
        with pytest.raises(ConnectionLost) as caught:
            await fetch(make_upstream(), post(server.url()))
        assert caught.value.sent
        assert server.connections == 1

    @pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhe"], ids=["head", "body"])
    async def test_a_reset_is_a_lost_connection(self, serve, make_upstream, raw):
        async def script(peer):
            await peer.receive_request()
            await peer.send(raw)
            peer.reset()

        server = await serve(script)
        with pytest.raises(ConnectionLost):
            await fetch(make_upstream(), post(server.url()))

    @pytest.mark.parametrize("raw", TOO_LARGE.values(), ids=TOO_LARGE.keys())
    async def test_a_head_without_measure_is_cut_short(self, serve, make_upstream, raw):
        async def script(peer):
            await peer.receive_request()
            try:
                await peer.send(raw)
            except ConnectionError:
                return
            assert await peer.sees_end()

        server = await serve(script)
        with pytest.raises(UpstreamTooLarge):
            await fetch(make_upstream(), post(server.url()))

    async def test_what_arrived_before_the_cut_is_still_delivered(self, serve, make_upstream):
        server = await serve(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"))
        reply = await make_upstream().open(post(server.url()), PATIENT)
        assert await reply.read_chunk() == b"half"
        with pytest.raises(ConnectionLost):
            await reply.read_chunk()
        reply.close()

    async def test_a_refused_connection_says_that_nothing_was_sent(self, make_upstream):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            with pytest.raises(ConnectFailed) as caught:
                await fetch(make_upstream(), post(f"http://127.0.0.1:{port}/"))
        assert not caught.value.sent


class TestDeadlines:
    async def test_first_byte(self, serve, make_upstream):
        server = await serve(hang)
        with pytest.raises(FirstByteTimeout) as caught:
            await fetch(make_upstream(), post(server.url()), Deadlines(first_byte_s=0.05))
        assert caught.value.sent

    async def test_first_byte_is_met_by_the_whole_head_only(self, serve, make_upstream):
        async def script(peer):
            await peer.receive_request()
            await peer.send(b"HTTP/1.1 200 OK\r\n")
            assert await peer.sees_end()

        server = await serve(script)
        with pytest.raises(FirstByteTimeout):
            await fetch(make_upstream(), post(server.url()), Deadlines(first_byte_s=0.1))

    async def test_idle_between_two_reads(self, serve, make_upstream):
        async def script(peer):
            await peer.receive_request()
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            assert await peer.sees_end()

        server = await serve(script)
        reply = await make_upstream().open(post(server.url()), Deadlines(idle_s=0.05))
        assert await reply.read_chunk() == b"half"
        with pytest.raises(IdleTimeout):
            await reply.read_chunk()
        reply.close()

    async def test_idle_does_not_count_the_time_nobody_reads(self, serve, make_upstream):
        server = await serve(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhalf"))
        reply = await make_upstream().open(post(server.url()), Deadlines(idle_s=0.02))
        await asyncio.sleep(0.1)
        assert await reply.read_all(10) == b"half"
        reply.close()

    async def test_total_ends_a_stream_that_drips_for_ever(self, serve, make_upstream):
        async def script(peer):
            await peer.receive_request()
            await peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while True:
                    await peer.send(b"x")
                    await asyncio.sleep(0.01)
            except ConnectionError:
                pass

        server = await serve(script)
        with pytest.raises(TotalTimeout):
            await fetch(make_upstream(), post(server.url()), Deadlines(idle_s=600, total_s=0.15))

    async def test_connecting_that_hangs_in_tls(self, serve, make_upstream):
        async def script(peer):
            assert await peer.sees_end()

        server = await serve(script)
        with pytest.raises(ConnectTimeout) as caught:
            await fetch(make_upstream(), post(server.url(scheme="https")), Deadlines(connect_s=0.1))
        assert not caught.value.sent

    async def test_connecting_that_hangs_in_the_resolver(self, make_upstream):
        async def resolver(host, port):
            await asyncio.Event().wait()
            return []

        with pytest.raises(ConnectTimeout):
            await fetch(make_upstream(resolver=resolver), post("https://vendor.test/"), Deadlines(connect_s=0.05))

    async def test_total_also_bounds_connecting(self, make_upstream):
        async def resolver(host, port):
            await asyncio.Event().wait()
            return []

        with pytest.raises(TotalTimeout) as caught:
            await fetch(make_upstream(resolver=resolver), post("https://vendor.test/"), Deadlines(total_s=0.05))
        assert not caught.value.sent


class TestCancelling:
    async def test_while_waiting_for_the_head_closes_the_socket(self, serve, make_upstream):
        arrived, ended = asyncio.Event(), asyncio.Event()

        async def script(peer):
            await peer.receive_request()
            arrived.set()
            await peer.sees_end()
            ended.set()

        server = await serve(script)
        task = asyncio.create_task(fetch(make_upstream(), post(server.url())))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ended.wait()

    async def test_while_reading_closes_the_socket_even_if_close_is_forgotten(self, serve, make_upstream):
        ended = asyncio.Event()

        async def script(peer):
            await peer.receive_request()
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
            await peer.sees_end()
            ended.set()

        server = await serve(script)
        reply = await make_upstream().open(post(server.url()), PATIENT)
        task = asyncio.create_task(reply.read_chunk())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ended.wait()

    async def test_closing_a_reply_that_has_not_ended_closes_the_socket(self, serve, make_upstream):
        ended = asyncio.Event()

        async def script(peer):
            await peer.receive_request()
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            await peer.sees_end()
            ended.set()

        server = await serve(script)
        reply = await make_upstream().open(post(server.url()), PATIENT)
        reply.close()
        await ended.wait()

    async def test_while_connecting_leaves_no_socket_behind(self, serve, make_upstream):
        arrived, ended = asyncio.Event(), asyncio.Event()

        async def script(peer):
            arrived.set()
            await peer.sees_end()
            ended.set()

        server = await serve(script)
        task = asyncio.create_task(fetch(make_upstream(), post(server.url(scheme="https"))))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ended.wait()

    @pytest.mark.parametrize("scheme", ["http", "https"])
    async def test_in_any_turn_of_the_loop_leaves_nothing_in_its_books(self, serve, vendor_tls, trusting, scheme):
        async def script(peer):
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await keep_answering(peer)
            peer.close()

        server = await serve(script, vendor_tls if scheme == "https" else None)
        url = server.url(scheme=scheme, host="127.0.0.1" if scheme == "http" else "vendor.test")
        upstream = OwnUpstream(EgressPolicy(("127.0.0.0/8",)), trusting, resolving(["127.0.0.1"]))
        for turns in range(60):
            task = asyncio.create_task(fetch(upstream, post(url)))
            for _ in range(turns % 30):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        async with asyncio.timeout(10):
            while upstream.connections > 1:  # one may have been answered and waits for the next request
                await asyncio.sleep(0.01)
        await upstream.aclose()

    async def test_closing_the_client_ends_its_calls_and_refuses_new_ones(self, serve, make_upstream):
        arrived = asyncio.Event()

        async def script(peer):
            await peer.receive_request()
            arrived.set()
            assert await peer.sees_end()

        server = await serve(script)
        upstream = make_upstream()
        task = asyncio.create_task(fetch(upstream, post(server.url())))
        await arrived.wait()
        await upstream.aclose()
        with pytest.raises(TransportError):
            await task
        with pytest.raises(ConnectFailed):
            await fetch(upstream, post(server.url()))


class TestThePool:
    async def test_uses_a_connection_again(self, serve, make_upstream):
        server = await serve(keep_answering)
        upstream = make_upstream()
        for _ in range(3):
            assert await fetch(upstream, post(server.url())) == (200, b"ok")
        assert server.connections == 1

    async def test_never_gives_one_connection_to_two_calls(self, serve, make_upstream):
        server = await serve(keep_answering)
        upstream = make_upstream()
        first = await upstream.open(post(server.url()), PATIENT)
        second = await upstream.open(post(server.url()), PATIENT)
        assert (await first.read_all(9), await second.read_all(9)) == (b"ok", b"ok")
        first.close()
        second.close()
        assert server.connections == 2

    @pytest.mark.parametrize(
        "raw",
        [
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
            b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
            OK + b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison",
        ],
        ids=["connection: close", "HTTP/1.0", "a second reply nobody asked for"],
    )
    async def test_does_not_keep_a_connection_that_can_not_be_trusted(self, serve, make_upstream, raw):
        async def script(peer):
            await peer.receive_request()
            await peer.send(raw)
            assert await peer.sees_end()

        server = await serve(script)
        upstream = make_upstream()
        assert await fetch(upstream, post(server.url())) == (200, b"ok")
        assert await fetch(upstream, post(server.url())) == (200, b"ok")
        assert server.connections == 2

    async def test_closes_a_connection_with_garbage_behind_the_reply(self, serve, make_upstream):
        async def script(peer):
            await peer.receive_request()
            await peer.send(OK + b"garbage")
            assert await peer.sees_end()

        server = await serve(script)
        upstream = make_upstream()
        assert await fetch(upstream, post(server.url())) == (200, b"ok")
        if isinstance(upstream, OwnUpstream):
            assert await fetch(upstream, post(server.url())) == (200, b"ok")
            assert server.connections == 2
        else:
            # httpcore2 hides what h11 still holds: the next call is lost, never answered with it.
            with pytest.raises(TransportError):
                await fetch(upstream, post(server.url()), Deadlines(first_byte_s=0.1))

    async def test_bytes_on_an_idle_connection_are_never_taken_for_a_reply(self, serve, make_upstream):
        go, sent = asyncio.Event(), asyncio.Event()

        async def script(peer):
            await peer.receive_request()
            await peer.send(OK)
            await go.wait()
            await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison")
            sent.set()
            await peer.sees_end()

        server = await serve(script)
        upstream = make_upstream()
        assert await fetch(upstream, post(server.url())) == (200, b"ok")
        go.set()
        await sent.wait()
        await asyncio.sleep(0.05)
        assert await fetch(upstream, post(server.url())) == (200, b"ok")
        assert server.connections == 2

    async def test_retries_once_when_a_kept_connection_turns_out_dead(self, serve, make_upstream):
        first = True

        async def script(peer):
            nonlocal first
            mine, first = first, False
            await peer.receive_request()
            await peer.send(OK)
            if mine:
                # The request arrives, no byte goes back: the race between the server's keep-alive and our send.
                await peer.receive_request()
                peer.close()

        server = await serve(script)
        upstream = make_upstream()
        assert await fetch(upstream, post(server.url())) == (200, b"ok")
        assert await fetch(upstream, post(server.url())) == (200, b"ok")
        assert server.connections == 2

    async def test_does_not_retry_once_a_byte_came_back(self, serve, make_upstream):
        async def script(peer):
            await peer.receive_request()
            await peer.send(OK)
            await peer.receive_request()
            await peer.send(b"H")
            peer.close()

        server = await serve(script)
        upstream = make_upstream()
        await fetch(upstream, post(server.url()))
        with pytest.raises(ConnectionLost):
            await fetch(upstream, post(server.url()))
        assert server.connections == 1

    async def test_does_not_retry_on_a_fresh_connection(self, serve, make_upstream):
        server = await serve(answering(b""))
        with pytest.raises(ConnectionLost):
            await fetch(make_upstream(), post(server.url()))
        assert server.connections == 1


async def test_a_slow_reader_stops_the_peer_instead_of_filling_memory(serve, make_upstream):
    total = 10_000_000
    written = 0

    async def script(peer):
        nonlocal written
        peer.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        await peer.receive_request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % total)
        while written < total:
            await peer.send(bytes(50_000))
            written += 50_000

    server = await serve(script)
    reply = await make_upstream().open(post(server.url()), PATIENT)
    received = len(await reply.read_chunk())
    before = -1
    while before != written:  # until the peer stands still
        before = written
        await asyncio.sleep(0.1)
    assert written < total
    while chunk := await reply.read_chunk():
        received += len(chunk)
    assert received == written == total
    reply.close()


def resolving(*answers: list[str]):
    """Each look-up gets the next answer; the last one stays."""
    rows = list(answers)

    async def resolver(host: str, port: int):
        answer = rows.pop(0) if len(rows) > 1 else rows[0]
        return [(socket.AF_INET6 if ":" in text else socket.AF_INET, text) for text in answer]

    return resolver


class TestEgress:
    @pytest.mark.parametrize("scheme", ["http", "https"])
    async def test_a_name_that_resolves_to_this_machine_is_never_connected_to(self, serve, make_upstream, scheme):
        server = await serve(keep_answering)
        upstream = make_upstream(allow=(), resolver=resolving(["127.0.0.1"]))
        with pytest.raises(EgressBlocked) as caught:
            await fetch(upstream, post(server.url(scheme=scheme, host="vendor.test")))
        assert not caught.value.sent
        assert server.connections == 0

    async def test_one_private_address_among_public_ones_blocks_them_all(self, serve, make_upstream):
        server = await serve(keep_answering)
        upstream = make_upstream(allow=(), resolver=resolving(["8.8.8.8", "127.0.0.1"]))
        with pytest.raises(EgressBlocked):
            await fetch(upstream, post(server.url(scheme="https", host="vendor.test")))
        assert server.connections == 0

    async def test_a_name_is_resolved_once_so_that_the_checked_address_is_the_one_called(self, serve, make_upstream):
        server = await serve(keep_answering)
        asked = []

        async def resolver(host, port):
            asked.append(host)
            # 127.0.0.1 is allowed here and stands for "public"; a second look-up would be led astray.
            return [(socket.AF_INET, "127.0.0.1" if len(asked) == 1 else "127.0.0.2")]

        upstream = make_upstream(allow=("127.0.0.1",), resolver=resolver)
        assert await fetch(upstream, post(server.url(host="vendor.test"))) == (200, b"ok")
        assert asked == ["vendor.test"]

    async def test_a_rebound_name_is_refused_on_the_next_connection(self, serve, make_upstream):
        server = await serve(answering(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"))
        upstream = make_upstream(allow=("127.0.0.1",), resolver=resolving(["127.0.0.1"], ["127.0.0.2"]))
        assert await fetch(upstream, post(server.url(host="vendor.test"))) == (200, b"ok")
        with pytest.raises(EgressBlocked):
            await fetch(upstream, post(server.url(host="vendor.test")))

    async def test_the_next_address_is_tried_when_one_refuses(self, serve, make_upstream):
        server = await serve(keep_answering)
        upstream = make_upstream(resolver=resolving(["127.0.0.9", "127.0.0.1"]))
        assert await fetch(upstream, post(server.url(host="vendor.test"))) == (200, b"ok")

    async def test_a_name_without_an_address_is_a_failed_connection(self, make_upstream):
        async def resolver(host, port):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        with pytest.raises(ConnectFailed):
            await fetch(make_upstream(resolver=resolver), post("https://vendor.test/"))


class TestTls:
    async def test_a_trusted_certificate_of_the_name_is_accepted(self, serve, make_upstream, vendor_tls, trusting):
        server = await serve(keep_answering, vendor_tls)
        upstream = make_upstream(context=trusting, resolver=resolving(["127.0.0.1"]))
        for _ in range(2):
            assert await fetch(upstream, post(server.url(scheme="https", host="vendor.test"))) == (200, b"ok")
        assert server.connections == 1

    async def test_a_large_body_comes_through_whole(self, serve, make_upstream, vendor_tls, trusting):
        body = b"0123456789abcdef" * 65_536
        server = await serve(answering(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body), vendor_tls)
        upstream = make_upstream(context=trusting, resolver=resolving(["127.0.0.1"]))
        url = server.url(scheme="https", host="vendor.test")
        assert await fetch(upstream, post(url, bytes(300_000))) == (200, body)

    async def test_an_unknown_authority_is_refused_before_anything_is_sent(self, make_upstream, serve, vendor_tls):
        server = await serve(swallow, vendor_tls)
        upstream = make_upstream(resolver=resolving(["127.0.0.1"]))
        with pytest.raises(ConnectFailed) as caught:
            await fetch(upstream, post(server.url(scheme="https", host="vendor.test")))
        assert not caught.value.sent
        assert "certificate" in caught.value.message.lower()

    async def test_a_certificate_of_another_name_is_refused(self, serve, make_upstream, vendor_tls, trusting):
        server = await serve(swallow, vendor_tls)
        upstream = make_upstream(context=trusting, resolver=resolving(["127.0.0.1"]))
        with pytest.raises(ConnectFailed):
            await fetch(upstream, post(server.url(scheme="https", host="other.test")))

    async def test_cancelling_closes_the_socket(self, serve, make_upstream, vendor_tls, trusting):
        arrived, ended = asyncio.Event(), asyncio.Event()

        async def script(peer):
            await peer.receive_request()
            arrived.set()
            await peer.sees_end()
            ended.set()

        server = await serve(script, vendor_tls)
        upstream = make_upstream(context=trusting, resolver=resolving(["127.0.0.1"]))
        task = asyncio.create_task(fetch(upstream, post(server.url(scheme="https", host="vendor.test"))))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ended.wait()


async def swallow(peer):
    await peer.sees_end()


class TestThroughAProxy:
    @staticmethod
    def proxy_to(port: int, seen: list[str]):
        """CONNECT to anything leads to 127.0.0.1:port."""

        async def script(peer):
            head = (await peer.reader.readuntil(b"\r\n\r\n")).decode()
            seen.append(head)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await peer.send(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n")

            async def pump(source, sink):
                try:
                    while data := await source.read(65536):
                        sink.write(data)
                        await sink.drain()
                except ConnectionError:
                    pass
                sink.close()

            await asyncio.gather(pump(peer.reader, writer), pump(reader, peer.writer))

        return script

    async def test_https_goes_through_connect_with_tls_inside(self, serve, make_upstream, vendor_tls, trusting):
        seen: list[str] = []
        vendor = await serve(keep_answering, vendor_tls)
        proxy = await serve(self.proxy_to(vendor.port, seen))

        async def resolver(host, port):
            raise AssertionError("the proxy resolves names")

        proxies = proxy_from_environment({"HTTPS_PROXY": f"http://user:p%40ss@127.0.0.1:{proxy.port}"})
        upstream = make_upstream(allow=(), context=trusting, resolver=resolver, proxies=proxies)
        for _ in range(2):
            assert await fetch(upstream, post("https://vendor.test/v1/chat")) == (200, b"ok")
        assert len(seen) == 1
        assert seen[0].startswith("CONNECT vendor.test:443 HTTP/1.1\r\n")
        assert re.search(f"(?i)proxy-authorization: Basic {b64encode(b'user:p@ss').decode()}\r\n", seen[0])

    async def test_http_goes_in_absolute_form(self, serve, make_upstream):
        seen = []

        async def script(peer):
            seen.append(await peer.receive_request())
            await peer.send(OK)

        proxy = await serve(script)
        proxies = ProxySettings(http=Proxy("127.0.0.1", proxy.port, "Basic eA=="))
        upstream = make_upstream(allow=("vendor.test",), proxies=proxies)
        assert await fetch(upstream, post("http://vendor.test:8080/v1/chat?a=1")) == (200, b"ok")
        line, headers, _ = seen[0]
        assert line == "POST http://vendor.test:8080/v1/chat?a=1 HTTP/1.1"
        assert headers["host"] == "vendor.test:8080"
        assert headers["proxy-authorization"] == "Basic eA=="

    async def test_a_refused_tunnel_is_a_failed_connection(self, serve, make_upstream):
        async def script(peer):
            await peer.reader.readuntil(b"\r\n\r\n")
            await peer.send(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            assert await peer.sees_end()

        proxy = await serve(script)
        upstream = make_upstream(proxies=ProxySettings(https=Proxy("127.0.0.1", proxy.port)))
        with pytest.raises(ConnectFailed, match="407"):
            await fetch(upstream, post("https://vendor.test/"))

    @pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "localhost", "metadata.google.internal", "intranet"])
    async def test_local_names_and_literals_are_refused_before_the_proxy_is_asked(self, serve, make_upstream, host):
        proxy = await serve(keep_answering)
        upstream = make_upstream(allow=(), proxies=ProxySettings(https=Proxy("127.0.0.1", proxy.port)))
        with pytest.raises(EgressBlocked):
            await fetch(upstream, post(f"https://{host}/"))
        assert proxy.connections == 0

    async def test_a_vendor_named_in_no_proxy_is_called_directly(self, serve, make_upstream, vendor_tls, trusting):
        vendor = await serve(keep_answering, vendor_tls)
        proxies = ProxySettings(https=Proxy("127.0.0.1", 1), no_proxy=("vendor.test",))
        upstream = make_upstream(context=trusting, resolver=resolving(["127.0.0.1"]), proxies=proxies)
        assert await fetch(upstream, post(vendor.url(scheme="https", host="vendor.test"))) == (200, b"ok")


def test_the_system_store_is_used_and_a_bundle_added_to_it(tmp_path, authority):
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = default_ssl_context(bundle)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] >= 1


class TestWhatOnlyOurOwnClientPromises:
    @pytest.fixture
    def own(self, clients):
        def make(**limits: float) -> OwnUpstream:
            upstream = OwnUpstream(EgressPolicy(("127.0.0.1",)), default_ssl_context(), **limits)
            clients.push_async_callback(upstream.aclose)
            return upstream

        return make

    async def test_an_idle_connection_is_closed_after_its_time(self, serve, own):
        ended = asyncio.Event()

        async def script(peer):
            await peer.receive_request()
            await peer.send(OK)
            await peer.sees_end()
            ended.set()

        server = await serve(script)
        await fetch(own(idle_pooled_s=0.05), post(server.url()))
        await ended.wait()

    async def test_no_more_idle_connections_are_kept_than_the_cap(self, serve, own):
        server = await serve(keep_answering)
        upstream = own(max_idle_per_host=2)
        for _ in range(2):
            replies = [await upstream.open(post(server.url()), PATIENT) for _ in range(4)]
            for reply in replies:
                await reply.read_all(9)
                reply.close()
        assert server.connections == 4 + 2

    async def test_a_peer_that_takes_nothing_of_the_request_is_idle(self, serve, own):
        async def script(peer):
            peer.writer.transport.pause_reading()
            await ended.wait()

        ended = asyncio.Event()
        server = await serve(script)
        with pytest.raises(IdleTimeout):
            await fetch(own(), post(server.url(), bytes(30_000_000)), Deadlines(idle_s=0.2))
        ended.set()

    async def test_first_byte_begins_when_the_request_has_left(self, serve, own):
        async def script(peer):
            await peer.reader.readuntil(b"\r\n\r\n")
            for _ in range(4):  # reads on slowly, longer than first_byte_s altogether
                await peer.reader.readexactly(1_000_000)
                await asyncio.sleep(0.3)
            await peer.reader.readexactly(26_000_000)
            await peer.send(OK)

        server = await serve(script)
        deadlines = Deadlines(first_byte_s=1, idle_s=5)
        assert await fetch(own(), post(server.url(), bytes(30_000_000)), deadlines) == (200, b"ok")

    async def test_framing_without_end_around_the_body_is_cut_short(self, serve, own):
        async def script(peer):
            await peer.receive_request()
            await peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nx: ")
            try:
                for _ in range(100):
                    await peer.send(b"a" * 10_000)
            except ConnectionError:
                return
            assert await peer.sees_end()

        server = await serve(script)
        with pytest.raises(UpstreamTooLarge):
            await fetch(own(), post(server.url()))
