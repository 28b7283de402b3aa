import os
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from ledger_factories import TestClock, content, everything, files_end_at, intent, settlement, writer

from perpetuo.ledger.journal import (
    CONTENT_SHARE,
    MAX_RECORD_BYTES,
    SETTLEMENT_RESERVE_BYTES,
    CorruptRegion,
    JournalUnavailable,
    Position,
    _Window,
    encode_frame,
    list_segments,
    read_records,
    try_lock,
)
from perpetuo.ledger.records import Settlement

RECORDS = [record for number in range(110) for record in (intent(number), settlement(number))]


@pytest.fixture(scope="module")
def small_journal() -> bytes:
    return b"".join(encode_frame(record) for record in RECORDS)


def test_the_checksum_is_crc32c():
    # RFC 3720, appendix B.4: the CRC of 32 bytes of zeros is 0x8a9136aa.
    import google_crc32c

    assert google_crc32c.value(bytes(32)) == 0x8A9136AA


def test_what_is_appended_is_read_back_in_order(tmp_path: Path):
    journal = writer(tmp_path)
    for record in RECORDS:
        journal.append(record)
    journal.close()
    assert everything(tmp_path) == RECORDS


def test_a_position_is_where_the_next_record_is_read_from(tmp_path: Path):
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    position = journal.append_settlement(settlement(1))
    journal.append_intent(intent(2))
    read = [record for record, _ in read_records(tmp_path / position.segment, position.offset)]
    assert read == [intent(2)]
    assert journal.position.offset == (tmp_path / position.segment).stat().st_size
    journal.close()


def test_every_truncation_leaves_exactly_the_whole_records_before_it(tmp_path: Path, small_journal: bytes):
    ends: list[int] = []
    for record in RECORDS:
        ends.append((ends[-1] if ends else 0) + len(encode_frame(record)))
    path = tmp_path / "torn"
    path.write_bytes(small_journal)
    whole = len(RECORDS)
    for size in range(len(small_journal) - 1, -1, -1):
        os.truncate(path, size)
        while whole and ends[whole - 1] > size:
            whole -= 1
        # Reading from the last few records on is enough: those before are the same bytes at every size.
        start = max(0, whole - 2)
        read = list(read_records(path, ends[start - 1] if start else 0))
        assert [record for record, _ in read] == RECORDS[start:whole], size
        assert (read[-1][1] if read else 0) == (ends[whole - 1] if whole else 0)


def test_every_flipped_bit_is_detected_and_costs_one_record(tmp_path: Path, small_journal: bytes):
    dice = random.Random(20261123)
    path = tmp_path / "flipped"
    for _ in range(2000):
        damaged = bytearray(small_journal)
        bit = dice.randrange(len(damaged) * 8)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        entries = list(read_records(path))
        read = [record for record, _ in entries if not isinstance(record, CorruptRegion)]
        regions = [record for record, _ in entries if isinstance(record, CorruptRegion)]
        torn = (entries[-1][1] if entries else 0) < len(damaged)
        assert len(read) == len(RECORDS) - 1
        assert all(record in RECORDS for record in read)
        assert len(regions) + torn == 1
        if regions:
            assert regions[0].start <= bit // 8 < regions[0].end


def test_zeros_that_a_file_system_left_behind_are_not_records(tmp_path: Path):
    path = tmp_path / "zeros"
    path.write_bytes(encode_frame(intent(1)) + bytes(4096))
    assert [record for record, _ in read_records(path)] == [intent(1)]
    path.write_bytes(encode_frame(intent(1)) + bytes(4096) + encode_frame(intent(2)))
    size = len(encode_frame(intent(1)))
    read = [record for record, _ in read_records(path)]
    assert read == [intent(1), CorruptRegion(size, size + 4096, "damaged"), intent(2)]


def test_damage_larger_than_the_reader_s_block_is_one_region(tmp_path: Path):
    path = tmp_path / "damaged"
    noise = random.Random(1).randbytes(3 * 1024 * 1024 + 17)
    path.write_bytes(encode_frame(intent(1)) + noise + encode_frame(intent(2)))
    first, region, second = (record for record, _ in read_records(path))
    assert (first, second) == (intent(1), intent(2))
    assert isinstance(region, CorruptRegion)
    assert region.end - region.start == len(noise)


def test_a_client_s_string_cannot_pass_for_a_record(tmp_path: Path):
    forged = encode_frame(settlement(666)).decode("latin-1")
    path = tmp_path / "forged"
    torn = encode_frame(intent(1, requested_model=forged, tags={"x": forged}))
    path.write_bytes(torn[:-1] + encode_frame(intent(2)))
    read = [record for record, _ in read_records(path)]
    assert read == [CorruptRegion(0, len(torn) - 1, "damaged"), intent(2)]


