"""A simulated vendor seen through its socket, and its books beside what really arrived."""

import asyncio
import email.utils
import socket
from collections.abc import AsyncIterator
from typing import Any

import httptools
import msgspec
import openai
import pytest
from lab_client import RawReply, ask, call, connect, is_intact, payload_of, request_of, until

from perpetuo.lab import (
    AFTER_CONTENT_FAULTS,
    AFTER_CONTENT_TIMEOUT_FAULTS,
    FAULTS,
    HARMLESS_FAULTS,
    INVALID_REQUEST_FAULTS,
    KEY_FAULTS,
    NEXT_CANDIDATE_FAULTS,
    RETRYABLE_FAULTS,
    TIMEOUT_FAULTS,
    FaultRule,
    Lab,
    LabPrice,
    Script,
    ScriptedToolCall,
    ScriptedUsage,
    SimulatedVendor,
    VendorSettings,
)
from perpetuo.lab.vendor import SHAPES

WORDS = "word1 word2 word3 word4 word5"
SETTINGS = VendorSettings(words=5, price=LabPrice(input=1_000_000, output=2_000_000))
ERROR_STATUS_FAULTS = [name for name, row in FAULTS.items() if row.status is not None]


@pytest.fixture(params=SHAPES)
async def vendor(request: pytest.FixtureRequest) -> AsyncIterator[SimulatedVendor]:
    async with SimulatedVendor("a", request.param, settings=SETTINGS) as running:
        yield running


@pytest.fixture
async def openai_vendor() -> AsyncIterator[SimulatedVendor]:
    async with SimulatedVendor("a", settings=SETTINGS) as running:
        yield running


def text_of(reply: RawReply, *, stream: bool) -> str:
    """The text of a reply as far as it is one, in any protocol."""
    if not stream:
        return _text(reply.json)
    text = ""
    for data in documents(reply):
        text += _text(data)
    return text


def documents(reply: RawReply) -> list[Any]:
    """The JSON of each event that can be read."""
    found: list[Any] = []
    for event in reply.events:
        if reply.headers["content-type"].startswith("application/"):
            lines = [payload_of(event)] if is_intact(event) else []
        else:
            lines = [line[6:] for line in event.split(b"\n") if line.startswith(b"data: {")]
        for line in lines:
            try:
                found.append(msgspec.json.decode(line))
            except msgspec.DecodeError:
                continue
    return found


def _text(data: Any) -> str:
    """Of a whole reply or of one event."""
    match data:
        case {"choices": [{"message": message}]}:  # OpenAI
            return message["content"]
        case {"choices": [{"delta": delta}]}:
            return delta.get("content") or ""
        case {"candidates": [{"content": {"parts": parts}}]}:  # Gemini
            return "".join(part.get("text", "") for part in parts if not part.get("thought"))
        case {"output": {"message": {"content": blocks}}}:  # Bedrock
            return "".join(block.get("text", "") for block in blocks)
        case {"message": {"tool_plan": plan}}:  # Cohere
            return plan
        case {"message": {"content": blocks}} | {"content": blocks}:  # Cohere, Anthropic
            return "".join(block.get("text", "") for block in blocks)
        case {"delta": {"message": {"content": {"text": text}}}} | {"delta": {"message": {"tool_plan": text}}}:
            return text
        case {"delta": {"text": text}}:  # Anthropic, Bedrock
            return text
        case _:
            return ""


def is_whole(reply: RawReply, *, stream: bool) -> bool:
    """What a careful client takes for a good answer."""
    if reply.status != 200 or reply.ended != "whole":
        return False
    if stream:
        return bool(reply.events) and _is_end(reply.events[-1]) and text_of(reply, stream=True) == WORDS
    try:
        return text_of(reply, stream=False) == WORDS
    except (msgspec.DecodeError, KeyError, TypeError):
        return False


