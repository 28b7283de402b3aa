"""`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` as a value."""

import ipaddress
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import msgspec

from perpetuo.http.egress import Destination


class Proxy(msgspec.Struct, frozen=True):
    """An HTTP proxy reached in plain text. authorization: the whole `proxy-authorization` value, or None."""

    host: str
    port: int
    authorization: str | None = None


class ProxySettings(msgspec.Struct, frozen=True):
    """no_proxy: lower-case entries: `*`, a name (which covers its subdomains), an address or a CIDR, with `:port`."""

    https: Proxy | None = None
    http: Proxy | None = None
    no_proxy: tuple[str, ...] = ()

    def proxy_for(self, destination: Destination) -> Proxy | None:
        proxy = self.https if destination.scheme == "https" else self.http
        if proxy is None or any(_covers(entry, destination) for entry in self.no_proxy):
            return None
        # Plain HTTP to this machine is a model server beside the gateway (the demo model, Ollama): no proxy reaches it.
        if destination.scheme == "http" and _is_this_machine(destination):
            return None
        return proxy


def proxy_from_environment(environ: Mapping[str, str]) -> ProxySettings:
    """Lower-case names win over upper-case ones, as in curl. Raises ValueError for a proxy that is not http://."""

    def setting(name: str) -> str:
        return (environ.get(name) or environ.get(name.upper()) or "").strip()

    no_proxy = tuple(part.strip().lower() for part in setting("no_proxy").split(",") if part.strip())
    return ProxySettings(
        https=_parse_proxy("HTTPS_PROXY", setting("https_proxy") or setting("all_proxy")),
        http=_parse_proxy("HTTP_PROXY", setting("http_proxy") or setting("all_proxy")),
        no_proxy=no_proxy,
    )


def _parse_proxy(name: str, text: str) -> Proxy | None:
    if not text:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise ValueError(f"{name} can not be read as a URL.") from exc
    if parts.scheme != "http":
        raise ValueError(f"{name}: only http:// proxies are supported, not {parts.scheme}://.")
    if not host:
        raise ValueError(f"{name} names no host.")
    authorization = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + b64encode(pair.encode()).decode("ascii")
    return Proxy(host, 80 if port is None else port, authorization)


def _covers(entry: str, destination: Destination) -> bool:
    if entry == "*":
        return True
    name, port = entry, ""
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        port = rest.removeprefix(":")
    elif entry.count(":") == 1:
        name, _, port = entry.partition(":")
    if port and port != str(destination.port):
        return False
    if destination.literal is not None:
        try:
            return destination.literal in ipaddress.ip_network(name, strict=False)
        except ValueError:
            return False
    name = name.removeprefix("*").strip(".")
    return destination.host == name or (name != "" and destination.host.endswith(f".{name}"))


def _is_this_machine(destination: Destination) -> bool:
    if destination.literal is not None:
        return destination.literal.is_loopback
    return destination.host == "localhost"
