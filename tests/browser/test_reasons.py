"""Why values are missing is reached without a mouse."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.machines import FIXTURES, watching
from tests.browser.shown import sample_of
from tests.support.browser import Tab
from tests.support.process import Appliance

pytestmark = pytest.mark.system


def test_w_lists_what_could_not_be_read_with_the_reasons_and_closes_it_again(tmp_path: Path, visit: Callable[..., Tab]):
    with watching(FIXTURES / "no_psi", tmp_path) as started:
        tab = visit(started.url).live()
        tab.next_sample(2)  # the first lacks what needs two readings
        tab.page.keyboard.press("w")
        listed = tab.page.get_by_role("dialog")
        expect(listed).to_be_visible()
        rows = sample_of(started, tab.sample)["unavailable"]
        assert len(rows) > 10
        for row in rows:
            entry = listed.locator("dl > div").filter(has_text=row["reason"]).filter(has_text=row["path"])
            expect(entry).to_be_visible()
        tab.page.keyboard.press("w")
        expect(listed).to_be_hidden()


def test_the_list_opens_from_the_page_and_is_of_the_sample_that_is_shown(
    appliance: Appliance, visit: Callable[..., Tab]
):
    tab = visit(appliance.url).live()
    tab.page.keyboard.press("Space")
    tab.wait_until("inside.timeline().frozen")
    tab.page.get_by_role("button", name="readings are missing").press("Enter")
    listed = tab.page.get_by_role("dialog")
    expect(listed).to_be_visible()
    expect(listed.get_by_role("region")).to_be_focused()
    rows = sample_of(appliance, tab.sample)["unavailable"]
    expect(listed.locator("dt")).to_have_count(len({row["reason"] for row in rows}))
    tab.page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
