"""Who the client is: the peer, or what a trusted proxy added on the right, whatever else was sent."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perpetuo.core.client_address import MAX_HEADER_CHARS, MAX_HOPS, TrustedProxies, address_of_node
from perpetuo.core.limits import Allow, IpLimiter

PROXY, STRANGER = "10.0.0.1", "203.0.113.9"
PROXIES = TrustedProxies(("10.0.0.0/8", "fd00::/8"))


def client(*headers: tuple[str, str], peer: str = PROXY) -> str:
    return PROXIES.client_of(peer, [(name.encode(), value.encode("latin-1")) for name, value in headers])


def xff(*lines: str) -> str:
    return client(*(("x-forwarded-for", line) for line in lines))


def forwarded(*lines: str) -> str:
    return client(*(("forwarded", line) for line in lines))


def test_of_a_peer_that_is_no_trusted_proxy_nothing_is_read() -> None:
    told = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1"), ("x-forwarded-proto", "https")]
    assert client(*told, peer=STRANGER) == STRANGER
    assert PROXIES.scheme_of(STRANGER, [(b"x-forwarded-proto", b"https")]) is None
    assert TrustedProxies(()).client_of(PROXY, [(b"x-forwarded-for", b"192.0.2.1")]) == PROXY


def test_a_proxy_that_says_nothing_counts_itself() -> None:
    assert client() == PROXY
    assert client(("x-real-ip", "192.0.2.1"), ("cf-connecting-ip", "192.0.2.1"), ("x_forwarded_for", "192.0.2.1")) == (
        PROXY
    )


@pytest.mark.parametrize(
    ("lines", "address"),
    {
        "one hop": (("192.0.2.1",), "192.0.2.1"),
        "what the client wrote itself is left of it": (("1.1.1.1, 192.0.2.1",), "192.0.2.1"),
        "our own proxies are looked through": (("1.1.1.1, 192.0.2.1, 10.0.0.7, 10.1.1.1",), "192.0.2.1"),
        "several lines are one list": (("1.1.1.1", "192.0.2.1, 10.0.0.7", "10.1.1.1"), "192.0.2.1"),
        "nobody but proxies": (("10.0.0.9, 10.0.0.8",), "10.0.0.9"),
        "a port": (("192.0.2.1:4711",), "192.0.2.1"),
        "IPv6": (("2001:DB8::1",), "2001:db8::1"),
        "IPv6 in brackets": (("[2001:db8::1]",), "2001:db8::1"),
        "IPv6 with a port": (("[2001:db8::1]:4711",), "2001:db8::1"),
        "IPv4 in IPv6 form": (("::ffff:192.0.2.1",), "192.0.2.1"),
        "a trusted proxy in IPv6 form": (("192.0.2.1, ::ffff:10.0.0.7",), "192.0.2.1"),
        "a zone": (("fe80::1%eth0",), "fe80::1"),
        "unknown": (("192.0.2.1, unknown",), PROXY),
        "an obfuscated identifier": (("192.0.2.1, _hidden",), PROXY),
        "not an address": (("192.0.2.1, 192.0.2.256",), PROXY),
        "unreadable behind a proxy: the proxy is the last one known": (("192.0.2.1, <script>, 10.0.0.7",), "10.0.0.7"),
        "empty": (("",), PROXY),
        "an empty last hop": (("192.0.2.1,",), PROXY),
        "octal": (("0300.0.2.1",), PROXY),
        "a number": (("3221225985",), PROXY),
    }.values(),
)
def test_the_right_most_hop_that_is_no_trusted_proxy_is_the_client(lines: tuple[str, ...], address: str) -> None:
    assert xff(*lines) == address


@pytest.mark.parametrize(
    ("lines", "address"),
    {
        "one hop": (("for=192.0.2.1",), "192.0.2.1"),
        "with all the rest": (("by=10.0.0.1;For=192.0.2.1;proto=https;host=example.org",), "192.0.2.1"),
        "quoted IPv6 with a port": (('for="[2001:db8::1]:4711"',), "2001:db8::1"),
        "through a proxy": (("for=1.1.1.1, for=192.0.2.1;proto=http, for=10.0.0.7",), "192.0.2.1"),
        "several lines": (("for=1.1.1.1", "for=192.0.2.1", "for=10.0.0.7"), "192.0.2.1"),
        "a quote the client opened and nobody closed": (('for="1.1.1.1, for=192.0.2.1',), "192.0.2.1"),
        "and one that closes in the proxy's": (('for="1.1.1.1, for="192.0.2.1"',), "192.0.2.1"),
        "a host that looks like a parameter": (('for=192.0.2.1;host="x;for=1.1.1.1"',), "192.0.2.1"),
        "a host that looks like a hop": (('for=192.0.2.1;host="x, for=1.1.1.1"',), "192.0.2.1"),
        "a host with an escaped quote": (('for=192.0.2.1;host="x\\", for=1.1.1.1"',), "192.0.2.1"),
        "unknown": (("for=192.0.2.1, for=unknown",), PROXY),
        "obfuscated": (('for=192.0.2.1, for="_gazonk"',), PROXY),
        "two of them": (("for=192.0.2.1;for=1.1.1.1",), PROXY),
        "none": (("proto=https",), PROXY),
        "malformed": (("for=192.0.2.1;;=",), PROXY),
        "not closed": (('for="192.0.2.1',), PROXY),
        "empty": (("",), PROXY),
    }.values(),
)
def test_the_header_of_rfc_7239_is_read_the_same_way(lines: tuple[str, ...], address: str) -> None:
    assert forwarded(*lines) == address


def test_of_two_headers_that_differ_neither_is_believed() -> None:
    assert client(("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1")) == "192.0.2.1"
    assert client(("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=1.1.1.1")) == PROXY
    assert client(("x-forwarded-for", "unknown"), ("forwarded", "for=1.1.1.1")) == PROXY
    assert client(("x-forwarded-for", "1.1.1.1"), ("forwarded", "for=_hidden")) == PROXY


def test_the_scheme_is_the_nearest_proxys_and_nothing_but_http_and_https() -> None:
    def scheme(*values: bytes) -> str | None:
        return PROXIES.scheme_of(PROXY, [(b"x-forwarded-proto", value) for value in values])

    assert (scheme(b"https"), scheme(b"HTTP"), scheme()) == ("https", "http", None)
    assert scheme(b"https, http") == scheme(b"https", b"http") == "http"
    assert scheme(b"javascript") is scheme(b"") is scheme(b"https,") is None


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded"])
@pytest.mark.parametrize("hop", ["10.0.0.7", "192.0.2.1", '"', ",", "for=10.0.0.7", 'for="', "\\", "[", ":", "=", ";"])
def test_hundreds_of_hops_end_somewhere_trusted_or_named(name: str, hop: str) -> None:
    for separator in (",", "", ", "):
        found = client((name, separator.join([hop] * 60_000)[:60_000]))
        assert address_of_node(found) == found
        assert found in ("192.0.2.1", "10.0.0.7", PROXY)


def test_no_more_than_so_many_proxies_are_looked_through() -> None:
    chain = [f"10.0.1.{number}" for number in range(MAX_HOPS)]
    assert xff(", ".join(["192.0.2.1", *chain[1:]])) == "192.0.2.1"
    assert xff(", ".join(["192.0.2.1", *chain])) == chain[0]


def test_a_hop_that_was_cut_off_is_no_address() -> None:
    told = "192.0.2.1" + " " * (MAX_HEADER_CHARS - len("92.0.2.1, 10.0.0.7")) + ", 10.0.0.7"
    assert xff(told) == "10.0.0.7"


@given(
    st.lists(
        st.tuples(st.sampled_from(["x-forwarded-for", "forwarded"]), st.text(alphabet=st.characters(max_codepoint=255)))
    )
)
def test_whatever_is_sent_the_answer_is_an_address(headers: list[tuple[str, str]]) -> None:
    found = client(*headers)
    assert address_of_node(found) == found


@given(st.text(alphabet=st.sampled_from('for=",;\\[]:. 0123456789abcdef_proto')))
def test_what_a_client_writes_to_the_left_never_changes_what_its_proxy_added(forged: str) -> None:
    assert xff(f"{forged}, 192.0.2.1") == "192.0.2.1"
    assert xff(forged, "192.0.2.1") == "192.0.2.1"
    assert forwarded(f"{forged}, for=192.0.2.1;proto=https") == "192.0.2.1"
    assert forwarded(forged, 'for="192.0.2.1:80"') == "192.0.2.1"


NAMES = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "Client-IP",
         "X-Cluster-Client-IP", "Fastly-Client-IP", "X-Original-Forwarded-For", "X-Forwarded", "Via")  # fmt: skip
SPELLINGS = (str.lower, lambda name: name.lower().replace("-", "_"), lambda name: name.lower().replace("-", ""))


def forged_headers(draw: random.Random) -> list[tuple[bytes, bytes]]:
    """As a server hands them over: names in lower case, whatever their spelling was."""
    headers: list[tuple[bytes, bytes]] = []
    for name in draw.sample(NAMES, draw.randint(1, 4)):
        address = f"{draw.randint(1, 223)}.{draw.randint(0, 255)}.{draw.randint(0, 255)}.{draw.randint(1, 254)}"
        value = f"for={address}" if name == "Forwarded" else address
        headers.append((draw.choice(SPELLINGS)(name).encode(), value.encode()))
    return headers


@pytest.mark.parametrize("peer", [STRANGER, "2001:db8::9", PROXY])
def test_of_ten_thousand_requests_with_forged_addresses_exactly_the_limit_is_admitted(peer: str) -> None:
    """Of the proxy: the client sends them through one that appends its true address to X-Forwarded-For."""
    draw, limiter = random.Random(7), IpLimiter(1000, exempt=("10.0.0.0/8",), never_exempt=("10.0.0.0/8",))
    admitted: dict[str, int] = {}
    for number in range(10_000):
        headers = forged_headers(draw)
        if peer == PROXY:
            headers.append((b"x-forwarded-for", STRANGER.encode()))
        address = PROXIES.client_of(peer, headers)
        if isinstance(limiter.admit(address, number * 0.005), Allow):
            admitted[address] = admitted.get(address, 0) + 1
    if peer != PROXY:
        assert admitted == {peer: 1000}
    else:  # those with a Forwarded that says something else count as the proxy's
        assert admitted == {STRANGER: 1000, PROXY: 1000}
