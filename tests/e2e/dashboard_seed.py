"""People, keys and requests for the dashboard's browser tests, all by the API that everybody uses."""

import asyncio
import contextlib
import datetime
import itertools
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx2

SECRET = "sk-lab-0123456789abcdef0123456789"
PASSWORD = "a long walk by the river 47"
WORKSPACE_NAME = "Northwind"
LONG_NAME = "A key whose name is as long as a name can be: " + "nightly-evaluation-of-everything-" + "x" * 20
WEIRD_NAME = 'שלום "quoted" <b>bold</b> {{7*7}} 🤖 & \\ /'
ROLES = ("admin", "member", "viewer")
SPARES = 2
"""Members whose passwords and sessions tests may change."""


@dataclass
class Seeded:
    """Ids and secrets, by what tests call them."""

    workspace: dict[str, str] = field(default_factory=dict)
    other_workspace: dict[str, str] = field(default_factory=dict)
    second_workspace: dict[str, str] = field(default_factory=dict)
    users: dict[str, dict[str, str]] = field(default_factory=dict)
    api_keys: dict[str, dict[str, str]] = field(default_factory=dict)
    provider_keys: dict[str, str] = field(default_factory=dict)
    invitations: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    request_ids: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        return asdict(self)


async def seed(base_url: str, first_run: Mapping[str, str], vendors: Mapping[str, str]) -> Seeded:
    """vendors: base URLs of simulated ones, by name. Waits for nothing but the replies."""
    async with httpx2.AsyncClient(base_url=base_url, timeout=60.0) as http:
        seeding = _Seeding(http, vendors)
        await seeding.owner(first_run)
        await seeding.people()
        await seeding.providers()
        await seeding.api_keys()
        await seeding.settings()
        await seeding.traffic()
        await seeding.traces_of_changes()
        return seeding.seeded


