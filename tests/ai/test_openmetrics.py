import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.ai.openmetrics import LONGEST_LINE_BYTES, MOST_ROWS, Row, parse, pattern_of
from zeropoint.ai.other_metrics import holds_samples, names_in
from zeropoint.ai.runtime_metrics import RUNTIMES, Series, highest, total
from zeropoint.probe import Absent

NAMES = pattern_of(["a:requests", "a:requests_total", "b_seconds_sum"])


def test_rows_under_the_names_are_read_and_no_others() -> None:
    body = b"""# HELP a:requests Requests
# TYPE a:requests gauge
a:requests 3
a:requests_total{model="m\\"x, y",engine="0"} 4.5e1 1700000000000
a:requests_created 9
other 5
b_seconds_sum{} 0.25"""
    assert parse(body, NAMES) == {
        "a:requests": [Row({}, 3.0)],
        "a:requests_total": [Row({"model": 'm"x, y', "engine": "0"}, 45.0)],
        "b_seconds_sum": [Row({}, 0.25)],
    }


def test_openmetrics_exemplars_are_passed_over() -> None:
    body = b'a:requests_total{x="y"} 7.0 # {trace_id="abc"} 0.5 1700000000\n# EOF\n'
    assert parse(body, NAMES) == {"a:requests_total": [Row({"x": "y"}, 7.0)]}


@pytest.mark.parametrize(
    "line",
    [
        b"a:requests NaN",
        b"a:requests +Inf",
        b"a:requests x",
        b"a:requests",
        b"a:requests{",
        b'a:requests{a="b} 1',
        b'a:requests{a="b" 1',
        b"a:requests " + b"9" * 400,
        b"a:requests " + b"9" * LONGEST_LINE_BYTES,
        b"a:requests{" + b'a="b",' * 1000 + b"} 1",
        b"a:requests \xff\xfe",
    ],
)
def test_a_line_that_is_none_costs_itself(line: bytes) -> None:
    assert parse(line + b"\na:requests_total 1\n", NAMES) == {"a:requests_total": [Row({}, 1.0)]}


@given(st.binary(max_size=400))
def test_no_text_raises(body: bytes) -> None:
    parse(b"a:requests" + body, NAMES)
    parse(body + b"\na:requests 1", NAMES)
    assert holds_samples(body + b"\na:requests 1")
    names_in(body + b"\na:num_requests_running 1")


def test_of_one_name_no_more_rows_are_read_than_a_server_can_have() -> None:
    body = b"".join(b'a:requests{a="%d"} 1\n' % number for number in range(3 * MOST_ROWS))
    assert len(parse(body, NAMES)["a:requests"]) == MOST_ROWS


@pytest.mark.parametrize(
    "line", [b"\n", b'x{a="b"} 1\n', b"a:requests{" + b'a="b",' * 600 + b"} 1\n", b"a:requests{" + b'"' * 4000 + b"\n"]
)
def test_two_mebibytes_of_anything_cost_a_fraction_of_a_second(line: bytes) -> None:
    body = line * (2 * 1024 * 1024 // len(line))
    began = time.process_time()
    parse(body, NAMES)
    holds_samples(body)
    names_in(body)
    assert time.process_time() - began < 1.0


def test_models_are_summed_and_of_caches_the_fullest_counts() -> None:
    numbers = parse(b'a:requests{model="x"} 1\na:requests{model="y"} 3\n', NAMES)
    choice = (Series("gone"), Series("a:requests", scale=10.0))
    assert total(choice, numbers) == 40.0
    assert highest(choice, numbers) == 30.0
    assert total((Series("a:requests", ("model", "y")),), numbers) == 3.0
    assert total((Series("gone"),), numbers) == Absent("gone is not among its metrics")
    assert total((), numbers) == Absent("this runtime does not tell it")


def test_all_names_of_a_runtime_begin_as_it_is_known_by() -> None:
    for names in RUNTIMES.values():
        assert all(series.name.startswith(names.known_by) for series in names.series())
    assert len({names.known_by for names in RUNTIMES.values()}) == len(RUNTIMES)
