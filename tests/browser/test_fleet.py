"""The page of a hub, with a real nats-server, hub and machines: which machines there are, and how each fares."""

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_layout import PHONE, assert_contrast
from tests.browser.test_sign_in import refused, sign_in
from tests.e2e.test_alerts import alert, config
from tests.fleet.fleet import bus, hosts, hub, machine, wait_for
from tests.support.browser import Tab
from tests.support.faults import Clock
from tests.support.process import running
from tests.support.tokens import made

pytestmark = pytest.mark.system


def opened(visit: Callable[..., Tab], url: str, machines: int, path: str = "", **options: Any) -> Tab:
    """The page of the fleet, once it shows so many machines."""
    tab = visit(url, **options).open(f"/control/metrics{path}")
    expect(tab.page.locator(f'zp-fleet[data-machines="{machines}"]')).to_be_attached()
    return tab


def row(tab: Tab, name: str) -> Locator:
    return tab.page.get_by_role("row").filter(has=tab.page.get_by_role("link", name=name, exact=True))


def names(tab: Tab) -> list[str]:
    """The machines in the order in which they stand."""
    return tab.page.get_by_role("table").get_by_role("link").all_inner_texts()


def test_three_machines_are_told_and_one_that_is_ended_by_force_is_told_silent(
    tmp_path: Path, visit: Callable[..., Tab]
):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        machine(tmp_path / "b", server.url, "right"),
        machine(tmp_path / "c", server.url, "third"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        tab = opened(visit, one.url, 3)
        for name in ("left", "right", "third"):
            expect(row(tab, name)).to_contain_text("live")
            expect(row(tab, name)).to_contain_text("%")
        left.stop(signal.SIGKILL)
        expect(row(tab, "left")).to_contain_text("silent")
        expect(tab.page.get_by_role("button", name="silent 1")).to_be_visible()
        assert names(tab) == ["left", "right", "third"], "the worst first"
        tab.page.get_by_role("button", name="last seen").click()
        expect(row(tab, "right")).to_contain_text("now")
        tab.page.get_by_role("button", name="silent 1").click()
        expect(tab.page.get_by_role("table").get_by_role("link")).to_have_text(["left"])
        row(tab, "left").get_by_role("link").click()
        expect(tab.notice("left is silent")).to_be_visible()
        assert tab.sample, "what it told last is shown"
        tab.reach("offline")
        for view, words in (("runs", "The runs can't be read"), ("alerts", "The alerts can't be read")):
            tab.page.get_by_role("link", name=view, exact=True).click()
            expect(tab.page.get_by_text(f"{words}: left is not connected to the bus")).to_be_visible()
        for _ in range(3):
            tab.page.go_back()
        expect(tab.page.get_by_role("button", name="silent 1", pressed=True)).to_be_visible()
        assert tab.violations() == []


def test_a_machine_has_the_dashboard_of_its_own_with_all_that_it_answers(tmp_path: Path, visit: Callable[..., Tab]):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        machine(tmp_path / "b", server.url, "right"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        tab = opened(visit, one.url, 2)
        row(tab, "left").get_by_role("link").click()
        tab.reach("live")
        seen = [tab.next_sample() for _ in range(3)]
        epoch = left.get("/metrics/json").json["id"].partition("-")[0]
        assert {id.partition("-")[0] for id in seen} == {epoch}, "samples of this machine alone"
        expect(tab.page.locator("zp-header")).to_contain_text("left")
        tab.page.keyboard.press("3")
        tab.wait_until("inside.timeline().window.seconds === 300")
        tab.next_sample(2)
        tab.page.get_by_role("link", name="runs", exact=True).click()
        expect(tab.page.locator("main[data-view=runs]")).to_be_visible()
        assert tab.page.url.endswith("/control/metrics?host=left#view/runs")
        asked = [url for url in tab.requested if "/api/v1/" in url and "/api/v1/fleet" not in url]
        assert asked and all("host=left" in url for url in asked)
        tab.page.get_by_role("link", name="fleet", exact=True).click()
        expect(row(tab, "right")).to_be_visible()
        assert refused(tab) == []
        tab.open("/control/metrics#host/right")
        tab.page.wait_for_url("**/control/metrics?host=right")
        tab.reach("live")
        tab.open("/control/metrics?host=nobody")
        expect(tab.notice("No machine of this name or id is known.")).to_be_visible()


def test_work_that_runs_somewhere_is_found_with_its_machine_and_a_wrong_clock_is_told(
    tmp_path: Path, visit: Callable[..., Tab]
):
    clock = Clock(tmp_path / "clock")
    clock.shift(3600)
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "right"),
        machine(tmp_path / "b", server.url, "ahead", **clock.environment),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: len(hosts(one)) == 2)
        tab = opened(visit, one.url, 2)
        expect(row(tab, "ahead")).to_contain_text("clock")
        expect(row(tab, "ahead").locator("zp-status[word=clock]")).to_have_attribute("title", re.compile("1 h .*ahead"))
        assert "clock" not in row(tab, "right").inner_text()
        tab.page.keyboard.press("2")
        expect(tab.page.get_by_role("table", name="Work")).to_be_visible()
        tab.page.keyboard.press("/")
        tab.page.keyboard.type("zeropoint ahead")
        rows = tab.page.get_by_role("row").filter(has=tab.page.get_by_role("link"))
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("ahead")
        tab.page.reload()
        expect(rows).to_have_count(1)
        rows.get_by_role("link").click()
        tab.page.wait_for_url("**/control/metrics?host=ahead")