class _Seeding:
    def __init__(self, http: httpx2.AsyncClient, vendors: Mapping[str, str]) -> None:
        self.seeded = Seeded()
        self._http = http
        self._vendors = vendors
        self._token = ""

    async def owner(self, first_run: Mapping[str, str]) -> None:
        credentials = {"email": first_run["email"], "password": first_run["password"]}
        signed_in = await self._call("POST", "/auth/login", json=credentials)
        self._token = signed_in["token"]
        self.seeded.workspace = {"id": signed_in["workspace"]["id"], "name": WORKSPACE_NAME}
        self.seeded.users["owner"] = credentials | {"id": signed_in["user"]["id"]}
        self.seeded.api_keys["first"] = {"key": first_run["api_key"]}
        await self._call("PATCH", self._path(), json={"name": WORKSPACE_NAME})
        second = await self._call("POST", "/workspaces", json={"name": "Staging of everything that is not yet ready"})
        self.seeded.second_workspace = {"id": second["id"], "name": second["name"]}

    async def people(self) -> None:
        names = {"admin": "Ada", "member": "Mei-Lin O’Hara-Vandenberghe", "viewer": WEIRD_NAME}
        spares = {f"spare{number}": "member" for number in range(1, SPARES + 1)}
        for name, role in ({role: role for role in ROLES} | spares).items():
            email = f"{name}@northwind.example"
            invited = await self._call("POST", self._path("invitations"), json={"email": email, "role": role})
            account = {
                "email": email,
                "password": PASSWORD,
                "name": names.get(name, ""),
                "invitation": _token_of(invited["link"]),
            }
            signed_up = await self._call("POST", "/auth/signup", json=account)
            self.seeded.users[name] = {"email": email, "password": PASSWORD, "id": signed_up["user"]["id"]}
        stranger = {
            "email": "sam@elsewhere.example",
            "password": PASSWORD,
            "name": "Sam",
            "workspace_name": "Elsewhere",
        }
        signed_up = await self._call("POST", "/auth/signup", json=stranger)
        self.seeded.users["stranger"] = {
            "email": stranger["email"],
            "password": PASSWORD,
            "id": signed_up["user"]["id"],
        }
        self.seeded.other_workspace = {"id": signed_up["workspace"]["id"], "name": "Elsewhere"}
        for name, role in (("open", "viewer"), ("another", "member")):
            email = f"{name}@invited.example"
            invited = await self._call("POST", self._path("invitations"), json={"email": email, "role": role})
            self.seeded.invitations[name] = {
                "id": invited["id"],
                "email": email,
                "link": invited["link"],
                "token": _token_of(invited["link"]),
            }

    async def providers(self) -> None:
        """openai is asked first, then anthropic; groq's answers are 500 always."""
        rows = (
            ("openai", "openai", "main account", 10),
            ("anthropic", "anthropic", "", 20),
            ("groq", "broken", "the one that always fails", 30),
            ("mistral", "openai", "switched off", 40),
        )
        for vendor, at, label, priority in rows:
            added = await self._call(
                "POST",
                self._path("providers"),
                json={
                    "vendor": vendor,
                    "label": label,
                    "secret": SECRET,
                    "base_url": self._vendors[at],
                    "priority": priority,
                    "enabled": vendor != "mistral",
                },
            )
            self.seeded.provider_keys[vendor] = added["id"]

    async def api_keys(self) -> None:
        in_days = {days: _in_days(days) for days in (30, 1)}
        wanted: dict[str, dict[str, Any]] = {
            "web": {"name": "web application", "requests_per_minute": 10_000, "budget_nanousd_month": 250_000_000_000},
            "batch": {"name": "nightly batch", "tokens_per_minute": 2_000_000, "expires_at": in_days[30]},
            "spent": {"name": "budget of nothing", "budget_nanousd_month": 0},
            "narrow": {"name": "only fast", "allowed_aliases": ["fast"], "substitution": "never"},
            "slow": {"name": "one request a minute", "requests_per_minute": 1},
            "expiring": {"name": "ends tomorrow", "expires_at": in_days[1]},
            "long": {"name": LONG_NAME[:100]},
            "weird": {"name": WEIRD_NAME},
            "revoked": {"name": "was given up"},
        }
        for name, body in wanted.items():
            made = await self._call("POST", self._path("api-keys"), json=body)
            self.seeded.api_keys[name] = {"id": made["id"], "key": made["key"], "name": body["name"]}
        await self._call("DELETE", self._path(f"api-keys/{self.seeded.api_keys['revoked']['id']}"))
        listed = await self._call("GET", self._path("api-keys"))
        first = next(row for row in listed if self.seeded.api_keys["first"]["key"].endswith(row["key_hint"][-4:]))
        self.seeded.api_keys["first"] |= {"id": first["id"], "name": first["name"]}

    async def settings(self) -> None:
        await self._call(
            "PATCH",
            self._path("settings"),
            json={
                "log_content": True,
                "aliases": {
                    "fast": {"tier": "fast"},
                    "smart": {"models": ["claude-sonnet-4-5", "gpt-4o"], "response_model": "requested"},
                    "team/support:summaries@2026-very-long-name-of-an-alias": {"models": ["gpt-4o-mini"]},
                    "fragile": {"models": ["llama-3.3-70b-versatile"], "substitution": "never"},
                },
            },
        )
        # The worker reads all of it at once: when it knows the alias, it records contents too.
        while not await self._knows_alias("fragile"):
            await asyncio.sleep(0.05)

    async def _knows_alias(self, name: str) -> bool:
        explained = await self._call("POST", self._path("route/explain"), json={"model": name})
        resolution = explained["decisions"][0]["resolution"]
        return resolution is not None and resolution["recognised"]

    async def traffic(self) -> None:
        """Ids of telling ones go to `requests`, by what happened to them."""
        limit = asyncio.Semaphore(8)

        async def one(name: str | None, **request: Any) -> None:
            async with limit:
                request_id = await self._ask(**request)
            if request_id is not None:
                self.seeded.request_ids.append(request_id)
            if name is not None:
                assert request_id is not None, name
                self.seeded.requests[name] = request_id

        await asyncio.gather(*(one(name, **request) for name, request in (*_telling(), *_everyday())))
        # One after the other: the second is over the limit.
        for _ in range(2):
            await one(None, key="slow", model="gpt-4o-mini")

    async def _ask(
        self,
        *,
        key: str = "web",
        model: str = "gpt-4o",
        text: str = "Say something useful.",
        stream: bool = False,
        path: str = "/v1/chat/completions",
        user: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str | None:
        """The request's id, or None where it was refused before it had a row."""
        body: dict[str, Any] = {"model": model}
        if path.endswith("/embeddings"):
            body["input"] = text
        else:
            body |= {"messages": [{"role": "user", "content": text}], "stream": stream}
        if user is not None:
            body["user"] = user
        sent = {"authorization": f"Bearer {self.seeded.api_keys[key]['key']}", **(headers or {})}
        async with self._http.stream("POST", path, json=body, headers=sent) as reply:
            # One of the vendors' streams is cut on purpose.
            with contextlib.suppress(httpx2.RemoteProtocolError):
                await reply.aread()
        return None if reply.status_code in (401, 403, 429) else reply.headers.get("x-perpetuo-request-id")

    async def traces_of_changes(self) -> None:
        """For the audit log and the list of access tokens."""
        await self._call("POST", self._path(f"api-keys/{self.seeded.api_keys['batch']['id']}/rotate"), json={})
        token = {"name": "ci", "actions": ["logs:read", "usage:read"], "expires_at": _in_days(90)}
        await self._call("POST", self._path("access-tokens"), json=token)
        await self._call("POST", self._path(f"providers/{self.seeded.provider_keys['openai']}/test"), json={})

    def _path(self, rest: str = "") -> str:
        return f"/workspaces/{self.seeded.workspace['id']}" + (f"/{rest}" if rest else "")

    async def _call(self, method: str, path: str, *, json: object = None) -> Any:
        """The reply's data."""
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        reply = await self._http.request(method, path, json=json, headers=headers)
        assert reply.is_success, f"{method} {path}: {reply.status_code} {reply.text}"
        # Nobody but the owner acts here, and cookies would make a browser of this.
        self._http.cookies.clear()
        return reply.json()["data"]


def _telling() -> list[tuple[str, dict[str, Any]]]:
    fails_at_openai = '[[lab {"vendor": "openai", "fault": "status_500"}]] Answer in spite of an outage.'
    return [
        ("plain", {
            "text": "What is a gateway?", "user": "user-1", "headers": {"x-perpetuo-tags": "team=docs,feature=faq"},
        }),
        ("streamed", {"stream": True, "user": "user-2", "headers": {"x-perpetuo-tags": "team=search"}}),
        ("fallback", {"text": fails_at_openai, "headers": {"x-perpetuo-tags": "team=search"}}),
        ("failed", {"model": "fragile", "text": "This one will not work."}),
        ("rejected", {"model": "gpt-99-that-nobody-has"}),
        ("cut", {"stream": True, "text": '[[lab {"fault": "cut_after=3"}]] Begin and stop.'}),
        ("cheapest", {"model": "fast", "headers": {"x-perpetuo-route": "cheapest"}}),
        ("long names", {
            "model": "team/support:summaries@2026-very-long-name-of-an-alias",
            "user": "end-user-" + "0123456789abcdef" * 14,
            "headers": {"x-perpetuo-tags": f"{'t' * 64}={'v' * 64}"},
        }),
        ("hostile names", {
            "user": '<img src=x onerror="window.__xss=1">',
            "headers": {"x-perpetuo-tags": "team=<script>window.__xss=1</script>", "user-agent": "<svg onload=f()>"},
        }),
        ("embedding", {"path": "/v1/embeddings", "model": "text-embedding-3-small", "text": "to be embedded"}),
    ]  # fmt: skip


def _everyday() -> list[tuple[None, dict[str, Any]]]:
    models = ("gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "fast", "smart", "claude-haiku-4-5")
    keys = ("web", "web", "first", "batch", "weird", "web")
    routes = (None, "cheapest", "fastest", None, "reliable")
    teams = ("search", "support", "docs")
    found: list[tuple[None, dict[str, Any]]] = []
    for number, model, key, route, team in zip(
        range(36), *map(itertools.cycle, (models, keys, routes, teams)), strict=False
    ):
        headers = {"x-perpetuo-tags": f"team={team}"}
        if route is not None:
            headers["x-perpetuo-route"] = route
        found.append((None, {
            "model": model, "key": key, "stream": number % 3 == 0, "user": f"user-{number % 9}", "headers": headers,
            "text": f"Question {number} of an ordinary day. " * (1 + number % 7),
        }))  # fmt: skip
    refused = ({"key": "spent"}, {"key": "narrow", "model": "gpt-4o"}, {"model": "no-such-model"})
    return found + [(None, request) for request in refused]


def _token_of(link: str) -> str:
    return link.partition("token=")[2]


def _in_days(days: int) -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).isoformat()
