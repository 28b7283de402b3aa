"""What was asked and answered: nowhere when a workspace did not ask for it, and nowhere unsealed when it did."""

import asyncio
import base64
import gzip
import json
import logging
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway_harness import WORKSPACE, RunningGateway, provider, running_gateway
from perpetuo.core.content import MAX_ANSWER_BYTES, MAX_REQUEST_BYTES, RequestContent, decode_content
from perpetuo.db.content_sealing import ContentResealer
from perpetuo.db.engine import system_transaction
from perpetuo.db.projection_store import SqlProjectionStore
from perpetuo.db.queries import users, workspaces
from perpetuo.db.queries.request_contents import get_request_content
from perpetuo.db.queries.sealing_key import set_sealing_key
from perpetuo.db.sealing import FOR_REQUEST_CONTENTS, Sealer, key_id, request_content_place, sealed_with
from perpetuo.ledger.journal import JournalUnavailable
from perpetuo.ledger.projector import Projector
from perpetuo.ledger.records import Content
from perpetuo.wiring import SystemClock

SEALER = Sealer(bytes(range(7, 39)), purpose=FOR_REQUEST_CONTENTS)
ASKED = ('Zebra-quorum "17" é\\', "Nickel orchard fifty", "Violet harbour amend")
ANSWERED = ('Copper lattice "83" ü\\', "Maple thunder eleven", "Indigo parcel remote")
"""Three parts each: they are sent joined and apart, and each is looked for."""


def seal(content: bytes, workspace_id: str, request_id: str) -> bytes:
    return SEALER.seal(content, request_content_place(workspace_id, request_id), uuid.uuid4().bytes[:12])


def opened(content: Content) -> RequestContent:
    return decode_content(SEALER.open(content.sealed, request_content_place(content.workspace_id, content.id)))


def encodings(text: str) -> dict[str, str]:
    return {
        "plain": text,
        "JSON-escaped": json.dumps(text),
        "base64": base64.b64encode(text.encode()).decode(),
        "gzip": base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
        "split across chunks": text,
    }


