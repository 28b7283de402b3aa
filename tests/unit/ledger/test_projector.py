import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ledger_factories import Tables, TestClock, append_bytes, content, flip_byte, intent, settlement, writer

from perpetuo.core.usage import Usage
from perpetuo.ledger.journal import encode_frame, list_segments
from perpetuo.ledger.projector import BATCH_CONTENT_BYTES, BATCH_ROWS, MAX_COST_NANOUSD, MAX_TOKENS, Projector, log_row
from perpetuo.ledger.records import Content


@pytest.fixture
def tables() -> Tables:
    return Tables()


def projector(directory: Path, tables: Tables, **changes: object) -> Projector:
    return Projector(directory, tables, TestClock(), **changes)  # type: ignore[arg-type]


def test_settlements_become_rows_and_intents_do_not(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    for number in (1, 2):
        journal.append_intent(intent(number))
    journal.append_settlement(settlement(1))
    books = projector(tmp_path, tables)
    assert asyncio.run(books.project_once()) == 1
    assert set(tables.rows) == {intent(1).id}
    journal.append_settlement(settlement(2))
    assert asyncio.run(books.project_once()) == 1
    assert tables.input_tokens == 3
    journal.close()
    books.close()


def test_a_backlog_of_many_batches_is_projected_at_once(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path, max_segment_bytes=200_000)
    total = 3 * BATCH_ROWS + 7
    for number in range(total):
        journal.append_intent(intent(number))
        journal.append_settlement(settlement(number))
    books = projector(tmp_path, tables)
    assert asyncio.run(books.project_once()) == total
    assert tables.input_tokens == sum(range(total))
    assert asyncio.run(books.project_once()) == 0
    journal.close()
    books.close()


def test_a_restarted_projector_goes_on_where_the_tables_say(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    journal.append_intent(intent(2))
    journal.append_settlement(settlement(1))
    first = projector(tmp_path, tables)
    asyncio.run(first.project_once())
    first.close()
    journal.append_settlement(settlement(2))
    second = projector(tmp_path, tables)
    assert asyncio.run(second.project_once()) == 1
    assert second.counts.duplicates == 0
    journal.close()
    second.close()


def test_an_answer_lost_after_the_commit_counts_nothing_twice(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    journal.append_intent(intent(5))
    journal.append_settlement(settlement(5))
    tables.lose_the_answer = True
    books = projector(tmp_path, tables)
    with pytest.raises(ConnectionResetError):
        asyncio.run(books.project_once())
    assert asyncio.run(books.project_once()) == 0
    assert (len(tables.rows), tables.input_tokens) == (1, 5)
    journal.close()
    books.close()


def test_forgotten_positions_count_nothing_twice(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    for number in range(5):
        journal.append_intent(intent(number))
        journal.append_settlement(settlement(number))
    books = projector(tmp_path, tables)
    asyncio.run(books.project_once())
    books.close()
    tables.stored.clear()
    again = projector(tmp_path, tables)
    assert asyncio.run(again.project_once()) == 0
    assert again.counts.duplicates == 5
    assert tables.input_tokens == 10
    journal.close()
    again.close()


def test_an_id_settled_twice_in_one_batch_is_one_row_the_first(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    journal.append_settlement(settlement(1))
    journal.append_settlement(settlement(1, outcome="interrupted", status=502))
    books = projector(tmp_path, tables)
    assert asyncio.run(books.project_once()) == 1
    assert tables.rows[intent(1).id]["outcome"] == "succeeded"
    journal.close()
    books.close()


def test_while_the_store_is_down_nothing_is_lost_and_later_all_is_there(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    books = projector(tmp_path, tables)
    tables.down = True

    async def live_through_an_outage() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(books.run(stop))
        for number in range(20):
            journal.append_intent(intent(number))
            journal.append_settlement(settlement(number))
        async with asyncio.timeout(10):
            while books.counts.failures < 2:
                await asyncio.sleep(0.02)
        assert tables.rows == {}
        tables.down = False
        async with asyncio.timeout(10):
            while len(tables.rows) < 20:
                await asyncio.sleep(0.02)
        stop.set()
        await running

    asyncio.run(live_through_an_outage())
    assert tables.input_tokens == sum(range(20))
    journal.close()


def test_stopping_projects_what_was_settled_last(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    books = projector(tmp_path, tables)
    stop = asyncio.Event()
    stop.set()
    journal.append_intent(intent(1))
    journal.append_settlement(settlement(1))
    asyncio.run(books.run(stop))
    assert len(tables.rows) == 1
    journal.close()


def test_one_projector_works_and_the_next_takes_over_when_it_is_gone(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    first, second = projector(tmp_path, tables), projector(tmp_path, tables)
    asyncio.run(first.project_once())
    journal.append_intent(intent(1))
    journal.append_settlement(settlement(1))
    assert asyncio.run(second.project_once()) == 0
    first.close()
    assert asyncio.run(second.project_once()) == 1
    journal.close()
    second.close()


def test_a_closed_segment_is_deleted_once_its_intents_are_settled_and_not_before(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path, max_segment_bytes=1)
    books = projector(tmp_path, tables)
    journal.append_intent(intent(1))
    journal.append_intent(intent(2))
    journal.append_settlement(settlement(2))
    asyncio.run(books.project_once())
    assert [segment.sequence for segment in list_segments(tmp_path)] == [1, 2, 3]
    journal.append_settlement(settlement(1))
    asyncio.run(books.project_once())
    # The last one is the living writer's, which still compares its settlements with positions in the deleted ones.
    assert [segment.sequence for segment in list_segments(tmp_path)] == [4]
    assert [tables.stored[f"{journal.family}.00000{number}.journal"] for number in (1, 2, 3)] == [2**63 - 1] * 3
    journal.close()
    asyncio.run(books.project_once())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["projector.lock"]
    assert tables.stored == {}
    books.close()


def test_segments_are_deleted_while_there_is_always_more_to_read(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path, max_segment_bytes=1)
    books = projector(tmp_path, tables)
    segments: list[int] = []
    apply = tables.apply

    async def apply_while_more_comes(*given: Any) -> Any:
        segments.append(len(await asyncio.to_thread(list_segments, tmp_path)))
        if (number := len(segments)) < 40:
            await asyncio.to_thread(journal.append_intent, intent(number))
            await asyncio.to_thread(journal.append_settlement, settlement(number))
        return await apply(*given)

    tables.apply = apply_while_more_comes  # type: ignore[method-assign]
    journal.append_intent(intent(0))
    journal.append_settlement(settlement(0))
    asyncio.run(books.project_once())
    assert len(tables.rows) == 40
    assert max(segments) <= 6
    journal.close()
    books.close()


def test_while_there_is_more_to_read_a_segment_that_is_not_read_to_its_end_stays(tmp_path: Path, tables: Tables):
    """Of two writers: what one has left to read is not deleted because of the other, nor with an open intent."""
    first, second = writer(tmp_path, "w0", max_segment_bytes=1), writer(tmp_path, "w1", max_segment_bytes=1)
    books = projector(tmp_path, tables)
    apply = tables.apply
    for number in range(BATCH_ROWS + 20):
        first.append_intent(intent(number))
        first.append_settlement(settlement(number))
    second.append_intent(intent(9_000))
    for number in range(9_001, 9_010):
        second.append_intent(intent(number))
        second.append_settlement(settlement(number))
    seen: list[set[str]] = []

    async def apply_and_look(*given: Any) -> Any:
        seen.append({segment.family for segment in await asyncio.to_thread(list_segments, tmp_path)})
        return await apply(*given)

    tables.apply = apply_and_look  # type: ignore[method-assign]
    asyncio.run(books.project_once())
    assert len(seen) == 2 and all(families == {first.family, second.family} for families in seen)
    assert len(tables.rows) == BATCH_ROWS + 20 + 9
    assert len([segment for segment in list_segments(tmp_path) if segment.family == second.family]) == 19
    first.close()
    second.close()
    books.close()


def test_open_intents_keep_their_segment_also_after_a_restart(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    journal.append_intent(intent(2))
    journal.append_settlement(settlement(2))
    first = projector(tmp_path, tables)
    asyncio.run(first.project_once())
    first.close()
    journal.close()
    second = projector(tmp_path, tables)
    asyncio.run(second.project_once())
    assert len(list_segments(tmp_path)) == 1
    second.close()


def test_a_recovery_that_sorts_before_the_intent_still_lets_the_segment_go(tmp_path: Path, tables: Tables):
    early = TestClock()
    early.wall -= 3600
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    journal.close()
    recovery = writer(tmp_path, "recovery", clock=early)
    recovery.append_settlement(settlement(1, outcome="interrupted", status=502))
    recovery.close()
    books = projector(tmp_path, tables)
    asyncio.run(books.project_once())
    assert list_segments(tmp_path) == []
    assert len(tables.rows) == 1
    books.close()


def test_damage_in_the_middle_is_quarantined_and_the_rest_is_projected(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    journal.append_settlement(settlement(1))
    start = journal.position.offset
    journal.append_settlement(settlement(2))
    end = journal.position.offset
    journal.append_settlement(settlement(3))
    journal.close()
    (segment,) = list_segments(tmp_path)
    flip_byte(segment.path, start + 20)
    damaged = segment.path.read_bytes()[start:end]
    books = projector(tmp_path, tables)
    asyncio.run(books.project_once())
    assert set(tables.rows) == {settlement(1).id, settlement(3).id}
    (kept,) = (tmp_path / "quarantine").iterdir()
    assert kept.read_bytes() == damaged
    assert books.counts.corrupt_regions == 1
    books.close()


def test_a_torn_tail_does_not_keep_a_dead_writer_s_segment(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    journal.append_settlement(settlement(1))
    journal.close()
    (segment,) = list_segments(tmp_path)
    append_bytes(segment.path, encode_frame(settlement(2))[:-5])
    books = projector(tmp_path, tables)
    asyncio.run(books.project_once())
    assert set(tables.rows) == {settlement(1).id}
    assert list_segments(tmp_path) == []
    books.close()


def test_a_half_written_record_of_a_living_writer_is_waited_for(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    journal.append_settlement(settlement(1))
    (segment,) = list_segments(tmp_path)
    frame = encode_frame(settlement(2))
    append_bytes(segment.path, frame[:50])
    books = projector(tmp_path, tables)
    assert asyncio.run(books.project_once()) == 1
    append_bytes(segment.path, frame[50:])
    assert asyncio.run(books.project_once()) == 1
    assert books.counts.corrupt_regions == 0
    journal.close()
    books.close()


def test_a_row_the_tables_refuse_is_kept_aside_and_stops_nothing(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    for number in (1, 2):
        journal.append_settlement(settlement(number))
    tables.refused = {settlement(1).id}
    books = projector(tmp_path, tables)
    assert asyncio.run(books.project_once()) == 1
    (line,) = (tmp_path / "rejected.jsonl").read_bytes().splitlines()
    assert msgspec.json.decode(line)["id"] == settlement(1).id
    assert books.counts.rejected == 1
    journal.close()
    books.close()


def test_maintenance_runs_at_start_and_each_hour(tmp_path: Path, tables: Tables):
    tmp_path.mkdir(exist_ok=True)
    clock = TestClock()
    calls: list[float] = []

    async def maintain() -> None:
        calls.append(clock.now_s)

    books = Projector(tmp_path, tables, clock, maintenance=maintain)

    async def live_for_an_hour() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(books.run(stop))
        async with asyncio.timeout(10):
            while not calls:
                await asyncio.sleep(0.02)
            clock.now_s = 3601.0
            while len(calls) < 2:
                await asyncio.sleep(0.02)
        stop.set()
        await running

    asyncio.run(live_for_an_hour())
    assert calls == [0.0, 3601.0]


def test_a_row_holds_what_postgresql_can_hold():
    row = log_row(settlement(1, requested_model="a\x00b", cost_nanousd=2**70, tags={"k\x00": "v"}))
    assert row["requested_model"] == "a\ufffdb"
    assert row["cost_nanousd"] == MAX_COST_NANOUSD
    assert row["tags"] == {"k\ufffd": "v"}
    assert (row["input_tokens"], row["usage_source"], row["reasoning_tokens"]) == (1, "reported", None)
    assert row["attempts"][0]["provider"] == "openai"
    assert {"type", "usage"}.isdisjoint(row)


def test_counts_no_vendor_can_mean_are_bounded():
    usage = Usage(input_tokens=2**70, output_tokens=-5, source="reported")
    row = log_row(settlement(1, usage=usage, cost_nanousd=-1))
    assert (row["input_tokens"], row["output_tokens"], row["cost_nanousd"]) == (MAX_TOKENS, 0, 0)


def test_files_of_others_in_the_directory_are_left_alone(tmp_path: Path, tables: Tables):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "x.journal").write_text("mine")
    books = projector(tmp_path, tables)
    asyncio.run(books.project_once())
    assert sorted(os.listdir(tmp_path)) == ["notes.txt", "projector.lock", "x.journal"]
    books.close()


def test_contents_arrive_with_the_rows_once_and_no_batch_holds_many_of_them(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path, max_segment_bytes=5_000_000)
    for number in range(30):
        journal.append_intent(intent(number))
        journal.append_settlement(settlement(number))
        journal.append_content(content(number, bytes(1_000_000)))
    most = 0
    apply = tables.apply

    async def measured(rows: object, positions: object, contents: Sequence[Content] = ()) -> object:
        nonlocal most
        most = max(most, sum(len(content.sealed) for content in contents))
        return await apply(rows, positions, contents)  # type: ignore[arg-type]

    tables.apply = measured  # type: ignore[method-assign,assignment]
    tables.lose_the_answer = True
    books = projector(tmp_path, tables)
    with pytest.raises(ConnectionResetError):
        asyncio.run(books.project_once())
    asyncio.run(books.project_once())
    assert len(tables.rows) == len(tables.contents) == 30
    assert most < BATCH_CONTENT_BYTES + 1_000_001
    assert asyncio.run(books.project_once()) == 0
    journal.close()
    asyncio.run(books.project_once())
    assert list_segments(tmp_path) == []
    books.close()


def test_a_content_without_anything_new_beside_it_is_projected(tmp_path: Path, tables: Tables):
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    journal.append_settlement(settlement(1))
    first = projector(tmp_path, tables)
    asyncio.run(first.project_once())
    journal.append_content(content(1))
    asyncio.run(first.project_once())
    assert tables.contents == {intent(1).id: content(1)}
    first.close()
    journal.close()
    second = projector(tmp_path, tables)
    asyncio.run(second.project_once())
    assert list_segments(tmp_path) == []
    second.close()
