"""A provider key's base URL is a workspace's to choose: none of these reaches this machine or its network.

Each is driven through both upstream clients, directly and through a proxy. On 127.0.0.1 and ::1 a canary listens, on
the port that the URL names, and counts connections and bytes. The resolver is hostile: what the operating system reads
as a number is that number, and every other name is 127.0.0.1.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.errors import EgressBlocked, TransportError
from perpetuo.core.snapshot import Secret
from perpetuo.http.client import OwnUpstream
from perpetuo.http.connector import Connector, Resolver, default_ssl_context
from perpetuo.http.egress import EgressPolicy
from perpetuo.http.proxies import Proxy, ProxySettings
from perpetuo.http.reference_client import ReferenceUpstream
from perpetuo.http.upstream import Deadlines, Upstream
from perpetuo.providers.base import Target, UpstreamRequest
from perpetuo.providers.registry import PROTOCOLS

CLIENTS = {"own": OwnUpstream, "reference": ReferenceUpstream}
SECRET = "sk-canary-0123456789abcdefghijklmnop"
VENDOR = Vendor(name="custom", title="C", protocol="openai_chat", base_url=None)
DEADLINES = Deadlines(connect_s=2.0, first_byte_s=2.0, idle_s=2.0, total_s=4.0)

# Hosts, each tried as http://HOST:PORT/v1 and https://HOST:PORT/v1, where PORT is the canary's.
THIS_MACHINE = (
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.1.", "0", "0.0.0.0", "0.", "00", "000.000.000.000",
    "0x7f000001", "0X7F000001", "0x7f.0.0.1", "0x7f.1", "0x7F.0x0.0x0.0x1", "0x0000007f000001", "2130706433",
    "2130706433.", "017700000001", "0177.0.0.1", "0177.1", "0177.0.0.01", "00000177.0.0.1", "127.0.0.0x1", "127.0.0.01",
    "00127.0.0.1", "127.0x0.1", "127.255.255.254", "127.000.000.001", "1.0.0.127.in-addr.arpa", "[::1]", "[::]",
    "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]", "localhost", "LOCALHOST",
    "LocalHost", "localhost.", "localhost..", "api.localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback",
)  # fmt: skip
IPV4_IN_IPV6 = (
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]",
    "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]", "[64:ff9b:1:fffe::1]", "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2002:a9fe:a9fe::]",
    "[2002:a00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2001::1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]",
)  # fmt: skip
LOCAL_NETWORK = (
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "100.64.0.1",
    "169.254.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "[fc00::1]", "[fd12:3456:789a::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[fe80::1%251]",
    "[fec0::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]", "[5f00::1]", "router", "intranet", "db.internal",
    "printer.local", "nas.home.arpa", "host.docker.internal", "kubernetes.default.svc.cluster.local",
)  # fmt: skip
METADATA = (
    "169.254.169.254", "169.254.169.254.", "169.254.170.2", "2852039166", "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376", "0251.254.169.254", "169.254.43518", "169.16689662", "[fd00:ec2::254]", "[fd20:ce::254]",
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "metadata", "metadata.google.internal",
    "metadata.google.internal.", "instance-data", "instance-data.ec2.internal",
)  # fmt: skip
SPELLINGS = (
    "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "ｌocalhost", "lo\u00adcalhost", "loc\u200balhost", "localhost\u3002", "%31%32%37.0.0.1", "127%2e0%2e0%2e1",
    "%6c%6f%63%61%6c%68ost",
    "127.0.0.1%00.vendor.example", "127.0.0.1%252evendor.example", "[::1%00]", "[::1].vendor.example",
    "[::ffff:127.0.0.1].vendor.example", "[127.0.0.1]", "[localhost]", "[::1", "::1", "127.0.0.1,vendor.example",
    "127.0.0.1;vendor.example", "vendor.example:80:127.0.0.1",
)  # fmt: skip
NAMES_THAT_LEAD_HERE = (
    "vendor.example", "vendor.example.", "127.0.0.1.nip.example", "7f000001.rebind.example", "xn--mnchen-3ya.example",
    "m\u00fcnchen.example", "_dmarc.vendor.example", "0x7f.vendor.example", "a.b.c.d.e.f.vendor.example",
    "١٢٧.٠.٠.١",
)  # fmt: skip
HOSTS = (*THIS_MACHINE, *IPV4_IN_IPV6, *LOCAL_NETWORK, *METADATA, *SPELLINGS, *NAMES_THAT_LEAD_HERE)

# Whole URLs; @ is the canary's host and port.
URLS = (
    "http://user:pass@@/", "https://@@/", "http://@@@/", "https://api.openai.com@@/", "https://api.openai.com:443@@/",
    "https://api.openai.com%40@/", "https://api.openai.com\\@@/", "https://api.openai.com\\.@/", "https:\\\\@/",
    "http:/@/", "http:///@/", "http:@/", "//@/", "///@/", "@/", "http://@\\/", "http://@/\\@api.openai.com/",
    "http://@#@api.openai.com/", "http://@#.openai.com", "http://@?@api.openai.com/", "http://@/?x=https://api.openai.com",
    "http://api.openai.com#@@/", "http://api.openai.com?@@/", "https://api.openai.com/#@@", "https://api.openai.com&@@/",
    " http://@/", "\thttp://@/", "http://@/ ", "ht\ttp://@/", "http://\t@/", "http://@\r\nhost: api.openai.com/",
    "http://@/\r\n\r\nGET / HTTP/1.1", "http://@/\n", "http://@\0.openai.com/", "http://\0@/",
    "http://@/%0d%0ax: 1\u2028",
    "HTTP://@/", "HtTpS://@/", "ftp://@/", "file:///etc/passwd", "file://@/etc/passwd", "gopher://@/_GET%20/",
    "dict://@/info", "ldap://@/", "ws://@/", "unix:/var/run/docker.sock", "http+unix://%2fvar%2frun%2fdocker.sock/",
    "jar:http://@/!/", "data:text/plain,x", "javascript:1", "netdoc:///etc/passwd", "view-source:http://@/",
    "http://127.0.0.1:/", "http://127.0.0.1:0/", "http://127.0.0.1:+80/", "http://127.0.0.1:-1/", "http://127.0.0.1:65536/",
    "http://127.0.0.1:99999999999999999999/", "http://127.0.0.1:8 0/", "http://127.0.0.1:８０/", "http://127.0.0.1:0x50/",
    "http://127.0.0.1::80/", "http://[::1]:/", "http://[::1]80/", "http://[[::1]]/", "http://[::1%25lo]/", "http:// /",
    "http://", "http://.", "http://..", "http://?", "http://#", "", "/v1", "http://.127.0.0.1/", "http://127..0.0.1/",
)  # fmt: skip


class Canary:
    """Listens on one port of 127.0.0.1 and ::1."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.bytes = 0
        self.asked: list[str] = []
        """Names that were looked up."""

    async def accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.bytes += len(await reader.read(65536))
        finally:
            writer.close()

    async def hostile_resolver(self, host: str, port: int) -> list[tuple[int, str]]:
        self.asked.append(host)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            return [(socket.AF_INET, "127.0.0.1")]
        return [(int(family), str(address[0])) for family, _, _, _, address in found]


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    canary = Canary()
    first = await asyncio.start_server(canary.accepted, "127.0.0.1", 0)
    canary.port = first.sockets[0].getsockname()[1]
    second = await asyncio.start_server(canary.accepted, "::1", canary.port)
    yield canary
    for server in (first, second):
        server.close()
        await server.wait_closed()


