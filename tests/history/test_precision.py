import math

import numpy as np
import pytest

from zeropoint.history.precision import kept


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("system.cpu.usage_percent", 12.345678, 12.3457),
        ("system.cpu.times_percent.user", 0.000051, 0.0001),
        ("system.cpu.per_core_percent.3", 99.99996, 100.0),
        ("ledger.workloads.run:a.cpu_percent", 6399.123456, 6399.1235),
        ("system.disk.read_bytes_per_second", 2570215.740427, 2570216.0),
        ("system.disk.reads_per_second", 5.995166, 5.995166),
        ("system.disk.reads_per_second", 292.763956, 292.764),
        ("system.disk.read_bytes_per_second", 12345678901.25, 12345678901.0),  # no digit before the point goes
        ("system.network.interfaces.eth0.speed_bits_per_second", 1e10, 1e10),
        ("system.disk.read_bytes_total", 2.0**53, 2.0**53),
        ("system.cpu.times_seconds.user_seconds_total", 123456789.123456, 123456789.123456),
        ("system.cpu.pressure.some.stalled_seconds_total", 45.064043, 45.064043),
        ("ai.components.tinygrad.latest.loss", 2.123456, 2.123456),
        ("server.uptime_seconds", 1234567.891, 1234567.891),
    ],
)
def test_what_columns_keep_of_a_number(name: str, value: float, expected: float):
    assert kept((name,), np.array([[value, 0.0, np.nan]]))[0].tolist()[:2] == [expected, 0.0]


@pytest.mark.parametrize("name", ["a_percent", "a_per_second", "a_bytes"])
def test_what_is_no_number_or_zero_stays(name: str):
    values = np.array([[np.nan, np.inf, -np.inf, 0.0, 1e300, 5e-324, -1e-9]])
    found = kept((name,), values)[0].tolist()
    assert math.isnan(found[0])
    assert found[1:4] == [math.inf, -math.inf, 0.0]
    assert found[4] == pytest.approx(1e300)
    assert all(math.copysign(1.0, one) == 1.0 for one in found if one == 0.0)


def test_what_is_given_is_not_changed():
    values = np.array([[1.23456789], [1.23456789]])
    kept(("a_percent", "b_seconds"), values)
    assert values.tolist() == [[1.23456789], [1.23456789]]
