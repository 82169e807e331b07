"""Who uses the machine, on the page: real programs that come, work and go."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.shown import assert_rows_are_samples, expected, sample_of, tells
from tests.browser.test_layout import PHONE, assert_contrast
from tests.support.browser import Tab
from tests.support.process import Appliance, running

pytestmark = pytest.mark.system

NAME = "zp-spinner"
CPU, DISK = "CPU, of one core", "Read, and written below"
# A stack's areas, each with its height at the right edge, where the newest sample is; in pixels.
HEIGHTS = """heading => inside.picture(heading).areas.map(({ colour, isPattern, points }) => {
  const right = Math.max(...points.map(([x]) => x));
  const edge = points.filter(([x]) => x === right).map(([, y]) => y);
  return { colour, isPattern, right, height: Math.max(...edge) - Math.min(...edge) };
})"""


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Appliance]:
    with running(tmp_path / "data", "--artifacts", str(tmp_path / "artifacts")) as started:
        yield started


@contextmanager
def working(
    directory: Path, name: str = NAME, script: str = "while :; do :; done"
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of this name that keeps a core busy, or does what the script says."""
    program = directory / name
    shutil.copy("/bin/sh", program)
    child = subprocess.Popen([program, "-c", script])
    try:
        yield child
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()


def rows(tab: Tab) -> Locator:
    return tab.page.locator("zp-workloads tbody tr")


def row_of(tab: Tab, name: str = NAME) -> Locator:
    return rows(tab).filter(has=tab.page.get_by_role("button", name=name))


def cell(row: Locator, field: str) -> Locator:
    return row.locator(f'[data-metric$=".{field}"]')


def wait_for_work(tab: Tab, name: str = NAME) -> None:
    """Until the row tells that the program works: its first samples may be of its first moments."""
    tab.page.wait_for_function(
        """([name]) => [...inside.elements()].some(element =>
            element.matches("tr[data-workload]") && element.innerText.includes(name) &&
            [...element.querySelectorAll("zp-value")].some(one =>
                one.dataset.metric.endsWith(".cpu_percent") && Number(one.dataset.value) > 20))""",
        arg=[name],
    )


def workload_of(sample: dict[str, Any], name: str = NAME) -> dict[str, Any]:
    (found,) = [one for one in sample["ledger"]["workloads"] if one["name"] == name]
    return found


def assert_table_is_of(sample: dict[str, Any], tab: Tab) -> None:
    shown = [one for one in tab.readings()["values"] if one["metric"].startswith("ledger.")]
    assert len(shown) > 20
    for one in shown:
        value, reason = expected(sample, one["metric"])
        assert (None if value is None else float(one["value"]), one["missing"]) == (value, reason), one
        if value is not None:
            assert tells(one["text"], value / one["of"]), one
        else:
            assert reason and one["text"] == "–" and reason in one["title"] and reason in one["label"]


def frozen_sample(appliance: Appliance, tab: Tab) -> dict[str, Any]:
    tab.freeze()
    return sample_of(appliance, tab.sample)


def test_a_busy_program_is_a_row_and_a_layer_and_leaves_when_it_has_ended(
    watched: Appliance, tmp_path: Path, visit: Callable[..., Tab]
):
    tab = visit(watched.url, viewport={"width": 1400, "height": 1100}).live()
    expect(
        tab.page.get_by_role("group", name="What is shown by workload").get_by_role("button", pressed=True)
    ).to_have_text("CPU")
    with working(tmp_path):
        row_of(tab).wait_for()
        wait_for_work(tab)
        sample = frozen_sample(watched, tab)
        assert_table_is_of(sample, tab)
        assert_share_is_drawn(tab, sample)
        assert_totals_have_their_past(watched, tab)
        tab.page.get_by_role("button", name="freeze").click()
    expect(row_of(tab)).to_have_count(0)
    # It is still drawn where it worked, and is nothing at the newest sample.
    sample = frozen_sample(watched, tab)
    assert [one for one in sample["ledger"]["workloads"] if one["name"] == NAME] == []
    most = tab.page.evaluate(
        """([heading, name]) => inside.chart(heading).backdrop.sides[0].layers.filter(({ label }) => label === name)
            .map(({ values }) => Math.max(...values.filter(value => !Number.isNaN(value))))""",
        [CPU, NAME],
    )
    assert most and most[0] > 20