def _is_end(event: bytes) -> bool:
    if event.startswith((b"data: [DONE]", b"event: message_stop")) or b'"finishReason"' in event:
        return True
    return b":event-type\x07\x00\x08metadata" in event and is_intact(event)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_good_answer_is_booked_with_what_its_usage_says(vendor: SimulatedVendor, stream: bool):
    reply = await ask(vendor, {"x-perpetuo-request-id": "r1", "x-perpetuo-attempt": "2"}, stream=stream)
    assert is_whole(reply, stream=stream)
    (entry,) = vendor.ledger
    assert (entry.request_id, entry.attempt, entry.stream, entry.key_hint) == ("r1", "2", stream, "1234")
    assert (entry.status, entry.outcome, entry.fault, entry.content_sent) == (200, "finished", None, WORDS)
    assert (entry.asked_tokens, entry.input_tokens, entry.output_tokens) == (2, 2, 5)
    assert entry.cost_nanousd == 2 * 1000 + 5 * 2000
    assert entry.accepted_at <= entry.received_at <= entry.first_byte_at <= entry.finished_at  # type: ignore[operator]
    assert (entry.client_closed_at, entry.reset_at, entry.closed_at) == (None, None, None)
    if stream:
        assert entry.chunks_sent == len(reply.events)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", [*RETRYABLE_FAULTS, *NEXT_CANDIDATE_FAULTS, *KEY_FAULTS, *INVALID_REQUEST_FAULTS])
async def test_a_fault_before_content_gives_no_answer_and_costs_nothing(
    vendor: SimulatedVendor, fault: str, stream: bool
):
    vendor.set_fault(fault)
    reply = await ask(vendor, stream=stream)
    assert not is_whole(reply, stream=stream)
    assert b"word1" not in reply.body if stream else True
    (entry,) = vendor.ledger
    assert (entry.fault, entry.content_sent, entry.input_tokens, entry.output_tokens) == (fault, "", 0, 0)
    assert (entry.asked_tokens, entry.cost_nanousd) == (2, 0)
    assert entry.outcome in ("finished_broken", "cut", "reset")


@pytest.mark.parametrize("fault", AFTER_CONTENT_FAULTS)
async def test_a_stream_broken_after_content_is_booked_as_far_as_it_came(vendor: SimulatedVendor, fault: str):
    vendor.set_fault(f"{fault}=2")
    reply = await ask(vendor, stream=True)
    assert text_of(reply, stream=True) == "word1 word2"
    assert not is_whole(reply, stream=True)
    (entry,) = vendor.ledger
    assert (entry.content_sent, entry.content_chunks_sent) == ("word1 word2", 2)
    assert (entry.input_tokens, entry.output_tokens, entry.cost_nanousd) == (2, 2, 2 * 1000 + 2 * 2000)


@pytest.mark.parametrize("fault", AFTER_CONTENT_FAULTS)
async def test_without_streaming_such_a_fault_leaves_nothing_usable(vendor: SimulatedVendor, fault: str):
    vendor.set_fault(fault)
    assert not is_whole(await ask(vendor), stream=False)
    assert vendor.ledger[0].output_tokens == 0


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", HARMLESS_FAULTS)
async def test_a_harmless_fault_still_gives_the_whole_answer(vendor: SimulatedVendor, fault: str, stream: bool):
    vendor.set_fault(f"{fault}=0.002" if FAULTS[fault].parameter else fault)
    assert is_whole(await ask(vendor, stream=stream), stream=stream)
    assert vendor.ledger[0].outcome == "finished"


ENDINGS = {
    "reset_before_byte": (None, "reset"),
    "close_before_byte": (None, "eof"),
    "cut_before_content": (200, "eof"),
    "reset_before_content": (200, "reset"),
    "bad_framing": (200, "bad framing"),
    "end_before_content": (200, "whole"),
    "cut_after": (200, "eof"),
    "reset_after": (200, "reset"),
    "bad_framing_after": (200, "bad framing"),
    "end_after": (200, "whole"),
    "in_band_error_after": (200, "whole"),
    "short_body": (200, "eof"),
}


@pytest.mark.parametrize("fault", ENDINGS)
async def test_how_the_socket_ends(vendor: SimulatedVendor, fault: str):
    vendor.set_fault(fault)
    reply = await ask(vendor, stream=True)
    assert (reply.status, reply.ended) == ENDINGS[fault]
    assert (vendor.ledger[0].reset_at is not None) == (reply.ended == "reset")


