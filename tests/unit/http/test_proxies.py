import pytest

from perpetuo.http.egress import parse_url
from perpetuo.http.proxies import Proxy, ProxySettings, proxy_from_environment

PROXY = Proxy("proxy.corp", 3128)


def test_without_variables_nothing_is_proxied():
    assert proxy_from_environment({}) == ProxySettings()
    assert ProxySettings().proxy_for(parse_url("https://api.openai.com/")) is None


def test_each_scheme_has_its_own_and_lower_case_wins():
    settings = proxy_from_environment(
        {"HTTPS_PROXY": "http://ignored:1", "https_proxy": "http://proxy.corp:3128", "HTTP_PROXY": "plain.corp"}
    )
    assert settings.https == PROXY
    assert settings.http == Proxy("plain.corp", 80)
    assert settings.proxy_for(parse_url("https://api.openai.com/")) == PROXY


def test_all_proxy_stands_in_for_both():
    settings = proxy_from_environment({"ALL_PROXY": "http://proxy.corp:3128"})
    assert settings.https == settings.http == PROXY


def test_credentials_are_decoded_and_sent_as_basic():
    settings = proxy_from_environment({"HTTPS_PROXY": "http://us%40er:p%3Ass@proxy.corp:3128"})
    assert settings.https == Proxy("proxy.corp", 3128, "Basic dXNAZXI6cDpzcw==")


@pytest.mark.parametrize("value", ["socks5://proxy:1080", "https://proxy:443", "http://", "http://proxy:99999"])
def test_a_proxy_we_can_not_speak_to_is_told_at_once(value):
    with pytest.raises(ValueError, match="HTTPS_PROXY"):
        proxy_from_environment({"HTTPS_PROXY": value})


COVERED = [
    ("*", "https://api.openai.com/"),
    ("openai.com", "https://api.openai.com/"),
    (".openai.com", "https://api.openai.com/"),
    ("*.openai.com", "https://api.openai.com/"),
    ("api.openai.com", "https://api.openai.com/"),
    ("API.OPENAI.COM", "https://api.openai.com/"),
    ("api.openai.com:443", "https://api.openai.com/"),
    ("10.0.0.0/8", "https://10.1.2.3/"),
    ("10.1.2.3", "https://10.1.2.3:8443/"),
    ("[fd00::1]:8443", "https://[fd00::1]:8443/"),
    ("fd00::/8", "https://[fd00::1]/"),
    ("a.test, openai.com", "https://api.openai.com/"),
]
NOT_COVERED = [
    ("ai.com", "https://api.openai.com/"),
    ("api.openai.com:8443", "https://api.openai.com/"),
    ("10.0.0.0/8", "https://11.1.2.3/"),
    ("1.2.3", "https://10.1.2.3/"),
    ("", "https://api.openai.com/"),
    (".", "https://api.openai.com/"),
]


@pytest.mark.parametrize(("no_proxy", "url"), COVERED)
def test_no_proxy_covers_names_with_their_subdomains_addresses_and_networks(no_proxy, url):
    settings = proxy_from_environment({"HTTPS_PROXY": "http://proxy.corp:3128", "NO_PROXY": no_proxy})
    assert settings.proxy_for(parse_url(url)) is None


@pytest.mark.parametrize(("no_proxy", "url"), NOT_COVERED)
def test_no_proxy_covers_nothing_else(no_proxy, url):
    settings = proxy_from_environment({"HTTPS_PROXY": "http://proxy.corp:3128", "NO_PROXY": no_proxy})
    assert settings.proxy_for(parse_url(url)) == PROXY


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_plain_model_server_beside_the_gateway_is_never_asked_of_a_proxy(host):
    settings = ProxySettings(https=PROXY, http=PROXY)
    assert settings.proxy_for(parse_url(f"http://{host}:11434/")) is None
    assert settings.proxy_for(parse_url(f"https://{host}:11434/")) == PROXY
