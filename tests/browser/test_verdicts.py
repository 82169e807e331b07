"""Verdicts on the page, of a real training that is stopped and goes on."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser.test_layout import assert_contrast
from tests.support.browser import Tab
from tests.support.process import Appliance, running
from tests.support.training import Training, training

pytestmark = pytest.mark.system


class Watched(NamedTuple):
    appliance: Appliance
    training: Training


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    artifacts, folder = tmp_path / "artifacts", tmp_path / "files"
    folder.mkdir()
    with (
        running(tmp_path / "data", "--artifacts", str(artifacts)) as appliance,
        training(artifacts, "digits", folder) as started,
    ):
        yield Watched(appliance, started)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_a_verdict_has_a_line_with_its_evidence_as_long_as_it_holds(
    watched: Watched, visit: Callable[..., Tab], scheme: str, width: int
):
    appliance, started = watched
    tab = visit(appliance.url, color_scheme=scheme, viewport={"width": width, "height": 844}).live()
    line = tab.page.locator(f'[data-verdict="stalled {started.workload}"]')
    assert tab.page.locator("zp-verdicts").bounding_box() is None  # it takes no room
    tab.wait_until("(inside.dashboard().sample.ai.runs ?? []).some(({ step }) => step > 20)")
    started.signal(signal.SIGSTOP)
    expect(line.locator("summary")).to_contain_text("digits has made no step for")
    expect(line.locator("summary")).to_contain_text("its processes are stopped")
    line.locator("summary").focus()
    tab.page.keyboard.press("Enter")
    expect(line.locator(".why")).to_contain_text(f"(ledger.workloads.{started.workload}.waits.stopped_count)")
    tab.next_sample(2)  # it stays open while its words change
    expect(line.locator(".why")).to_be_visible()
    assert_contrast(tab)
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    started.signal(signal.SIGCONT)
    expect(line).to_have_count(0)
    # It is not gone from sight, and is there for who comes later.
    for look in (tab, visit(appliance.url, color_scheme=scheme, viewport={"width": width, "height": 844}).live()):
        ended = look.page.locator('[data-folded="ended"]')
        expect(ended).to_contain_text("1 ended in the last day")
        expect(ended.locator(".says")).to_be_hidden()
        ended.locator("summary").first.click()
        expect(ended.locator(".says")).to_contain_text("its processes are stopped")
        expect(ended.locator(".held")).to_contain_text("until")
        assert_contrast(look)
