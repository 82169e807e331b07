"""Numbers as they are shown."""

import pytest

from zeropoint.terminal import figures


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.004, "0"),
        (0.05, "0.05"),
        (1.234, "1.23"),
        (9.996, "10.0"),
        (99.94, "99.9"),
        (99.96, "100"),
        (1234.5, "1,234"),
    ],
)
def test_three_significant_digits(value: float, shown: str):
    assert figures.digits(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "0.98 KiB"),
        (1024, "1.00 KiB"),
        (1.5 * 2**30, "1.50 GiB"),
        (2**60, "1,024 PiB"),
    ],
)
def test_bytes_are_in_binary_units(value: float, shown: str):
    assert figures.amount(value) == shown


def test_the_unit_of_a_share_stands_once_where_it_is_the_same():
    assert figures.of(2**30, 4 * 2**30) == "1.00 of 4.00 GiB"
    assert figures.of(2**20, 4 * 2**30) == "1.00 MiB of 4.00 GiB"
    assert figures.of(None, 2**30) == "– of 1.00 GiB"
    assert figures.of(None, None) == "– of –"


@pytest.mark.parametrize(
    "show",
    [
        figures.percent,
        figures.amount,
        figures.rate,
        figures.watts,
        figures.celsius,
        figures.count,
        figures.plain,
        figures.duration,
    ],
)
def test_what_is_not_known_is_a_dash(show):
    assert show(None) == figures.DASH


@pytest.mark.parametrize(
    ("seconds", "shown"), [(-2, "0 s"), (59.9, "60 s"), (60, "1 min"), (7300, "2 h"), (200_000, "2 d")]
)
def test_durations(seconds: float, shown: str):
    assert figures.duration(seconds) == shown
