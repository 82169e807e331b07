"""Moments as they are asked for."""

import pytest

from zeropoint.history.moments import parse_moment, rfc3339

MOMENT_MS = 1_795_874_580_123


@pytest.mark.parametrize(
    "given",
    [
        "1795874580.123",
        "2026-11-28T14:03:00.123Z",
        "2026-11-28T15:03:00.123+01:00",
        "2026-11-28T15:03:00.123 01:00",  # a plus that nobody escaped
        "2026-11-28T13:03:00.123-01:00",
    ],
)
def test_a_moment_is_given_in_seconds_or_as_rfc_3339(given: str) -> None:
    assert parse_moment(given) == MOMENT_MS
    assert parse_moment(rfc3339(MOMENT_MS)) == MOMENT_MS


@pytest.mark.parametrize(
    "given",
    ["", "now", "nan", "inf", "-1", "1e300", "2026-11-28T14:03:00", "0001-01-01T00:00:00Z", "\udcff", "1" * 5000],
)
def test_what_is_no_moment_is_none(given: str) -> None:
    assert parse_moment(given) is None
