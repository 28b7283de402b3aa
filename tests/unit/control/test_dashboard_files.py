"""The dashboard's files as they are served: what a browser gets, and what nobody gets."""

import gzip
import mimetypes
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx2
import pytest

from perpetuo.control.dashboard import Asset, build_dashboard_app, read_assets
from perpetuo.settings import Settings
from perpetuo.wiring import build_app, build_pages

SCRIPT = "console.log('hello');\n" * 100


@pytest.fixture
def assets(tmp_path: Path) -> Mapping[str, Asset]:
    """As Vite leaves it, beside a file that is nobody's business."""
    built = tmp_path / "dashboard"
    (built / "assets").mkdir(parents=True)
    (built / ".vite").mkdir()
    (built / ".vite" / "manifest.json").write_text("{}")
    (built / "index.html").write_text("<!doctype html><title>landing</title>")
    (built / "app.html").write_text("<!doctype html><title>app</title>")
    (built / "assets" / "app-1a2b.js").write_text(SCRIPT)
    (built / "assets" / "icon-3c4d.svg").write_text("<svg/>")
    (tmp_path / "secrets.env").write_text("ENCRYPTION_KEY=x")
    return read_assets(built)


@pytest.fixture
async def http(assets: Mapping[str, Asset]) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(assets) as opened:
        yield opened


def client(
    assets: Mapping[str, Asset], *, landing_page: bool = True, base_url: str = "http://localhost"
) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(build_dashboard_app(assets, landing_page=landing_page))
    return httpx2.AsyncClient(transport=transport, base_url=base_url)


async def test_the_landing_page_is_at_the_root(http):
    reply = await http.get("/")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "landing" in reply.text


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/overview", "/app/settings/members", "/app/no-such-page"])
async def test_every_path_below_app_is_the_dashboard(http, path):
    reply = await http.get(path)
    assert reply.status_code == 200
    assert "<title>app</title>" in reply.text


async def test_the_landing_page_can_be_switched_off(assets):
    async with client(assets, landing_page=False) as http:
        reply = await http.get("/", follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (307, "/app/")
        assert (await http.get("/app/")).status_code == 200


async def test_pages_are_asked_for_each_time_and_assets_once_a_year(http):
    assert (await http.get("/app/")).headers["cache-control"] == "no-cache"
    assert (await http.get("/")).headers["cache-control"] == "no-cache"
    assert (await http.get("/assets/app-1a2b.js")).headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/", "/app/", "/assets/app-1a2b.js"])
async def test_every_reply_has_the_security_headers_and_no_unsafe_source(assets, path):
    async with client(assets, base_url="https://localhost") as http:
        headers = (await http.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"]


async def test_what_one_has_is_not_sent_again(http):
    first = await http.get("/app/")
    again = await http.get("/app/overview", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    changed = await http.get("/app/", headers={"if-none-match": '"another"'})
    assert changed.status_code == 200


async def test_large_files_are_compressed_for_who_takes_it(http):
    packed = await http.get("/assets/app-1a2b.js", headers={"accept-encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "accept-encoding"
    assert packed.text == SCRIPT
    assert int(packed.headers["content-length"]) == len(gzip.compress(SCRIPT.encode(), mtime=0))
    for refused in ("identity", "gzip;q=0", "deflate"):
        whole = await http.get("/assets/app-1a2b.js", headers={"accept-encoding": refused})
        assert "content-encoding" not in whole.headers
        assert whole.text == SCRIPT


async def test_head_tells_the_same_without_a_body(http):
    whole, head = await http.get("/assets/app-1a2b.js"), await http.head("/assets/app-1a2b.js")
    assert head.content == b""
    assert {**head.headers} == {**whole.headers}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
async def test_nothing_can_be_written_here(http, method):
    reply = await http.request(method, "/app/")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD")
    assert reply.json()["code"] == "method_not_allowed"


async def test_refusals_carry_the_security_headers_and_are_not_kept(assets):
    async with client(assets, base_url="https://localhost") as http:
        refusals = [await http.get("/assets/no-such.js"), await http.post("/app/")]
    async with client({}, base_url="https://localhost") as http:
        refusals.append(await http.get("/"))
    for reply in refusals:
        assert reply.headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["strict-transport-security"]


def test_a_script_is_a_script_whatever_the_machine_calls_it(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app-1a2b.js").write_text(SCRIPT)
    (tmp_path / "mime.types").write_text("text/plain js\n")
    mimetypes.init([str(tmp_path / "mime.types")])
    try:
        assert mimetypes.guess_type("app.js")[0] == "text/plain"
        assert b"/javascript" in read_assets(tmp_path)["/assets/app-1a2b.js"].media_type
    finally:
        mimetypes.init()


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets/no-such.js",
        "/assets/../index.html",
        "/assets/%2e%2e/%2e%2e/secrets.env",
        "/assets/..%2f..%2fsecrets.env",
        "/assets/app-1a2b.js%00.html",
        "/assets//app-1a2b.js",
        "/assets/.vite/manifest.json",
        "/.vite/manifest.json",
        "//app-1a2b.js",
    ],
)
async def test_nothing_else_is_served(assets, path):
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    app = build_dashboard_app(assets)
    from_wire = path.encode()
    decoded = httpx2.URL("http://localhost" + path).path if "%00" not in path else path.replace("%00", "\0")
    for each in {path, decoded}:
        sent.clear()
        scope = {"type": "http", "method": "GET", "scheme": "http", "path": each, "raw_path": from_wire, "headers": []}
        await app(scope, None, send)
        assert sent[0]["status"] == 404
        assert b"ENCRYPTION_KEY" not in sent[1]["body"]


async def test_an_installation_without_a_build_says_how_to_make_one():
    async with client({}) as http:
        for path in ("/", "/app/", "/assets/app.js"):
            reply = await http.get(path)
            assert (reply.status_code, reply.json()["code"]) == (404, "dashboard_not_built")
            assert "make dashboard" in reply.json()["error"]


async def test_without_a_control_plane_it_says_what_to_set():
    pages = build_pages(Settings(), has_control=False)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(pages), base_url="http://localhost") as http:
        for path in ("/", "/app/", "/assets/app.js"):
            reply = await http.get(path)
            assert (reply.status_code, reply.json()["code"]) == (404, "no_control_plane")
            assert "JWT_SECRET" in reply.json()["error"]


@pytest.mark.parametrize(
    ("path", "served_by"),
    [
        ("/", "dashboard"),
        ("/app", "dashboard"),
        ("/app/requests", "dashboard"),
        ("/assets/app-1a2b.js", "dashboard"),
        ("/auth/login", "control"),
        ("/workspaces/1", "control"),
        ("/openapi.json", "control"),
    ],
)
async def test_each_path_has_one_app(path, served_by):
    """The dashboard's are not counted by the control plane's guard."""
    asked = []

    def note(name):
        async def app(scope, receive, send):
            asked.append(name)

        return app

    app = build_app(None, note("control"), dashboard_app=note("dashboard"))
    await app({"type": "http", "path": path}, None, None)
    assert asked == [served_by]
