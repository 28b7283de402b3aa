"""ENCRYPTION_KEY exchanged under load, as docs/deployment.md says: nothing fails, and then the old key is gone."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from command import environment, run, started

from perpetuo.cli.secret_values import new_secret
from perpetuo.db.engine import connect
from perpetuo.db.sealing import SealBroken, Sealer, key_id, parse_secret, provider_key_place
from perpetuo.lab.vendor import SimulatedVendor

PASSWORD = "three green bicycles"
KEYS = 120
"""More than two batches."""


class Installation:
    def __init__(self, database_url: str, path: Path) -> None:
        self.path = path
        self.old, self.new = new_secret(), new_secret()
        self.common = {"DATABASE_URL": database_url, "JWT_SECRET": new_secret(), "PERPETUO_EGRESS_ALLOW": "127.0.0.0/8"}
        self.common |= {"PERPETUO_OPERATOR_EMAIL": "boss@example.org", "PERPETUO_OPERATOR_PASSWORD": PASSWORD}
        self.common |= {"PERPETUO_IP_RATE_LIMIT": "0", "PERPETUO_MODEL_DISCOVERY": "off"}

    def environment(self, key: str, following: str | None = None, **more: str) -> dict[str, str]:
        keys = {"ENCRYPTION_KEY": key} | ({} if following is None else {"ENCRYPTION_KEY_NEXT": following})
        return environment(self.path / "data", **self.common, **keys, **more)

    async def run(self, variables: dict[str, str], *arguments: str) -> "tuple[int, str, str]":
        done = await asyncio.to_thread(lambda: run(variables, *arguments, cwd=self.path))
        return done.returncode, done.stdout, done.stderr

    async def admin(self, variables: dict[str, str], *arguments: str) -> str:
        code, out, error = await self.run(variables, "admin", *arguments)
        assert code == 0, error
        return out

    async def rows(self, sql: str) -> list[Any]:
        connection = await connect(self.common["DATABASE_URL"], "owner")
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()


class Load:
    """Chats one after another, on several connections, until `stopped`."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._http = httpx2.AsyncClient(base_url=base_url, headers={"authorization": f"Bearer {api_key}"}, timeout=30.0)
        self.statuses: list[int] = []
        self.stopped = False

    async def run(self, clients: int = 4) -> None:
        async with self._http:
            await asyncio.gather(*(self._client() for _ in range(clients)))

    async def _client(self) -> None:
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 4}
        while not self.stopped:
            reply = await self._http.post("/v1/chat/completions", json=body)
            self.statuses.append(reply.status_code)


async def sign_in(base_url: str) -> dict[str, str]:
    async with httpx2.AsyncClient(base_url=base_url, timeout=30.0) as http:
        reply = await http.post("/auth/login", json={"email": "boss@example.org", "password": PASSWORD})
        assert reply.status_code == 200, reply.text
        return {"authorization": f"Bearer {reply.json()['data']['token']}"}


def base_url_of(said: str) -> str:
    return said.partition(" ready at ")[2].split()[0]


async def fill(installation: Installation, variables: dict[str, str], vendor_url: str) -> str:
    """Provider keys, most of them of other workspaces; the API key of the first."""
    await installation.admin(variables, "workspace", "create", "default", "--owner", "boss@example.org")
    key = ["provider", "add", "--provider", "openai", "--api-key", "sk-lab-0123456789abcdef", "--base-url", vendor_url]
    await installation.admin(variables, *key)
    api_key = (await installation.admin(variables, "key", "create")).strip()
    sealer = Sealer(parse_secret("ENCRYPTION_KEY", installation.old))
    connection = await connect(installation.common["DATABASE_URL"], "owner")
    try:
        (owner,) = await connection.fetchrow("SELECT id FROM users")
        for number in range(KEYS - 1):
            workspace, row = f"0192f000-0000-7000-8000-{number:012d}", f"0192f000-0000-7000-9000-{number:012d}"
            await connection.execute(
                "INSERT INTO workspaces (id, name, owner_user_id) VALUES ($1, $2, $3)", workspace, f"w{number}", owner
            )
            sealed = sealer.seal(b"sk-other", provider_key_place(workspace, row), number.to_bytes(12, "big"))
            await connection.execute(
                "INSERT INTO provider_keys (id, workspace_id, vendor, secret_sealed) VALUES ($1, $2, 'openai', $3)",
                row,
                workspace,
                sealed,
            )
    finally:
        await connection.close()
    return api_key