@pytest.mark.parametrize("fault", [*TIMEOUT_FAULTS, *AFTER_CONTENT_TIMEOUT_FAULTS])
async def test_a_vendor_that_hangs_sends_nothing_more_and_notices_when_the_client_leaves(
    vendor: SimulatedVendor, fault: str
):
    vendor.set_fault(fault)
    connection = await connect(vendor)
    connection.send(*request_of(vendor, stream=True))
    expected = b"" if fault == "hang" else b"word3" if fault == "hang_after" else b"200 OK"
    if expected:
        await connection.reader.readuntil(expected)
    await until(vendor, lambda v: v.ledger and v.ledger[0].fault)
    assert vendor.ledger[0].outcome == "open"
    connection.close()
    await until(vendor, lambda v: v.ledger[0].outcome == "client_closed")
    assert vendor.ledger[0].client_closed_at is not None
    await until(vendor, lambda v: v.ledger.connections[0].closed_by == "client")


async def test_a_client_that_leaves_in_the_middle_is_booked_with_the_tokens_so_far(vendor: SimulatedVendor):
    vendor.set_fault("drip=0.02")
    connection = await connect(vendor)
    connection.send(*request_of(vendor, stream=True))
    await connection.reader.readuntil(b"word2")
    connection.close()
    await until(vendor, lambda v: v.ledger[0].outcome != "open")
    await until(vendor, lambda v: v.ledger[0].input_tokens)
    (entry,) = vendor.ledger
    assert entry.outcome == "client_closed"
    assert entry.client_closed_at is not None and entry.first_byte_at is not None
    assert 2 <= entry.output_tokens == entry.content_chunks_sent < 5
    assert (entry.finished_at, entry.reported) == (None, None)


@pytest.mark.parametrize("fault", ERROR_STATUS_FAULTS)
async def test_an_error_status_has_the_vendors_own_body(vendor: SimulatedVendor, fault: str):
    vendor.set_fault(fault)
    reply = await ask(vendor)
    assert reply.status == FAULTS[fault].status == vendor.ledger[0].status
    if reply.status == 502:
        assert reply.headers["content-type"].startswith("text/html")
        return
    document = reply.json
    match vendor.shape_name:
        case "openai":
            assert set(document["error"]) == {"message", "type", "param", "code"}
        case "anthropic":
            assert document["type"] == "error"
            assert set(document["error"]) >= {"type", "message"}
        case "gemini":
            assert document["error"]["code"] == reply.status
            assert set(document["error"]) >= {"code", "message", "status"}
        case "bedrock":
            assert set(document) == {"message"}
            assert "Exception:" in reply.headers["x-amzn-ErrorType"]
        case "cohere":
            assert set(document) == {"id", "message"}


async def test_retry_after_comes_in_seconds_as_a_date_or_not_at_all(openai_vendor: SimulatedVendor):
    openai_vendor.set_fault("status_429=7")
    assert (await ask(openai_vendor)).headers["retry-after"] == "7"
    openai_vendor.set_fault("status_429_date=60")
    date = email.utils.parsedate_to_datetime((await ask(openai_vendor)).headers["retry-after"]).timestamp()
    received = openai_vendor.ledger[-1].received_at
    assert received + 60 <= date <= received + 62
    openai_vendor.set_fault("status_429_bare")
    assert "retry-after" not in (await ask(openai_vendor)).headers


async def test_a_refused_key_can_be_echoed_to_test_redaction(vendor: SimulatedVendor):
    vendor.set_fault("status_401_echo")
    reply = await ask(vendor)
    assert b"sk-lab-1234" in reply.body
    assert "sk-lab-1234" in reply.headers["x-lab-echo"]


async def test_a_fault_can_be_asked_for_by_model_name_header_or_message(vendor: SimulatedVendor):
    message = [{"role": "user", "content": 'please [[lab {"fault": "status_503"}]] fail'}]
    asked: list[dict[str, Any]] = [
        {"model": "gpt-4o@status_503"},
        {"headers": {"x-lab-fault": "status_503"}},
        {"messages": message},
    ]
    assert [(await ask(vendor, **each)).status for each in asked] == [503, 503, 503]
    assert vendor.ledger[0].model == "gpt-4o"
    assert (await ask(vendor)).status == 200


