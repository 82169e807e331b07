"""The page as somebody without a token sees it, and in frames of other sites."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.embedding.site import serving
from tests.support.browser import Tab
from tests.support.process import Appliance, running
from tests.support.tokens import made

pytestmark = pytest.mark.system


def opened(visit: Callable[..., Tab], appliance: Appliance) -> Tab:
    tab = visit(appliance.url).open()
    tab.reach("live")
    tab.wait_until("document.querySelector('zp-public').dataset.sample !== undefined")
    return tab


def test_a_visitor_sees_what_is_public_and_neither_errors_nor_places_for_what_is_not(
    tmp_path: Path, visit: Callable[..., Tab]
):
    made(tmp_path, "read")
    settings = ["--interval", "0.2", "--public-sections", "system.cpu", "--public-sections", "system.memory"]
    with running(tmp_path, *settings) as started:
        tab = opened(visit, started)
        charts = tab.page.locator("zp-chart")
        expect(charts.first).to_be_visible()
        headings = charts.evaluate_all("all => all.map(({ heading }) => heading)")
        assert headings[:2] == ["CPU", "Memory"] and not set(headings) & {"Disk", "Network"}
        expect(tab.page.locator("zp-who, zp-components, zp-filesystems, zp-server, zp-verdicts")).to_have_count(0)
        expect(tab.page.get_by_role("button", name="sign in", exact=True)).to_be_visible()
        expect(tab.page.get_by_label("Token")).to_have_count(0)
        tab.wait_until("Number(inside.chart('CPU').dataset.points) >= 3")
        expect(tab.page.locator('zp-value[data-metric="system.memory.total_bytes"][data-value]')).to_have_count(1)
        assert tab.page.get_by_text("token").count() == 0
        assert (tab.unanswered, tab.violations()) == ([], [])


def test_all_sections_that_may_be_public_can_be_shown(tmp_path: Path, visit: Callable[..., Tab]):
    made(tmp_path, "read")
    sections = "ai,ledger,server,system,verdicts"
    with running(tmp_path, "--interval", "0.2", ZEROPOINT_PUBLIC_SECTIONS=sections) as started:
        tab = opened(visit, started)
        for element in ("zp-who", "zp-components", "zp-filesystems", "zp-server", "zp-verdicts"):
            expect(tab.page.locator(element)).to_have_count(1)
        expect(tab.page.locator("zp-server dd zp-value[data-value]").first).to_be_visible()
        tab.wait_until("Number(inside.chart('Disk').dataset.points) >= 3")
        assert (tab.unanswered, tab.violations()) == ([], [])


def test_a_visitor_signs_in_and_out_from_there(tmp_path: Path, visit: Callable[..., Tab]):
    text = made(tmp_path, "read")
    with running(tmp_path, "--interval", "0.2", "--public-sections", "system.cpu") as started:
        tab = opened(visit, started)
        tab.page.get_by_role("button", name="sign in", exact=True).click()
        expect(tab.page.get_by_label("Token")).to_be_focused()
        tab.page.keyboard.type(text)
        tab.page.keyboard.press("Enter")
        tab.page.locator("zp-dashboard").wait_for()
        tab.reach("live")
        expect(tab.page.locator("zp-server")).to_have_count(1)
        tab.page.get_by_role("button", name="read: sign out").click()
        tab.page.locator("zp-public").wait_for()
        tab.reach("live")


@pytest.mark.parametrize("is_named", [True, False])
def test_only_sites_that_are_named_show_the_page_in_a_frame(
    tmp_path: Path, new_context: Callable[..., BrowserContext], is_named: bool
):
    made(tmp_path, "read")
    with serving() as site:
        settings = ["--interval", "0.2", "--public-sections", "system.cpu"]
        settings += ["--embed-origins", site.origin if is_named else "https://another.example"]
        with running(tmp_path, *settings) as started:
            site.put("/", f'<!doctype html><iframe src="{started.url}/control/metrics" title="box"></iframe>')
            page = new_context().new_page()
            chart = page.frame_locator("iframe").locator("zp-public zp-chart").first
            if is_named:
                page.goto(site.origin)
                expect(chart).to_be_visible()
            else:
                with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
                    page.goto(site.origin)
                assert chart.count() == 0
