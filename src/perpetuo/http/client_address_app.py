"""ASGI in front of everything else: behind trusted proxies the client's address and scheme are what those say."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from perpetuo.core.client_address import TrustedProxies

Scope = MutableMapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]


def behind_trusted_proxies(app: App, networks: Sequence[str]) -> App:
    """`app`, to which `scope["client"]` and `scope["scheme"]` tell the client; `app` itself when nobody is trusted.

    networks: CIDRs of the proxies. The client's port is not known there: it is 0.
    """
    if not networks:
        return app
    proxies = TrustedProxies(networks)

    async def told(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope.get("client"):
            peer: str = scope["client"][0]
            headers: list[tuple[bytes, bytes]] = scope["headers"]
            client, scheme = proxies.client_of(peer, headers), proxies.scheme_of(peer, headers)
            if client != peer:
                scope["client"] = (client, 0)
            if scheme is not None:
                scope["scheme"] = scheme
        await app(scope, receive, send)

    return told
