import pytest

from perpetuo.core.errors import EgressBlocked
from perpetuo.http.egress import EgressPolicy

NOWHERE_PUBLIC = [
    # this machine, by every spelling a resolver may accept
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "0", "0.0.0.0", "0x7f000001", "0x7f.0.0.1", "0X7F.1",
    "2130706433", "017700000001", "0177.0.0.1", "127.0.0.0x1", "127.0.0.01", "00127.0.0.1", "127.255.255.254",
    "127.0.0.1.0x", "1", "localhost", "LOCALHOST", "localhost.", "api.localhost",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:4136:e378::1]",
    # the spellings of browsers and of Unicode
    "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1", "127%2e0%2e0%2e1", "ⓛocalhost",
    # metadata services
    "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]",
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
    # private, carrier, local and reserved networks
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255",
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "0.1.2.3",
    "[fc00::1]", "[fd12:3456::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]", "[2001:2::1]",
    "[2001:10::1]", "[2002:a00:1::]", "[3ffe::1]", "[3fff::1]", "[4000::1]", "[::ffff:10.0.0.1]", "[5f00::1]",
]  # fmt: skip

NOT_A_PLAIN_URL = {
    "user information": "https://user:secret@api.openai.com/",
    "a host in the user information": "https://api.openai.com@127.0.0.1/",
    "an empty user": "https://@api.openai.com/",
    "another scheme": "ftp://api.openai.com/",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_x",
    "no scheme": "api.openai.com/v1",
    "a scheme-relative URL": "//api.openai.com/v1",
    "no host": "https:///v1",
    "no slashes": "https:api.openai.com",
    "a backslash": "https://api.openai.com\\@127.0.0.1/",
    "a line break": "https://api.openai.com/\r\nx: 1",
    "a tab in the host": "https://api.open\tai.com/",
    "a space": "https://api.openai.com /",
    "a NUL": "https://api.openai.com\0.evil.test/",
    "a zone": "https://[fe80::1%25eth0]/",
    "an unclosed bracket": "https://[::1/",
    "a bracketed name": "https://[localhost]/",
    "bytes behind the bracket": "https://[2606:4700::1]evil/",
    "port 0": "https://api.openai.com:0/",
    "a port out of range": "https://api.openai.com:65536/",
    "a port that is no number": "https://api.openai.com:https/",
    "a fragment": "https://api.openai.com/#x",
    "an empty label": "https://api..openai.com/",
    "a percent-encoded host": "https://api%2eopenai.com/",
    "a path that is not encoded": "https://api.openai.com/caf\u00e9",
    "a soft hyphen alone": "https://\u00ad/",
}

LEGITIMATE = [
    "https://api.openai.com/v1", "https://api.anthropic.com", "https://api.groq.com/openai/v1",
    "https://openrouter.ai/api/v1", "https://generativelanguage.googleapis.com/v1beta", "https://api.mistral.ai:443/v1",
    "https://my-team.openai.azure.com/openai/v1?api-version=2024-10-21", "https://API.OpenAI.com/v1",
    "https://api.openai.com./v1", "https://bedrock-runtime.us-east-1.amazonaws.com", "https://api.x.ai/v1",
    "https://1.1.1.1/v1", "https://8.8.8.8:8443/", "https://[2606:4700:4700::1111]/v1", "https://a_b.example.org/",
    "https://m\u00fcnchen.example.org/", "https://xn--mnchen-3ya.example.org/", "https://3com.example.com", "https://0x.org",
    "https://a.example.org:65535/", "https://172.32.0.1/", "https://100.63.255.255/", "https://[2a00:1450::1]/",
]  # fmt: skip


@pytest.mark.parametrize("host", NOWHERE_PUBLIC)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_that_is_not_public_is_refused_before_any_look_up(scheme, host):
    with pytest.raises(EgressBlocked):
        EgressPolicy().check_url(f"{scheme}://{host}/v1")


@pytest.mark.parametrize("url", NOT_A_PLAIN_URL.values(), ids=NOT_A_PLAIN_URL.keys())
def test_only_plain_absolute_urls_are_read(url):
    with pytest.raises(EgressBlocked):
        EgressPolicy().check_url(url)


@pytest.mark.parametrize("url", LEGITIMATE)
def test_a_public_https_url_passes(url):
    assert EgressPolicy().check_url(url).scheme == "https"


@pytest.mark.parametrize("host", [host for host in NOWHERE_PUBLIC if host.count(".") == 3 and host[-1].isdigit()])
def test_a_resolved_address_is_judged_as_a_literal_is(host):
    with pytest.raises(EgressBlocked, match="PERPETUO_EGRESS_ALLOW"):
        EgressPolicy().check_addresses("vendor.example", 443, ["8.8.8.8", host])


@pytest.mark.parametrize(
    "address", ["::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::", "fe80::1%eth0", "x"]
)
def test_a_resolved_ipv6_address_that_leads_elsewhere_is_refused(address):
    with pytest.raises(EgressBlocked):
        EgressPolicy().check_addresses("vendor.example", 443, [address])


