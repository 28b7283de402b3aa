"""The dashboard's built files as an ASGI application: read once, served from memory.

`dashboard/` builds them into `perpetuo/dashboard/`: `index.html` is the landing page at `/`, `app.html` everything
below `/app/`, and `assets/` has a hash in each name. Paths are looked up in a mapping: none can lead out of the folder.

Not behind the control plane's guard: there is nothing here that is anybody's, and a page with its dozen files would
count against the requests that its reader's address may send to the gateway.
"""

import asyncio
import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import perpetuo
from perpetuo.control.guard import HSTS, SECURITY_HEADERS, App, Receive, Scope, Send
from perpetuo.control.replies import ControlError, failure_response

FOLDER = Path(perpetuo.__file__).parent / "dashboard"
FIRST_SEGMENTS = frozenset({"", "app", "assets"})
"""Of the paths that are the dashboard's: `/` itself has an empty one."""

# No unsafe-*: scripts and styles are files of ours; React sets styles through CSSOM, which no directive is about.
# blob: and data: are for pictures that somebody attaches to a message in the playground.
CONTENT_SECURITY_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    b"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
A_YEAR = b"public, max-age=31536000, immutable"
EACH_TIME = b"no-cache"
MIN_GZIP_BYTES = 512

NOT_BUILT = ControlError(
    404,
    "dashboard_not_built",
    "The dashboard is not built into this installation: `make dashboard` builds it (it wants Node 20.19 or newer), and "
    "installed wheels carry it.",
)
NO_CONTROL_PLANE = ControlError(
    404,
    "no_control_plane",
    "There is no dashboard without the control plane that it shows: set JWT_SECRET and ENCRYPTION_KEY.",
)
WRONG_METHOD = ControlError(405, "method_not_allowed", "This path takes GET.")
NOTHING_HERE = ControlError(404, "not_found", "There is nothing at this path.")


class Asset(NamedTuple):
    """body: packed with gzip where that is smaller. Only so is it kept, since hardly anybody asks for it otherwise."""

    body: bytes
    is_gzip: bool
    media_type: bytes
    etag: bytes
    cache_control: bytes


def build_dashboard_app(
    assets: Mapping[str, Asset], *, landing_page: bool = True, if_absent: ControlError = NOT_BUILT
) -> App:
    """landing_page: False = `/` leads to the dashboard. if_absent: the reply where there are no assets."""
    return _Dashboard(assets, landing_page, if_absent).serve


def read_assets(folder: Path = FOLDER) -> Mapping[str, Asset]:
    """Every file that a browser may ask for, by its path. Empty where nothing was built."""
    assets: dict[str, Asset] = {}
    for file in sorted(folder.glob("assets/*")):
        assets[f"/assets/{file.name}"] = _asset(file, A_YEAR)
    for name, path in (("index.html", "/"), ("app.html", "/app")):
        if (folder / name).is_file():
            assets[path] = _asset(folder / name, EACH_TIME)
    return assets


def _asset(file: Path, cache_control: bytes) -> Asset:
    content = file.read_bytes()
    # Python's own list and not the machine's, which may call a script text/plain: browsers then refuse to run it.
    media_type = mimetypes.MimeTypes().guess_type(file.name)[0] or "application/octet-stream"
    if media_type.startswith("text/") or media_type == "application/javascript":
        media_type += "; charset=utf-8"
    # mtime=0: the same bytes from every worker and after every start.
    gzipped = gzip.compress(content, mtime=0) if len(content) >= MIN_GZIP_BYTES else content
    is_gzip = len(gzipped) < len(content)
    return Asset(
        body=gzipped if is_gzip else content,
        is_gzip=is_gzip,
        media_type=media_type.encode(),
        etag=b'"' + hashlib.sha256(content).hexdigest()[:32].encode() + b'"',
        cache_control=cache_control,
    )


class _Dashboard:
    def __init__(self, assets: Mapping[str, Asset], landing_page: bool, if_absent: ControlError) -> None:
        self._assets = assets
        self._landing_page = landing_page
        self._if_absent = if_absent

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            await _refuse(scope, receive, send, WRONG_METHOD, (b"allow", b"GET, HEAD"))
        elif "/app" not in self._assets:
            await _refuse(scope, receive, send, self._if_absent)
        elif path == "/" and not self._landing_page:
            await _respond(send, 307, [*_headers(scope), (b"location", b"/app/"), (b"cache-control", EACH_TIME)], b"")
        elif (asset := self._find(path)) is not None:
            await _send_asset(scope, send, asset)
        else:
            await _refuse(scope, receive, send, NOTHING_HERE)

    def _find(self, path: str) -> Asset | None:
        """The dashboard has its own pages below /app: which one it is, its script finds out."""
        return self._assets.get("/app" if path.startswith("/app/") else path)


async def _refuse(
    scope: Scope, receive: Receive, send: Send, error: ControlError, *headers: tuple[bytes, bytes]
) -> None:
    response = failure_response(error)
    response.raw_headers += [*SECURITY_HEADERS.items(), *_hsts(scope), *headers]
    await response(scope, receive, send)


async def _send_asset(scope: Scope, send: Send, asset: Asset) -> None:
    asked = dict(scope["headers"])
    headers = [
        *_headers(scope),
        (b"etag", asset.etag),
        (b"cache-control", asset.cache_control),
        (b"vary", b"accept-encoding"),
    ]
    if asset.etag in asked.get(b"if-none-match", b""):
        await _respond(send, 304, headers, b"")
        return
    body = asset.body
    if asset.is_gzip and _takes_gzip(asked.get(b"accept-encoding", b"")):
        headers.append((b"content-encoding", b"gzip"))
    elif asset.is_gzip:
        body = await asyncio.to_thread(gzip.decompress, body)
    headers += [(b"content-type", asset.media_type), (b"content-length", str(len(body)).encode())]
    await _respond(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


def _takes_gzip(accept_encoding: bytes) -> bool:
    """Browsers name it without a weight; who gives it one of zero gets the whole bytes."""
    return any(
        part.strip().lower() == b"gzip" or part.strip().lower().startswith(b"gzip;q=1")
        for part in accept_encoding.split(b",")
    )


async def _respond(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    start: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [*_HEADERS, *_hsts(scope)]


def _hsts(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [(b"strict-transport-security", HSTS)] if scope["scheme"] == "https" else []


_OURS = {b"content-security-policy": CONTENT_SECURITY_POLICY}
_HEADERS = [(name, _OURS.get(name, value)) for name, value in SECURITY_HEADERS.items() if name != b"cache-control"]
