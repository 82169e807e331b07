"""Cards and detail views of AI components, with real files, real runs and the real process."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

import zeropoint_sdk as zp
from tests.ai.test_ai_registry import install
from tests.browser.machines import FIXTURES, watching
from tests.browser.shown import expected, sample_of, tells
from tests.browser.test_layout import assert_contrast
from tests.support.browser import Tab
from tests.support.process import PROGRAM, Appliance, clean_environment, running

pytestmark = pytest.mark.system

EXPORTED = Path(__file__).parent.parent / "ai/exported"
HOSTILE = """"><img src=x onerror="alert('run')">"""


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def watched(tmp_path: Path, artifacts: Path) -> Iterator[Appliance]:
    with running(tmp_path / "data", "--interval", "0.2", "--artifacts", str(artifacts)) as started:
        yield started


def log_steps(run: Any, count: int) -> None:
    for step in range(count):
        run.log(step=step, loss=2.0 / (step + 1), tokens=64)


def write_scenes(artifacts: Path) -> None:
    scenes, overlays = artifacts / "wondercraft/scenes", artifacts / "wondercraft/xr_overlay"
    scenes.mkdir(parents=True)
    overlays.mkdir()
    for name in ("box.glb", "cube.usdc"):
        shutil.copy(EXPORTED / name, scenes)
    shutil.copy(EXPORTED / "mask.png", overlays)
    (scenes / "cut.glb").write_bytes((EXPORTED / "box.glb").read_bytes()[:-40])


# Where the parts of the page stand, each time that this has changed.
PLACES = """
  globalThis.places = [];
  const look = () => {
    const parts = [...(inside.dashboard()?.shadowRoot?.querySelectorAll("[data-part]") ?? [])];
    const now = parts.map((part) => `${part.dataset.part} ${Math.round(part.getBoundingClientRect().top)}`).join();
    if (now !== "" && places.at(-1) !== now) places.push(now);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
"""


def card(tab: Tab, name: str) -> Locator:
    return tab.page.locator(f'zp-component[data-component="{name}"]')


def detail(tab: Tab, title: str) -> Locator:
    return tab.page.get_by_role("region", name=title, exact=True)


def wait_for_status(tab: Tab, name: str, status: str) -> None:
    tab.page.locator(f'zp-component[data-component="{name}"][data-status="{status}"]').wait_for()


def assert_shows_the_sample(appliance: Appliance, tab: Tab, component: str) -> dict[str, Any]:
    """Every value of the component on the page is that of the sample, and each of its numbers is there. Returns it."""
    shown = tab.readings()
    sample = sample_of(appliance, shown["sample"])
    reported: dict[str, Any] = sample["ai"]["components"][component]
    mine = [one for one in shown["values"] if one["metric"].startswith(f"ai.components.{component}.")]
    for one in mine:
        value, reason = expected(sample, one["metric"])
        told = one["value"] if value is None or isinstance(value, str) else float(one["value"])
        assert (told, one["missing"]) == (value, reason), one
        assert value is None or (one["text"] == value if isinstance(value, str) else tells(one["text"], value)), one
    names = {one["metric"].removeprefix(f"ai.components.{component}.") for one in mine}
    numbers = {name for name, value in reported.items() if type(value) in (int, float)}
    assert numbers and numbers <= names
    return reported


def test_details_show_what_the_samples_say(watched: Appliance, artifacts: Path, visit: Callable[..., Tab]):
    write_scenes(artifacts)
    cache = artifacts / "petals/cache"
    cache.mkdir(parents=True)
    for index in range(3):
        (cache / f"tiny-llama:{index}.bin").write_bytes(b"x")
    with zp.run("digits", kind="tinygrad", artifacts=artifacts, lr=0.5) as run:
        log_steps(run, 30)
        tab = visit(watched.url).live()
        wait_for_status(tab, "tinygrad", "running")
        wait_for_status(tab, "petals", "stopped")
        wait_for_status(tab, "wondercraft", "stopped")
        for name, title in (("tinygrad", "tinygrad"), ("petals", "Petals"), ("wondercraft", "Wondercraft")):
            card(tab, name).click()
            expect(detail(tab, title)).to_be_visible()
            tab.next_sample(2)
            reported = assert_shows_the_sample(watched, tab, name)
        files = detail(tab, "Wondercraft").locator('zp-rows[data-list="files"] tbody tr')
        told = reported["files"]
        expect(files).to_have_count(len(told))
        # What needs a person stands first, by a word and with the reason.
        bad = next(one for one in told if one["valid"] is False)
        expect(files.first).to_contain_text(bad["path"])
        expect(files.first.locator("zp-status")).to_have_text("invalid")
        expect(files.first).to_contain_text(bad["reason"])
        for name in ("box.glb", "cube.usdc", "mask.png"):
            expect(files.filter(has_text=name)).to_contain_text("valid")


