"""The page of a hub of 1,000 machines: all of them can be reached, and few rows are in the document at a time."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.machines import FIXTURES, watching
from tests.browser.test_fleet import names, opened, row
from tests.fleet.fleet import bus, hosts, hub, wait_for
from tests.support.browser import Tab
from tests.support.process import TIMEOUT_SECONDS, Appliance, running

pytestmark = pytest.mark.system
MACHINES = 1000
# As many as a tall screen has, and some around them.
MOST_ROWS = 60
TALLEST = {"width": 1280, "height": 900}
COUNT = "[...inside.elements()].filter(element => element.matches('tr.row')).length"
# From top to bottom, a screen at a time: the names that were seen, and the most rows that there were.
SCROLL = """async () => {
  const scroller = inside.find(".scroll");
  const seen = new Set();
  let most = 0;
  for (let top = 0; ; top += scroller.clientHeight / 2) {
    scroller.scrollTop = top;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const rows = [...scroller.querySelectorAll("tr.row")];
    most = Math.max(most, rows.length);
    for (const link of scroller.querySelectorAll("tr.row a")) seen.add(link.textContent);
    if (top + scroller.clientHeight >= scroller.scrollHeight) return { seen: [...seen], most };
  }
}"""


def recorded(tmp_path: Path) -> Path:
    """Samples of this machine and of two recorded ones, a line each; one of them is hostile in all its texts."""
    samples = []
    with running(tmp_path / "own", "--interval", "0.2") as started:
        samples.append(later_sample(started))
    for name in ("golden", "hostile"):
        with watching(FIXTURES / name, tmp_path / name) as started:
            samples.append(started.get("/metrics/json").body)
    file = tmp_path / "samples.jsonl"
    file.write_bytes(b"\n".join(samples))
    return file


def later_sample(of: Appliance) -> bytes:
    """One that has rates: the first ones of a process have none."""
    return wait_for(lambda: (found := of.get("/metrics/json")).json["system"]["cpu"]["usage_percent"] and found.body)


@contextmanager
def publishing(url: str, samples: Path) -> Iterator[None]:
    """All machines publish, each once a second, in a process of their own."""
    command = [sys.executable, "-m", "bench.fleet_publishers", url, str(MACHINES), str(samples)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    try:
        yield
        assert process.poll() is None, "they have published all the time"
    finally:
        process.kill()
        process.wait(TIMEOUT_SECONDS)


def test_a_thousand_machines_are_all_reached_and_only_those_in_sight_are_in_the_document(
    tmp_path: Path, visit: Callable[..., Tab]
):
    samples = recorded(tmp_path)
    with (
        bus(tmp_path / "bus") as server,
        hub(tmp_path / "hub", "--nats", server.url) as one,
        publishing(server.url, samples),
    ):
        wait_for(lambda: len(hosts(one)) == MACHINES)
        tab = opened(visit, one.url, MACHINES, "#sort=name", viewport=TALLEST)
        table = tab.page.get_by_role("table", name="Machines")
        expect(table).to_have_attribute("aria-rowcount", str(MACHINES + 1))
        found = tab.page.evaluate(SCROLL)
        assert set(found["seen"]) == {f"box-{number}" for number in range(MACHINES)}
        assert 0 < found["most"] <= MOST_ROWS
        tab.page.keyboard.press("/")
        tab.page.keyboard.type("box-777")
        expect(table.get_by_role("link")).to_have_text(["box-777"])
        tab.page.keyboard.press("Escape")
        expect(table).to_have_attribute("aria-rowcount", str(MACHINES + 1))
        row(tab, names(tab)[0]).get_by_role("link").focus()
        tab.page.keyboard.press("End")
        expect(tab.page.get_by_role("link", name=f"box-{MACHINES - 1}", exact=True)).to_be_focused()
        tab.page.keyboard.press("Home")
        expect(tab.page.get_by_role("link", name="box-0", exact=True)).to_be_focused()
        expect(row(tab, "box-0")).to_have_attribute("aria-rowindex", "2")
        tab.page.keyboard.press("2")
        expect(tab.page.get_by_role("table", name="Work")).to_be_visible()
        assert tab.page.evaluate(SCROLL.replace("tr.row a", "td.of-machine"))["most"] <= MOST_ROWS
        assert tab.page.evaluate(COUNT) <= MOST_ROWS
        tab.page.keyboard.press("1")
        tab.page.get_by_role("link", name="box-0", exact=True).click()
        tab.next_sample(2)
        assert tab.violations() == []