def test_a_record_of_a_newer_version_is_skipped_and_reported(tmp_path: Path):
    newer = msgspec.structs.replace(intent(1), id="x")
    frame = encode_frame(newer)
    from perpetuo.ledger import journal

    payload = frame[8:].replace(b'"intent"', b'"unheard"')
    header = journal._HEADER.pack(len(payload), journal._crc32c(payload))
    path = tmp_path / "newer"
    path.write_bytes(header + payload + encode_frame(intent(2)))
    end = len(header) + len(payload)
    assert [r for r, _ in read_records(path)] == [CorruptRegion(0, end, "unknown_record"), intent(2)]


def test_a_full_segment_is_followed_by_another_and_no_record_is_cut(tmp_path: Path):
    journal = writer(tmp_path, max_segment_bytes=4000)
    for record in RECORDS:
        journal.append(record)
    journal.close()
    segments = list_segments(tmp_path)
    assert len(segments) > 10
    assert all(segment.path.stat().st_size <= 4000 for segment in segments)
    assert [segment.sequence for segment in segments] == list(range(1, len(segments) + 1))
    assert everything(tmp_path) == RECORDS


def test_a_record_larger_than_a_segment_still_fits(tmp_path: Path):
    journal = writer(tmp_path, max_segment_bytes=100)
    journal.append(intent(1))
    journal.append(intent(2))
    assert [segment.sequence for segment in list_segments(tmp_path)] == [1, 2]
    journal.close()


def test_a_record_the_disk_took_half_of_is_taken_back_and_the_next_one_succeeds(tmp_path: Path):
    journal = writer(tmp_path)
    position = journal.append_intent(intent(1))
    for room in (0, 1, 7, 8, 9, 100):
        with files_end_at(position.offset + room), pytest.raises(JournalUnavailable):
            journal.append_intent(intent(2))
        assert (tmp_path / position.segment).stat().st_size == position.offset
        assert journal.position == position
    journal.append_intent(intent(3))
    journal.close()
    assert everything(tmp_path) == [intent(1), intent(3)]


def test_settlements_wait_in_memory_while_the_disk_is_full_and_no_intent_is_accepted(tmp_path: Path):
    journal = writer(tmp_path)
    for number in (1, 2, 3):
        full_at = journal.append_intent(intent(number)).offset
    with files_end_at(full_at):
        first = journal.append_settlement(settlement(1))
        second = journal.append_settlement(settlement(2))
        with pytest.raises(JournalUnavailable):
            journal.append_intent(intent(4))
    assert journal.unwritten == 2
    journal.append_settlement(settlement(3))
    assert journal.unwritten == 0
    assert everything(tmp_path)[3:] == [settlement(1), settlement(2), settlement(3)]
    # The positions told beforehand are the true ones.
    assert [r for r, _ in read_records(tmp_path / first.segment, first.offset)] == [settlement(2), settlement(3)]
    assert [r for r, _ in read_records(tmp_path / second.segment, second.offset)] == [settlement(3)]
    journal.close()


def test_the_size_bound_refuses_intents_but_never_the_settlement_of_an_open_one(tmp_path: Path):
    clock = TestClock()
    bound = 30 * 1024
    journal = writer(tmp_path, clock=clock, max_total_bytes=bound)
    accepted = 0
    with pytest.raises(JournalUnavailable):
        for accepted in range(1000):
            journal.append_intent(intent(accepted))
    assert 1 < accepted < bound / SETTLEMENT_RESERVE_BYTES
    for number in range(accepted):
        journal.append_settlement(settlement(number))
    size = sum(segment.path.stat().st_size for segment in list_segments(tmp_path))
    assert size <= bound
    journal.close()


def test_the_size_bound_also_refuses_records_of_requests_that_had_no_intent(tmp_path: Path):
    journal = writer(tmp_path, max_total_bytes=SETTLEMENT_RESERVE_BYTES)
    with pytest.raises(JournalUnavailable):
        journal.append_settlement(settlement(1, outcome="rejected", status=429))
    journal.close()


def test_the_size_bound_counts_what_other_workers_wrote_and_opens_again_when_it_is_deleted(tmp_path: Path):
    clock = TestClock()
    other = tmp_path / "0000000000001-other-01.000001.journal"
    other.write_bytes(bytes(100_000))
    journal = writer(tmp_path, clock=clock, max_total_bytes=50_000)
    with pytest.raises(JournalUnavailable):
        journal.append_intent(intent(1))
    other.unlink()
    clock.now_s += 0.3
    journal.append_intent(intent(1))
    journal.close()


