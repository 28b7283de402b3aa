"""Request logs over HTTP: what a search finds, what a file holds, who may read what was said."""

import asyncio
import csv
import io
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import insert

from perpetuo.control.logs import service
from perpetuo.core.content import encode_content
from perpetuo.core.decision import Attempt, CandidateNote, DecisionNote, Resolution, Skipped, Strategy
from perpetuo.core.ids import uuid7
from perpetuo.db.engine import system_transaction
from perpetuo.db.queries import request_logs
from perpetuo.db.queries.projection import insert_settlements
from perpetuo.db.sealing import request_content_place
from perpetuo.db.tables import request_contents
from perpetuo.ledger.records import Settlement

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

DECISION = DecisionNote(
    resolution=Resolution("smart", "smart", "chat", "high", ("gpt-4o",), True, False, "An alias.", "tier", "requested"),
    strategy=Strategy("cheapest", "header", "As the request asked."),
    candidates=(CandidateNote("openai", "k1", "gpt-4o", True, "$0.001", 1_000_000, ("seed",), ("top_p",)),),
    skipped=(Skipped("groq", "k2", None, "cooling", "Its rate limit.", 3.5),),
    explanation="The cheapest first.",
    explored=True,
    steps=("It was busy.",),
)
ATTEMPTS = (
    Attempt(1, "openai", "k1", "gpt-4o", "status", 4.5, "RETRYABLE", 429, None, "Slow down.", 3.5, started_ms=1.5),
    Attempt(2, "openai", "k1", "gpt-4o", "first_byte_timeout", 9.5, "FATAL", possibly_billed=True, started_ms=7.0),
    Attempt(3, "groq", "k2", "llama", "ok", 5.25, None, 200, 5.0, started_ms=17.0),
)


def log_row(number, workspace_id, *, at=NOON, **changes):
    wall_ms = int(at.timestamp() * 1000)
    row = {
        "id": str(uuid7(wall_ms, number.to_bytes(10, "big"))),
        "workspace_id": workspace_id,
        "api_key_id": str(uuid.UUID(int=7)),
        "received_at_ms": wall_ms,
        "endpoint": "/v1/chat/completions",
        "requested_model": "gpt-4",
        "streaming": False,
        "outcome": "succeeded",
        "status": 200,
        "tags": {"team": "a"},
        "alias": "gpt-4",
        "decision": {"explanation": "because", "candidates": [{"provider": "openai"}]},
        "attempts": [{"number": 1, "provider": "openai"}],
        "provider": "openai",
        "model": "gpt-4o",
        "fallback_used": False,
        "substituted": "none",
        "input_tokens": 10,
        "output_tokens": 5,
        "usage_source": "reported",
        "cost_nanousd": 1500,
        "duration_ms": 12.5,
        "partial": False,
    }
    return row | changes


@pytest.fixture
async def mine(control):
    return await control.workspace("mine")


@pytest.fixture
async def ann(control, mine):
    return await control.member(mine, "viewer")


@pytest.fixture
def settle(control):
    async def run(*rows):
        async with system_transaction(control.engine) as conn:
            await insert_settlements(conn, rows)
        return [row["id"] for row in rows]

    return run


