"""The charts over the history: windows up to 90 days, a stretch that is zoomed to, what is missing and why."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.older import now_ms, whole_minute, write_past
from tests.browser.shown import assert_rows_are_samples
from tests.support.browser import Tab
from tests.support.process import Appliance, running
from tests.support.stream import Stream

pytestmark = pytest.mark.system

CPU = "system.cpu.usage_percent"
MINUTE, HOUR = 60_000, 3_600_000
WINDOW_KEYS = {"5 m": "3", "1 h": "5", "6 h": "6", "24 h": "7", "90 d": "9"}
SPIKE_PERCENT, USUAL_PERCENT = 98.0, 10.0
FAILED, RUNNING = 3, 0

# The rows that the charts have of a metric: times, and of each row its mean, its lowest and its highest.
ROWS = """path => {
  const { rows } = inside.timeline();
  const series = inside.timeline().series(path);
  const [low, high] = [new Float64Array(rows.count), new Float64Array(rows.count)];
  const isBounded = series.copyBounds(0, rows.count, low, high);
  const told = (value) => (Number.isNaN(value) ? null : value);
  return Array.from({ length: rows.count }, (_, row) => {
    const mean = told(series.value(row));
    return [rows.time(row), mean, isBounded ? told(low[row]) : mean, isBounded ? told(high[row]) : mean];
  });
}"""
# Where the middle of a chart's plot lies on the screen, and where it begins and ends.
PLACE = """heading => {
  inside.chart(heading).scrollIntoView({ block: "center" });
  const { left, right, top, bottom } = inside.chart(heading).shadowRoot.querySelector(".plot").getBoundingClientRect();
  return { left: left + 54, right: right - 64, y: (top + bottom) / 2 };
}"""


class Older(NamedTuple):
    appliance: Appliance
    #: When the made samples begin and end, when one of them is a spike, when the component's state changes.
    begin: int
    end: int
    spike: int
    change: int


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Older]:
    """A process that has a history of six hours, which ends a quarter of an hour before it was started."""
    data = tmp_path_factory.mktemp("data")
    end = whole_minute(now_ms() - 15 * MINUTE)
    begin = end - 6 * HOUR
    count = (end - begin) // 1000
    cpu = np.full(count, USUAL_PERCENT)
    cpu[count // 2] = SPIKE_PERCENT
    status = np.where(np.arange(count) < count // 3, RUNNING, FAILED).astype(float)
    train = np.where(np.arange(count) % 300 < 30, 100.0, np.nan)
    series = {
        CPU: cpu,
        "system.cpu.per_core_percent.0": cpu,
        "ledger.totals.cpu_percent": np.full(count, 20.0),
        "ledger.workloads.program:train:root.cpu_percent": train,
        "ledger.workloads.kernel.cpu_percent": np.full(count, 5.0),
        "ai.components.tinygrad.status": status,
    }
    times = write_past(data, begin, end, series)
    with running(data, "--interval", "0.2", "--artifacts", str(data / "artifacts")) as appliance:
        with Stream(appliance) as stream:
            stream.samples(20)
        yield Older(appliance, begin, end, int(times[count // 2]), int(times[count // 3]))


def rows_of(tab: Tab, *path: str) -> list[list[Any]]:
    return tab.page.evaluate(ROWS, list(path))


def choose(tab: Tab, window: str) -> None:
    """Chooses a window that the history has to fill, and waits until it has."""
    tab.page.keyboard.press(WINDOW_KEYS[window])
    tab.wait_until("inside.timeline().history?.question.isOpen && inside.timeline().pixelSeconds !== argument", -1)
    drawn = tab.picture()["count"]
    tab.wait_until("inside.picture('CPU').count > argument + 1", drawn)


def drag(tab: Tab, heading: str, begin: float, end: float) -> None:
    """Drags over a chart from one share of its width to another."""
    place = tab.page.evaluate(PLACE, heading)
    width = place["right"] - place["left"]
    tab.page.mouse.move(place["left"] + begin * width, place["y"])
    tab.page.mouse.down()
    tab.page.mouse.move(place["left"] + (begin + end) / 2 * width, place["y"])
    tab.page.mouse.move(place["left"] + end * width, place["y"])
    tab.page.mouse.up()


def span(tab: Tab) -> tuple[float, float]:
    view = tab.view()
    return view["startMilliseconds"], view["endMilliseconds"]


@pytest.mark.parametrize("window", ["6 h", "24 h", "90 d"])
def test_a_spike_of_one_sample_shows_in_every_window_that_has_it(older: Older, visit: Callable[..., Tab], window: str):
    tab = visit(older.appliance.url).live()
    choose(tab, window)
    rows = rows_of(tab, *CPU.split("."))
    width = 1000 * tab.page.evaluate("inside.timeline().pixelSeconds")
    if window == "90 d":
        # Six hours of that are two pixels, too few to tell a line in the picture from a mark; one of them may have the
        # samples of now as well, and those of a busy machine.
        most = [row for row in rows if row[3] is not None and row[3] > SPIKE_PERCENT - 0.01]
        assert any(abs(row[0] - older.spike) <= width + HOUR and row[1] < SPIKE_PERCENT / 2 for row in most)
        return
    [spike] = [row for row in rows if row[3] == pytest.approx(SPIKE_PERCENT) and row[0] < older.end]
    assert abs(spike[0] - older.spike) <= width
    assert spike[1] < SPIKE_PERCENT / 2
    # It is drawn: the band reaches higher than the line does.
    picture, place, (start, end) = tab.picture(), tab.page.evaluate(PLACE, "CPU"), span(tab)
    x = 54 + (spike[0] - start) / (end - start) * (place["right"] - place["left"])
    line = min(y for one in picture["lines"] if len(one["points"]) > 9 for at, y in one["points"] if abs(at - x) < 2)
    band = min(y for one in picture["areas"] if len(one["points"]) > 9 for at, y in one["points"] if abs(at - x) < 2)
    assert band < line - 20


def test_the_window_ends_with_the_newest_sample_and_slides_with_it(older: Older, visit: Callable[..., Tab]):
    tab = visit(older.appliance.url).live()
    choose(tab, "1 h")
    before = span(tab)
    assert before[1] - before[0] == pytest.approx(HOUR)
    asked = [url for url in tab.requested if "api/v1/history" in url]
    tab.next_sample(10)
    after = span(tab)
    assert after[1] - before[1] >= 9 * 200
    assert after[1] - after[0] == pytest.approx(HOUR)
    assert [url for url in tab.requested if "api/v1/history" in url] == asked, "samples need no further answer"


def test_pixels_that_grew_with_the_samples_are_those_that_the_server_tells(older: Older, visit: Callable[..., Tab]):
    tab = visit(older.appliance.url).live()
    choose(tab, "1 h")
    width = round(1000 * tab.page.evaluate("inside.timeline().pixelSeconds"))
    opened = tab.view()["endMilliseconds"]
    tab.wait_until("inside.timeline().view().endMilliseconds > argument", opened + 2.5 * width)
    begin, end = span(tab)
    points = 480 * 1.02
    query = f"from={begin / 1000 - 72}&to={end / 1000 + 0.001}&points={round(points + 0.5)}"
    answer = older.appliance.get(f"/api/v1/history?metric={CPU}&{query}").json
    assert answer["interval_seconds"] * 1000 == width
    told = answer["series"][CPU]
    shown = {int(row[0] // width): row for row in rows_of(tab, *CPU.split("."))}
    times = [int(np.datetime64(text.removesuffix("Z"), "ms").astype(int)) for text in answer["timestamps"]]
    compared = 0
    # The first pixel that was seen to grow whole, and all that were whole before; the newest goes on growing.
    for index, time in enumerate(times[:-1]):
        row = shown.get(time // width)
        if row is None or told["mean"][index] is None:
            continue
        compared += 1
        assert row[1:] == [pytest.approx(told[key][index], abs=1e-3) for key in ("mean", "min", "max")], index
    assert compared > 200
    assert times[-1] // width in shown


def test_where_samples_are_few_each_is_a_point_and_goes_on_live(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--interval", "0.1") as appliance:
        with Stream(appliance) as stream:
            stream.samples(80)
        tab = visit(appliance.url).live()
        tab.page.keyboard.press(WINDOW_KEYS["5 m"])
        tab.wait_until("inside.timeline().history !== null")
        tab.next_sample(15)
        assert tab.page.evaluate("inside.timeline().pixelSeconds") is None
        rows = tab.rows()
        assert len(rows["times"]) == int(rows["newest"].split("-")[1]), "each sample once, from the first to the newest"
        rows["columns"] = [column for column in rows["columns"] if column[0][0] == "system"]
        assert_rows_are_samples(appliance, rows)


def test_time_without_the_appliance_is_hatched_and_says_why(tmp_path: Path, visit: Callable[..., Tab]):
    arguments = ("--interval", "0.1")
    with running(tmp_path, *arguments) as first:
        with Stream(first) as stream:
            stream.samples(20)
        assert first.stop() == 0
        # Another one's clock says when enough time has gone by.
        with running(tmp_path / "other", *arguments) as other, Stream(other) as clock:
            clock.samples(40)
    with running(tmp_path, *arguments) as second:
        tab = visit(second.url).live()
        tab.page.keyboard.press(WINDOW_KEYS["5 m"])
        tab.wait_until("inside.timeline().history !== null")
        tab.next_sample(5)
        start, end = span(tab)
        gaps = tab.page.evaluate("([start, end]) => inside.timeline().gapsBetween(start, end)", [start, end])
        [gap] = [one for one in gaps if one["reason"].startswith("the appliance was not running")]
        assert gap["toMilliseconds"] - gap["fromMilliseconds"] > 4000
        assert any(one["isPattern"] for one in tab.picture()["rectangles"])
        tab.page.evaluate("time => inside.timeline().pointAt(time)", gap["toMilliseconds"] - 1500)
        value = tab.page.locator(f'zp-chart [data-metric="{CPU}"]')
        expect(value).to_have_attribute("data-missing", gap["reason"])


def test_dragging_over_a_chart_shows_that_stretch_in_all_of_them(older: Older, visit: Callable[..., Tab]):
    tab = visit(older.appliance.url).live()
    choose(tab, "24 h")
    start, end = span(tab)
    drag(tab, "CPU", 0.8, 0.9)
    bar = tab.page.locator("zp-time-bar")
    expect(bar).to_contain_text("back to live")
    zoomed = span(tab)
    assert zoomed[0] == pytest.approx(start + 0.8 * (end - start), abs=0.01 * (end - start))
    assert zoomed[1] == pytest.approx(start + 0.9 * (end - start), abs=0.01 * (end - start))
    tab.wait_until("inside.timeline().history?.question.isOpen === false")
    assert tab.page.evaluate("inside.timeline().pixelSeconds") < 60
    assert tab.page.evaluate("inside.chart('Memory').timeline === inside.timeline()")
    tab.next_sample(3)
    assert span(tab) == zoomed, "it stands still while samples come"
    bar.get_by_role("button", name="back to live").click()
    tab.next_sample()
    assert span(tab)[1] > end
    expect(bar).not_to_contain_text("back to live")


def test_a_stretch_is_marked_and_shown_with_the_keyboard_too(older: Older, visit: Callable[..., Tab]):
    tab = visit(older.appliance.url).live()
    choose(tab, "24 h")
    tab.page.keyboard.press("ArrowLeft")
    for _ in range(3):
        tab.page.keyboard.press("Control+ArrowLeft")
    for _ in range(2):
        tab.page.keyboard.press("Control+Shift+ArrowLeft")
    marked = tab.page.evaluate("inside.timeline().selection")
    width = 1000 * tab.page.evaluate("inside.timeline().pixelSeconds")
    assert marked["to"] - marked["from"] == pytest.approx(20 * width, rel=0.15)
    assert tab.page.evaluate("inside.chart('Memory').shadowRoot.querySelector('.selection').checkVisibility()")
    tab.page.keyboard.press("Enter")
    assert span(tab) == (marked["from"], marked["to"])
    assert tab.page.evaluate("inside.timeline().selection") is None
    tab.page.keyboard.press("Escape")
    tab.next_sample()
    start, end = span(tab)
    assert end - start == pytest.approx(24 * HOUR)


def test_a_click_holds_the_cursor_over_all_charts_until_the_next(older: Older, visit: Callable[..., Tab]):
    tab = visit(older.appliance.url).live()
    choose(tab, "24 h")
    start, end = span(tab)
    share = (older.spike - start) / (end - start)
    place = tab.page.evaluate(PLACE, "CPU")
    x = place["left"] + share * (place["right"] - place["left"])
    tab.page.mouse.click(x, place["y"])
    tab.page.mouse.move(10, 10)
    cursor = tab.page.evaluate("inside.timeline().cursorTime()")
    assert cursor == pytest.approx(older.spike, abs=0.01 * (end - start))
    expect(tab.page.locator("zp-time-bar")).to_contain_text("cursor at")
    tab.next_sample(2)
    assert tab.page.evaluate("inside.timeline().cursorTime()") == cursor, "it stays on its moment"
    reading = tab.page.locator(f'zp-chart [data-metric="{CPU}"]')
    assert float(reading.get_attribute("data-value") or "nan") < SPIKE_PERCENT
    tab.page.locator("zp-time-bar").get_by_role("button", name="let go").click()
    assert tab.page.evaluate("inside.timeline().cursorTime()") is None


def test_changes_of_a_state_are_marked_where_the_history_has_them(older: Older, visit: Callable[..., Tab]):
    tab = visit(older.appliance.url).live()
    choose(tab, "24 h")
    tab.wait_until("inside.timeline().marks.some(({ label }) => label === 'tinygrad: failed (was running)')")
    marks = tab.page.evaluate("inside.timeline().marks")
    [failed] = [mark for mark in marks if mark["label"] == "tinygrad: failed (was running)"]
    width = 1000 * tab.page.evaluate("inside.timeline().pixelSeconds")
    assert abs(failed["milliseconds"] - older.change) <= width
    assert failed["alarming"]


def test_a_workload_has_in_the_stack_the_share_of_the_time_that_it_was_there(older: Older, visit: Callable[..., Tab]):
    tab = visit(older.appliance.url).live()
    choose(tab, "24 h")
    means = tab.page.evaluate(
        """([begin, end]) => {
          const { rows } = inside.timeline();
          const series = inside.find("zp-who").list.series("program:train:root", "cpu_percent");
          const inTime = Array.from({ length: rows.count }, (_, row) => row)
            .filter(row => rows.time(row) > begin && rows.time(row) < end);
          return inTime.map(row => series.value(row));
        }""",
        [older.begin + 10 * MINUTE, older.end - 10 * MINUTE],
    )
    assert len(means) > 50
    # One core for 30 s of each five minutes.
    assert float(np.mean(means)) == pytest.approx(10, rel=0.15)
    assert tab.page.evaluate("inside.find('zp-who').list.nameOf('program:train:root')") == "train:root"


def test_without_a_history_the_page_says_so_and_shows_what_it_has(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--interval", "0.2", "--history", "false") as appliance:
        tab = visit(appliance.url).live()
        tab.page.keyboard.press(WINDOW_KEYS["1 h"])
        expect(tab.page.locator("zp-time-bar")).to_contain_text("No history: the history is switched off")
        tab.next_sample(2)
        assert tab.points() > 1
        tab.page.keyboard.press("1")
        expect(tab.page.locator("zp-time-bar")).not_to_contain_text("No history")