def test_two_writers_never_share_a_family_and_each_holds_its_lock(tmp_path: Path):
    one, two = writer(tmp_path), writer(tmp_path)
    assert one.family != two.family
    assert try_lock(tmp_path / f"{one.family}.lock") is None
    one.close()
    lock = try_lock(tmp_path / f"{one.family}.lock")
    assert lock is not None
    os.close(lock)
    two.close()


def test_a_directory_that_refuses_new_files_gives_an_unavailable_journal_and_then_a_working_one(tmp_path: Path):
    journal = writer(tmp_path / "journal")
    blocked = tmp_path / "journal" / f"{journal.family}.000001.journal"
    blocked.mkdir()
    with pytest.raises(JournalUnavailable):
        journal.append_intent(intent(1))
    blocked.rmdir()
    journal.append_intent(intent(1))
    journal.close()


def test_a_segment_that_cannot_be_followed_grows_rather_than_refuse(tmp_path: Path):
    journal = writer(tmp_path, max_segment_bytes=1)
    journal.append_intent(intent(1))
    (tmp_path / f"{journal.family}.000002.journal").mkdir()
    assert journal.append_settlement(settlement(1)).segment.endswith(".000001.journal")
    journal.close()


def test_text_that_utf_8_cannot_carry_does_not_lose_the_record(tmp_path: Path):
    journal = writer(tmp_path)
    journal.append_intent(intent(1, requested_model="gpt\ud800", tags={"a\udfff": "b"}))
    journal.close()
    (read,) = everything(tmp_path)
    assert read == intent(1, requested_model="gpt?", tags={"a?": "b"})


def test_a_settlement_too_long_for_a_record_keeps_its_accounting(tmp_path: Path):
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    long = settlement(1)
    assert long.decision is not None
    decision = msgspec.structs.replace(long.decision, explanation="x" * MAX_RECORD_BYTES)
    journal.append_settlement(msgspec.structs.replace(long, decision=decision))
    journal.close()
    read = everything(tmp_path)[1]
    assert isinstance(read, Settlement)
    assert (read.usage, read.cost_nanousd, read.decision) == (long.usage, long.cost_nanousd, None)


def test_with_batch_fsync_everything_is_written_and_every_segment_is_closed(tmp_path: Path):
    before = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else None
    journal = writer(tmp_path, max_segment_bytes=4000, fsync="batch")
    for record in RECORDS:
        journal.append(record)
    journal.close()
    assert everything(tmp_path) == RECORDS
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == before


def test_a_reader_follows_a_growing_journal_without_missing_or_repeating(tmp_path: Path):
    journal = writer(tmp_path)
    read: list[object] = []
    offset = 0
    for record in RECORDS:
        position = journal.append(record)
        for seen, offset in read_records(tmp_path / position.segment, offset):  # noqa: B007, B020
            read.append(seen)
    journal.close()
    assert read == RECORDS


def test_a_half_record_that_the_writer_took_back_while_it_was_read_is_no_damage(tmp_path: Path):
    path = tmp_path / "taken-back"
    first, taken_back, second, third = (encode_frame(intent(number)) for number in (1, 2, 3, 4))
    path.write_bytes(first + taken_back[:40])
    reader = read_records(path)
    assert next(reader) == (intent(1), len(first))
    path.write_bytes(first + second + third)
    assert [record for record, _ in reader] == [intent(3), intent(4)]


@pytest.mark.parametrize("visible", [1, 8, 40])
def test_a_record_that_becomes_whole_while_it_is_read_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visible: int
):
    """The writer goes on between the look that finds it half written and the look for the next one."""
    path = tmp_path / "growing"
    first, second, third, fourth = (encode_frame(intent(number)) for number in (1, 2, 3, 4))
    path.write_bytes(first + second[:visible])
    looked = _Window.skip_to_candidate

    def skip(window: _Window) -> bool:
        path.write_bytes(first + second + third + fourth)
        return looked(window)

    monkeypatch.setattr(_Window, "skip_to_candidate", skip)
    assert [record for record, _ in read_records(path)] == [intent(number) for number in (1, 2, 3, 4)]


def test_behind_damage_a_record_that_becomes_whole_while_it_is_read_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "growing"
    first, second, third, fourth = (encode_frame(intent(number)) for number in (1, 2, 3, 4))
    damaged = second[:20] + bytes([second[20] ^ 1]) + second[21:]
    path.write_bytes(first + damaged + third[:40])
    looked = _Window.skip_to_candidate

    def skip(window: _Window) -> bool:
        path.write_bytes(first + damaged + third + fourth)
        return looked(window)

    monkeypatch.setattr(_Window, "skip_to_candidate", skip)
    region = CorruptRegion(len(first), len(first + damaged), "damaged")
    assert [record for record, _ in read_records(path)] == [intent(1), region, intent(3), intent(4)]