def assert_totals_have_their_past(appliance: Appliance, tab: Tab) -> None:
    """Also of what is not shown yet: every row of the charts has the total of its sample."""
    for label in ("memory", "disk", "CPU"):
        tab.page.get_by_role("group", name="What is shown by workload").get_by_role("button", name=label).click()
        assert_rows_are_samples(appliance, tab.rows())


def assert_share_is_drawn(tab: Tab, sample: dict[str, Any]) -> None:
    """The heights of the areas at the newest sample are to each other as the sample's numbers are."""
    areas = tab.page.evaluate(HEIGHTS, CPU)
    edge = max(area["right"] for area in areas)
    heights = [area for area in areas if area["right"] == edge]
    ledger = sample["ledger"]
    named = {one["id"]: one["cpu_percent"] for one in ledger["workloads"]}
    rest = ledger["other"]["cpu_percent"] + ledger["unattributed"]["cpu_percent"]
    pixels = sum(area["height"] for area in heights) / (sum(named.values()) + rest)
    hue = tab.page.evaluate("id => inside.find('zp-who').hues.of(id)", workload_of(sample)["id"])
    colour = tab.page.evaluate(
        """hue => getComputedStyle(document.documentElement).getPropertyValue(`--zp-hue-${hue}`).trim()""", hue
    )
    mine = [area["height"] for area in heights if area["colour"] == colour]
    cpu = workload_of(sample)["cpu_percent"]
    assert any(abs(height - cpu * pixels) < 1 for height in mine), (mine, cpu * pixels)
    # What belongs to nobody is hatched, also where there is none of it; all others together are there too.
    (hatched,) = [area["height"] for area in heights if area["isPattern"]]
    assert abs(hatched - ledger["unattributed"]["cpu_percent"] * pixels) < 1


def test_a_selected_workload_is_found_by_the_filter_and_drawn_in_the_charts_of_the_machine(
    watched: Appliance, tmp_path: Path, visit: Callable[..., Tab]
):
    tab = visit(watched.url, viewport={"width": 1400, "height": 1400}).live()
    tab.wait_until("inside.find('zp-chart') !== undefined")
    before = tab.page.evaluate("inside.picture('CPU').lines.length")
    with working(tmp_path):
        wait_for_work(tab)
        tab.page.keyboard.press("/")
        tab.page.keyboard.type("SPINNER prog")
        expect(rows(tab)).to_have_count(1)
        tab.page.keyboard.press("Enter")
        chip = tab.page.get_by_role("button", name=f"{NAME} is selected")
        expect(chip).to_be_visible()
        tab.page.keyboard.press("Escape")
        tab.page.keyboard.press("Escape")
        expect(chip).to_be_visible()
        tab.page.reload()
        tab.reach("live")
        expect(chip).to_contain_text(NAME)
        tab.next_sample(2)
        sample = frozen_sample(watched, tab)
        mine = workload_of(sample)
        path = f"ledger.workloads.{mine['id']}"
        own = [one for one in tab.readings()["values"] if one["metric"] == f"{path}.cpu_percent"]
        # In the table, in the words below it, and in the chart of the machine, as a share of that.
        assert sorted(one["of"] for one in own) == [1, 1, sample["system"]["cpu"]["count_logical"]]
        metrics = {one["metric"] for one in tab.readings()["values"]}
        assert_table_is_of(sample, tab)
        for chart, field in (
            ("Memory", "memory_bytes"),
            ("Disk", "read_bytes_per_second"),
            ("Disk", "write_bytes_per_second"),
        ):
            assert f"{path}.{field}" in metrics
            lines = tab.page.evaluate("heading => inside.chart(heading).lines.map(line => line.path.join('.'))", chart)
            assert f"{path}.{field}" in lines
        assert tab.page.evaluate("inside.picture('CPU').lines.length") > before
        expect(tab.page.get_by_label("The selected workload")).to_contain_text("measured")
        tab.page.keyboard.press("Space")
    expect(tab.page.locator("zp-workload-detail")).to_contain_text("it has ended, or others use more")
    tab.page.keyboard.press("Escape")
    expect(chip).to_have_count(0)
    assert tab.page.evaluate("location.hash") == ""
    tab.page.go_back()
    expect(chip).to_be_visible()


