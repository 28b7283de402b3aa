"""What browsers bring: the way they came, the page that sent them, and the refresh cookie.

The cookie's name begins with `__Host-`, so that no neighbouring host and no plain-HTTP page can set it. On plain HTTP
at a loopback address it has neither that prefix nor `Secure`: as of 2024-03 Firefox took both there, Chromium took
`Secure` but not the prefix, and Safari takes neither (still so in 2025-11). Nothing leaves the machine there.
Sources, read 2026-11-25: https://github.com/httpwg/http-extensions/issues/2605 with
https://github.com/httpwg/http-extensions/pull/2759, and https://github.com/mdn/browser-compat-data/pull/28461.
"""

import ipaddress

from fastapi import Request, Response

from perpetuo.control.replies import ControlError
from perpetuo.control.state import ControlSettings
from perpetuo.core.client_address import parse_address

COOKIE = "__Host-perpetuo-refresh"
LOOPBACK_COOKIE = "perpetuo-refresh"

# Written by proxies: with one of them the connection to us says nothing about the one to the browser.
FORWARDING_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def require_private_way(request: Request) -> None:
    """Refuses passwords and refresh tokens, and what comes with them, that travelled in clear. Raises ControlError.

    Bearer tokens of other routes are not looked at here: they are taken as API keys are.

    HTTPS is what we see ourselves, or what a trusted proxy says (`http.client_address_app` puts both into the scheme).
    PERPETUO_PUBLIC_URL is no evidence: it says where people should come in, not where this one did.
    """
    if request.scope["scheme"] != "https" and not _came_by_loopback(request):
        raise ControlError(
            403,
            "https_required",
            "Passwords and refresh tokens are only taken over HTTPS. Put a proxy with a certificate in front, name its "
            "address in PERPETUO_TRUSTED_PROXIES and let it send X-Forwarded-Proto.",
        )


def require_our_page(request: Request, settings: ControlSettings, *, with_cookie: bool) -> None:
    """Refuses what another site's page sends in somebody's name. Raises ControlError.

    with_cookie: the request has a cookie of ours; then it must say where it comes from.
    """
    origins = request.headers.getlist("origin")
    if not origins:
        if with_cookie and request.headers.get("sec-fetch-site") != "same-origin":
            raise _wrong_origin()
    elif len(origins) > 1 or normal_origin(origins[0]) not in _our_origins(request, settings):
        raise _wrong_origin()


def link_origin(request: Request, settings: ControlSettings) -> str:
    """What a link begins with: the public URL; this request's own origin when it never left this machine; else nothing.

    The Host of any other request is whatever its sender wrote, and would choose where our links lead.
    """
    if settings.public_url is not None:
        return settings.public_url
    return f"{request.scope['scheme']}://{request.headers['host']}" if _came_by_loopback(request) else ""


def link_warnings(origin: str) -> list[str]:
    """origin: `link_origin`."""
    if origin:
        return []
    return ["PERPETUO_PUBLIC_URL is not set: the link is only a path; put the address where people reach us before it."]


def refresh_cookie(request: Request) -> str | None:
    return request.cookies.get(_cookie_name(request))


def set_refresh_cookie(request: Request, response: Response, token: str, lives_s: int) -> None:
    _set_cookie(request, response, token, lives_s)


def clear_refresh_cookie(request: Request, response: Response) -> None:
    _set_cookie(request, response, "", 0)


def normal_origin(origin: str) -> str:
    """In lower case, without the scheme's own port."""
    lowered = origin.lower()
    return lowered.removesuffix(DEFAULT_PORTS.get(lowered.partition(":")[0], " "))


def _our_origins(request: Request, settings: ControlSettings) -> set[str]:
    asked = f"{request.scope['scheme']}://{request.headers['host']}"
    named = (settings.public_url,) if settings.public_url else ()
    return {normal_origin(origin) for origin in (asked, *named, *settings.origins)}


def _came_by_loopback(request: Request) -> bool:
    """Both ends: a proxy on this machine is a peer at a loopback address too, but people do not call it localhost."""
    peer = request.client.host if request.client else ""
    if any(name in request.headers for name in FORWARDING_HEADERS):
        return False
    return _is_loopback_address(peer) and _is_loopback_host(request.headers["host"])


def _is_loopback_host(host: str) -> bool:
    """`name`, `name:port`, `[address]:port`"""
    name = host.lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    return name == "localhost" or name.endswith(".localhost") or _is_loopback_address(name)


def _is_loopback_address(address: str) -> bool:
    parsed: ipaddress.IPv4Address | ipaddress.IPv6Address | None = parse_address(address)
    return parsed is not None and parsed.is_loopback


def _cookie_name(request: Request) -> str:
    return COOKIE if request.scope["scheme"] == "https" else LOOPBACK_COOKIE


def _set_cookie(request: Request, response: Response, value: str, lives_s: int) -> None:
    response.set_cookie(
        _cookie_name(request),
        value,
        max_age=lives_s,
        path="/",
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="strict",
    )


def _wrong_origin() -> ControlError:
    return ControlError(
        403, "wrong_origin", "This came from another site's page. Scripts without a browser send our address as Origin."
    )
