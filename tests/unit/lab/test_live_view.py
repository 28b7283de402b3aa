import msgspec

from perpetuo.lab.ledger import LabLedger, LedgerEntry, Totals
from perpetuo.lab.live_view import ANSI, VendorView, plain_line, redraw, view_lines

EMPTY = LabLedger().totals()


def view(name: str = "groq", *, at_s: float = 100.0, phase: str | None = None, **totals: object) -> VendorView:
    return VendorView(name, "openai", phase, at_s, msgspec.structs.replace(EMPTY, **totals))


BUSY = view(
    at_s=102.0,
    phase="20 % status_429",
    requests=30,
    open=2,
    by_status={"429": 3, "200": 25},
    by_fault={"status_429": 3},
    by_outcome={"finished": 25, "cut": 1, "client_closed": 2},
    input_tokens=1200,
    cached_input_tokens=640,
    output_tokens=500,
    cost_nanousd=12_345_678,
    open_connections=4,
)


def test_what_a_vendor_saw_is_on_its_line():
    head, line, notes = view_lines([BUSY], {"groq": view(at_s=100.0, requests=10)}, width=120)
    assert head.split()[0] == "vendor"
    assert line.split() == ["groq", "30", "10.0", "2", "4", "1200", "640", "500", "$0.0123", "200×25", "429×3"]
    assert notes == "  now: 20 % status_429   struck: status_429×3   ended: client_closed×2 cut×1"


def test_a_vendor_that_is_well_has_no_second_line():
    assert len(view_lines([view(), view("other")], {}, width=120)) == 3


def test_the_rate_is_that_since_the_last_look_and_never_negative():
    def rate(before: VendorView | None) -> str:
        return view_lines([BUSY], {} if before is None else {"groq": before}, width=120)[1].split()[2]

    assert rate(None) == "0.0"
    assert rate(view(at_s=101.0, requests=29)) == "1.0"
    assert rate(view(at_s=100.0, requests=99)) == "0.0", "the books were emptied"
    assert rate(view(at_s=102.0, requests=1)) == "0.0", "no time has passed"


def test_no_line_is_wider_than_the_terminal():
    long = msgspec.structs.replace(BUSY, phase="x" * 500)
    for width in (40, 80, 200):
        assert max(map(len, view_lines([long, view("other")], {}, width=width))) <= width
        coloured = view_lines([long], {}, width=width, style=ANSI)
        for code in (ANSI.bold, ANSI.yellow, ANSI.end):
            coloured = [line.replace(code, "") for line in coloured]
        assert max(map(len, coloured)) <= width


def test_columns_of_all_vendors_stand_below_each_other():
    lines = view_lines([BUSY, view("a-much-longer-name", requests=1)], {}, width=200)
    table = [lines[0], lines[1], lines[3]]
    assert len({line.index(word) + len(word) for line, word in zip(table, ("requests", " 30", " 1"), strict=True)}) == 1


def test_a_pipe_gets_one_line_a_vendor():
    line = plain_line(BUSY, view(at_s=100.0))
    assert line.startswith("groq  requests=30  rate=15.0/s  running=2  connections=4  tokens=1200+500  cost=$0.0123")
    assert line.endswith("statuses=200×25 429×3  faults=status_429×3  phase=20 % status_429")
    assert plain_line(view(), None).endswith("statuses=-  faults=-  phase=-")


def test_a_redraw_goes_up_over_what_it_drew_and_clears_it():
    assert redraw(["a", "b"], 0) == "\x1b[Ja\nb\n"
    assert redraw(["a"], 2) == "\x1b[2A\r\x1b[Ja\n"


def test_a_view_is_read_from_what_the_books_say():
    ledger = LabLedger()
    ledger.add(LedgerEntry(1, "groq", 1, 0.0, 0.0, "POST", "/", status=200, outcome="finished", input_tokens=4))
    encoded = msgspec.json.encode(
        {"name": "g", "shape": "openai", "phase": None, "at_s": 1.0, "totals": ledger.totals()}
    )
    read = msgspec.json.decode(encoded, type=VendorView)
    assert isinstance(read.totals, Totals)
    assert read.totals.by_status == {"200": 1}