@pytest.fixture(scope="module")
def trust() -> ssl.SSLContext:
    return default_ssl_context()


@asynccontextmanager
async def upstreams(
    trust: ssl.SSLContext, resolver: Resolver, allow: tuple[str, ...] = (), proxies: Sequence[Proxy | None] = (None,)
) -> AsyncIterator[list[Upstream]]:
    """Both clients, with each proxy."""
    async with AsyncExitStack() as stack:
        made: list[Upstream] = []
        for implementation in CLIENTS.values():
            for proxy in proxies:
                settings = ProxySettings(https=proxy, http=proxy)
                made.append(implementation(EgressPolicy(allow), trust, resolver, settings))
                stack.push_async_callback(made[-1].aclose)
        yield made


def asking_for_models(base_url: str) -> UpstreamRequest:
    """As a saved provider key would be asked, its secret in the header."""
    request = PROTOCOLS["openai_chat"].encode_models(Target(VENDOR, Model("", ""), base_url, Secret(SECRET)))  # type: ignore[attr-defined]
    assert isinstance(request, UpstreamRequest)
    return request


async def test_no_spelling_of_a_local_address_is_called(canary: Canary, trust: ssl.SSLContext) -> None:
    assert len(set(HOSTS)) + len(set(URLS)) >= 120
    urls = [f"{scheme}://{host}:{canary.port}/v1" for host in HOSTS for scheme in ("http", "https")]
    urls += [url.replace("@", f"127.0.0.1:{canary.port}", 1) for url in URLS]
    urls += [url[::-1].replace("@", f"127.0.0.1:{canary.port}"[::-1], 1)[::-1] for url in URLS if url.count("@") > 1]
    reached: list[str] = []
    async with upstreams(trust, canary.hostile_resolver) as clients:
        for url in urls:
            for client in clients:
                with pytest.raises(TransportError) as refused:
                    await client.open(asking_for_models(url), DEADLINES)
                if refused.value.kind != "egress_blocked" or refused.value.sent:
                    reached.append(f"{url}: {refused.value}")
                assert SECRET not in str(refused.value)
    assert reached == []
    assert (canary.connections, canary.bytes) == (0, 0)


