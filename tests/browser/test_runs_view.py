"""The view of runs: all of them, and two compared, of real files and the real process."""

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

import zeropoint_sdk as zp
from tests.browser.test_layout import CONTRAST
from tests.support.browser import Tab
from tests.support.process import Appliance, running

pytestmark = pytest.mark.system

HOSTILE = """"><img src=x onerror="alert('run')">"""
VIEW = "/control/metrics#view/runs"
STEPS = 120


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def watched(tmp_path: Path, artifacts: Path) -> Iterator[Appliance]:
    with running(tmp_path / "data", "--interval", "0.2", "--artifacts", str(artifacts)) as started:
        yield started


def train(artifacts: Path, name: str, step_seconds: float, **parameters: object) -> str:
    """Each step is told to have taken about so long."""
    noise = random.Random(step_seconds)  # noqa: S311 - a seed
    with zp.run(name, kind="tinygrad", artifacts=artifacts, **parameters) as run:
        for step in range(STEPS):
            seconds = step_seconds * (1 + 0.02 * noise.gauss(0, 1))
            run.log(step=step, loss=2 / (step + 1) + 0.01 * noise.gauss(0, 1), seconds=seconds, tokens=64)
    assert run.id is not None
    return run.id


def row(tab: Tab, id: str) -> Locator:
    return tab.page.locator(f'zp-runs-view tr[data-run="{id}"]')


def measure(tab: Tab, name: str) -> Locator:
    return tab.page.locator(f'zp-compare tr[data-measure="{name}"]')


def test_without_runs_it_says_how_to_begin_one_and_with_one_that_it_takes_two(
    watched: Appliance, artifacts: Path, visit: Callable[..., Tab]
):
    tab = visit(watched.url).open("/control/metrics")
    tab.page.get_by_role("navigation", name="Views").get_by_role("link", name="runs").click()
    expect(tab.page.locator("zp-runs-view")).to_contain_text("zeropoint run -- python train.py")
    train(artifacts, "digits", 0.1)
    tab.page.reload()
    expect(tab.page.locator("zp-runs-view").get_by_role("status").first).to_have_text(
        "There is one run; two can be compared."
    )


def test_two_runs_are_picked_by_keys_compared_and_found_again_by_the_address(
    watched: Appliance, artifacts: Path, visit: Callable[..., Tab]
):
    quick, slow = train(artifacts, "digits", 0.1, lr=0.1), train(artifacts, "digits", 0.3, lr=0.2)
    train(artifacts, "letters", 0.2)
    tab = visit(watched.url).open(VIEW)
    view = tab.page.locator("zp-runs-view")
    expect(view.locator("tbody tr")).to_have_count(3)
    view.get_by_label("name").fill("digi")
    expect(view.locator("tbody tr")).to_have_count(2)
    # The later one first: A is the one that began before all the same.
    for id in (slow, quick):
        row(tab, id).get_by_role("checkbox").focus()
        tab.page.keyboard.press("Space")
    step = measure(tab, "step_seconds")
    expect(step).to_have_attribute("data-verdict", "differs")
    expect(step).to_contain_text(re.compile(r"B makes a step [23]\.\d+ times as slow \([23]\.\d+ to [23]\.\d+\)"))
    expect(step.locator("zp-interval")).to_be_visible()
    expect(tab.page.locator("zp-compare .apart")).to_contain_text("hyperparameters.lr")
    told = watched.get(f"/api/v1/runs/compare?a={quick}&b={slow}").json
    says = {one["name"]: one["says"] for one in told["measures"] if one["verdict"] != "not-enough-data"}
    for name, sentence in says.items():
        expect(measure(tab, name)).to_contain_text(sentence)
    curve = tab.page.locator('zp-compare zp-curve[data-column="loss"][data-along="step"]')
    expect(curve).to_have_attribute("data-points", str(STEPS))
    expect(curve.locator("path.second")).to_have_attribute("d", re.compile("^M"))
    expect(curve.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile(r"^Loss by step\. A from step 0 to 119: .* B from")
    )
    expect(tab.page.locator('zp-compare zp-curve[data-along="s"]').first).to_be_visible()
    # Both were told in the history as lasting a moment: why there is nothing of them.
    expect(tab.page.locator("zp-compare details")).to_contain_text("history of A")
    assert tab.page.url.endswith(f"#view/{quote(f'runs/{quick}/{slow}', safe='')}")
    tab.page.reload()
    expect(measure(tab, "step_seconds")).to_contain_text("times as slow")
    tab.page.go_back()
    expect(tab.page.locator("zp-compare")).to_have_count(0)
    row(tab, slow).get_by_role("button", name="with the one before").click()
    expect(measure(tab, "step_seconds")).to_contain_text("times as slow")
    assert (tab.complaints, tab.violations()) == ([], [])


def test_runs_without_common_steps_and_runs_that_are_gone_say_so(
    watched: Appliance, artifacts: Path, visit: Callable[..., Tab]
):
    ids = []
    for first in (0, 1000):
        with zp.run("digits", artifacts=artifacts) as run:
            for step in range(first, first + 50):
                run.log(step=step, loss=1 / (step + 1), seconds=0.1)
        ids.append(run.id)
    tab = visit(watched.url).open(f"{VIEW}/{ids[0]}/{ids[1]}")
    expect(tab.page.locator("zp-compare details")).to_contain_text("they have no common steps")
    tab.open(f"{VIEW}/{ids[0]}/nobody")
    tab.page.reload()
    expect(tab.page.locator("zp-compare")).to_contain_text("one of these runs is not there any more")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_it_has_contrast_and_fits_a_phone(
    watched: Appliance, artifacts: Path, visit: Callable[..., Tab], scheme: str, width: int
):
    a, b = train(artifacts, "digits", 0.1, lr=0.1), train(artifacts, "digits", 0.3, lr=0.2)
    tab = visit(watched.url, color_scheme=scheme, viewport={"width": width, "height": 2400}).open(f"{VIEW}/{a}/{b}")
    expect(measure(tab, "step_seconds")).to_be_visible()
    found = tab.page.evaluate(CONTRAST)
    assert len(found) > 40
    assert [one for one in found if one["ratio"] < one["least"]] == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_ids_and_parameters_are_text(watched: Appliance, artifacts: Path, visit: Callable[..., Tab]):
    ids = [f"{HOSTILE}{place}/../%2f" for place in range(2)]
    for place, id in enumerate(ids):
        folder = artifacts / f"runs/hostile/{place}"
        folder.mkdir(parents=True)
        about = {"id": id, "name": HOSTILE, "kind": HOSTILE, "host": HOSTILE, "started": f"2026-11-24T09:0{place}:00Z"}
        (folder / "run.json").write_text(json.dumps({**about, "hyperparameters": {f"{HOSTILE}{place}": HOSTILE}}))
        rows = [
            json.dumps({"step": at, HOSTILE: 1.0 + at % 3, "loss": 1.0 + place + 0.1 * (at % 7)}) for at in range(60)
        ]
        (folder / "steps.jsonl").write_text("\n".join(rows) + "\n")
    tab = visit(watched.url).open(VIEW)
    tab.page.get_by_role("button", name="with the one before").click()
    expect(measure(tab, "loss, equal steps")).to_contain_text("B's loss at equal steps is higher")
    expect(tab.page.locator("zp-compare .apart")).to_contain_text(HOSTILE)
    names = tab.page.evaluate("[...inside.elements()].map(element => element.localName)")
    assert names.count("script") == 1
    assert "img" not in names
    assert (tab.complaints, tab.violations()) == ([], [])