def test_public_addresses_pass_and_none_at_all_does_not():
    policy = EgressPolicy()
    policy.check_addresses("vendor.example", 443, ["104.18.6.192", "2606:4700::6812:7c0"])
    with pytest.raises(EgressBlocked):
        policy.check_addresses("vendor.example", 443, [])


def test_the_message_names_the_remedy():
    with pytest.raises(EgressBlocked, match=r"10\.0\.0\.1 is not a public address.*PERPETUO_EGRESS_ALLOW"):
        EgressPolicy().check_url("https://10.0.0.1/")


def test_a_destination_keeps_what_is_sent():
    destination = EgressPolicy().check_url("https://API.example.org.:8443/v1/chat?api-version=1&x=%20")
    assert destination.key == ("https", "api.example.org", 8443)
    assert destination.host_header == "api.example.org:8443"
    assert destination.path == "/v1/chat?api-version=1&x=%20"
    plain = EgressPolicy().check_url("https://[2606:4700:0::1111]:443")
    assert (plain.host, plain.host_header, plain.path) == ("2606:4700::1111", "[2606:4700::1111]", "/")


ALLOWED = {
    "an address": ("127.0.0.1", "http://127.0.0.1:11434/v1"),
    "an address on one port": ("127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
    "a network": ("10.0.0.0/8", "http://10.1.2.3/v1"),
    "a network on one port": ("10.0.0.0/8:8080", "http://10.1.2.3:8080/v1"),
    "a network written with host bits": ("10.1.2.3/8", "https://10.9.9.9/"),
    "an IPv6 address": ("::1", "http://[::1]:8000/"),
    "an IPv6 address on one port": ("[::1]:8000", "http://[::1]:8000/"),
    "an IPv6 network": ("fd00::/8", "https://[fd12::1]/"),
    "an IPv6 network on one port": ("[fd00::]/8:443", "https://[fd12::1]/"),
    "a name": ("ollama.internal", "http://ollama.internal:11434/"),
    "a name on one port": ("ollama:11434", "http://ollama:11434/"),
    "a name in capitals with a dot": ("Ollama.Internal.", "http://ollama.internal/"),
    "localhost": ("localhost", "http://localhost:8000/"),
}


@pytest.mark.parametrize(("entry", "url"), ALLOWED.values(), ids=ALLOWED.keys())
def test_what_the_operator_names_is_allowed(entry, url):
    EgressPolicy((entry,)).check_url(url)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1:11434", "http://127.0.0.1:6379/"),
        ("10.0.0.0/8", "http://172.16.0.1/"),
        ("ollama:11434", "http://ollama:22/"),
        ("[::1]:8000", "http://[::1]:8001/"),
        ("internal", "http://ollama.internal/"),
        ("ollama.internal", "http://x.ollama.internal/"),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/"),
        ("127.0.0.1", "http://2130706433/"),
    ],
)
def test_and_nothing_beside_it(entry, url):
    with pytest.raises(EgressBlocked):
        EgressPolicy((entry,)).check_url(url)


def test_an_allowed_name_vouches_for_its_addresses_and_an_allowed_network_for_its_names():
    EgressPolicy(("ollama",)).check_addresses("ollama", 11434, ["172.18.0.2"], plain=True)
    policy = EgressPolicy(("172.16.0.0/12",))
    policy.check_url("http://ollama:11434/")
    policy.check_addresses("ollama", 11434, ["172.18.0.2"], plain=True)
    with pytest.raises(EgressBlocked):
        policy.check_addresses("ollama", 11434, ["172.18.0.2", "10.0.0.1"], plain=True)


def test_plain_http_is_for_allowed_hosts_only():
    with pytest.raises(EgressBlocked, match="use https"):
        EgressPolicy().check_url("http://api.openai.com/v1")
    with pytest.raises(EgressBlocked, match="use https"):
        EgressPolicy().check_url("http://8.8.8.8/")
    with pytest.raises(EgressBlocked, match="use https"):
        EgressPolicy(("10.0.0.0/8",)).check_addresses("api.openai.com", 80, ["8.8.8.8"], plain=True)


@pytest.mark.parametrize("host", ["intranet", "nas.local", "metadata.google.internal", "router.home.arpa"])
def test_a_name_that_a_proxy_would_resolve_inside_its_network_is_refused(host):
    policy = EgressPolicy()
    with pytest.raises(EgressBlocked):
        policy.check_proxied(policy.check_url(f"https://{host}/"))
    allowing = EgressPolicy((host,))
    allowing.check_proxied(allowing.check_url(f"http://{host}/"))


def test_plain_http_through_a_proxy_needs_the_name_to_be_allowed():
    policy = EgressPolicy(("10.0.0.0/8",))
    with pytest.raises(EgressBlocked):
        policy.check_proxied(policy.check_url("http://vendor.example/"))


@pytest.mark.parametrize(
    "entry", ["", "300.1.1.1", "10.0.0.0/33", "host:0", "host:99999", "host:x", "a b", "http://x", "127.1"]
)
def test_an_entry_that_is_neither_network_nor_name_is_told_at_once(entry):
    with pytest.raises(ValueError, match="PERPETUO_EGRESS_ALLOW"):
        EgressPolicy((entry,))