async def test_a_message_can_address_one_vendor_among_several():
    message = [{"role": "user", "content": '[[lab {"vendor": "a", "fault": "status_503"}]]'}]
    async with Lab([SimulatedVendor("a"), SimulatedVendor("b")]) as lab:
        assert (await ask(lab["a"], messages=message)).status == 503
        assert (await ask(lab["b"], messages=message)).status == 200


@pytest.mark.parametrize("content", ["[[lab {]]", "[[lab {}", '[[lab {"colour": 1}]]', '[[lab {"fault": "explode"}]]'])
async def test_a_directive_that_can_not_be_read_is_told(vendor: SimulatedVendor, content: str):
    reply = await ask(vendor, messages=[{"role": "user", "content": content}])
    assert reply.status == 400


SCRIPT = Script(
    text="The answer is 42.",
    tool_calls=(ScriptedToolCall("weather", {"cities": [["Bern"]]}), ScriptedToolCall("time", {"zone": "UTC"})),
    usage=ScriptedUsage(100, 40, 0, 12, 3),
)


async def test_a_scripted_answer_is_the_same_posted_or_in_the_message(vendor: SimulatedVendor):
    directive = msgspec.json.encode({"script": SCRIPT}).decode()
    assert "]]" in directive
    in_message = await ask(vendor, messages=[{"role": "user", "content": f"x [[lab {directive}]] y"}])
    vendor.set_script(SCRIPT, "known")
    by_name = await ask(vendor, messages=[{"role": "user", "content": '[[lab {"script": "known"}]]'}])
    vendor.set_script(SCRIPT)
    by_default = await ask(vendor)
    bodies = [msgspec.json.decode(reply.body, type=dict[str, Any]) for reply in (in_message, by_name, by_default)]
    texts = [text_of(reply, stream=False) for reply in (in_message, by_name, by_default)]
    assert texts == ["The answer is 42."] * 3
    usage = "usageMetadata" if vendor.shape_name == "gemini" else "usage"
    assert bodies[0][usage] == bodies[1][usage] == bodies[2][usage]
    assert [entry.reported for entry in vendor.ledger] == [vendor.ledger[0].reported] * 3
    assert vendor.ledger[0].reported.input_tokens == 100  # type: ignore[union-attr]
    assert (await ask(vendor, messages=[{"role": "user", "content": '[[lab {"script": "?"}]]'}])).status == 400


@pytest.mark.parametrize("stream", [False, True])
async def test_a_seed_fixes_every_byte(stream: bool):
    settings = VendorSettings(words=3, words_max=30)
    bodies: list[list[bytes]] = []
    for seed in (1, 1, 2):
        async with SimulatedVendor("a", seed=seed, settings=settings) as vendor:
            bodies.append([(await ask(vendor, stream=stream)).body for _ in range(3)])
    assert bodies[0] == bodies[1] != bodies[2]


async def test_without_a_key_the_request_is_refused(openai_vendor: SimulatedVendor):
    assert (await ask(openai_vendor, {"authorization": "Basic x"})).status == 401
    openai_vendor.change_settings(api_keys=["other"])
    assert (await ask(openai_vendor)).status == 401
    openai_vendor.change_settings(api_keys=["sk-lab-1234"])
    assert (await ask(openai_vendor)).status == 200


# shape -> path, the list's name, the model's name for its id
LISTS = {
    "openai": ("/v1/models", "data", "id"),
    "anthropic": ("/v1/models", "data", "id"),
    "gemini": ("/v1beta/models", "models", "name"),
    "bedrock": ("/foundation-models", "modelSummaries", "modelId"),
    "cohere": ("/v1/models", "models", "name"),
}


async def test_models_are_listed_and_others_refused_when_the_vendor_is_strict(vendor: SimulatedVendor):
    vendor.change_settings(models=["m1", "m2"], strict_models=True)
    version = {"anthropic-version": "2023-06-01"}
    path, name, key = LISTS[vendor.shape_name]
    listed = await call(vendor, "GET", path, **version)
    assert [model[key].removeprefix("models/") for model in listed.json[name]] == ["m1", "m2"]
    one = (await call(vendor, "GET", f"{path}/m2", **version)).json
    assert one.get("modelDetails", one)[key].endswith("m2")
    assert (await call(vendor, "GET", f"{path}/m3", **version)).status == 404
    assert (await ask(vendor, model="m2")).status == 200
    assert (await ask(vendor, model="m3")).status == 404
    assert vendor.ledger.totals().other_requests == 3