def test_an_alert_of_a_machine_stands_in_its_row_which_comes_first(tmp_path: Path, visit: Callable[..., Tab]):
    rule = alert("memory-full", 'metric = "system.memory.usage_percent"\nabove = 0\nseverity = "critical"')
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "calm"),
        machine(tmp_path / "b", server.url, "hot", "--config", config(tmp_path, rule)),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        tab = opened(visit, one.url, 2)
        expect(row(tab, "hot")).to_contain_text("memory-full")
        expect(row(tab, "hot")).to_contain_text("above 0")
        assert names(tab) == ["hot", "calm"]
        tab.page.get_by_role("button", name="verdicts 1").click()
        expect(tab.page.get_by_role("table").get_by_role("link")).to_have_text(["hot"])


def test_a_hub_with_tokens_shows_its_fleet_to_who_signs_in(tmp_path: Path, visit: Callable[..., Tab]):
    text = made(tmp_path / "hub", "read")
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        tab = visit(one.url).open()
        expect(tab.page.get_by_role("heading", name="This hub asks for a token")).to_be_visible()
        assert refused(tab) == [], "what would be refused is not asked for"
        sign_in(tab, text)
        expect(row(tab, "left")).to_contain_text("live")
        row(tab, "left").get_by_role("link").click()
        tab.next_sample(2)


def test_a_visitor_sees_what_is_public_of_a_machine_and_is_asked_for_a_token_for_the_fleet(
    tmp_path: Path, visit: Callable[..., Tab]
):
    made(tmp_path / "hub", "read")
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        machine(tmp_path / "b", server.url, "right"),
        hub(tmp_path / "hub", "--nats", server.url, "--public-sections", "system.cpu,system.host") as one,
    ):
        tab = visit(one.url).open()
        expect(tab.page.get_by_role("heading", name="This hub asks for a token")).to_be_visible()
        tab.open("/control/metrics?host=left")
        expect(tab.page.locator("zp-public[data-sample]")).to_be_attached()
        tab.reach("live")
        expect(tab.page.get_by_role("heading", name="CPU")).to_be_visible()
        feeds = [url for url in tab.requested if "/metrics/sse" in url or "/metrics/json" in url]
        assert all("host=left" in url and "sections=" in url for url in feeds)
        assert refused(tab) == []


def test_an_appliance_has_no_page_of_a_fleet(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--interval", "0.2") as started:
        tab = visit(started.url).open("/control/metrics?host=other")
        tab.next_sample(2)
        assert not [url for url in tab.requested if "host=other" in url.replace("/control/metrics?host=other", "")]
        expect(tab.page.get_by_role("link", name="fleet", exact=True)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_text_has_contrast_and_fits_a_phone(tmp_path: Path, visit: Callable[..., Tab], scheme: str):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        machine(tmp_path / "b", server.url, "right"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        tab = opened(visit, one.url, 2, color_scheme=scheme)
        left.stop(signal.SIGKILL)
        expect(row(tab, "left")).to_contain_text("silent")
        assert_contrast(tab, texts=15)
        tab.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        expect(row(tab, "left")).to_contain_text("silent")
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert_contrast(tab, texts=10)