def test_rows_are_sorted_by_any_column_and_hold_still_under_the_pointer(
    watched: Appliance, tmp_path: Path, visit: Callable[..., Tab]
):
    tab = visit(watched.url, viewport={"width": 1600, "height": 1100}).live()
    with working(tmp_path):
        wait_for_work(tab)
        headers = tab.page.locator("zp-workloads thead th")
        expect(headers).to_have_count(10)
        tab.freeze()
        more = tab.page.locator("zp-workloads").get_by_role("button", name=re.compile("^[0-9]+ more$"))
        if more.count() > 0:
            more.click()
        for index in range(headers.count()):
            header = headers.nth(index)
            for _ in range(2):
                header.get_by_role("button").click()
                order = header.get_attribute("aria-sort")
                assert tab.page.locator("zp-workloads th[aria-sort]").count() == 1
                cells = (
                    rows(tab)
                    .locator(f":nth-child({index + 1})")
                    .evaluate_all(
                        """cells => cells.filter(cell => cell.matches("td, th")).map(cell => {
                        const value = cell.querySelector("zp-value");
                        return value === null ? cell.textContent.trim().toLowerCase() : value.dataset.value ?? null;
                    })"""
                    )
                )
                there = [one for one in cells if one is not None]
                assert cells == there + [None] * (len(cells) - len(there))
                told = there if index < 2 else [float(one) for one in there]
                assert told == sorted(told, reverse=order == "descending")
        tab.page.get_by_role("button", name="freeze").click()
        rows(tab).first.hover()
        names = rows(tab).evaluate_all("rows => rows.map(row => row.dataset.workload)")
        tab.next_sample(4)
        after = rows(tab).evaluate_all("rows => rows.map(row => row.dataset.workload)")
        assert [one for one in after if one in names] == [one for one in names if one in after]


def test_a_row_is_selected_with_the_keyboard_and_the_choice_of_what_is_shown_changes_the_chart(
    watched: Appliance, tmp_path: Path, visit: Callable[..., Tab]
):
    tab = visit(watched.url, viewport=PHONE).live()
    script = f"while :; do head -c 8000000 /dev/zero > {tmp_path}/written; sync {tmp_path}/written; done"
    with working(tmp_path, "zp-writer", script):
        row_of(tab, "zp-writer").wait_for()
        for label, field in (("memory", "memory_bytes"), ("GPU", "gpu_percent"), ("disk", "write_bytes_per_second")):
            tab.page.get_by_role("group", name="What is shown by workload").get_by_role("button", name=label).click()
            expect(tab.page.locator("zp-workloads th[aria-sort='descending']")).to_have_count(1)
            assert tab.page.evaluate("inside.find('zp-who').sorting.field") == field
        tab.page.wait_for_function(
            """heading => inside.chart(heading).backdrop.sides[1].layers.some(({ label, values }) =>
                label === "zp-writer" && values.some(value => value > 0))""",
            arg=DISK,
        )
        told = tab.page.evaluate("heading => inside.chart(heading).shadowRoot.querySelector('.plot').ariaLabel", DISK)
        assert "unattributed, written" in told and "other, read" in told
        row_of(tab, "zp-writer").get_by_role("button").focus()
        tab.page.keyboard.press("Enter")
        expect(row_of(tab, "zp-writer")).to_have_attribute("aria-current", "true")
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_has_contrast_with_a_workload_selected(
    watched: Appliance, tmp_path: Path, visit: Callable[..., Tab], scheme: str
):
    tab = visit(watched.url, color_scheme=scheme, viewport={"width": 1280, "height": 2000}).live()
    with working(tmp_path):
        wait_for_work(tab)
        row_of(tab).click()
        expect(tab.page.get_by_label("The selected workload")).to_be_visible()
        tab.next_sample(2)
        assert_contrast(tab)