async def test_unknown_paths_are_a_404_in_the_vendors_shape(openai_vendor: SimulatedVendor):
    reply = await call(openai_vendor, "POST", "/chat/completions", {})
    assert (reply.status, reply.json["error"]["type"]) == (404, "invalid_request_error")


async def test_what_is_signed_is_checked_only_where_the_secret_is_known():
    signed = {
        "x-amz-date": "20261124T120000Z",
        "authorization": "AWS4-HMAC-SHA256 Credential=AKID/20261124/eu/bedrock/aws4_request,"
        " SignedHeaders=host;x-amz-date, Signature=" + "0" * 64,
    }
    async with SimulatedVendor("a", "bedrock", settings=SETTINGS) as vendor:
        assert (await ask(vendor, signed)).status == 200
        vendor.change_settings(api_keys=["AKID"])
        assert (await ask(vendor, signed)).status == 200
        vendor.change_settings(api_keys=["AKIOTHER"])
        assert (await ask(vendor, signed)).status == 403
        vendor.change_settings(api_keys=None, aws_secret="secret")
        refused = await ask(vendor, signed)
        assert refused.headers["x-amzn-ErrorType"].startswith("InvalidSignatureException")
        assert (await ask(vendor)).status == 200  # a bearer key is not signed


@pytest.mark.parametrize("fault", ["malformed_chunk", "malformed_chunk_after=2"])
async def test_a_malformed_event_of_bedrock_is_a_frame_with_a_wrong_checksum(fault: str):
    async with SimulatedVendor("a", "bedrock", settings=SETTINGS) as vendor:
        vendor.set_fault(fault)
        *intact, last = (await ask(vendor, stream=True)).events
        assert intact and all(map(is_intact, intact))
        assert int.from_bytes(last[:4]) == len(last) and not is_intact(last)


async def test_each_protocol_bills_the_same_script_the_same():
    async with Lab([SimulatedVendor(shape, shape, settings=SETTINGS) for shape in SHAPES]) as lab:
        for vendor in lab.vendors.values():
            vendor.set_script(SCRIPT)
            for stream in (False, True):
                await ask(vendor, stream=stream)
        billed = {
            (entry.stream, entry.input_tokens, entry.output_tokens, entry.cost_nanousd)
            for vendor in lab.vendors.values()
            for entry in vendor.ledger
        }
        assert len(billed) == 2


async def test_embeddings_suffer_the_same_faults(openai_vendor: SimulatedVendor):
    body = {"model": "e", "input": "hello"}
    assert (await call(openai_vendor, "POST", "/v1/embeddings", body)).status == 200
    openai_vendor.set_fault("status_500", model="e")
    assert (await call(openai_vendor, "POST", "/v1/embeddings", body)).status == 500
    assert [entry.input_tokens for entry in openai_vendor.ledger] == [2, 0]


async def test_requests_on_one_connection_are_answered_in_order(vendor: SimulatedVendor):
    connection = await connect(vendor)
    for number in range(20):  # pipelined
        connection.send(*request_of(vendor, {"x-perpetuo-request-id": str(number)}))
    assert [(await connection.read()).status for _ in range(20)] == [200] * 20
    assert [entry.request_id for entry in vendor.ledger] == [str(number) for number in range(20)]
    assert vendor.ledger.connections[0].requests == 20
    connection.close()


async def test_a_stale_connection_was_promised_to_stay(vendor: SimulatedVendor):
    vendor.set_fault("stale_keep_alive", count=1)
    connection = await connect(vendor)
    connection.send(*request_of(vendor))
    reply = await connection.read()
    assert (reply.status, reply.headers.get("connection")) == (200, None)
    assert await connection.reader.read() == b""
    connection.close()


async def test_a_body_announced_with_expect_continue_is_asked_for(openai_vendor: SimulatedVendor):
    connection = await connect(openai_vendor)
    method, path, headers, body = request_of(openai_vendor, {"expect": "100-continue"})
    connection.send(method, path, headers, b"")
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ncontent-length: {len(body)}\r\n"
    other = await connect(openai_vendor)
    other.writer.write(head.encode() + b"expect: 100-continue\r\n\r\n")
    assert await other.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    other.writer.write(body)
    assert (await other.read()).status == 200
    other.close()
    connection.close()


