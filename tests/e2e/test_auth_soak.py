"""Soak: an ended session is ended on every worker, and people who sign in do not slow down the data plane."""

import asyncio
import collections
import json
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from dotenv import dotenv_values
from gateway_process import GatewayProcess, Home, chat_body, vendor

from perpetuo.control.session_tokens import SessionTokens
from perpetuo.db.engine import connect
from perpetuo.db.sealing import parse_secret

TRIALS = 1000
LAST_SUCCESS_MAX_S = 1.0

PHASES = 6
PHASE_S = 8.0
CONNECTIONS = 8
PAUSE_S = 0.04
RISE_MAX_MS = 10.0


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_soak_a_session_that_is_ended_is_ended_on_four_workers_within_a_second(home: Home) -> None:
    async with home.up(PERPETUO_WORKERS="4") as gateway:
        ends: dict[str, list[float]] = collections.defaultdict(list)
        people = Sessions(gateway)
        await people.connect()
        # Each connection is of one worker, whichever the kernel chose: many of them meet all four.
        clients = [httpx2.AsyncClient(base_url=gateway.base_url, timeout=30.0) for _ in range(9)]
        ways = ("logout", "logout-all", "suspended", "removed")
        for number in range(TRIALS):
            way = ways[number % len(ways)]
            ends[way].append(await last_success_s(people, clients, way))
        for client in clients:
            await client.aclose()
        await people.close()
    print({way: f"{len(taken)} trials, last success {max(taken):.3f} s after" for way, taken in ends.items()})
    assert max(max(taken) for taken in ends.values()) <= LAST_SUCCESS_MAX_S


class Sessions:
    """People with sessions, made in the database: signing in a thousand times would be throttled."""

    def __init__(self, gateway: GatewayProcess) -> None:
        note = json.loads((gateway.home.data_dir / "run.json").read_text())
        secrets = dotenv_values(gateway.home.data_dir / "secrets.env")
        self._url: str = note["database_url"]
        self._tokens = SessionTokens(parse_secret("JWT_SECRET", secrets["JWT_SECRET"]))
        self.workspace_id: str = gateway.home.first_run["workspace_id"]

    async def connect(self) -> None:
        self._connection = await connect(self._url, "perpetuo_system")

    async def close(self) -> None:
        await self._connection.close()

    async def open(self) -> tuple[str, str]:
        """A new person's id and token."""
        user_id, session_id = str(uuid.uuid4()), str(uuid.uuid4())
        await self.execute(
            "INSERT INTO users (id, email, password_hash) VALUES ($1, $2, 'x')", user_id, f"{user_id}@example.org"
        )
        await self.execute(
            "INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'viewer')",
            self.workspace_id, user_id,
        )  # fmt: skip
        await self.execute(
            "INSERT INTO sessions (id, user_id, refresh_hash, expires_at) VALUES ($1, $2, $3, $4)",
            session_id, user_id, bytes(32), datetime.now(UTC) + timedelta(days=1),
        )  # fmt: skip
        token = self._tokens.issue(
            user_id=user_id, workspace_id=self.workspace_id, session_id=session_id,
            token_id=str(uuid.uuid4()), wall_s=time.time(),
        )  # fmt: skip
        return user_id, token

    async def execute(self, sql: str, *arguments: Any) -> None:
        await self._connection.execute(sql, *arguments)


async def last_success_s(people: Sessions, clients: list[httpx2.AsyncClient], way: str) -> float:
    """Seconds from the end of what ends the session to the end of the last request that it was good for; 0: none."""
    user_id, token = await people.open()
    headers = {"authorization": f"Bearer {token}"}
    ended_s = asyncio.get_running_loop().create_future()
    answered, last_s = asyncio.Event(), 0.0

    async def ask(client: httpx2.AsyncClient) -> None:
        """Until refused."""
        nonlocal last_s
        while True:
            reply = await client.get(f"/workspaces/{people.workspace_id}/api-keys", headers=headers)
            if reply.status_code != 200:
                assert reply.status_code in (401, 403, 404), reply.text
                return
            answered.set()
            if ended_s.done():
                last_s = max(last_s, time.perf_counter() - ended_s.result())

    asking = [asyncio.create_task(ask(client)) for client in clients[1:]]
    await asyncio.wait_for(answered.wait(), 30)
    if way == "suspended":
        await people.execute("UPDATE users SET suspended = true WHERE id = $1", user_id)
    elif way == "removed":
        await people.execute("DELETE FROM memberships WHERE user_id = $1", user_id)
    else:
        assert (await clients[0].post(f"/auth/{way}", headers=headers)).status_code == 200
    ended_s.set_result(time.perf_counter())
    await asyncio.gather(*asking)
    return last_s


@pytest.mark.soak
@pytest.mark.xfail(
    reason="issue 6: p99 rises by 13 ms beside two hundred requests that come at once (docs/measurements.md)",
    strict=False,
)
@pytest.mark.timeout(900)
async def test_soak_two_hundred_sign_ins_at_once_do_not_slow_down_the_data_plane(home: Home) -> None:
    """One worker; phases with and without sign-ins take turns in one run."""
    variables = {"PERPETUO_WORKERS": "1", "PERPETUO_TRUSTED_PROXIES": "127.0.0.0/8"}
    taken_ms: dict[bool, list[float]] = {False: [], True: []}
    answers: collections.Counter[str] = collections.Counter()
    async with vendor(home, 0, first_byte_s=0.005), home.up(**variables) as gateway:
        await load(gateway, 3.0)
        for number in range(2 * PHASES):
            with_flood = number % 2 == 1
            flood = start_flood(home.port) if with_flood else None
            taken_ms[with_flood] += await load(gateway, PHASE_S)
            if flood is not None:
                flood.kill()
                for line in flood.communicate()[0].splitlines():
                    answers.update(json.loads(line))
    p99 = {flooded: sorted(taken)[int(len(taken) * 0.99)] for flooded, taken in taken_ms.items()}
    p50 = {flooded: sorted(taken)[len(taken) // 2] for flooded, taken in taken_ms.items()}
    print(
        f"{len(taken_ms[False])} + {len(taken_ms[True])} requests; p50 {p50[False]:.1f} -> {p50[True]:.1f} ms, "
        f"p99 {p99[False]:.1f} -> {p99[True]:.1f} ms; sign-ins {dict(answers)}"
    )
    assert set(answers) == {"401", "429"} and answers["401"] > 0
    assert p99[True] - p99[False] <= RISE_MAX_MS


def start_flood(port: int) -> "subprocess.Popen[str]":
    program = Path(__file__).with_name("login_flood.py")
    # In life it runs elsewhere: what it takes of this machine is not to be measured.
    command = ["nice", "-n", "19", sys.executable, str(program), str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def load(gateway: GatewayProcess, seconds: float) -> list[float]:
    """Milliseconds each request took, on a few connections that are kept."""
    body = json.dumps(chat_body()).encode()
    key = gateway.home.first_run["api_key"]
    request = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        + body
    )
    taken: list[float] = []
    until_s = time.perf_counter() + seconds

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.home.port)
        while (started_s := time.perf_counter()) < until_s:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            await read_body(reader, head)
            taken.append((time.perf_counter() - started_s) * 1000)
            await asyncio.sleep(PAUSE_S)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return taken


async def read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"content-length" in headers:
        await reader.readexactly(int(headers[b"content-length"]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
