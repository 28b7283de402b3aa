"""The control plane's live routes, and requests made for them out of their own description.

case = every_case(control)[0]
asked = build_request(case, ids={"workspace_id": ..., "api_key_id": ...})
reply = await send(control, asked, headers)
"""

import copy
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi.routing import APIRoute

from control_harness import ControlHarness
from perpetuo.control.app import every_route, policies_of
from perpetuo.control.policies import Policy
from schema_examples import body_schema, example, fields
from two_tenants import PASSWORD

Schema = dict[str, Any]

# Id-bearing parameter -> the table whose row it names.
TABLES = {
    "workspace_id": "workspaces",
    "api_key_id": "api_keys",
    "provider_key_id": "provider_keys",
    "access_token_id": "access_tokens",
    "invitation_id": "invitations",
    "session_id": "sessions",
    "user_id": "memberships",
    "request_id": "request_logs",
    "actor_id": "memberships",
    "ids": "provider_keys",
}

# Called an id and names no row: a model's name is its id at the vendor's.
NO_ROW = {("models", "id")}

SECRET = "sk-0123456789abcdefghijkl"

# Allowed by the policy, and yet no success here, with the statuses it may have then.
NO_SUCCESS: dict[str, set[int]] = {
    "POST /auth/invitations/accept": {404},  # the invitation has another address
    "POST /workspaces/{workspace_id}/providers/test": {503},  # no data plane beside it
    "POST /workspaces/{workspace_id}/providers/{provider_key_id}/test": {503},
    "POST /workspaces/{workspace_id}/route/explain": {503},
    "POST /admin/encryption/rotate": {409},  # there is no key to rotate to
}

# Bodies that the schema alone does not make valid; what is called is given the `World`.
BODIES: dict[str, Any] = {
    "POST /workspaces/{workspace_id}/providers": {"vendor": "openai", "label": "new", "secret": SECRET},
    "POST /workspaces/{workspace_id}/providers/{provider_key_id}/rotate": {"secret": SECRET},
    "POST /workspaces/{workspace_id}/providers/test": {"vendor": "openai", "secret": SECRET},
    "POST /admin/users": {"email": "new.person@example.org"},
    "POST /auth/signup": {"email": "new.person@example.org", "password": "long enough, I say"},
    "POST /auth/login": {"email": "owner.canary-mine@example.org", "password": PASSWORD},
    "POST /auth/password": {"current_password": PASSWORD, "new_password": "another long password"},
    "DELETE /workspaces/{workspace_id}": lambda world: {"confirm_name": world.mine.canary},
    "PATCH /workspaces/{workspace_id}/members/{user_id}": {"role": "member"},
    "POST /workspaces/{workspace_id}/invitations": {"email": "new.person@example.org", "role": "viewer"},
    "POST /workspaces/{workspace_id}/access-tokens": lambda world: {
        "name": "new",
        "actions": ["api_keys:read"],
        "expires_at": datetime.datetime.fromtimestamp(
            world.control.state.clock.wall_s() + 86400, datetime.UTC
        ).isoformat(),
    },
}


@dataclass(frozen=True)
class IdField:
    """where: path, query or body. path: the names that lead to it in a body."""

    where: str
    name: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A route with one method. operation: its part of the OpenAPI document; None: it is not documented."""

    method: str
    path: str
    route: APIRoute
    policy: Policy
    document: Schema
    operation: Schema | None

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    def id_fields(self) -> list[IdField]:
        operation = self.operation or {}
        found = [
            IdField(parameter["in"], parameter["name"])
            for parameter in operation.get("parameters", ())
            if names_an_id(parameter["name"])
        ]
        schema = body_schema(operation)
        for path, _ in fields(self.document, schema) if schema else ():
            if names_an_id(path[-1]) and path[-2:] not in NO_ROW:
                found.append(IdField("body", path[-1], path))
        return found


@dataclass(frozen=True)
class Asked:
    method: str
    url: str
    query: Mapping[str, Any]
    body: Any


def names_an_id(name: str) -> bool:
    return name in ("id", "ids") or name.endswith(("_id", "_ids"))


def every_case(control: ControlHarness) -> list[Case]:
    document = control.routes.openapi()
    cases: list[Case] = []
    for route in every_route(control.routes):
        assert isinstance(route, APIRoute), f"{route} is no route of an API: nobody can say what its policy is"
        (policy,) = policies_of(route)
        for method in sorted(route.methods):
            operation = document["paths"].get(route.path, {}).get(method.lower())
            cases.append(Case(method, route.path, route, policy, document, operation))
    return cases


def build_request(case: Case, ids: Mapping[str, str], body: Any = ...) -> Asked:
    """ids: parameter name -> value. body: instead of the example of the schema."""
    operation = case.operation or {}
    url, query = case.path, {}
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        if parameter["in"] == "path":
            url = url.replace("{" + name + "}", str(ids.get(name, "x")))
        elif parameter["in"] == "query" and (parameter.get("required") or name in ids):
            query[name] = ids.get(name, example(case.document, parameter["schema"]))
    schema = body_schema(operation)
    if body is ...:
        body = example(case.document, schema) if schema else None
    return Asked(case.method, url, query, with_ids(body, case.id_fields(), ids))


def with_ids(body: Any, id_fields: Sequence[IdField], ids: Mapping[str, str]) -> Any:
    body = copy.deepcopy(body)
    for id_field in id_fields:
        if id_field.where != "body" or id_field.name not in ids or not isinstance(body, dict):
            continue
        inner = body
        for name in id_field.path[:-1]:
            inner = inner.setdefault(name, {})
        if isinstance(inner, dict):
            value = ids[id_field.name]
            inner[id_field.path[-1]] = [value] if id_field.name.endswith("ids") else value
    return body


async def send(control: ControlHarness, asked: Asked, headers: Mapping[str, str]) -> httpx2.Response:
    return await control.http.request(
        asked.method,
        asked.url,
        params={name: value for name, value in asked.query.items() if value is not None},
        headers=dict(headers),
        **({} if asked.body is None else {"json": asked.body}),
    )


def as_sent(reply: httpx2.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of a reply but what differs from one moment to the next."""
    headers = [(name, value) for name, value in reply.headers.items() if name not in ("date", "x-request-id")]
    return reply.status_code, headers, reply.content
