"""The arithmetic of the benchmark, and how its results are shown."""

import json
import math
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from perpetuo.lab.bench.certificates import make_certificates
from perpetuo.lab.bench.exchanges import Wanted, read_wanted, request_body, request_bytes
from perpetuo.lab.bench.figures import each_us, per_core, percentile, spread
from perpetuo.lab.bench.machine import this_machine
from perpetuo.lab.bench.measuring import choose_cores
from perpetuo.lab.bench.plot import plot_svg
from perpetuo.lab.bench.processes import cpu_s, cpu_s_of, descendants, memory, parent_of
from perpetuo.lab.bench.results import Results, csv_of, markdown_of, table_of

STAT = "77 (a (strange) name) S 12 77 77 0 -1 4194560 1 2 3 4 250 50 30 20 20 0 3 0 100 1000 10"


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (0.0, 0.01, 0.5, 0.99, 1.0)] == [1, 1, 50, 99, 100]
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([1.0, 2.0], 0.51) == 2.0


def test_the_spread_of_rounds_is_their_median_and_range() -> None:
    found = spread([3.0, 1.0, 2.0])
    assert (found.median, found.lowest, found.highest, found.rounds) == (2.0, 1.0, 3.0, 3)


def test_cpu_time_is_told_for_each_and_for_a_whole_core() -> None:
    assert each_us(0.6, 10_000) == pytest.approx(60)
    assert per_core(10_000, 0.5) == pytest.approx(20_000)
    assert math.isnan(each_us(0.6, 0))
    assert math.isnan(per_core(10, 0.0))


def test_cpu_time_and_parent_are_read_behind_the_name_of_a_process() -> None:
    ticks_per_s = os.sysconf("SC_CLK_TCK")
    assert cpu_s_of(STAT) == pytest.approx(300 / ticks_per_s)
    assert cpu_s_of(STAT, with_waited=True) == pytest.approx(350 / ticks_per_s)
    assert parent_of(STAT) == 12


def test_this_very_process_has_used_cpu_and_memory() -> None:
    assert os.getpid() in descendants(os.getppid())
    assert cpu_s([os.getpid()]) > 0
    found = memory(os.getpid())
    assert 0 < found.pss_bytes <= found.rss_bytes


def test_the_measured_core_is_nobody_elses_where_there_are_two() -> None:
    assert choose_cores({0, 1, 2, 3}).measured == {1}
    assert choose_cores({0, 1, 2, 3}).others == {0, 2, 3}
    assert choose_cores({0, 1}).are_apart
    assert not choose_cores({5}).are_apart


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(answer_bytes=5000), Wanted(chunks=50, chunks_per_s=20)])
def test_the_upstream_reads_what_a_request_wants(wanted: Wanted) -> None:
    body = request_body(wanted, body_bytes=20_000)
    assert len(body) == 20_000
    assert read_wanted(body) == wanted
    assert json.loads(body).get("stream", False) is (wanted.chunks > 0)


def test_a_request_says_how_long_its_body_is() -> None:
    request = request_bytes(b"{}", "127.0.0.1:9", {"authorization": "Bearer x"})
    head, _, body = request.partition(b"\r\n\r\n")
    assert b"content-length: 2" in head
    assert b"authorization: Bearer x" in head
    assert body == b"{}"


def some_results() -> Results:
    results = Results()
    for number, value in enumerate((60.0, 58.0, 64.0), 1):
        results.add("unary", "64 connections", "nginx", number, worker_cpu_us=value / 3, per_s=None)
        results.add("unary", "64 connections", "perpetuo <fast>", number, worker_cpu_us=value, per_s=float("nan"))
    results.add("startup", "later start", "perpetuo <fast>", 1, ready_s=1.5)
    results.note("a note")
    results.note("a note")
    return results


def test_a_table_has_medians_with_their_ranges_and_only_what_was_measured() -> None:
    head, rows = table_of(some_results(), "unary")
    assert head == ["case", "subject", "CPU µs/request"]
    assert rows == [
        ["64 connections", "nginx", "20.0 (19.3-21.3)"],
        ["64 connections", "perpetuo <fast>", "60.0 (58.0-64.0)"],
    ]
    assert table_of(some_results(), "startup")[1] == [["later start", "perpetuo <fast>", "1.50"]]


def test_every_single_value_is_in_the_csv() -> None:
    lines = csv_of(some_results().figures).splitlines()
    assert lines[0] == "scenario,case,subject,round,metric,value"
    assert len(lines) == 1 + 7
    assert lines[-1] == "startup,later start,perpetuo <fast>,1,ready_s,1.5"


def test_the_page_names_the_machine_and_what_a_reader_has_to_know() -> None:
    machine = this_machine({"nginx": "1.2.3"})
    page = markdown_of(some_results(), machine.sentences)
    assert machine.cpu in page
    assert "nginx 1.2.3" in page
    assert page.count("a note") == 1
    assert "| 64 connections | nginx | 20.0 (19.3-21.3) |" in page


def test_the_plot_is_well_formed_and_has_a_bar_for_each_median() -> None:
    svg = ElementTree.fromstring(plot_svg(some_results(), ["A & B"]))
    space = "{http://www.w3.org/2000/svg}"
    widths = [float(bar.attrib["width"]) for bar in svg.iter(f"{space}rect")][1:]
    assert len(widths) == 3
    assert widths[0] == pytest.approx(widths[1] / 3, abs=0.2)
    assert "A & B" in [text.text for text in svg.iter(f"{space}text")]


def test_the_private_key_of_the_upstream_is_nobody_elses(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    assert made.private_key.stat().st_mode & 0o077 == 0
    assert made.authority.read_bytes() != made.certificate.read_bytes()
