"""`perpetuo up` as a whole: failover into the logs, changes while it runs, a frozen database, orderly ends."""

import contextlib
import json
import signal
from collections.abc import Iterator

import httpx2
import msgspec
import psutil
from gateway_process import GatewayProcess, Home, chat_body, until, vendor


async def test_keys_and_providers_change_while_it_runs(home: Home) -> None:
    """The configuration is not polled within the test's time: what becomes effective was notified."""
    async with (
        vendor(home, 0, words=6),
        home.up(GROQ_API_KEY="gsk-lab-0123456789abcdef", OPENROUTER_API_KEY="pk_" + "0" * 48) as gateway,
        gateway.client() as client,
    ):
        assert "groq (environment)" in gateway.said
        assert "openrouter" not in gateway.said
        assert await vendors_of(client, "gpt-4") == {"openai", "groq"}
        await home.command("admin", "provider", "remove", await provider_key_id(home, "groq"))
        await until_served_by(client, {"openai"})
        await home.add_provider(home.vendor_ports[1], provider="anthropic", priority=2)
        await until_served_by(client, {"openai", "anthropic"})
        await home.command("admin", "provider", "remove", await provider_key_id(home, "anthropic"))
        await until_served_by(client, {"openai"})

        key = (await home.command("admin", "key", "create", "--name", "second")).strip()
        async with gateway.client(key) as second:
            await until_status(second, 200)
            listed = await home.command("admin", "key", "list")
            key_id = next(line.split()[0] for line in listed.splitlines() if "second" in line)
            await home.command("admin", "key", "revoke", key_id)
            await until_status(second, 401)
        assert (await client.post("/v1/chat/completions", json=chat_body())).status_code == 200


async def test_a_failover_is_in_the_logs_with_both_attempts_tokens_and_cost(home: Home) -> None:
    async with (
        vendor(home, 0, words=6) as broken,
        vendor(home, 1, "anthropic", words=6) as healthy,
        home.up() as gateway,
        gateway.client() as client,
    ):
        await home.add_provider(home.vendor_ports[1], provider="anthropic", priority=2)
        await until_served_by(client, {"openai", "anthropic"})
        broken.set_fault("status_500")
        reply = await client.post("/v1/chat/completions", json=chat_body(), headers={"X-Perpetuo-Tags": "team=a"})
        assert (reply.status_code, reply.headers["x-perpetuo-provider"]) == (200, "anthropic")
        (row,) = (await gateway.rows({reply.headers["x-perpetuo-request-id"]})).values()
        assert (row["status"], row["outcome"], row["provider"]) == (200, "succeeded", "anthropic")
        assert (row["fallback_used"], row["substituted"], row["tags"]) == (True, "fallback", '{"team": "a"}')
        # Its books also have our questions for its model list, whenever those came.
        (entry,) = healthy.ledger.inference()
        assert (row["input_tokens"], row["output_tokens"]) == (entry.input_tokens, entry.output_tokens)
        assert row["cost_nanousd"] > 0
        first, second = json.loads(row["attempts"])
        assert (first["provider"], first["status"], first["class"]) == ("openai", 500, "RETRYABLE")
        assert (second["provider"], second["outcome"]) == ("anthropic", "ok")
        decision = json.loads(row["decision"])
        assert [candidate["provider"] for candidate in decision["candidates"]][:2] == ["openai", "anthropic"]
        assert decision["explanation"] and decision["steps"]
        readable = await home.command("logs", "-n", "1")
        assert "fallback" in readable and "1. openai/" in readable and "2. anthropic/" in readable
        await home.command("admin", "provider", "remove", await provider_key_id(home, "anthropic"))


async def test_with_a_frozen_database_known_keys_go_on_and_unknown_ones_are_not_refused(home: Home) -> None:
    unknown = "pk_" + "9" * 48
    async with vendor(home, 0, words=6), home.up() as gateway:
        async with gateway.client() as client, gateway.client(unknown) as stranger:
            await until_status(stranger, 401)
            person = {name: home.first_run[name] for name in ("email", "password")}
            session = (await client.post("/auth/login", json=person)).json()["data"]["token"]
            with frozen(home.servers()):
                answers = [
                    await client.post("/v1/chat/completions", json=chat_body(stream=n % 2 == 1)) for n in range(6)
                ]
                assert {answer.status_code for answer in answers} == {200}
                refused = await stranger.post("/v1/chat/completions", json=chat_body())
                assert (refused.status_code, refused.json()["error"]["code"]) == (503, "configuration_unavailable")
                assert int(refused.headers["retry-after"]) >= 1
                for answer in (
                    await client.post("/auth/login", json=person),
                    await client.get("/workspaces", headers={"authorization": f"Bearer {session}"}),
                ):
                    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
            rows = await gateway.rows({answer.headers["x-perpetuo-request-id"] for answer in answers})
            assert {row["outcome"] for row in rows.values()} == {"succeeded"}
            await until_status(stranger, 401)
        gateway.terminate()
        assert await gateway.stopped() == 0