def traces(part: str) -> Iterator[bytes]:
    """What one part leaves in bytes that hold it in one of the encodings."""
    for text in (part, json.dumps(part)[1:-1], json.dumps(json.dumps(part)[1:-1])[1:-1],
                 json.dumps(part, ensure_ascii=False)[1:-1]):  # fmt: skip
        raw = text.encode()
        yield raw
        yield raw.hex().encode()
        for lead in range(3):
            yield base64.b64encode(bytes(lead) + raw)[-(-lead * 8 // 6) : (lead + len(raw)) * 8 // 6]


def found_in(haystack: bytes, parts: tuple[str, ...]) -> list[bytes]:
    needles = [trace for part in parts for trace in traces(part)]
    encoded = encodings("".join(parts))
    needles += [*traces(encoded["gzip"]), *traces(encoded["base64"])]
    return [needle for needle in needles if needle in haystack]


class Answering:
    """A vendor that answers with the parts of ANSWERED, in whole or as a stream in pieces. `broken`: in the middle."""

    def __init__(self) -> None:
        self.broken = False
        self.hangs = False
        self.status = 200
        self.echoes = False
        """Errors repeat the prompt."""
        self.pieces: list[str] = ["".join(ANSWERED)]

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            size = int(head.split("content-length:")[1].split("\r\n")[0])
            asked = json.loads(await reader.readexactly(size))
            self._error = f"Cannot do `{asked['messages'][0]['content']}` now." if self.echoes else "No."
            await self._answer(writer, streaming=asked.get("stream", False))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, *, streaming: bool) -> None:
        if self.status != 200:
            body = json.dumps({"error": {"message": self._error, "type": "invalid_request_error"}}).encode()
        elif not streaming:
            message = {"role": "assistant", "content": "".join(self.pieces)}
            body = json.dumps(chunk("chat.completion", message=message, finish_reason="stop")).encode()
        else:
            body = b""
        kind = b"text/event-stream" if streaming and self.status == 200 else b"application/json"
        writer.write(b"HTTP/1.1 %d X\r\ncontent-type: %s\r\nconnection: close\r\n" % (self.status, kind))
        writer.write(b"\r\n" if not body else b"content-length: %d\r\n\r\n%s" % (len(body), body))
        if streaming and self.status == 200:
            for piece in self.pieces:
                event = chunk("chat.completion.chunk", delta={"content": piece}, finish_reason=None)
                raw = b"data: %s\n\n" % json.dumps(event).encode()
                writer.write(raw[: len(raw) // 2])
                await writer.drain()
                await asyncio.sleep(0.002)
                writer.write(raw[len(raw) // 2 :])
                await writer.drain()
            if self.hangs:
                await asyncio.sleep(30)
            if self.broken and self.echoes:
                writer.write(b"data: %s\n\n" % json.dumps({"error": {"message": self._error}}).encode())
            if not self.broken:
                end = chunk("chat.completion.chunk", delta={}, finish_reason="stop")
                writer.write(b"data: %s\n\ndata: [DONE]\n\n" % json.dumps(end).encode())
        await writer.drain()


def chunk(kind: str, **choice: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
    made: dict[str, Any] = {
        "id": "x",
        "object": kind,
        "created": 1,
        "model": "gpt-4o",
        "choices": [{"index": 0} | choice],
    }
    return made | ({"usage": usage} if kind == "chat.completion" else {})


@asynccontextmanager
async def answering(tmp_path: Path, **workspace: Any) -> AsyncIterator[tuple[RunningGateway, Answering]]:
    vendor = Answering()
    server = await asyncio.start_server(vendor, "127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server, running_gateway(tmp_path, [provider("openai", base_url)], workspace=workspace) as gateway:
        gateway.state.seal_content = seal
        yield gateway, vendor


async def contents(gateway: RunningGateway, count: int) -> list[Content]:
    async with asyncio.timeout(10):
        while True:
            found = [record for record in await gateway.records() if isinstance(record, Content)]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.01)


def body(prompt: str, **more: Any) -> bytes:
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": prompt}]} | more).encode()


async def post(gateway: RunningGateway, data: bytes, **headers: str) -> bytes:
    """The answer's bytes as they came, whole or not."""
    seen = b""
    headers = {"content-type": "application/json", **headers}
    async with gateway.http.stream("POST", "/v1/chat/completions", content=data, headers=headers) as reply:
        try:
            async for piece in reply.aiter_raw():
                seen += piece
        except Exception:  # noqa: BLE001 - a broken stream, as it should be
            return seen
    return seen


async def ask_in_every_encoding(gateway: RunningGateway, vendor: Answering) -> list[tuple[bytes, bytes]]:
    """(request, answer) of each: every encoding, whole and as a stream, and what goes wrong."""
    exchanged: list[tuple[bytes, bytes]] = []
    for form, answer in encodings("".join(ANSWERED)).items():
        vendor.pieces = [answer] if form != "split across chunks" else list(ANSWERED)
        for prompt_form, prompt in encodings("".join(ASKED)).items():
            if prompt_form == "split across chunks":
                texts = [{"type": "text", "text": part} for part in ASKED]
                data = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": texts}]}).encode()
            else:
                data = body(prompt)
            streamed = data[:-1] + b', "stream": true}'
            exchanged += [(sent, await post(gateway, sent)) for sent in (data, streamed)]
    wrong = [
        body("".join(ASKED), temperature="no number"),
        b'{"model": "gpt-4o", "messages": "' + ASKED[1].encode(),
        body("".join(ASKED), model="no-such-model"),
        ASKED[1].encode() + b"\xff",
    ]
    exchanged += [(sent, await post(gateway, sent)) for sent in wrong]
    vendor.broken = True
    sent = body("".join(ASKED), stream=True)
    exchanged.append((sent, await post(gateway, sent)))
    vendor.status, vendor.echoes = 400, True
    exchanged.append((body("".join(ASKED)), await post(gateway, body("".join(ASKED)))))
    vendor.status = 200
    exchanged.append((sent, await post(gateway, sent)))  # the stream breaks with an error that says it
    vendor.status = 500
    exchanged.append((sent, await post(gateway, sent)))
    return exchanged


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Of every logger of the gateway, down to DEBUG, with what goes along as `extra` and in tracebacks."""
    lines: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.getMessage()} {record.__dict__} {self.format(record)}")

    logger, handler = logging.getLogger("perpetuo"), Collecting()
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


async def everything_written(gateway: RunningGateway, engine: AsyncEngine, run_sql: Any, logged: str) -> bytes:
    """All there is of the gateway outside its memory, after projection; the journal as it was before it."""
    files = [path.read_bytes() for path in gateway.journal_dir.rglob("*") if path.is_file()]
    async with system_transaction(engine) as conn:
        user_id = str(uuid.uuid4())
        await users.insert_user(conn, id=user_id, email="a@example.org", password_hash="x")
        await workspaces.insert_workspace(conn, id=WORKSPACE, name="w", owner_user_id=user_id)
    projector = Projector(gateway.journal_dir, SqlProjectionStore(engine), SystemClock())
    await projector.project_once()
    projector.close()
    tables = await run_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [row for (table,) in tables for row in await run_sql(f'SELECT t::text FROM "{table}" t')]
    sealed = await run_sql("SELECT content_sealed FROM request_contents")
    events = [msgspec.json.encode(event) for event in gateway.sink.events]
    files += [path.read_bytes() for path in gateway.journal_dir.rglob("*") if path.is_file()]
    return b"\n".join(
        [*files, *(row[0].encode() for row in rows), *(bytes(row[0]) for row in sealed), *events, logged.encode()]
    )


@pytest.mark.parametrize("kept", [False, True])
async def test_no_prompt_and_no_answer_is_anywhere_unsealed(
    tmp_path: Path, engine: AsyncEngine, run_sql: Any, kept: bool
) -> None:
    with everything_logged() as log_lines:
        logging.getLogger("perpetuo.gateway.serve").debug("the first line")
        await _ask_and_look(tmp_path, engine, run_sql, kept, log_lines)
    assert log_lines[0].startswith("the first line")


async def _ask_and_look(tmp_path: Path, engine: AsyncEngine, run_sql: Any, kept: bool, log_lines: list[str]) -> None:
    async with answering(tmp_path, log_content=kept) as (gateway, vendor):
        exchanged = await ask_in_every_encoding(gateway, vendor)
        settled = await gateway.settled(len(exchanged))
        records = await contents(gateway, len(exchanged) if kept else 0)
        await gateway.state.events.flush()
        written = await everything_written(gateway, engine, run_sql, "\n".join(log_lines))
        for request, _ in exchanged:
            for form in (request, base64.b64encode(b"." + request), json.dumps(request.decode("latin-1")).encode()):
                assert found_in(form, ASKED), "the search finds what is there"
        assert found_in(written, ASKED) == found_in(written, ANSWERED) == []
        assert len(settled) == len(exchanged)
        assert [one.error_code for one in settled if one.error_code is not None] == [
            "invalid_value",
            "invalid_json",
            "model_not_found",
            "invalid_json",
            "stream_interrupted",
            "upstream_rejected",
            "stream_interrupted",
            "upstream_failed",
        ]
        assert len(records) == (len(exchanged) if kept else 0)
        for (request, answer), record in zip(exchanged, records, strict=False):
            content = opened(record)
            sent = content.request.base64 if content.request.text is None else content.request.text.encode()
            assert sent == request
            assert content.answer.text is not None and content.answer.text.encode() == answer
            async with system_transaction(engine) as conn:
                assert await get_request_content(conn, WORKSPACE, record.id) == record.sealed


async def test_nothing_is_kept_without_a_way_to_seal_it(tmp_path: Path) -> None:
    async with answering(tmp_path, log_content=True) as (gateway, _):
        gateway.state.seal_content = None
        await post(gateway, body("x"))
        await gateway.settled(1)
        assert len(await gateway.records()) == 2


async def test_the_content_comes_after_the_settlement_and_belongs_to_its_place_alone(tmp_path: Path) -> None:
    async with answering(tmp_path, log_content=True) as (gateway, _):
        await post(gateway, body("one"))
        await post(gateway, body("two"))
        one, two = await contents(gateway, 2)
        kinds = [type(record).__name__ for record in await gateway.records()]
        assert kinds == ["Intent", "Settlement", "Content"] * 2
        with pytest.raises(Exception, match="another place"):
            opened(msgspec.structs.replace(one, sealed=two.sealed))
        with pytest.raises(Exception, match="another place"):
            opened(msgspec.structs.replace(one, workspace_id=one.id))


async def test_of_a_client_that_left_is_kept_what_it_had_got(tmp_path: Path) -> None:
    async with answering(tmp_path, log_content=True) as (gateway, vendor):
        vendor.hangs = True
        seen = b""
        async with gateway.http.stream(
            "POST", "/v1/chat/completions", content=body("x", stream=True), headers=gateway.headers()
        ) as reply:
            async for piece in reply.aiter_raw():
                seen += piece
                if b"remote" in seen:
                    break
        (record,) = await contents(gateway, 1)
        (settled,) = await gateway.settled(1)
        assert settled.outcome == "client_closed"
        kept = opened(record).answer
        assert kept.text is not None and kept.text.encode() == seen


@pytest.mark.parametrize("streaming", [False, True])
async def test_what_is_long_is_cut_and_reaches_the_client_whole(tmp_path: Path, streaming: bool) -> None:
    async with answering(tmp_path, log_content=True) as (gateway, vendor):
        vendor.pieces = ["ä" * 30_000] * 20
        request = body("ö" * MAX_REQUEST_BYTES, stream=streaming)
        answer = await post(gateway, request)
        (record,) = await contents(gateway, 1)
        content = opened(record)
        assert content.request.text is not None and content.answer.text is not None
        assert (content.request.truncated, content.request.whole_bytes) == (True, len(request))
        assert (content.answer.truncated, content.answer.whole_bytes) == (True, len(answer))
        assert answer.startswith(content.answer.text.encode())
        assert len(content.answer.text.encode()) == MAX_ANSWER_BYTES
        assert answer.count(json.dumps("ä")[1:-1].encode()) + answer.count("ä".encode()) == 600_000


async def test_without_room_the_content_is_dropped_and_counted_and_the_request_is_not_touched(tmp_path: Path) -> None:
    async with answering(tmp_path, log_content=True) as (gateway, _):

        def full(content: Content) -> object:
            raise JournalUnavailable("full")

        gateway.state.journal.append_content = full  # type: ignore[method-assign]
        answers = [await post(gateway, body("x")) for _ in range(3)]
        assert all(b"Maple" in answer for answer in answers)
        assert [settled.outcome for settled in await gateway.settled(3)] == ["succeeded"] * 3
        assert gateway.state.contents_dropped == 3


async def test_contents_of_a_deleted_workspace_are_not_stored(engine: AsyncEngine, run_sql: Any) -> None:
    store = SqlProjectionStore(engine)
    await store.apply([], {"j": 5}, [Content(str(uuid.uuid4()), WORKSPACE, b"sealed")])
    assert await run_sql("SELECT count(*) FROM request_contents") == [(0,)]
    assert await store.positions(["j"]) == {"j": 5}


async def test_a_content_the_table_can_not_take_holds_nothing_up(engine: AsyncEngine, run_sql: Any) -> None:
    user_id = str(uuid.uuid4())
    async with system_transaction(engine) as conn:
        await users.insert_user(conn, id=user_id, email="a@example.org", password_hash="x")
        await workspaces.insert_workspace(conn, id=WORKSPACE, name="w", owner_user_id=user_id)
    await run_sql("ALTER TABLE request_contents ADD CHECK (octet_length(content_sealed) < 10)")
    store = SqlProjectionStore(engine)
    good, bad = (Content(str(uuid.uuid4()), WORKSPACE, bytes(size)) for size in (5, 50))
    for _ in range(2):
        assert await store.apply([], {"j": 5}, [bad, good, good]) == (set(), {})
    assert await run_sql("SELECT id::text FROM request_contents") == [(good.id,)]
    assert await store.positions(["j"]) == {"j": 5}


async def test_a_content_sealed_before_a_rotation_arrives_on_the_key_that_seals_now(engine: AsyncEngine) -> None:
    user_id, old, new = str(uuid.uuid4()), bytes(range(7, 39)), bytes(range(90, 122))
    async with system_transaction(engine) as conn:
        await users.insert_user(conn, id=user_id, email="a@example.org", password_hash="x")
        await workspaces.insert_workspace(conn, id=WORKSPACE, name="w", owner_user_id=user_id)
    both, alone = (Sealer(old, purpose=FOR_REQUEST_CONTENTS, others=keys) for keys in ((new,), ()))
    arrived: list[str] = []
    for sealer in (both, both, alone):
        ids = [str(uuid.uuid4()) for _ in range(2)]
        contents = [
            Content(ids[0], WORKSPACE, seal(b"hello", WORKSPACE, ids[0])),
            Content(ids[1], WORKSPACE, bytes(99)),
        ]
        await SqlProjectionStore(engine, ContentResealer(sealer, os.urandom)).apply([], {}, contents)
        async with system_transaction(engine) as conn:
            stored = [await get_request_content(conn, WORKSPACE, request_id) for request_id in ids]
            await set_sealing_key(conn, key_id(new))
        assert stored[0] is not None and stored[1] == bytes(99), "what does not open is kept as it is"
        assert both.open(stored[0], request_content_place(WORKSPACE, ids[0])) == b"hello"
        arrived.append(sealed_with(stored[0]))
    assert arrived == [key_id(old), key_id(new), key_id(old)]
