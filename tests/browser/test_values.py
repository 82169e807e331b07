"""What the page shows is what the appliance has read."""

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.machines import FIXTURES, watching
from tests.browser.shown import expected, sample_of, tells
from tests.support.browser import Tab
from tests.support.process import Appliance

pytestmark = pytest.mark.system


def assert_values_are_of_the_sample(appliance: Appliance, tab: Tab) -> None:
    shown = tab.readings()
    sample = sample_of(appliance, shown["sample"])
    assert len(shown["values"]) > 40
    for one in shown["values"]:
        value, reason = expected(sample, one["metric"])
        told = one["value"] if value is None or isinstance(value, str) else float(one["value"])
        assert (told, one["missing"]) == (value, reason), one
        if isinstance(value, int | float):
            assert tells(one["text"], value), one
        elif isinstance(value, str):
            assert one["text"] == value


def test_charts_move_with_each_sample(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    tab.page.keyboard.press("2")  # a window that is not full yet
    tab.next_sample()
    seen = tab.page.evaluate(
        """async () => {
          const seen = [];
          for (let step = 0; step < 5; step += 1) {
            const id = await inside.sampleAfter(inside.dashboard().dataset.sample);
            const points = Number(inside.chart("CPU").dataset.points);
            seen.push({ sequence: inside.sequence(id), points, image: inside.canvas("CPU").toDataURL() });
          }
          return seen;
        }"""
    )
    for before, after in pairwise(seen):
        assert after["points"] - before["points"] == after["sequence"] - before["sequence"]
        assert after["image"] != before["image"]


def test_every_value_is_that_of_the_sample_that_is_shown(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    for _ in range(5):
        tab.next_sample()
        assert_values_are_of_the_sample(appliance, tab)


@pytest.mark.parametrize("machine", ["no_psi", "container_v2", "hostile"])
def test_every_value_of_a_recorded_machine_is_that_of_its_sample(
    tmp_path: Path, visit: Callable[..., Tab], machine: str
):
    with watching(FIXTURES / machine, tmp_path) as started:
        tab = visit(started.url).live()
        tab.next_sample()
        assert_values_are_of_the_sample(started, tab)


def test_a_value_that_could_not_be_read_is_a_dash_with_its_reason(tmp_path: Path, visit: Callable[..., Tab]):
    with watching(FIXTURES / "no_psi", tmp_path) as started:
        tab = visit(started.url).live()
        tab.next_sample()
        shown = tab.readings()
        sample = sample_of(started, shown["sample"])
    missing = {one["metric"]: one for one in shown["values"] if one["missing"] is not None}
    # This kernel is older than MemAvailable; used is what is left of the total beside it.
    assert {"system.memory.used_bytes", "system.memory.usage_percent"} <= set(missing)
    for metric, one in missing.items():
        value, reason = expected(sample, metric)
        assert value is None and reason
        assert one["text"] == "–"
        assert reason in one["title"] and reason in one["label"]


def test_disks_interfaces_and_sensors_are_told_one_by_one(tmp_path: Path, visit: Callable[..., Tab]):
    with watching(FIXTURES / "laptop", tmp_path) as started:
        tab = visit(started.url).live()
        panel = tab.page.locator("zp-hardware")
        expect(panel.locator("zp-rows")).to_have_count(0)  # what is folded away costs nothing
        system = started.get("/metrics/json").json["system"]
        warmest = max(system["sensors"]["temperatures"], key=lambda one: one["temperature_celsius"] or -math.inf)
        expect(panel.locator("summary")).to_contain_text(warmest["name"])
        panel.locator("summary").click()
        for kind, told in {
            "devices": system["disk"]["devices"],
            "interfaces": system["network"]["interfaces"],
            "temperatures": system["sensors"]["temperatures"],
            "fans": system["sensors"]["fans"],
        }.items():
            rows = panel.locator(f'zp-rows[data-list="{kind}"] tbody tr')
            assert told, kind
            expect(rows).to_have_count(min(len(told), 12))
            expect(rows.first).to_contain_text(told[0]["name"])
        tab.next_sample()
        assert_values_are_of_the_sample(started, tab)