@pytest.mark.parametrize("allow", [(), ("198.51.100.7",)], ids=["nothing allowed", "a network allowed"])
async def test_a_proxy_is_not_asked_for_them_either(
    canary: Canary, trust: ssl.SSLContext, allow: tuple[str, ...]
) -> None:
    """A name that leads here is the proxy's to refuse; addresses and local names do not get that far. The canary is
    the proxy."""
    hosts = [host for host in HOSTS if host not in NAMES_THAT_LEAD_HERE and not host.endswith(".arpa")]
    hosts += ["nas.home.arpa"]
    proxies = (Proxy("127.0.0.1", canary.port), Proxy("localhost", canary.port, "Basic eDp5"))
    async with upstreams(trust, canary.hostile_resolver, allow, proxies) as clients:
        for host in hosts:
            for url in (f"https://{host}/v1", f"http://{host}/v1"):
                for client in clients:
                    with pytest.raises(EgressBlocked):
                        await client.open(asking_for_models(url), DEADLINES)
    assert (canary.connections, canary.bytes) == (0, 0)


async def test_a_local_name_is_not_even_looked_up(canary: Canary, trust: ssl.SSLContext) -> None:
    async with upstreams(trust, canary.hostile_resolver) as clients:
        for name in ("intranet", "db.internal", "printer.local", "nas.home.arpa", "metadata.google.internal."):
            for client in clients:
                with pytest.raises(EgressBlocked):
                    await client.open(asking_for_models(f"https://{name}/v1"), DEADLINES)
    assert canary.asked == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.2", "127.0.0.1"],
        ["127.0.0.1", "127.0.0.2"],
        ["127.0.0.2", "::1"],
        ["::1", "127.0.0.2"],
        ["127.0.0.2", "::ffff:127.0.0.1"],
        ["127.0.0.2", "fe80::1%lo"],
        ["127.0.0.2", "0.0.0.0"],
        ["127.0.0.2", "::"],
    ],
    ids=" and ".join,
)
async def test_one_bad_address_of_a_name_refuses_them_all(
    canary: Canary, trust: ssl.SSLContext, addresses: list[str], scheme: str
) -> None:
    """127.0.0.2 plays the vendor's public address."""

    async def mixed(host: str, port: int) -> list[tuple[int, str]]:
        return [(socket.AF_INET6 if ":" in address else socket.AF_INET, address) for address in addresses]

    async with upstreams(trust, mixed, ("127.0.0.2",)) as clients:
        for client in clients:
            with pytest.raises(EgressBlocked) as refused:
                await client.open(asking_for_models(f"{scheme}://vendor.example:{canary.port}/v1"), DEADLINES)
            assert not any(address in str(refused.value) for address in addresses), "the local network's addresses"
    assert canary.connections == 0


async def test_a_name_that_changes_its_answer_is_called_where_it_was_checked(
    canary: Canary, trust: ssl.SSLContext
) -> None:
    """The first answer is the vendor's (127.0.0.2), every later one the canary's on the same port."""
    received: list[bytes] = []

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(vendor, "127.0.0.2", canary.port)
    for implementation in CLIENTS.values():
        answers = ["127.0.0.2", "127.0.0.1", "127.0.0.1"]

        async def rebinding(host: str, port: int, answers: list[str] = answers) -> list[tuple[int, str]]:
            return [(socket.AF_INET, answers.pop(0))]

        client = implementation(EgressPolicy(("127.0.0.2",)), trust, rebinding)
        request = asking_for_models(f"http://vendor.example:{canary.port}/v1")
        reply = await client.open(request, DEADLINES)
        assert (reply.status, await reply.read_all(9)) == (200, b"{}")
        reply.close()
        assert len(answers) == 2, "resolved once for one connection"
        with pytest.raises(EgressBlocked):
            await client.open(request, DEADLINES)
        await client.aclose()
    server.close()
    await server.wait_closed()
    assert len(received) == 2 and all(SECRET.encode() in head for head in received)
    assert (canary.connections, canary.bytes) == (0, 0)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
