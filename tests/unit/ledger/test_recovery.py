import asyncio
from pathlib import Path

import pytest
from ledger_factories import (
    CountingEntropy,
    Tables,
    TestClock,
    append_bytes,
    content,
    everything,
    files_end_at,
    flip_byte,
    intent,
    settlement,
    writer,
)

from perpetuo.ledger.journal import JournalUnavailable, JournalWriter, encode_frame, list_segments
from perpetuo.ledger.projector import Projector
from perpetuo.ledger.records import Settlement
from perpetuo.ledger.recovery import Recovery


def recovery(directory: Path) -> Recovery:
    return Recovery(directory, TestClock(), CountingEntropy())


def interrupted_ids(directory: Path) -> list[str]:
    return [r.id for r in everything(directory) if isinstance(r, Settlement) and r.outcome == "interrupted"]


def test_open_intents_of_a_dead_writer_are_settled_once_with_what_is_known(tmp_path: Path):
    journal = writer(tmp_path)
    for number in (1, 2, 3):
        journal.append_intent(intent(number))
    journal.append_settlement(settlement(2))
    journal.close()
    assert recovery(tmp_path).recover().interrupted == 2
    assert interrupted_ids(tmp_path) == [intent(1).id, intent(3).id]
    last = next(r for r in everything(tmp_path) if isinstance(r, Settlement) and r.id == intent(3).id)
    assert (last.status, last.error_code, last.cost_nanousd) == (502, "interrupted", None)
    assert all(getattr(last, name) == getattr(intent(3), name) for name in intent(3).__struct_fields__)
    # Another process that starts later finds nothing left to do.
    assert recovery(tmp_path).recover().interrupted == 0


def test_a_settlement_in_a_later_segment_counts(tmp_path: Path):
    journal = writer(tmp_path, max_segment_bytes=1)
    journal.append_intent(intent(1))
    journal.append_intent(intent(2))
    journal.append_settlement(settlement(1))
    journal.close()
    recovery(tmp_path).recover()
    assert interrupted_ids(tmp_path) == [intent(2).id]


def test_intents_of_living_writers_are_left_open(tmp_path: Path):
    living = writer(tmp_path)
    living.append_intent(intent(1))
    mend = recovery(tmp_path)
    assert mend.recover().families == 0
    # Also those in segments that the living writer has closed.
    rotating = writer(tmp_path, "w1", max_segment_bytes=1)
    rotating.append_intent(intent(2))
    rotating.append_intent(intent(3))
    assert mend.recover().families == 0
    living.close()
    assert mend.recover().interrupted == 1
    rotating.close()
    assert mend.recover().interrupted == 2
    assert mend.recover().interrupted == 0


def test_a_torn_settlement_leaves_its_intent_to_be_interrupted(tmp_path: Path):
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    journal.close()
    (segment,) = list_segments(tmp_path)
    append_bytes(segment.path, encode_frame(settlement(1))[:-1])
    found = recovery(tmp_path).recover()
    assert (found.interrupted, found.torn_bytes) == (1, len(encode_frame(settlement(1))) - 1)


def test_a_damaged_settlement_leaves_its_intent_to_be_interrupted_and_the_others_alone(tmp_path: Path):
    journal = writer(tmp_path)
    for number in (1, 2):
        journal.append_intent(intent(number))
    start = journal.position.offset
    for number in (1, 2):
        journal.append_settlement(settlement(number))
    journal.close()
    flip_byte(list_segments(tmp_path)[0].path, start + 30)
    found = recovery(tmp_path).recover()
    assert (found.interrupted, found.corrupt_regions) == (1, 1)
    assert interrupted_ids(tmp_path) == [intent(1).id]


def test_a_full_disk_stops_recovery_and_the_next_call_finishes_it(tmp_path: Path):
    journal = writer(tmp_path)
    for number in range(10):
        journal.append_intent(intent(number))
    journal.close()
    mend = recovery(tmp_path)
    with files_end_at(3 * len(encode_frame(settlement(1)))), pytest.raises(JournalUnavailable):
        mend.recover()
    assert 0 < len(interrupted_ids(tmp_path)) < 10
    mend.recover()
    assert sorted(interrupted_ids(tmp_path)) == [intent(number).id for number in range(10)]


def test_locks_of_writers_that_never_wrote_are_removed_and_those_of_living_ones_kept(tmp_path: Path):
    dead, living = writer(tmp_path), writer(tmp_path)
    dead.close()
    recovery(tmp_path).recover()
    assert [path.name for path in tmp_path.iterdir()] == [f"{living.family}.lock"]
    living.close()


def test_a_directory_that_does_not_exist_needs_no_recovery(tmp_path: Path):
    assert recovery(tmp_path / "none").recover().families == 0


@pytest.mark.parametrize("projected_before", [False, True])
def test_every_intent_ends_up_as_one_row_and_the_files_are_gone(tmp_path: Path, projected_before: bool):
    tables = Tables()
    clock, entropy = TestClock(), CountingEntropy()
    journals: list[JournalWriter] = []
    for worker in range(3):
        journal = writer(tmp_path, f"w{worker}", max_segment_bytes=3000, clock=clock, entropy=entropy)
        for number in range(worker * 100, worker * 100 + 50):
            journal.append_intent(intent(number))
            if number % 3:
                journal.append_settlement(settlement(number))
        journals.append(journal)
    books = Projector(tmp_path, tables, clock)
    if projected_before:
        asyncio.run(books.project_once())
    for journal in journals:
        journal.close()
    Recovery(tmp_path, clock, entropy).recover()
    asyncio.run(books.project_once())
    assert len(tables.rows) == 150
    assert sum(row["outcome"] == "interrupted" for row in tables.rows.values()) == 50
    assert list_segments(tmp_path) == []
    books.close()


def test_contents_of_a_dead_writer_change_nothing_about_what_is_open(tmp_path: Path):
    journal = writer(tmp_path)
    for number in (1, 2):
        journal.append_intent(intent(number))
    journal.append_settlement(settlement(1))
    journal.append_content(content(1))
    journal.append_content(content(2))
    journal.close()
    recovered = recovery(tmp_path).recover()
    assert (recovered.interrupted, recovered.corrupt_regions) == (1, 0)
    assert interrupted_ids(tmp_path) == [intent(2).id]
