"""Only what somebody can see is drawn, and once a sample at most."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.shown import assert_rows_are_samples
from tests.support.browser import Tab
from tests.support.process import Appliance
from tests.support.stream import Stream

pytestmark = pytest.mark.system


def test_a_hidden_tab_draws_nothing_and_catches_up_when_it_is_shown(appliance: Appliance, window: BrowserContext):
    tab = Tab(window.new_page(), appliance.url).live()
    tab.page.keyboard.press("2")
    tab.next_sample(2)
    window.new_page().bring_to_front()
    tab.wait_until("document.visibilityState === 'hidden'")
    drawn, shown = tab.page.evaluate("inside.drawn()"), tab.sample
    with Stream(appliance) as stream:
        last = stream.samples(10)[-1].id
    # It goes on taking samples all the while.
    tab.wait_for_sequence(int(str(last).split("-")[1]))
    assert (tab.page.evaluate("inside.drawn()"), tab.sample) == (drawn, shown)
    tab.page.bring_to_front()
    tab.next_sample(2)
    assert_rows_are_samples(appliance, tab.rows())
    after = tab.page.evaluate("inside.drawn()")
    assert all(now > before for now, before in zip(after, drawn, strict=True) if before > 0)
    assert (tab.complaints, tab.unanswered, tab.foreign) == ([], [], [])


def test_a_chart_is_drawn_at_most_once_a_sample(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    tab.next_sample(3)  # the past has come, and the layout stands
    seen = tab.page.evaluate(
        """async () => {
          const seen = [];
          for (let step = 0; step < 8; step += 1) {
            const id = await inside.sampleAfter(inside.dashboard().dataset.sample);
            seen.push({ sequence: inside.sequence(id), count: inside.picture("CPU").count });
          }
          return seen;
        }"""
    )
    for before, after in pairwise(seen):
        assert 1 <= after["count"] - before["count"] <= after["sequence"] - before["sequence"]


def test_what_is_far_below_the_screen_is_drawn_only_when_it_is_scrolled_to(
    appliance: Appliance, visit: Callable[..., Tab]
):
    tab = visit(appliance.url, viewport={"width": 390, "height": 700}).live()
    tab.next_sample(3)
    assert tab.picture("Load")["count"] == 0
    assert tab.points("Load") == tab.points("CPU")
    tab.page.evaluate("inside.chart('Load').scrollIntoView()")
    tab.next_sample(2)
    assert tab.picture("Load")["count"] > 0
    count = tab.picture("CPU")["count"]
    tab.next_sample(3)
    assert tab.picture("CPU")["count"] == count
