import math
from struct import unpack

import pytest

from tests.support.receiver import decoded
from zeropoint.fleet.remote_write_request import (
    MOST_BYTES,
    STALE,
    around_value,
    encode_labels,
    pack_double,
    requests,
    varint,
)


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (1 << 63, "80808080808080808001"), (-1, "ff" * 9 + "01")],
)
def test_an_integer_is_written_as_protobuf_says(number: int, written: str):
    assert varint(number).hex() == written


def point(value: float, time_ms: int) -> bytes:
    head, tail = around_value(time_ms)
    return head + pack_double(value) + tail


def test_a_request_holds_sorted_labels_and_samples_in_order():
    labels = encode_labels({"zone": "é", "__name__": "up", "empty": "", "a": "1"})
    times = [-1, 0, 127, 128, 1_796_000_000_123]
    (body,) = requests({labels: [point(at / 7, at) for at in times]})
    ((found, samples),) = decoded(body)
    assert found == (("__name__", "up"), ("a", "1"), ("zone", "é"))
    assert [(at, value) for at, value, _ in samples] == [(at, at / 7) for at in times]


def test_the_end_of_a_series_is_the_nan_that_prometheus_knows():
    assert unpack("<Q", STALE) == (0x7FF0000000000002,)
    assert math.isnan(unpack("<d", STALE)[0])


def test_what_is_too_much_for_one_request_goes_into_several_and_nothing_is_split():
    series = {encode_labels({"__name__": f"n{number}"}): [point(1.0, 1)] * 100 for number in range(1000)}
    bodies = list(requests(series))
    found = [one for body in bodies for one in decoded(body)]
    assert len(bodies) == 2  # 1.8 MB
    assert len(found) == 1000 and all(len(samples) == 100 for _, samples in found)
    assert len({labels for labels, _ in found}) == 1000
    large = {encode_labels({"__name__": "one"}): [point(1.0, 1)] * (MOST_BYTES // 10)}
    assert len(list(requests(large))) == 1
    assert list(requests({})) == []
