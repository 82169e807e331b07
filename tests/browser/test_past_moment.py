"""All of the page as it was at a past moment."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.shown import expected, milliseconds
from tests.browser.test_layout import assert_contrast
from tests.support.browser import Tab
from tests.support.events import Event
from tests.support.process import Appliance, running
from tests.support.stream import Stream

pytestmark = pytest.mark.system

ARGUMENTS = ("--interval", "0.1")
LONG_AGO = "2020-01-01T12:00:00Z"


class Kept:
    """A process that was started again, and the samples of the one before it."""

    def __init__(self, appliance: Appliance, before: list[dict[str, Any]]) -> None:
        self.appliance = appliance
        self.before = before

    def at(self, index: int) -> str:
        """The address of a moment: that of a sample from before the restart."""
        return f"/control/metrics#at={self.before[index]['timestamp']}"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    data = tmp_path_factory.mktemp("data")
    with running(data, *ARGUMENTS) as first:
        with Stream(first) as stream:
            before: list[Event] = stream.samples(60)
        assert first.stop() == 0
        with running(data / "other", *ARGUMENTS) as other, Stream(other) as clock:
            clock.samples(80)
    with running(data, *ARGUMENTS) as second:
        with Stream(second) as stream:
            stream.samples(10)
        yield Kept(second, [event.json for event in before])


def bar(tab: Tab) -> Locator:
    return tab.page.locator("zp-time-bar")


def shown(tab: Tab, id: str) -> None:
    """Waits until the page shows this sample, in all of its parts."""
    tab.wait_until("inside.dashboard().dataset.sample === argument", id)
    tab.page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def assert_page_is_of(tab: Tab, sample: dict[str, Any]) -> None:
    told = tab.readings()
    assert told["sample"] == sample["id"]
    assert len(told["values"]) > 40
    for one in told["values"]:
        value, reason = expected(sample, one["metric"])
        seen = one["value"] if value is None or isinstance(value, str) else float(one["value"])
        assert (seen, one["missing"]) == (value, reason), one


def test_an_address_leads_to_a_moment_with_all_of_its_values(kept: Kept, visit: Callable[..., Tab]):
    tab = visit(kept.appliance.url).open(kept.at(40))
    sample = kept.before[40]
    shown(tab, sample["id"])
    expect(bar(tab)).to_contain_text("As it was")
    assert_page_is_of(tab, sample)
    view = tab.view()
    assert view["endMilliseconds"] == milliseconds(sample)
    tab.wait_until("inside.timeline().history?.question.isOpen === false")
    times = [milliseconds(one) for one in kept.before[:41]]
    inside = [time for time in times if time >= view["startMilliseconds"] - 50]
    assert tab.view()["times"] == inside, "the charts end there, and have what was before"
    assert tab.page.title().startswith("as it was")
    # The feed goes on meanwhile, and the page stays where it is.
    tab.reach("live")
    newest = tab.page.evaluate("inside.sequence(inside.timeline().newest.id)")
    tab.wait_for_sequence(newest + 5)
    assert_page_is_of(tab, sample)


def test_back_to_live_is_live_and_the_address_says_so(kept: Kept, visit: Callable[..., Tab]):
    tab = visit(kept.appliance.url).open(kept.at(20))
    shown(tab, kept.before[20]["id"])
    bar(tab).get_by_role("button", name="back to live").click()
    tab.wait_until(
        "inside.timeline().past === null && inside.timeline().newest.id === inside.dashboard().dataset.sample"
    )
    expect(bar(tab)).not_to_contain_text("As it was")
    assert "#at=" not in tab.page.url
    tab.next_sample(2)
    tab.page.go_back()
    shown(tab, kept.before[20]["id"])


def test_arrows_lead_from_sample_to_sample_and_the_address_follows(kept: Kept, visit: Callable[..., Tab]):
    tab = visit(kept.appliance.url).open(kept.at(30))
    shown(tab, kept.before[30]["id"])
    tab.page.keyboard.press("ArrowLeft")
    shown(tab, kept.before[29]["id"])
    tab.page.keyboard.press("ArrowLeft")
    shown(tab, kept.before[28]["id"])
    bar(tab).get_by_role("button", name="The sample after").click()
    shown(tab, kept.before[29]["id"])
    assert_page_is_of(tab, kept.before[29])
    tab.page.reload()
    shown(tab, kept.before[29]["id"])


def test_the_cursor_s_moment_is_shown_by_a_key(kept: Kept, visit: Callable[..., Tab]):
    tab = visit(kept.appliance.url).live()
    tab.page.keyboard.press("3")
    tab.wait_until("inside.timeline().history !== null")
    sample = kept.before[35]
    tab.page.evaluate("time => inside.timeline().holdAt(time)", milliseconds(sample) + 20)
    expect(bar(tab)).to_contain_text("cursor at")
    tab.page.keyboard.press("a")
    shown(tab, sample["id"])
    assert "#at=" in tab.page.url
    tab.page.keyboard.press("Escape")
    tab.wait_until("inside.timeline().past === null")


def test_a_moment_without_a_sample_says_why(kept: Kept, visit: Callable[..., Tab]):
    # A sample tells of the five seconds after it, at most.
    gone = milliseconds(kept.before[-1]) + 6000
    tab = visit(kept.appliance.url).live()
    for moment, reason in ((LONG_AGO, "older than the journal"), (None, "the appliance was not running then")):
        at = moment or tab.page.evaluate("time => new Date(time).toISOString()", gone)
        tab.page.evaluate("at => { location.hash = `#at=${at}`; }", at)
        expect(bar(tab)).to_contain_text(reason)
        expect(bar(tab)).to_contain_text("A past moment")
        tab.next_sample()
        assert tab.page.evaluate("inside.timeline().past") is None, "what is live is shown meanwhile"


def test_a_moment_is_chosen_by_its_time(kept: Kept, visit: Callable[..., Tab]):
    tab = visit(kept.appliance.url).live()
    tab.page.get_by_role("button", name="as it was").click()
    expect(bar(tab)).to_contain_text("As it was")
    field = bar(tab).get_by_label("Moment to show")
    # The field is of the viewer's clock, to the second.
    second = milliseconds(kept.before[50]) // 1000 * 1000
    newest = max(one for one in map(milliseconds, kept.before) if one <= second)
    local = tab.page.evaluate(
        "time => new Date(time - new Date(time).getTimezoneOffset() * 60000).toISOString().slice(0, 19)", second
    )
    field.fill(local)
    [sample] = [one for one in kept.before if milliseconds(one) == newest]
    shown(tab, sample["id"])
    tab.page.keyboard.press("Tab")
    tab.page.get_by_role("button", name="as it was").focus()
    tab.page.keyboard.press("l")
    tab.wait_until("inside.timeline().past === null")


def test_a_moment_on_a_phone_fits(kept: Kept, visit: Callable[..., Tab]):
    tab = visit(kept.appliance.url, viewport={"width": 390, "height": 844}).open(kept.at(10))
    shown(tab, kept.before[10]["id"])
    expect(bar(tab)).to_contain_text("As it was")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in bar(tab).get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_says_so_has_contrast(kept: Kept, visit: Callable[..., Tab], scheme: str):
    tab = visit(kept.appliance.url, color_scheme=scheme, viewport={"width": 1280, "height": 2000}).open(kept.at(10))
    shown(tab, kept.before[10]["id"])
    expect(bar(tab)).to_contain_text("As it was")
    assert_contrast(tab)


@pytest.mark.parametrize("path", [Path("/control/metrics#at=yesterday"), Path("/control/metrics#at=")])
def test_an_address_without_a_moment_is_live(kept: Kept, visit: Callable[..., Tab], path: Path):
    tab = visit(kept.appliance.url).open(str(path))
    tab.next_sample(2)
    expect(bar(tab)).not_to_contain_text("past")