def test_a_detail_has_an_address_and_takes_and_gives_back_the_focus(watched: Appliance, visit: Callable[..., Tab]):
    tab = visit(watched.url).live()
    link = card(tab, "petals").get_by_role("link")
    link.focus()
    tab.page.keyboard.press("Enter")
    expect(detail(tab, "Petals")).to_be_focused()
    expect(link).to_have_attribute("aria-expanded", "true")
    assert tab.page.url.endswith("/control/metrics#component/petals")
    tab.page.keyboard.press("Escape")
    expect(detail(tab, "Petals")).to_have_count(0)
    expect(link).to_be_focused()
    assert tab.page.url.endswith("/control/metrics")
    tab.page.go_back()
    expect(detail(tab, "Petals")).to_be_visible()
    tab.page.reload()
    tab.next_sample()
    expect(detail(tab, "Petals")).to_be_visible()
    detail(tab, "Petals").get_by_role("button", name="close").click()
    expect(detail(tab, "Petals")).to_have_count(0)
    tab.open("/control/metrics#component/nobody")
    tab.page.reload()
    tab.next_sample()
    expect(detail(tab, "nobody")).to_contain_text("no component of this name")
    assert tab.violations() == []


def test_a_run_that_begins_and_ends_is_marked_on_all_charts_and_has_a_curve(
    watched: Appliance, artifacts: Path, visit: Callable[..., Tab]
):
    artifacts.mkdir()
    tab = visit(watched.url, viewport={"width": 1280, "height": 1600}).live()
    tab.page.keyboard.press("2")
    with zp.run("digits", kind="tinygrad", artifacts=artifacts, lr=0.5) as run:
        log_steps(run, 200)
        tab.wait_until("inside.timeline().marks.some(({ label }) => label === 'digits began (tinygrad)')")
        wait_for_status(tab, "tinygrad", "running")
    command = [PROGRAM, "run", "--artifacts", str(artifacts), "--name", "job-1", "--", "sh", "-c", "exit 3"]
    assert subprocess.run(command, env=clean_environment(), check=False).returncode == 3
    tab.wait_until("inside.timeline().marks.some(({ label }) => label.startsWith('job-1 failed, exit code 3'))")
    tab.wait_until("inside.timeline().marks.some(({ label }) => label.startsWith('digits finished, exit code 0'))")
    tab.next_sample()
    labels = tab.page.evaluate("inside.timeline().marks.map(({ label }) => label)")
    assert any(re.fullmatch(r"tinygrad: running \(was \w+\)", label) for label in labels), labels
    for heading in ("CPU", "Memory", "Network"):
        assert int(tab.page.evaluate("name => inside.chart(name).dataset.marks", heading)) >= 4
    # Its words stand at the mark, and in the sentence for screen readers.
    tab.freeze()
    place = tab.page.evaluate(
        """() => {
          const { startMilliseconds: start, endMilliseconds: end } = inside.timeline().view();
          const mark = inside.timeline().marks.find(({ label }) => label.startsWith("job-1 failed"));
          const { left, top, width } = inside.chart("CPU").shadowRoot.querySelector(".plot").getBoundingClientRect();
          const [before, after] = [54, 64];
          return [left + before + (width - before - after) * (mark.milliseconds - start) / (end - start), top + 40];
        }"""
    )
    tab.page.mouse.move(*place)
    expect(tab.page.locator("zp-chart .marked:not([hidden])")).to_contain_text("job-1 failed, exit code 3")
    expect(tab.page.get_by_role("img", name="CPU, last").first).to_have_attribute("aria-label", re.compile("Marks: "))
    # A job has no card: it is told below them.
    expect(tab.page.locator("zp-components .others")).to_contain_text("job-1")
    tab.page.keyboard.press("Space")
    card(tab, "tinygrad").click()
    curve = detail(tab, "tinygrad").locator('zp-curve[data-column="loss"]')
    steps = watched.get(f"/api/v1/runs/steps?id={run.id}&points=500").json["columns"]
    known = [loss for loss in steps["loss"] if loss is not None]
    expect(curve).to_have_attribute("data-points", str(len(known)))
    sentence = curve.get_by_role("img")
    expect(sentence).to_have_attribute("aria-label", re.compile(r"Loss by step from step 0 to 199: last 0\.0100"))
    expect(detail(tab, "tinygrad").get_by_role("row", name="digits")).to_contain_text("finished, exit code 0")