async def test_a_redirect_to_this_machine_is_an_answer_and_is_not_followed(
    canary: Canary, trust: ssl.SSLContext, status: int, host: str
) -> None:
    target = f"http://{host}:{canary.port}/latest/meta-data/"
    moved = (
        f"HTTP/1.1 {status} Moved\r\nlocation: {target}\r\nrefresh: 0;url={target}\r\nlink: <{target}>; rel=preload\r\n"
        f"alt-svc: http/1.1={host}:{canary.port}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(moved.encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(vendor, "127.0.0.2", 0)
    port = server.sockets[0].getsockname()[1]
    async with upstreams(trust, canary.hostile_resolver, ("127.0.0.2",)) as clients:
        for client in clients:
            reply = await client.open(asking_for_models(f"http://127.0.0.2:{port}/v1"), DEADLINES)
            assert (reply.status, await reply.read_all(9)) == (status, b"")
            reply.close()
    server.close()
    await server.wait_closed()
    assert (canary.connections, canary.bytes) == (0, 0)


async def test_the_port_that_the_operator_allowed_opens_no_other(canary: Canary, trust: ssl.SSLContext) -> None:
    async with upstreams(trust, canary.hostile_resolver, (f"127.0.0.1:{canary.port + 1 or 1}", "ollama")) as clients:
        for url in (
            f"http://127.0.0.1:{canary.port}/v1",
            f"http://localhost:{canary.port}",
            f"http://ollama.x:{canary.port}",
        ):
            for client in clients:
                with pytest.raises(EgressBlocked):
                    await client.open(asking_for_models(url), DEADLINES)
    assert canary.connections == 0


LEGITIMATE = {
    "https://api.openai.com/v1": ["162.159.140.245", "172.66.0.243"],
    "https://api.anthropic.com": ["160.79.104.10", "2607:6bc0::10"],
    "https://api.groq.com/openai/v1": ["104.18.40.237", "2606:4700:4400::ac40:9413"],
    "https://openrouter.ai/api/v1": ["104.18.2.115", "2606:4700::6812:273"],
    "https://generativelanguage.googleapis.com/v1beta": ["142.250.185.74", "2a00:1450:4001:828::200a"],
    "https://europe-west4-aiplatform.googleapis.com/v1": ["142.250.185.106"],
    "https://api.mistral.ai:443/v1": ["104.18.22.90"],
    "https://api.deepseek.com": ["104.18.26.90"],
    "https://api.x.ai/v1": ["104.18.18.80"],
    "https://api.cohere.com/compatibility/v1": ["34.96.76.122"],
    "https://api.together.xyz/v1": ["104.18.6.1"],
    "https://api.fireworks.ai/inference/v1": ["34.149.25.10"],
    "https://router.huggingface.co/v1": ["18.155.129.31", "2600:9000:2490::1"],
    "https://integrate.api.nvidia.com/v1": ["75.2.113.32"],
    "https://my-team.openai.azure.com/openai/v1?api-version=2024-10-21": ["20.232.91.180"],
    "https://bedrock-runtime.us-east-1.amazonaws.com": ["3.227.250.235"],
    "https://vendor.example.:8443/v1/": ["1.1.1.1"],
    "https://m\u00fcnchen.example.org/v1": ["8.8.8.8"],
    "https://1.1.1.1/v1": ["1.1.1.1"],
    "https://[2606:4700:4700::1111]:8443/v1": ["2606:4700:4700::1111"],
}


async def test_twenty_of_twenty_legitimate_urls_pass_and_are_not_called(trust: ssl.SSLContext) -> None:
    assert len(LEGITIMATE) == 20
    policy = EgressPolicy()
    for url, addresses in LEGITIMATE.items():

        async def honest(host: str, port: int, addresses: list[str] = addresses) -> list[tuple[int, str]]:
            return [(socket.AF_INET6 if ":" in address else socket.AF_INET, address) for address in addresses]

        destination = policy.check_url(asking_for_models(url).url)
        found = await Connector(policy, trust, honest).checked_addresses(destination)
        assert [address for _, address in found] == addresses, url
