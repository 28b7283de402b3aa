"""Whatever is done to the log or to its head, by somebody without the key, is found."""

import random
import string
from typing import Any

import msgspec
import pytest

from perpetuo.core.audit_chain import (
    GENESIS,
    AuditEntry,
    AuditHead,
    ChainCheck,
    Tampered,
    entry_hash,
    head_seal,
    key_of_head,
)

KEY = bytes(range(32))
NEXT_KEY = bytes(range(32, 64))
Log = list[tuple[AuditEntry, bytes]]


def entry(sequence: int, chance: random.Random) -> AuditEntry:
    return AuditEntry(
        sequence=sequence,
        id=f"id-{sequence}",
        workspace_id=chance.choice([None, "w1", "w2"]),
        at_ms=1_795_000_000_000 + sequence,
        actor_kind="user",
        actor_id=chance.choice([None, "u1"]),
        actor_name=chance.choice(["ann", "bob", ""]),
        action="api_keys.create",
        target_kind="api_key",
        target_id=chance.choice([None, "k1"]),
        details={"name": chance.choice(["a", "b"]), "limits": {"n": chance.randrange(5)}},
        address="192.0.2.1",
    )


def written(count: int, chance: random.Random) -> tuple[Log, AuditHead, list[AuditHead]]:
    """The log, its head, and the heads it had before."""
    log: Log = []
    last, heads = GENESIS, []
    for sequence in range(1, count + 1):
        new = entry(sequence, chance)
        last = entry_hash(last, new)
        log.append((new, last))
        heads.append(AuditHead(sequence, last, head_seal(KEY, sequence, last)))
    return log, heads[-1], heads[:-1]


def check(log: Log, head: AuditHead | None, **known: Any) -> Tampered | None:
    chain = ChainCheck(**known)
    for each, stored in log:
        found = chain.add(each, stored)
        if found is not None:
            return found
    return chain.finish(head, (KEY,))


def other(value: Any, chance: random.Random) -> Any:
    """Another value that the column could hold."""
    match value:
        case None:
            return "x"
        case int():
            return value + chance.choice([-1, 1, 1000])
        case dict():
            return chance.choice([{**value, "extra": None}, {}, {**value, "name": "c"}])
        case _:
            return chance.choice(
                [f"{value}x", f"{value} ", value[1:] + "y", "".join(chance.choices(string.digits, k=9))]
            )


def edit(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    at, field = chance.randrange(len(log)), chance.choice(AuditEntry.__struct_fields__)
    present, stored = log[at]
    log[at] = (msgspec.structs.replace(present, **{field: other(getattr(present, field), chance)}), stored)
    return log, head


def edit_and_rehash(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    """As somebody would who knows how the hashes are made, but not the key: all of them anew, and the head too."""
    log, head = edit(log, head, old, chance)
    last, anew = GENESIS, []
    for each, _ in log:
        last = entry_hash(last, each)
        anew.append((each, last))
    return anew, AuditHead(len(anew), last, chance.choice([head.seal, head_seal(b"guessed", len(anew), last)]))


def delete(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    del log[chance.randrange(len(log))]
    return log, head


def truncate(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    return log[: chance.randrange(len(log))], head


def truncate_with_a_head_made_up(
    log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random
) -> tuple[Log, AuditHead]:
    log = log[: chance.randrange(1, len(log))]
    return log, AuditHead(len(log), log[-1][1], head.seal)


def swap_entries(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    one, two = chance.sample(range(len(log)), 2)
    log[one], log[two] = log[two], log[one]
    return log, head


def swap_contents(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    """Two entries change places and keep the numbers of the places."""
    one, two = chance.sample(range(len(log)), 2)
    (first, first_hash), (second, second_hash) = log[one], log[two]
    log[one] = (msgspec.structs.replace(second, sequence=first.sequence), second_hash)
    log[two] = (msgspec.structs.replace(first, sequence=second.sequence), first_hash)
    return log, head


def swap_hashes(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    one, two = chance.sample(range(len(log)), 2)
    (first, first_hash), (second, second_hash) = log[one], log[two]
    log[one], log[two] = (first, second_hash), (second, first_hash)
    return log, head


def insert(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    at = chance.randrange(len(log) + 1)
    previous = log[at - 1][1] if at else GENESIS
    new = msgspec.structs.replace(entry(at + 1, chance), id="put in")
    later = [(msgspec.structs.replace(each, sequence=each.sequence + 1), stored) for each, stored in log[at:]]
    return [*log[:at], (new, entry_hash(previous, new)), *chance.choice([later, log[at:]])], head


def repeat(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    at = chance.randrange(len(log))
    return [*log[:at], log[at], *log[at:]], head


def older_head(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    return log, chance.choice(old)


def spoil_head(log: Log, head: AuditHead, old: list[AuditHead], chance: random.Random) -> tuple[Log, AuditHead]:
    bit = 1 << chance.randrange(8)
    at = chance.randrange(32)

    def flipped(data: bytes) -> bytes:
        return data[:at] + bytes((data[at] ^ bit,)) + data[at + 1 :]

    spoilt = [
        AuditHead(head.entries + chance.choice([-1, 1]), head.last_hash, head.seal),
        AuditHead(head.entries, flipped(head.last_hash), head.seal),
        AuditHead(head.entries, head.last_hash, flipped(head.seal)),
    ]
    return log, chance.choice(spoilt)


TAMPERINGS = (
    edit,
    edit_and_rehash,
    delete,
    truncate,
    truncate_with_a_head_made_up,
    swap_entries,
    swap_contents,
    swap_hashes,
    insert,
    repeat,
    older_head,
    spoil_head,
)


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_every_one_of_a_hundred_tamperings_of_a_kind_is_found(tamper: Any):
    """Twelve kinds, 1,200 tamperings."""
    for seed in range(100):
        chance = random.Random(f"{tamper.__name__} {seed}")
        log, head, old = written(chance.randrange(2, 12), chance)
        assert check(log, head) is None
        before = (list(log), head)
        after = tamper(list(log), head, old, chance)
        assert after != before
        assert check(*after) is not None, (tamper.__name__, seed)


def test_the_first_entry_that_does_not_fit_is_named():
    log, head, _ = written(9, random.Random(1))
    log[4] = (msgspec.structs.replace(log[4][0], actor_name="eve"), log[4][1])
    assert check(log, head) == Tampered(5, "the entry was changed, or the one before it")


def test_a_log_cut_with_the_head_it_had_then_is_found_by_who_noted_a_later_hash():
    log, head, old = written(9, random.Random(1))
    noted = (head.entries, head.last_hash)
    assert check(log, head, expected=noted) is None
    assert check(log, head, expected=(4, log[3][1])) is None
    assert check(log[:4], old[3]) is None, "looks like it did then"
    found = check(log[:4], old[3], expected=noted)
    assert found is not None and found.reason == "there were 9 entries once, now there are 4"
    assert check([], None, expected=noted) is not None
    elsewhere, other_head, _ = written(9, random.Random(2))
    assert check(elsewhere, other_head, expected=noted) is not None


def test_an_empty_log_is_whole_and_one_without_its_head_is_not():
    log, _, _ = written(2, random.Random(1))
    assert check([], None) is None
    assert check(log, None) == Tampered(None, "the head is missing")


def test_a_head_opens_with_any_of_the_keys_it_may_be_sealed_with():
    head = AuditHead(1, GENESIS, head_seal(NEXT_KEY, 1, GENESIS))
    assert key_of_head(head, (KEY, NEXT_KEY)) == NEXT_KEY
    assert key_of_head(head, (KEY,)) is None