def test_contents_stop_at_half_of_the_bound_and_leave_the_other_half_to_accounting(tmp_path: Path):
    bound = 200 * 1024
    journal = writer(tmp_path, max_total_bytes=bound)
    journal.append_intent(intent(1))
    journal.append_settlement(settlement(1))
    with pytest.raises(JournalUnavailable):
        for _ in range(1000):
            journal.append_content(content(1, bytes(10_000)))
    size = sum(segment.path.stat().st_size for segment in list_segments(tmp_path))
    assert bound * 0.4 < size <= bound * CONTENT_SHARE
    journal.append_intent(intent(2))
    journal.append_settlement(settlement(2))
    journal.close()
    assert everything(tmp_path)[-1] == settlement(2)


def test_a_content_is_refused_while_a_settlement_waits_for_the_disk_and_leaves_nothing_in_the_file(tmp_path: Path):
    journal = writer(tmp_path)
    journal.append_intent(intent(1))
    size = journal.position.offset
    with files_end_at(size + 10):
        with pytest.raises(JournalUnavailable):
            journal.append_content(content(1))
        journal.append_settlement(settlement(1))
        assert journal.unwritten == 1
        with pytest.raises(JournalUnavailable):
            journal.append_content(content(1, b""))
    journal.append_content(content(1))
    journal.close()
    assert everything(tmp_path) == [intent(1), settlement(1), content(1)]


def test_a_content_that_is_too_large_for_a_record_is_refused(tmp_path: Path):
    journal = writer(tmp_path)
    with pytest.raises(JournalUnavailable):
        journal.append_content(content(1, bytes(MAX_RECORD_BYTES)))
    journal.close()


def test_a_journal_written_before_there_were_contents_reads_as_before(tmp_path: Path, small_journal: bytes):
    path = tmp_path / "0000000000001-old-01.000001.journal"
    path.write_bytes(small_journal)
    assert everything(tmp_path) == RECORDS


def test_settlements_of_one_turn_are_written_together_and_before_the_next_intent(tmp_path: Path) -> None:
    turns: list[Callable[[], None]] = []
    journal = writer(tmp_path, defer=turns.append)
    for number in (1, 2, 3):
        journal.append_intent(intent(number))
    on_disk = journal.position
    told = [journal.append_settlement(settlement(1)), journal.append_settlement(settlement(2))]
    assert (journal.unwritten, journal.position, len(turns)) == (2, on_disk, 1)
    turns.pop()()
    assert (journal.unwritten, journal.position) == (0, told[1])
    told.append(journal.append_settlement(settlement(3)))
    journal.append_intent(intent(4))
    assert journal.unwritten == 0
    turns.pop()()
    journal.close()
    assert everything(tmp_path) == [
        intent(1), intent(2), intent(3), settlement(1), settlement(2), settlement(3), intent(4),
    ]  # fmt: skip
    (segment,) = list_segments(tmp_path)
    ends = {record.id: end for record, end in read_records(segment.path) if isinstance(record, Settlement)}
    assert [ends[settlement(number).id] for number in (1, 2, 3)] == [position.offset for position in told]


def test_a_settlement_that_waits_ends_where_it_was_told_also_at_the_end_of_a_segment(tmp_path: Path) -> None:
    turns: list[Callable[[], None]] = []
    journal = writer(tmp_path, max_segment_bytes=4000, defer=turns.append)
    told: dict[str, Position] = {}
    for number in range(1, 60):
        journal.append_intent(intent(number))
        told[settlement(number).id] = journal.append_settlement(settlement(number))
        if number % 7 == 0 and turns:
            turns.pop()()
    journal.close()
    found = {
        record.id: Position(segment.path.name, end)
        for segment in list_segments(tmp_path)
        for record, end in read_records(segment.path)
        if isinstance(record, Settlement)
    }
    assert len(list_segments(tmp_path)) > 3
    assert found == told


def test_an_intent_that_the_disk_does_not_take_leaves_the_waiting_settlement_waiting(tmp_path: Path) -> None:
    turns: list[Callable[[], None]] = []
    journal = writer(tmp_path, defer=turns.append)
    journal.append_intent(intent(1))
    with files_end_at(journal.position.offset + 10):
        told = journal.append_settlement(settlement(1))
        with pytest.raises(JournalUnavailable):
            journal.append_intent(intent(2))
        turns.pop()()
        assert journal.unwritten == 1
    journal.write_unwritten()
    assert journal.position == told
    journal.close()
    assert everything(tmp_path) == [intent(1), settlement(1)]
