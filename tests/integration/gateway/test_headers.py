"""What every reply tells: the request id, the decision, when to come back; and that nobody's words break a header."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.core.catalog import Model
from perpetuo.core.snapshot import AliasTarget
from perpetuo.lab import SimulatedVendor

NOWHERE = "http://127.0.0.1:9/v1"


@asynccontextmanager
async def one_vendor(
    tmp_path: Path, shape: str = "openai", **workspace: object
) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor]]:
    async with (
        SimulatedVendor("first", shape) as first,  # type: ignore[arg-type]
        running_gateway(tmp_path, [provider(shape, first.base_url)], workspace=workspace) as gateway,
    ):
        yield gateway, first


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/models/gpt-4o", "/v1/models/nobody-has-this"])
async def test_the_model_list_carries_the_request_id_and_a_head_request_no_body(
    tmp_path: Path, method: str, path: str
) -> None:
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)]) as gateway:
        reply = await gateway.http.request(method, path)
        assert reply.status_code == (404 if "nobody" in path else 200)
        assert reply.headers["x-perpetuo-request-id"]
        assert int(reply.headers["content-length"]) > 0
        assert bool(reply.content) == (method == "GET")


@pytest.mark.parametrize("stream", [False, True])
async def test_every_part_of_the_decision_is_in_the_head(tmp_path: Path, stream: bool) -> None:
    async with one_vendor(tmp_path) as (gateway, _):
        told = (await gateway.chat(stream=stream)).headers
        names = ("alias", "provider", "model", "strategy", "attempts")
        assert [told[f"x-perpetuo-{name}"] for name in names] == ["gpt-4o", "openai", "gpt-4o", "default", "1"]
        assert (told["x-perpetuo-fallback"], told["x-perpetuo-substituted"]) == ("false", "none")
        assert told["x-perpetuo-request-id"]


async def test_an_error_tells_what_had_been_decided(tmp_path: Path) -> None:
    async with one_vendor(tmp_path) as (gateway, first):
        first.set_fault("status_500")
        told = (await gateway.chat(headers={"x-perpetuo-route": "fastest"})).headers
        assert (told["x-perpetuo-strategy"], told["x-perpetuo-attempts"]) == ("fastest", "1")
        assert (told["x-perpetuo-alias"], "x-perpetuo-provider" in told) == ("gpt-4o", False)


async def test_a_name_can_not_break_out_of_its_header(tmp_path: Path) -> None:
    name = "gpt %0d%0aset-cookie: ü"
    async with one_vendor(tmp_path, aliases={name: AliasTarget(models=("gpt-4o",))}) as (gateway, _):
        reply = await gateway.chat(name)
        assert reply.status_code == 200
        assert reply.headers["x-perpetuo-alias"] == "gpt %250d%250aset-cookie: %C3%BC"
        broken = await gateway.chat("gpt-4o\r\nset-cookie: a=b")
        assert broken.status_code == 400
        assert "set-cookie" not in broken.headers


async def test_when_to_come_back_is_told_by_who_was_limited_and_by_who_cools(tmp_path: Path) -> None:
    async with one_vendor(tmp_path) as (gateway, first):
        first.set_fault("status_429=7")
        limited = await gateway.chat()
        cooling = await gateway.chat()
        assert [reply.status_code for reply in (limited, cooling)] == [503, 503]
        assert all(1 < int(reply.headers["retry-after"]) <= 7 for reply in (limited, cooling))
        assert len(first.ledger) == 1


@pytest.mark.parametrize("where", ["header", "workspace"])
async def test_when_only_a_substitute_is_left_the_error_names_the_setting_that_forbids_it(
    tmp_path: Path, where: str
) -> None:
    headers = {"x-perpetuo-substitution": "never"} if where == "header" else {}
    workspace = {"substitution": "never"} if where == "workspace" else {}
    async with (
        SimulatedVendor("first", "openai") as first,
        running_gateway(
            tmp_path, [provider("openai", first.base_url), provider("anthropic", NOWHERE[:-3])], workspace=workspace
        ) as gateway,
    ):
        first.set_fault("status_429=7")
        assert (await gateway.chat(headers=headers)).status_code == 503
        reply = await gateway.chat(headers=headers)
        error = reply.json()["error"]
        assert (reply.status_code, error["code"]) == (503, "no_exact_candidate")
        assert "substitution is `never`" in error["message"]
        assert where in error["message"]
        assert 1 < int(reply.headers["retry-after"]) <= 7


async def test_what_no_key_could_ever_serve_is_a_404_that_names_the_setting(tmp_path: Path) -> None:
    async with one_vendor(tmp_path, "anthropic") as (gateway, _):
        reply = await gateway.chat(headers={"x-perpetuo-substitution": "never"})
        error = reply.json()["error"]
        assert (reply.status_code, error["code"], error["param"]) == (404, "model_not_found", "model")
        assert "Substitution is `never` (set by the X-Perpetuo-Substitution header)" in error["message"]
        embedded = await gateway.http.post("/v1/embeddings", json={"model": "text-embedding-3-small", "input": "a"})
        assert (embedded.status_code, embedded.json()["error"]["code"]) == (404, "model_not_found")


async def test_a_named_model_that_no_key_offers_is_a_404(tmp_path: Path) -> None:
    own = provider("custom", NOWHERE, models=[Model("house-model", "house-model", "chat")])
    async with running_gateway(tmp_path, [own]) as gateway:
        reply = await gateway.chat("gpt-4o")
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "model_not_found")