@pytest.fixture
def search(control, mine, ann):
    async def ask(**query):
        reply = await control.http.get(f"/workspaces/{mine}/logs", headers=ann.headers, params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    return ask


@pytest.fixture
def export(control, mine, ann):
    async def ask(form, **query):
        url = f"/workspaces/{mine}/logs/export"
        reply = await control.http.get(url, headers=ann.headers, params={"format": form, **query})
        assert reply.status_code == 200, reply.text
        return reply

    return ask


async def test_a_list_is_light_and_a_detail_has_the_whole_decision(control, mine, ann, settle, search):
    (request_id,) = await settle(log_row(1, mine))
    (listed,) = (await search())["data"]
    assert (listed["id"], listed["cost_nanousd"], listed["cost_usd"]) == (request_id, 1500, "0.0000015")
    assert "decision" not in listed and "attempts" not in listed
    assert listed["received_at"] == "2026-11-23T12:00:00Z"
    detail = (await control.http.get(f"/workspaces/{mine}/logs/{request_id}", headers=ann.headers)).json()["data"]
    assert [each["provider"] for each in detail["decision"]["candidates"]] == ["openai"]
    assert detail["attempts"][0]["number"] == 1
    assert {name: detail[name] for name in listed} == listed


async def test_a_detail_has_every_field_that_this_version_writes(control, mine, ann, settle):
    written = Settlement(
        id="", workspace_id="", api_key_id="", received_at_ms=0, endpoint="", requested_model="", streaming=True,
        outcome="succeeded", status=200, decision=DECISION, attempts=ATTEMPTS,
    )  # fmt: skip
    row = msgspec.json.decode(msgspec.json.encode(written))
    (request_id,) = await settle(log_row(1, mine, decision=row["decision"], attempts=row["attempts"]))
    detail = (await control.http.get(f"/workspaces/{mine}/logs/{request_id}", headers=ann.headers)).json()["data"]
    assert detail["decision"] == row["decision"]
    expected = [{**each, "verdict": each["class"], "fallback": each["number"] == 3} for each in row["attempts"]]
    for each in expected:
        del each["class"], each["usage"]
    assert detail["attempts"] == expected


async def test_a_detail_of_another_version_s_row_tells_what_it_can(control, mine, ann, settle):
    attempts = [{"number": 1, "duration_ms": 12.5, "class": "ASTRAY", "new": {"deep": []}}, "what is this", None]
    decision = {"candidates": 7, "explanation": "because", "strategy": {"name": "cheapest"}, "resolution": [], "new": 1}
    rows = (
        log_row(1, mine, attempts=attempts, decision=decision),
        log_row(2, mine, attempts={"not": "a list"}, decision=["nor", "an object"]),
        log_row(3, mine, attempts=[], decision=None),
    )
    found = []
    for request_id in await settle(*rows):
        reply = await control.http.get(f"/workspaces/{mine}/logs/{request_id}", headers=ann.headers)
        assert reply.status_code == 200, reply.text
        found.append(reply.json()["data"])
    (attempt,) = found[0]["attempts"]
    assert (attempt["duration_ms"], attempt["started_ms"], attempt["verdict"]) == (12.5, None, None)
    told = found[0]["decision"]
    assert (told["explanation"], told["candidates"], told["strategy"]["name"]) == ("because", [], "cheapest")
    assert [(each["decision"], each["attempts"]) for each in found[1:]] == [(None, []), (None, [])]


# Filter -> what is different in the one row, of all of these, that it finds.
FINDS = {
    "since": ("2026-11-24T00:00:00Z", {"at": NOON + timedelta(days=1)}),
    "until": ("2026-11-23T00:00:00Z", {"at": NOON - timedelta(days=1)}),
    "provider": ("groq", {"provider": "groq"}),
    "model": ("llama", {"model": "llama"}),
    "alias": ("fast", {"alias": "fast"}),
    "api_key_id": (str(uuid.UUID(int=8)), {"api_key_id": str(uuid.UUID(int=8))}),
    "end_user": ("ann", {"end_user": "ann"}),
    "tag": ("team=b", {"tags": {"team": "b"}}),
    "outcome": ("failed", {"outcome": "failed"}),
    "status": ("429", {"status": 429}),
    "fallback": ("true", {"fallback_used": True}),
    "substituted": ("true", {"substituted": "priority"}),
    "min_cost_nanousd": ("1501", {"cost_nanousd": 2000}),
    "min_duration_ms": ("12.6", {"duration_ms": 13.0}),
}


async def test_a_filter_finds_what_it_says_and_nothing_else(mine, settle, search):
    ids = await settle(*(log_row(number, mine, **changes) for number, (_, changes) in enumerate(FINDS.values())))
    found = {name: await search(**{name: value}) for name, (value, _) in FINDS.items()}
    assert {name: [row["id"] for row in page["data"]] for name, page in found.items()} == {
        name: [wanted] for name, wanted in zip(FINDS, ids, strict=True)
    }
    assert {page["next_cursor"] for page in found.values()} == {None}


async def test_a_tag_can_be_asked_for_by_its_name_alone_and_a_status_by_its_class(mine, settle, search):
    ids = await settle(
        log_row(1, mine, tags={"env": "x"}, status=502),
        log_row(2, mine, tags={"env": ""}, status=429),
        log_row(3, mine),
    )
    assert [row["id"] for row in (await search(tag="env"))["data"]] == ids[1::-1]
    assert [row["id"] for row in (await search(tag="env="))["data"]] == [ids[1]]
    assert [row["id"] for row in (await search(status="5xx"))["data"]] == [ids[0]]
    assert [row["id"] for row in (await search(status="2xx"))["data"]] == [ids[2]]
    assert [row["id"] for row in (await search(request_id=ids[0]))["data"]] == [ids[0]]


async def test_pages_come_to_every_row_once_newest_first(mine, settle, search, monkeypatch):
    ids = await settle(*(log_row(number, mine, provider="ab"[number % 2]) for number in range(20)))
    monkeypatch.setattr(request_logs, "SCANNED_ROWS", 3)
    seen, cursor = [], None
    while True:
        page = await search(limit=4, provider="a", **({"cursor": cursor} if cursor else {}))
        seen += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[::2][::-1]


REFUSED = {
    "a status that is none": {"status": "abc"},
    "a time without a zone": {"since": "2026-11-23T12:00:00"},
    "an id that is none": {"request_id": "1"},
    "a cursor of somebody's own": {"cursor": "eA"},
    "a negative cost": {"min_cost_nanousd": -1},
    "a latency that is no number": {"min_duration_ms": "nan"},
    "a page too large": {"limit": 201},
    "a filter that we do not have": {"prompt": "x"},
    "no tag": {"tag": ""},
    "a time that ends before it begins": {"since": "2026-11-24T00:00:00Z", "until": "2026-11-23T00:00:00Z"},
}


async def test_a_filter_that_makes_no_sense_is_refused_by_name(control, mine, ann):
    for case, query in REFUSED.items():
        reply = await control.http.get(f"/workspaces/{mine}/logs", headers=ann.headers, params=query)
        assert (reply.status_code, reply.json().get("field")) == (422, next(iter(query))), case


async def test_a_workspace_finds_nothing_of_another(control, mine, ann, settle, search, export):
    other = await control.workspace("other")
    (foreign,) = await settle(log_row(1, other))
    assert (await search(request_id=foreign))["data"] == []
    assert (await export("jsonl")).content == b""
    one, none = [
        await control.http.get(f"/workspaces/{mine}/logs/{request_id}", headers=ann.headers)
        for request_id in (foreign, str(uuid.UUID(int=1)))
    ]
    assert one.status_code == 404 and one.content == none.content


async def test_an_export_has_every_row_of_the_search_in_batches(mine, settle, export, monkeypatch):
    monkeypatch.setattr(service, "EXPORT_ROWS", 3)
    ids = await settle(*(log_row(number, mine, status=200 + number % 2) for number in range(14)))
    lines = [json.loads(line) for line in (await export("jsonl", status="200")).content.splitlines()]
    assert [line["id"] for line in lines] == ids[::2][::-1]
    reply = await export("csv")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="perpetuo-logs.csv"'
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [row["id"] for row in rows] == ids[::-1] and rows[0]["tags"] == '{"team": "a"}'
    assert rows[0].keys() == lines[0].keys()


async def test_an_export_is_written_beside_the_event_loop(mine, settle, export):
    by_threads = []

    class Counting(ThreadPoolExecutor):
        def submit(self, work, /, *args, **kwargs):
            by_threads.append(work)
            return super().submit(work, *args, **kwargs)

    asyncio.get_running_loop().set_default_executor(Counting(1))
    await settle(log_row(1, mine))
    await export("csv")
    assert len(by_threads) == 1


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


async def test_no_cell_of_a_csv_begins_like_a_formula(mine, settle, export):
    await settle(*(log_row(n, mine, end_user=text, alias=f"{text},\n{text}") for n, text in enumerate(FORMULAS)))
    rows = list(csv.DictReader(io.StringIO((await export("csv")).text, newline="")))
    assert [row["end_user"] for row in rows] == [f"'{formula}" for formula in FORMULAS[::-1]]
    assert all(row["alias"].startswith("'") for row in rows)
    lines = [json.loads(line) for line in (await export("jsonl")).content.splitlines()]
    assert [line["end_user"] for line in lines] == FORMULAS[::-1]


async def test_an_export_holds_no_connection_while_its_reader_is_slow(control, mine, ann, settle, monkeypatch):
    """And one that is given up leaves nothing behind."""
    monkeypatch.setattr(service, "EXPORT_ROWS", 2)
    await settle(*(log_row(number, mine) for number in range(9)))
    access = service.Access(identity=None, address="", workspace_id=mine)
    pieces = await service.begin_export(control.state, access, service.LogFilters(), "jsonl")
    pool = control.engine.pool
    for _ in range(3):
        await anext(pieces)
        assert pool.checkedout() == 0
    await pieces.aclose()
    assert pool.checkedout() == 0


async def test_a_failure_before_the_first_row_is_a_failure_and_no_file(control, mine, ann, monkeypatch):
    async def refuse(*_args, **_options):
        raise TimeoutError

    monkeypatch.setattr(request_logs, "search_request_logs", refuse)
    reply = await control.http.get(f"/workspaces/{mine}/logs/export", headers=ann.headers)
    assert reply.status_code == 503 and reply.json()["code"] == "database_unavailable"


@pytest.fixture
def keep(control):
    async def run(workspace_id, request_id, sealed_for=None):
        place = request_content_place(workspace_id, sealed_for or request_id)
        content = encode_content(b'{"prompt": "secret"}', [b"\xff\xfe"], 2)
        sealed = control.state.content_sealer.seal(content, place, control.state.entropy.random_bytes(12))
        async with system_transaction(control.engine) as conn:
            row = {"id": request_id, "workspace_id": workspace_id, "content_sealed": sealed}
            await conn.execute(insert(request_contents).values(row))

    return run


async def test_what_was_said_is_read_by_those_who_may(control, mine, ann, settle, keep):
    (request_id,) = await settle(log_row(1, mine))
    await keep(mine, request_id)
    url = f"/workspaces/{mine}/logs/{request_id}/content"
    assert (await control.http.get(url, headers=ann.headers)).status_code == 403
    bob = await control.member(mine, "member")
    found = (await control.http.get(url, headers=bob.headers)).json()["data"]
    assert found["request"] == {
        "whole_bytes": 20, "text": '{"prompt": "secret"}', "base64": None, "truncated": False
    }  # fmt: skip
    assert found["answer"]["base64"] == "//4="


async def test_what_was_not_kept_is_told_of_ones_own_request_and_of_no_other(control, mine, settle):
    other = await control.workspace("other")
    own, foreign = await settle(log_row(1, mine), log_row(2, other))
    bob = await control.member(mine, "member")
    replies = [
        await control.http.get(f"/workspaces/{mine}/logs/{request_id}/content", headers=bob.headers)
        for request_id in (own, foreign, control.state.new_id())
    ]
    assert [reply.status_code for reply in replies] == [404] * 3
    assert replies[0].json()["code"] == "content_not_kept" and "log_content" in replies[0].json()["error"]
    assert replies[1].json()["code"] == "not_found" and replies[1].content == replies[2].content


async def test_content_that_was_moved_from_another_request_does_not_open(control, mine, settle, keep, caplog):
    one, other = await settle(log_row(1, mine), log_row(2, mine))
    await keep(mine, one, sealed_for=other)
    bob = await control.member(mine, "member")
    reply = await control.http.get(f"/workspaces/{mine}/logs/{one}/content", headers=bob.headers)
    assert (reply.status_code, reply.json()["code"]) == (500, "content_unreadable")
    assert "secret" not in reply.text + caplog.text
