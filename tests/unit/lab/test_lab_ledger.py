from perpetuo.lab.ledger import LabLedger, LedgerEntry


def entry(ledger: LabLedger, **fields: object) -> LedgerEntry:
    values: dict[str, object] = {"vendor": "v", "connection": 1, "accepted_at": 0.0, "received_at": 0.0}
    values |= {"method": "POST", "path": "/v1/chat/completions"} | fields
    made = LedgerEntry(seq=ledger.next_seq(), **values)  # type: ignore[arg-type]
    ledger.add(made)
    return made


def test_entries_are_numbered_from_one_in_order_of_arrival():
    ledger = LabLedger()
    assert [entry(ledger).seq for _ in range(3)] == [1, 2, 3]
    assert [each.seq for each in ledger.since(1)] == [2, 3]


def test_entries_are_found_by_request_id():
    ledger = LabLedger()
    entry(ledger, request_id="a", attempt="1")
    entry(ledger, request_id="b")
    entry(ledger, request_id="a", attempt="2")
    assert [each.attempt for each in ledger.of_request("a")] == ["1", "2"]


def test_the_oldest_entries_are_dropped_over_the_limit_and_counted():
    ledger = LabLedger(limit=2)
    for _ in range(5):
        entry(ledger)
    assert ([each.seq for each in ledger], ledger.dropped) == ([4, 5], 3)


def test_totals_sum_inference_and_count_the_rest_apart():
    ledger = LabLedger()
    entry(ledger, status=200, outcome="finished", input_tokens=3, output_tokens=4, cost_nanousd=5, model="m")
    entry(ledger, status=429, outcome="finished_broken", fault="status_429", model="m")
    entry(ledger, method="GET", path="/v1/models", status=200, outcome="finished")
    entry(ledger)
    totals = ledger.totals()
    assert (totals.requests, totals.other_requests, totals.open) == (3, 1, 1)
    assert (totals.input_tokens, totals.output_tokens, totals.cost_nanousd) == (3, 4, 5)
    assert (totals.by_status, totals.by_fault) == ({"200": 1, "429": 1}, {"status_429": 1})


def test_connections_are_counted_and_those_still_open():
    ledger = LabLedger()
    first, _ = ledger.connect(1.0), ledger.connect(2.0)
    first.closed_at = 3.0
    assert (ledger.totals().connections, ledger.totals().open_connections) == (2, 1)