async def test_a_stream_that_is_open_at_the_end_is_finished_while_nobody_new_is_let_in(home: Home) -> None:
    async with vendor(home, 0, chunk_s=0.05, words=100) as lab, home.up() as gateway, gateway.client() as client:
        async with client.stream("POST", "/v1/chat/completions", json=chat_body(stream=True)) as reply:
            chunks = reply.aiter_raw()
            received = await anext(chunks)
            gateway.terminate()
            await until_refused(gateway)
            assert lab.ledger.inference()[0].outcome == "open", "refused only because everything had ended"
            async for chunk in chunks:
                received += chunk
        assert words_of(received) == 100
        assert received.endswith(b"data: [DONE]\n\n")
        assert await gateway.stopped() == 0
        row = await logged(home, reply)
        assert (row["outcome"], row["partial"], row["output_tokens"]) == ("succeeded", False, 100)


async def test_a_stream_longer_than_the_drain_deadline_gets_an_error_event(home: Home) -> None:
    async with (
        vendor(home, 0, chunk_s=0.05, words=5000),
        home.up(PERPETUO_DRAIN_TIMEOUT_S="1") as gateway,
        gateway.client() as client,
    ):
        received = b""
        async with client.stream("POST", "/v1/chat/completions", json=chat_body(stream=True)) as reply:
            with contextlib.suppress(httpx2.RemoteProtocolError):  # the body has no proper end, on purpose
                async for chunk in reply.aiter_raw():
                    if not received:
                        gateway.terminate()
                    received += chunk
        *_, last = (line for line in received.split(b"\n") if line.startswith(b"data: "))
        assert msgspec.json.decode(last[6:])["error"]["code"] == "draining"
        assert b"[DONE]" not in received
        assert await gateway.stopped() == 0
        assert "killing it" not in gateway.said
        assert "Traceback" not in gateway.said
        row = await logged(home, reply)
        assert (row["partial"], row["error_code"], row["usage_source"]) == (True, "draining", "counted")
        assert row["output_tokens"] == words_of(received)


async def until_status(client: httpx2.AsyncClient, status: int) -> httpx2.Response:
    """The first reply with this status; others meanwhile are those of before the change."""

    async def asked() -> httpx2.Response | None:
        reply = await client.post("/v1/chat/completions", json=chat_body())
        return reply if reply.status_code == status else None

    return await until(asked)


async def vendors_of(client: httpx2.AsyncClient, model: str) -> set[str]:
    served = (await client.get(f"/v1/models/{model}")).json()["perpetuo"]
    return {name.split("/")[0] for name in (*served["exact"], *served["substitutes"])}


async def until_served_by(client: httpx2.AsyncClient, vendors: set[str]) -> None:
    async def is_served() -> bool:
        return await vendors_of(client, "gpt-4") == vendors

    await until(is_served)


async def until_refused(gateway: GatewayProcess) -> None:
    async def is_refused() -> bool:
        try:
            async with gateway.client() as fresh:
                await fresh.get("/livez", timeout=0.5)
        except httpx2.ConnectError:
            return True
        except httpx2.TransportError:
            return False
        return False

    await until(is_refused, 20)


async def provider_key_id(home: Home, provider: str) -> str:
    listed = await home.command("admin", "provider", "list")
    return next(line.split()[0] for line in listed.splitlines() if f" {provider} " in line)


async def logged(home: Home, reply: httpx2.Response) -> dict[str, object]:
    """The row, as the command shows it when nothing runs any more."""
    lines = (await home.command("logs", "--json", "-n", "50")).splitlines()
    return next(row for row in map(json.loads, lines) if row["id"] == reply.headers["x-perpetuo-request-id"])


def words_of(stream: bytes) -> int:
    """Content chunks: the lab sends one word, which it bills as one token, in each."""
    chunks = [line[6:] for line in stream.split(b"\n") if line.startswith(b"data: {")]
    decoded = [msgspec.json.decode(chunk) for chunk in chunks]
    return sum(
        bool(choice["delta"].get("content")) for chunk in decoded if "choices" in chunk for choice in chunk["choices"]
    )


@contextlib.contextmanager
def frozen(processes: list[psutil.Process]) -> Iterator[None]:
    assert processes
    try:
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        yield
    finally:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)
