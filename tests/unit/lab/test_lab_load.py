import itertools

import msgspec
import pytest

from perpetuo.lab.load import LoadPlan, outcome_of, plan_requests, report_lines, report_of, sample_of, spread_ms
from perpetuo.lab.load_client import Exchange, loopback_target

PLAN = LoadPlan(rate=50, seconds=10, stream_share=0.3, models=("a", "b"), seed=3)


def exchange(**fields: object) -> Exchange:
    given = {"sent_s": 100.0, "ended_s": 101.0, "first_byte_s": 100.5, "status": 200, "tail": b"data: [DONE]\n\n"}
    return Exchange(**(given | fields))  # type: ignore[arg-type]


def test_a_constant_rate_is_evenly_spaced():
    times = [request.at_s for request in plan_requests(msgspec.structs.replace(PLAN, arrival="constant"))]
    assert len(times) == 500
    assert times[:3] == [0, 0.02, 0.04]
    assert max(times) < 10


def test_random_arrivals_come_at_the_rate_and_follow_from_the_seed():
    planned = plan_requests(PLAN)
    assert 430 < len(planned) < 570
    times = [request.at_s for request in planned]
    assert times == sorted(times)
    assert times[0] > 0
    assert times[-1] < 10
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    # Of exponential gaps 63 % are shorter than the mean; of even ones half.
    assert 0.55 < sum(gap < 0.02 for gap in gaps) / len(gaps) < 0.71
    assert planned == plan_requests(PLAN)
    assert planned != plan_requests(msgspec.structs.replace(PLAN, seed=4))


def test_streams_and_models_are_dealt_by_their_shares():
    planned = plan_requests(PLAN)
    assert 0.2 < sum(request.stream for request in planned) / len(planned) < 0.4
    assert {request.model for request in planned} == {"a", "b"}
    bodies = [msgspec.json.decode(request.body) for request in planned]
    assert all((body["model"], body["stream"]) == (r.model, r.stream) for body, r in zip(bodies, planned, strict=True))


def test_the_length_of_answers_is_asked_of_the_lab():
    (request, *_) = plan_requests(LoadPlan(1, 5, words=7, arrival="constant"))
    assert msgspec.json.decode(request.body)["messages"][0]["content"] == 'request 1 [[lab {"words": 7}]]'


@pytest.mark.parametrize(
    "change", [{"rate": 0}, {"rate": 1e9}, {"seconds": -1}, {"seconds": 1e9}, {"rate": 2000, "seconds": 3600}]
)
def test_a_plan_out_of_bounds_is_refused(change: dict[str, float]):
    with pytest.raises(ValueError, match=r"rate|seconds"):
        plan_requests(msgspec.structs.replace(PLAN, **change))


def test_time_counts_from_when_a_request_was_planned_not_from_when_it_left():
    (request, *_) = plan_requests(PLAN)
    sample = sample_of(request, exchange(), planned_s=97.0)
    assert (sample.late_s, sample.first_byte_s, sample.total_s) == (3.0, 3.5, 4.0)


OUTCOMES = {
    "a whole stream": ({}, True, "ok"),
    "a stream without its end": ({"tail": b'data: {"x":1}\n\n'}, True, "incomplete"),
    "a stream that ends in an error event, and breaks off": (
        {"has_error_event": True, "problem": "cut"}, True, "error_event",
    ),
    "a whole reply": ({"tail": b'"usage":{}}'}, False, "ok"),
    "a reply that is no JSON": ({"tail": b"<html>"}, False, "unreadable"),
    "an error status": ({"status": 429}, False, "status_429"),
    "a connection that broke": ({"problem": "cut"}, False, "cut"),
    "nobody there": ({"problem": "refused", "status": None}, True, "refused"),
    "too late": ({"problem": "timeout"}, True, "timeout"),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTCOMES)
def test_a_200_alone_is_not_an_answer(case: str):
    fields, stream, expected = OUTCOMES[case]
    assert outcome_of(exchange(**fields), stream=stream) == expected


def test_percentiles_are_values_that_were_measured():
    assert spread_ms([]) is None
    hundred = spread_ms([number / 1000 for number in range(100, 0, -1)])
    assert hundred is not None
    assert (hundred.p50, hundred.p90, hundred.p99, hundred.max) == (50, 90, 99, 100)
    one = spread_ms([0.5])
    assert one is not None
    assert (one.p50, one.max) == (500, 500)


def test_the_report_counts_every_request_good_ones_first():
    planned = plan_requests(LoadPlan(rate=10, seconds=0.5, arrival="constant", stream_share=1))
    problems = [None, "timeout", None, None, "cut"]
    samples = [
        sample_of(request, exchange(problem=problem, first_byte_s=None if problem else 100.5), 100.0)
        for request, problem in zip(planned, problems, strict=True)
    ]
    report = report_of(PLAN, samples)
    assert report.outcomes == {"ok": 3, "timeout": 1, "cut": 1}
    assert [(row.outcome, row.count) for row in report.rows] == [
        ("ok (stream)", 3), ("cut (stream)", 1), ("timeout (stream)", 1),
    ]  # fmt: skip
    lines = report_lines(report)
    assert lines[1].split() == ["ok", "(stream)", "3", "60.0", "%", *["500.0"] * 4, *["1000.0"] * 4]
    assert lines[2].split()[4:9] == ["%", "-", "-", "-", "-"]
    assert len({len(line) for line in lines[:4]}) == 1


ELSEWHERE = [
    "http://example.com",
    "https://127.0.0.1:3000",
    "10.0.0.1:80",
    "http://127.0.0.1.example.com",
    "ftp://[::1]",
    "",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_load_is_sent_to_this_machine_alone(url: str):
    with pytest.raises(ValueError, match=r"loopback|http only"):
        loopback_target(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:3000", ("127.0.0.1", 3000, "/v1/chat/completions")),
        ("http://localhost:3000/v1/", ("127.0.0.1", 3000, "/v1/chat/completions")),
        ("[::1]:99", ("::1", 99, "/v1/chat/completions")),
        ("127.0.0.1:8080/base/v1", ("127.0.0.1", 8080, "/base/v1/chat/completions")),
    ],
)
def test_an_address_may_be_written_with_or_without_its_version(url: str, expected: tuple[str, int, str]):
    target = loopback_target(url)
    assert (target.host, target.port, target.path) == expected