def test_names_of_runs_files_and_parameters_are_text_in_a_detail(
    watched: Appliance, artifacts: Path, visit: Callable[..., Tab]
):
    run = artifacts / "runs/hostile/1"
    run.mkdir(parents=True)
    about = {"id": "r1", "name": HOSTILE, "kind": "tinygrad", "started": "2026-11-24T09:00:00Z"}
    (run / "run.json").write_text(json.dumps({**about, "hyperparameters": {HOSTILE: HOSTILE}}))
    scenes = artifacts / "wondercraft/scenes"
    scenes.mkdir(parents=True)
    (scenes / "<img src=x onerror=alert(1)>.glb").write_bytes(b"glTF")
    tab = visit(watched.url).open("/control/metrics#component/tinygrad")
    expect(detail(tab, "tinygrad").get_by_role("row", name=HOSTILE)).to_be_visible()
    expect(detail(tab, "tinygrad").locator("zp-runs dl")).to_contain_text(HOSTILE)
    card(tab, "wondercraft").click()
    expect(detail(tab, "Wondercraft").locator("tbody tr").first).to_contain_text("<img src=x onerror=alert(1)>.glb")
    tab.next_sample(2)
    names = tab.page.evaluate("[...inside.elements()].map(element => element.localName)")
    assert names.count("script") == 1
    assert "img" not in names
    assert (tab.complaints, tab.violations()) == ([], [])


def test_nothing_jumps_when_the_values_come_to_a_page_that_was_seen_before(
    tmp_path: Path, artifacts: Path, visit: Callable[..., Tab]
):
    write_scenes(artifacts)
    with zp.run("job-1", kind="job", artifacts=artifacts) as run:
        log_steps(run, 5)
    with watching(FIXTURES / "golden", tmp_path) as started:
        tab = visit(started.url).live()
        tab.wait_until("(JSON.parse(localStorage.getItem('zeropoint-layout'))?.heights.components ?? 0) > 100")
        expect(tab.page.locator("zp-components .others")).to_contain_text("job-1")
        tab.page.add_init_script(PLACES)
        tab.page.reload()
        tab.next_sample(3)
        expect(tab.page.locator("zp-components .others")).to_contain_text("job-1")
        assert len(tab.page.evaluate("places")) == 1, tab.page.evaluate("places")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_of_details_has_contrast(watched: Appliance, artifacts: Path, visit: Callable[..., Tab], scheme: str):
    write_scenes(artifacts)
    with zp.run("digits", kind="tinygrad", artifacts=artifacts) as run:
        log_steps(run, 5)
    tab = visit(watched.url, color_scheme=scheme, viewport={"width": 1280, "height": 2400}).live()
    for name, title in (("tinygrad", "tinygrad"), ("wondercraft", "Wondercraft")):
        card(tab, name).click()
        expect(detail(tab, title).get_by_role("table")).to_be_visible()
        tab.next_sample()
        assert_contrast(tab)


def test_without_any_ai_work_the_page_says_how_to_start_some(tmp_path: Path, visit: Callable[..., Tab]):
    with watching(FIXTURES / "golden", tmp_path) as started:
        tab = visit(started.url, viewport={"width": 390, "height": 844}).live()
        expect(tab.page.get_by_text("zeropoint run -- python train.py")).to_be_visible()
        card(tab, "tinygrad").click()
        expect(detail(tab, "tinygrad")).to_be_focused()
        tab.next_sample()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390


PIPED = """
from typing import Annotated
from zeropoint.model import Component, Count, metric
from zeropoint.probe import Probe, Reading

class Report(Component, frozen=True, kw_only=True):
    parts_count: Annotated[Count, metric("Parts")] = None

class Piped(Probe):
    name, section, report, limit_seconds = "piped", "ai.components.piped", Report, 0.5

    def __init__(self, artifacts):
        self._file = artifacts / "parts"

    def read(self, roots, now):
        return Reading(Report(status="running", last_updated="2026-11-24T09:50:48.123Z", pids=[7],
                              parts_count=int(self._file.read_text())))
"""


def test_a_component_that_cannot_be_read_any_more_shows_how_old_it_is_and_is_then_unknown(
    tmp_path: Path, artifacts: Path, visit: Callable[..., Tab]
):
    site = tmp_path / "site"
    site.mkdir()
    install(site, "piped", PIPED, {"piped": "piped:Piped"})
    artifacts.mkdir()
    parts = artifacts / "parts"
    parts.write_text("3")
    path = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH"))))
    arguments = ("--interval", "0.2", "--artifacts", str(artifacts))
    with running(tmp_path / "data", *arguments, PYTHONPATH=path) as appliance:
        tab = visit(appliance.url).live()
        wait_for_status(tab, "piped", "running")
        card(tab, "piped").click()
        old = card(tab, "piped").locator(".old")
        expect(old).to_have_count(0)
        pipe = artifacts / "pipe"
        os.mkfifo(pipe)
        pipe.rename(parts)
        expect(old).to_contain_text("ago: no answer for")
        expect(detail(tab, "piped").locator(".old")).to_contain_text("ago: no answer for")
        wait_for_status(tab, "piped", "unknown")
        expect(card(tab, "piped")).to_contain_text("no answer for")
        value = card(tab, "piped").locator('[data-metric="ai.components.piped.parts_count"]')
        expect(value).to_have_attribute("data-value", "3")
        file = artifacts / "file"
        file.write_text("4")
        with parts.open("w") as writer:
            file.rename(parts)
            writer.write("4")
        wait_for_status(tab, "piped", "running")
        expect(value).to_have_attribute("data-value", "4")
        expect(old).to_have_count(0)