@pytest.mark.soak
async def test_the_key_is_exchanged_under_load_without_a_failed_request(database_url: str, tmp_path: Path):
    installation = Installation(database_url, tmp_path)
    before = installation.environment(installation.old)
    both = installation.environment(installation.old, installation.new)
    after = installation.environment(installation.new)
    async with SimulatedVendor(shape="openai") as vendor:
        with started(before, "serve", cwd=tmp_path) as gateway:
            api_key = await fill(installation, before, vendor.base_url)
            headers = await sign_in(base_url_of(gateway.said))
            code, _, error = await installation.run(both, "admin", "encryption", "rotate")
            assert (code, "restart them with it first" in error) == (1, True), "one process has not got the next key"
            async with httpx2.AsyncClient(base_url=base_url_of(gateway.said), headers=headers) as http:
                assert (await http.post("/admin/encryption/rotate")).json()["code"] == "no_next_key"

        with started(both | {"PERPETUO_WORKERS": "2"}, "serve", cwd=tmp_path) as gateway:
            url = base_url_of(gateway.said)
            headers = await sign_in(url)
            load = Load(url, api_key)
            running = asyncio.create_task(load.run())
            try:
                async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60.0) as http:
                    status = (await http.get("/admin/encryption")).json()["data"]
                    assert not status["old_key_removable"]
                    assert [use["provider_keys"] for use in status["keys"]] == [KEYS, 0]
                    await installation.admin(both, "audit", "verify")
                    reply = await http.post("/admin/encryption/rotate")
                    assert reply.status_code == 200, reply.text
                    rotated = reply.json()["data"]
                    assert rotated["finished"] and rotated["unopened"] == 0, rotated
                    assert rotated["provider_keys_sealed"] == KEYS
                    assert rotated["old_key_removable"]
                    assert [use["provider_keys"] for use in rotated["keys"]] == [0, KEYS]
                    again = (await http.post("/admin/encryption/rotate")).json()["data"]
                    assert (again["finished"], again["provider_keys_sealed"]) == (True, 0)
                    # What is added now is sealed with the new key, by every process.
                    await http.put("/admin/sign-up", json={"sign_up": "closed"})
                await installation.admin(
                    both, "provider", "add", "-w", "w0", "--provider", "groq", "--api-key", "gsk_0123456789abcdef"
                )
                await installation.admin(both, "audit", "verify")
                served = len(load.statuses)
                async with asyncio.timeout(60):
                    while len(load.statuses) < served + 20:
                        await asyncio.sleep(0.05)
            finally:
                load.stopped = True
                await running
            assert set(load.statuses) == {200}

        new = Sealer(parse_secret("ENCRYPTION_KEY", installation.new))
        old = Sealer(parse_secret("ENCRYPTION_KEY", installation.old))
        rows = await installation.rows("SELECT id::text, workspace_id::text, secret_sealed FROM provider_keys")
        assert len(rows) == KEYS + 1
        for row_id, workspace_id, sealed in rows:
            assert new.open(bytes(sealed), provider_key_place(workspace_id, row_id)).startswith((b"sk-", b"gsk_"))
            with pytest.raises(SealBroken):
                old.open(bytes(sealed), provider_key_place(workspace_id, row_id))

        code, _, error = await installation.run(before, "serve")
        assert (code, "with the id " + key_id(parse_secret("K", installation.new)) in error) == (1, True)
        code, _, error = await installation.run(before, "admin", "key", "create", "-w", "default")
        assert (code, "head is not sealed with" in error) == (1, True)
        with started(after, "serve", cwd=tmp_path) as gateway:
            load = Load(base_url_of(gateway.said), api_key)
            running = asyncio.create_task(load.run(1))
            async with asyncio.timeout(60):
                while len(load.statuses) < 3:
                    await asyncio.sleep(0.05)
            load.stopped = True
            await running
            assert set(load.statuses) == {200}
            await installation.admin(after, "audit", "verify")
        actions = await installation.rows("SELECT action, actor_kind, details FROM audit_log ORDER BY sequence")
        rotations = [json.loads(row[2]) for row in actions if row[0] == "encryption.rotate"]
        assert [details["began"] for details in rotations] == [True, False]