async def test_bytes_that_are_not_http_are_refused(openai_vendor: SimulatedVendor):
    connection = await connect(openai_vendor)
    connection.writer.write(b"\x16\x03\x01 hello\r\n\r\n")
    assert (await connection.read()).status == 400
    connection.close()


async def test_a_slow_reader_does_not_make_the_vendor_buffer_the_answer():
    async with SimulatedVendor("a", settings=VendorSettings(words=100_000)) as vendor:
        with socket.socket() as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            raw.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(raw, ("127.0.0.1", int(vendor.origin.rsplit(":", 1)[1])))
            connection = await connect(vendor)
            method, path, headers, body = request_of(vendor, stream=True)
            lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            await loop.sock_sendall(raw, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            sent = -1
            while not vendor.ledger or sent != vendor.ledger[0].chunks_sent:
                sent = vendor.ledger[0].chunks_sent if len(vendor.ledger) else -1
                await asyncio.sleep(0.05)
            assert 0 < sent < 50_000
            connection.close()
        await until(vendor, lambda v: v.ledger[0].outcome == "client_closed")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
async def test_only_loopback_is_listened_on(host: str):
    with pytest.raises(ValueError, match="loopback only"):
        await SimulatedVendor("a").start(host)


async def test_stopping_breaks_what_is_open_and_books_it_as_stopped():
    vendor = SimulatedVendor("a", settings=VendorSettings(first_byte_s=60))
    await vendor.start()
    connection = await connect(vendor)
    connection.send(*request_of(vendor))
    await until(vendor, lambda v: len(v.ledger))
    await vendor.stop()
    assert vendor.ledger[0].outcome == "stopped"
    assert (await connection.read()).ended in ("eof", "reset")
    connection.close()
    await vendor.stop()


async def test_rules_strike_the_requests_they_name(vendor: SimulatedVendor):
    vendor.set_faults([FaultRule("status_500", every=2), FaultRule("status_429", stream=True)])
    statuses = [(await ask(vendor, stream=stream)).status for stream in (False, False, True, False)]
    assert statuses == [200, 500, 429, 500]
    vendor.clear_faults()
    assert (await ask(vendor)).status == 200


async def test_the_official_client_reads_text_tools_json_and_embeddings(openai_vendor: SimulatedVendor):
    async with openai.AsyncOpenAI(base_url=openai_vendor.base_url, api_key="k", max_retries=0) as client:
        whole = await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
        assert whole.choices[0].message.content == WORDS
        text = ""
        async with client.chat.completions.stream(
            model="m", messages=[{"role": "user", "content": "hi"}], stream_options={"include_usage": True}
        ) as stream:
            async for event in stream:
                text += event.delta if event.type == "content.delta" else ""
            final = await stream.get_final_completion()
        assert (text, final.usage) == (WORDS, whole.usage)
        reply = await client.embeddings.create(model="e", input=["a", "b"])
        floats = await client.embeddings.create(model="e", input=["a", "b"], encoding_format="float")
        assert [item.embedding for item in reply.data] == [item.embedding for item in floats.data]
        assert [model.id async for model in client.models.list()]


def test_the_lab_answers_with_what_a_second_parser_takes_for_http():
    """The raw client of these tests is lenient; llhttp is not."""

    class Seen:
        def __init__(self) -> None:
            self.body = b""
            self.is_complete = False

        def on_body(self, body: bytes) -> None:
            self.body += body

        def on_message_complete(self) -> None:
            self.is_complete = True

    async def raw_bytes() -> bytes:
        async with SimulatedVendor("a", settings=SETTINGS) as vendor:
            connection = await connect(vendor)
            connection.send(*request_of(vendor, {"connection": "close"}, stream=True))
            data = await connection.reader.read()
            connection.close()
            return data

    seen = Seen()
    httptools.HttpResponseParser(seen).feed_data(asyncio.run(raw_bytes()))
    assert seen.is_complete and seen.body.endswith(b"data: [DONE]\n\n")
