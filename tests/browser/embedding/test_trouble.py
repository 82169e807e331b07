"""What elements on another site say when something is in the way."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.embedding.site import SCRIPT, Site
from tests.browser.embedding.visitor import Visitor
from tests.browser.machines import FIXTURES, watching
from tests.support.browser import Tab
from tests.support.process import TIMEOUT_SECONDS, Appliance, running

pytestmark = pytest.mark.system

ELEMENTS = """
<zeropoint-chart metric="system.cpu.usage_percent" src="{box}/" label="CPU" window="1m"></zeropoint-chart>
<zeropoint-value metric="system.memory.used_bytes" src="{box}/"></zeropoint-value>
<zeropoint-status src="{box}/"></zeropoint-status>
"""


@pytest.fixture
def stranger(site: Site, new_context: Callable[..., BrowserContext]) -> Visitor:
    """A visitor whose browser will complain: of what a test does on purpose."""
    return Visitor(Tab(new_context().new_page(), site.origin), site)


def test_a_server_that_dies_and_comes_back_is_followed(tmp_path: Path, site: Site, visiting: Callable[..., Visitor]):
    settings = ["--interval", "0.2", "--allowed-origins", site.origin]
    with running(tmp_path, *settings) as first:
        site.embed(first, ELEMENTS)
        page = visiting().open()
        page.reach("healthy")
        before = page.wait_for_points(8)
        first.process.kill()
        first.process.wait(TIMEOUT_SECONDS)
        page.reach("no answer")
        expect(page.page.locator("zeropoint-status")).to_contain_text(re.compile(r"since \d\d:\d\d:\d\d"))
        expect(page.page.locator("zeropoint-chart")).to_contain_text(re.compile(r"no connection since \d\d:\d\d:\d\d"))
        expect(page.page.locator("zeropoint-value")).to_contain_text(re.compile(r"[MG]iB.*(just now|s ago)"))
        last = page.chart()["times"]
        assert set(before["times"]) <= set(last), "what was shown stays"
    with running(tmp_path, *settings, "--port", str(first.port)):
        page.reach("healthy")
        page.wait_for_time_after(page.chart()["times"][-1])
        expect(page.page.locator("zeropoint-chart")).not_to_contain_text("no connection")
        expect(page.page.locator("zeropoint-value")).not_to_contain_text("ago")
        after = page.chart()
        join = after["times"].index(next(time for time in after["times"] if time > last[-1]))
        assert join in after["broken"], "the line is broken where the server was away"


def test_a_site_that_is_not_allowed_is_told_so(tmp_path: Path, site: Site, stranger: Visitor):
    with running(tmp_path, "--interval", "0.2", "--allowed-origins", "https://elsewhere.example") as box:
        # A copy of the script on the site itself: of the appliance this site may read nothing.
        site.put("/elements.js", box.get(SCRIPT).body.decode(), "text/javascript")
        body = ELEMENTS.replace("{box}", box.url)
        site.put("/", f'<!doctype html><script type="module" src="/elements.js"></script>{body}')
        page = stranger.open()
        words = f"127.0.0.1:{box.port} answers, but does not let pages of {site.origin} read"
        for element in ("zeropoint-chart", "zeropoint-value", "zeropoint-status"):
            expect(page.page.locator(element)).to_contain_text(words)
            expect(page.page.locator(element)).to_contain_text("allowed_origins")
        page.reach("not readable")


def test_a_page_whose_own_policy_forbids_the_connection_is_told_so(site: Site, box: Appliance, stranger: Visitor):
    site.embed(box, ELEMENTS, Content_Security_Policy=f"default-src 'none'; script-src {box.url}")
    page = stranger.open()
    for element in ("zeropoint-chart", "zeropoint-value", "zeropoint-status"):
        expect(page.page.locator(element)).to_contain_text(f"does not allow connections to {box.url}")


def test_an_appliance_that_never_answered_is_named(tmp_path: Path, site: Site, visiting: Callable[..., Visitor]):
    with running(tmp_path, "--interval", "0.2", "--allowed-origins", site.origin) as box:
        site.put("/elements.js", box.get(SCRIPT).body.decode(), "text/javascript")
    body = ELEMENTS.replace("{box}", box.url)
    site.put("/", f'<!doctype html><script type="module" src="/elements.js"></script>{body}')
    page = visiting().open()
    expect(page.page.locator("zeropoint-chart")).to_contain_text(f"No answer from 127.0.0.1:{box.port}")
    page.reach("no answer")
    assert page.page.locator("zeropoint-value .number").count() == 0


def test_a_value_that_could_not_be_read_is_a_dash_and_its_reason_is_reached_by_the_keyboard(
    tmp_path: Path, site: Site, visiting: Callable[..., Visitor]
):
    metric = "system.memory.used_bytes"  # this kernel is older than MemAvailable
    with watching(FIXTURES / "no_psi", tmp_path, "--allowed-origins", site.origin) as box:
        (reason,) = [row["reason"] for row in box.get("/metrics/json").json["unavailable"] if row["path"] == metric]
        value = f'<zeropoint-value metric="{metric}"></zeropoint-value>'
        site.embed(box, f'{value}<zeropoint-chart metric="{metric}"></zeropoint-chart>')
        page = visiting().open()
        (shown,) = page.wait_for_values()
        assert (shown["text"], shown["missing"]) == ("–", reason)
        dash = page.page.get_by_role("img", name=f"not available: {reason}").first
        bubble = page.page.locator("zeropoint-value .reason")
        expect(bubble).to_be_hidden()
        page.page.keyboard.press("Tab")
        expect(dash).to_be_focused()
        expect(bubble).to_be_visible()
        expect(bubble).to_have_text(reason)
        page.page.keyboard.press("Escape")
        expect(bubble).to_be_hidden()
        dash.hover()
        expect(bubble).to_be_visible()
        page.page.mouse.move(0, 500)
        page.page.keyboard.press("Shift+Tab")
        expect(bubble).to_be_hidden()
        expect(page.page.locator("zeropoint-chart .nothing")).to_have_text(reason)


def test_a_name_that_leads_nowhere_is_told_with_those_that_there_are(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    known = box.get("/metrics/json").json
    wrong = {
        "system.cpu.usage": known["system"]["cpu"],
        "system.cpus.usage_percent": known["system"],
        "ai.components.tinygrd.status": known["ai"]["components"],
        "sistem.cpu": known.keys() - {"unavailable"},
    }
    chart = '<zeropoint-chart metric="{}" src="{{box}}/"></zeropoint-chart>'
    good = '<zeropoint-value metric="system.cpu.load_1m"></zeropoint-value>'
    site.embed(box, "".join(chart.format(name) for name in wrong) + good)
    page = visiting().open()
    for index, (name, there) in enumerate(wrong.items()):
        words = page.page.locator("zeropoint-chart").nth(index).locator(".nothing")
        expect(words).to_contain_text(f"There is no metric “{name}”")
        assert set(there) <= set(re.findall(r"\w+", words.inner_text()))
    (shown,) = page.wait_for_values()
    assert shown["value"] is not None, "the others are served"


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<zeropoint-chart></zeropoint-chart>", "The attribute “metric” is missing."),
        ('<zeropoint-chart metric="system.cpu"></zeropoint-chart>', "“system.cpu” is a group of values: usage_percent"),
        ('<zeropoint-chart metric="system.host.name"></zeropoint-chart>', "A text can’t be drawn as a line"),
        ('<zeropoint-chart metric="a" window="5 parsec"></zeropoint-chart>', 'window="5 parsec" is no time'),
        ('<zeropoint-chart metric="a" src="ftp://box/"></zeropoint-chart>', "ftp://box/ is no http address."),
        ('<zeropoint-value metric="a" token="a&#10;b"></zeropoint-value>', "characters that no header can carry"),
        ('<zeropoint-status src="http://"></zeropoint-status>', "“http://” is no address."),
    ],
)
def test_attributes_that_make_no_sense_are_told(
    site: Site, box: Appliance, visiting: Callable[..., Visitor], markup: str, words: str
):
    site.embed(box, markup)
    page = visiting().open()
    expect(page.page.locator("body")).to_contain_text(words)
