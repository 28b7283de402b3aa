"""The switches and books over HTTP, and the command that starts it all."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import msgspec
import pytest
from lab_client import ask, call, connect

from perpetuo.lab import Lab, Script, SimulatedVendor, VendorSettings


@pytest.fixture
async def vendor() -> AsyncIterator[SimulatedVendor]:
    async with SimulatedVendor("a", settings=VendorSettings(words=5)) as running:
        yield running


async def test_the_ledger_over_http_says_what_the_one_in_process_says(vendor: SimulatedVendor):
    await ask(vendor, {"x-perpetuo-request-id": "r1"})
    await ask(vendor, {"x-perpetuo-request-id": "r2"}, stream=True)
    everything = (await call(vendor, "GET", "/__lab__/ledger")).json
    assert everything["entries"] == msgspec.to_builtins(list(vendor.ledger))
    assert everything["last_seq"] == 2
    later = (await call(vendor, "GET", "/__lab__/ledger?since=1")).json
    assert [entry["request_id"] for entry in later["entries"]] == ["r2"]
    one = (await call(vendor, "GET", "/__lab__/ledger?request_id=r1")).json
    assert [entry["seq"] for entry in one["entries"]] == [1]


async def test_looking_at_the_books_is_not_booked(vendor: SimulatedVendor):
    await ask(vendor)
    totals = (await call(vendor, "GET", "/__lab__/totals")).json
    assert (totals["requests"], totals["other_requests"], totals["output_tokens"]) == (1, 0, 5)


async def test_connections_are_in_the_books(vendor: SimulatedVendor):
    await ask(vendor)
    connections = (await call(vendor, "GET", "/__lab__/connections")).json
    assert connections[0]["requests"] == 1


async def test_faults_are_switched_over_http(vendor: SimulatedVendor):
    reply = await call(vendor, "POST", "/__lab__/faults", {"rules": [{"fault": "status_500", "every": 2}]})
    assert reply.status == 200
    assert [(await ask(vendor)).status for _ in range(4)] == [200, 500, 200, 500]
    listed = (await call(vendor, "GET", "/__lab__/faults")).json
    assert (listed["rules"][0]["matched"], listed["rules"][0]["struck"]) == (4, 2)
    assert "reset_before_byte" in listed["known"]


@pytest.mark.parametrize(
    "document",
    [{"rules": [{"fault": "explode"}]}, {"rules": [{"fault": "html_200", "colour": 1}]}, {}, {"rules": "x"}],
)
async def test_wrong_rules_are_refused_with_a_reason(vendor: SimulatedVendor, document: object):
    reply = await call(vendor, "POST", "/__lab__/faults", document)
    assert reply.status == 400
    assert reply.json["error"]


async def test_scripts_are_posted_for_all_or_under_a_name(vendor: SimulatedVendor):
    await call(vendor, "POST", "/__lab__/script", {"script": {"text": "for all"}})
    await call(vendor, "POST", "/__lab__/script", {"name": "n", "script": {"text": "by name"}})
    assert (await ask(vendor)).json["choices"][0]["message"]["content"] == "for all"
    named = [{"role": "user", "content": '[[lab {"script": "n"}]]'}]
    assert (await ask(vendor, messages=named)).json["choices"][0]["message"]["content"] == "by name"
    await call(vendor, "POST", "/__lab__/script", {"script": None})
    assert vendor.default_script == Script()


async def test_settings_are_changed_while_it_runs(vendor: SimulatedVendor):
    reply = await call(vendor, "POST", "/__lab__/settings", {"words": 2, "price": {"input": 1, "output": 2}})
    assert reply.json["words"] == 2
    assert (await ask(vendor)).json["choices"][0]["message"]["content"] == "word1 word2"
    assert (await call(vendor, "POST", "/__lab__/settings", {"wrods": 2})).status == 400
    assert vendor.settings.words == 2


async def test_reset_forgets_everything(vendor: SimulatedVendor):
    first = (await ask(vendor)).body
    vendor.set_fault("status_500")
    vendor.set_script(Script(text="x"))
    vendor.change_settings(words=1)
    await ask(vendor)
    assert (await call(vendor, "POST", "/__lab__/reset")).status == 200
    assert len(vendor.ledger) == 0
    assert (await ask(vendor)).body == first


async def test_an_unknown_switch_names_the_known_ones(vendor: SimulatedVendor):
    reply = await call(vendor, "GET", "/__lab__/colour")
    assert reply.status == 404
    assert "POST /__lab__/faults" in reply.json["known"]


async def test_a_name_that_is_not_loopback_is_not_answered(vendor: SimulatedVendor):
    connection = await connect(vendor)
    connection.writer.write(b"POST /__lab__/reset HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 0\r\n\r\n")
    assert (await connection.read()).status == 403
    connection.close()


async def test_vendors_of_one_lab_keep_their_own_books():
    async with Lab([SimulatedVendor("a"), SimulatedVendor("b", "anthropic")]) as lab:
        await ask(lab["a"])
        await ask(lab["b"])
        await ask(lab["b"])
        assert [len(lab[name].ledger) for name in "ab"] == [1, 2]
        described = {row["name"]: row for row in lab.describe()}
        assert described["a"]["base_url"].endswith("/v1")
        assert described["b"]["base_url"] == lab["b"].origin


async def test_two_vendors_of_one_name_are_refused():
    with pytest.raises(ValueError, match="a name of its own"):
        Lab([SimulatedVendor("a"), SimulatedVendor("a")])


async def test_a_lab_that_can_not_start_whole_does_not_start():
    async with SimulatedVendor("other") as other:
        port = int(other.origin.rsplit(":", 1)[1])
        first = SimulatedVendor("a")
        with pytest.raises(OSError):
            await Lab([first, SimulatedVendor("b")]).start(port=port - 1)
        with pytest.raises((OSError, RuntimeError)):  # RuntimeError: even the first port was taken
            await connect(first)


async def test_the_command_prints_where_its_vendors_are_and_ends_when_told():
    command = "from perpetuo.cli.lab import lab; lab()"
    arguments = ["serve", "--openai", "2", "--anthropic", "1", "--bedrock", "1", "--cohere", "1", "--words", "3"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", command, *arguments, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    assert process.stdout is not None
    described = msgspec.json.decode(await process.stdout.readline())
    assert [row["name"] for row in described["vendors"]] == [
        "openai-1",
        "openai-2",
        "anthropic-1",
        "bedrock-1",
        "cohere-1",
    ]
    host, port = described["vendors"][2]["base_url"].removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /__lab__/totals HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
    assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    writer.close()
