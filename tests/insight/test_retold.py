"""Which run a component tells of, by the steps of both."""

from pathlib import Path

import numpy as np
import pytest

from tests.browser.older import write_past
from tests.history.records import NOON_MS
from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.query import Window
from zeropoint.history.tiers import Tier
from zeropoint.insight.retold import retold_runs
from zeropoint.insight.series import Floats

SECONDS = 1200


def retold(data: Path, tier: Tier, components: dict[str, Floats], **runs: Floats) -> dict[str, str]:
    series = {f"ai.runs.{name}/1.step": steps for name, steps in runs.items()}
    series |= {f"ai.components.{name}.latest.step": steps for name, steps in components.items()}
    write_past(data, NOON_MS, NOON_MS + 1000 * SECONDS, series)
    reader = ColumnReader(data / "history")
    window = Window(0, NOON_MS + 1000 * SECONDS, 60)
    found = retold_runs(reader, [f"{name}/1" for name in runs], list(components), window, tier)
    reader.close()
    return found


def steps(a_second: float, first: int = 0, last: int = SECONDS) -> Floats:
    """A run that lives from one second to another."""
    at = np.arange(SECONDS, dtype=np.float64)
    return np.where((at >= first) & (at < last), np.floor((at - first) * a_second), np.nan)


def late(values: Floats, seconds: int = 4) -> Floats:
    """As a component reads it, which holds what it read for a while."""
    read = np.where(np.arange(SECONDS) % seconds == 0, values, np.nan)
    places = np.maximum.accumulate(np.where(np.isfinite(read), np.arange(SECONDS), 0))
    return read[places]


TIERS = pytest.mark.parametrize("tier", ["samples", "minutes"])


@TIERS
@pytest.mark.parametrize("pace", [0.02, 0.7, 30])
def test_it_is_the_run_whose_steps_it_has_a_little_later(tmp_path: Path, tier: Tier, pace: float):
    told = late(steps(pace))
    assert retold(tmp_path, tier, {"tinygrad": told}, a=steps(2 * pace + 1), b=steps(pace)) == {"tinygrad": "b/1"}


@TIERS
def test_of_two_runs_one_after_the_other_it_is_the_longer_one(tmp_path: Path, tier: Tier):
    a, b = steps(3, 0, 300), steps(2, 360)
    told = late(np.where(np.isfinite(b), b, a))
    told[300:360] = a[299]
    assert retold(tmp_path, tier, {"tinygrad": told}, a=a, b=b) == {"tinygrad": "b/1"}


@TIERS
def test_one_that_tells_of_another_run_is_on_its_own(tmp_path: Path, tier: Tier):
    assert retold(tmp_path, tier, {"training": late(steps(5)) + 900}, a=steps(5), b=steps(1)) == {}


def test_nothing_stored_is_nothing_told(tmp_path: Path):
    assert retold(tmp_path, "samples", {"tinygrad": np.full(SECONDS, np.nan)}, a=steps(1)) == {}
