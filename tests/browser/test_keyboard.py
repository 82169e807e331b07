"""All of the page is reached with the keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.shown import sample_of
from tests.support.browser import Tab
from tests.support.process import Appliance

pytestmark = pytest.mark.system

DAY = 86_400
WINDOW_SECONDS = {
    **{"1": 3.8, "2": 60, "3": 300, "4": 900, "5": 3600},
    **{"6": DAY / 4, "7": DAY, "8": 7 * DAY, "9": 90 * DAY},
}
# What a person should reach: all that takes the focus and can be seen, outside of a dialog that is closed.
CONTROLS = """
  [...inside.elements()].filter((element) =>
    element.matches("button, a[href], input, select, textarea, summary, [tabindex]:not([tabindex='-1'])") &&
    element.checkVisibility() && !element.disabled).length
"""
FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (element === null || element === document.body) return null;
  globalThis.reached ??= new Set();
  const again = reached.has(element);
  reached.add(element);
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom } = element.getBoundingClientRect();
  return {
    again,
    what: element.outerHTML.slice(0, 300),
    name: element.getAttribute("aria-label") ?? element.textContent.trim(),
    outline: outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth),
    isOnScreen: bottom > 0 && top < innerHeight,
  };
}"""


def windows(tab: Tab, pressed: bool | None = None) -> Locator:
    return tab.page.get_by_role("group", name="Window of the charts").get_by_role("button", pressed=pressed)


def test_question_mark_opens_the_help_and_escape_closes_it(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    help = tab.page.get_by_role("dialog")
    expect(help).to_be_hidden()
    tab.page.keyboard.press("?")
    expect(help).to_be_visible()
    for word in ("window", "freeze", "theme", "as it was", "zooms"):
        expect(help).to_contain_text(word)
    tab.page.keyboard.press("Escape")
    expect(help).to_be_hidden()


def test_digits_choose_the_window(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    for key, seconds in reversed(WINDOW_SECONDS.items()):
        tab.page.keyboard.press(key)
        expect(windows(tab).nth(int(key) - 1)).to_have_attribute("aria-pressed", "true")
        expect(windows(tab, pressed=True)).to_have_count(1)
        tab.next_sample()
        view = tab.view()
        assert view["endMilliseconds"] - view["startMilliseconds"] == pytest.approx(seconds * 1000)


def test_t_changes_the_theme_and_the_browser_remembers_it(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url, color_scheme="light").live()
    background = "getComputedStyle(document.documentElement).backgroundColor"
    line = "() => inside.picture('Memory').lines.map(line => line.colour)"
    auto, drawn = tab.page.evaluate(background), tab.page.evaluate(line)
    tab.page.keyboard.press("t")
    assert tab.page.evaluate(background) == auto, "the system's theme is the light one"
    tab.page.keyboard.press("t")
    tab.next_sample()
    dark = tab.page.evaluate(background)
    assert dark != auto
    assert not set(tab.page.evaluate(line)) & set(drawn), "the canvases follow"
    tab.page.reload()
    tab.next_sample()
    assert tab.page.evaluate(background) == dark
    tab.page.keyboard.press("t")
    assert tab.page.evaluate(background) == auto


def test_space_freezes_all_of_the_page_and_lets_it_go_on(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    tab.next_sample()
    tab.freeze()
    shown, points = tab.readings(), tab.points()
    frozen_at = int(shown["sample"].split("-")[1])
    tab.wait_for_sequence(frozen_at + 5)
    assert tab.readings() == shown
    assert tab.points() == points
    assert sample_of(appliance, shown["sample"])["id"] == shown["sample"]
    tab.page.keyboard.press("Space")
    after = tab.next_sample()
    assert int(after.split("-")[1]) >= frozen_at + 5


def test_arrows_move_the_cursor_over_all_charts(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    tab.next_sample(3)
    tab.freeze()
    for _ in range(3):
        tab.page.keyboard.press("ArrowLeft")
    epoch, sequence = tab.sample.split("-")
    earlier = sample_of(appliance, f"{epoch}-{int(sequence) - 3}")
    used = tab.page.locator('zp-chart [data-metric="system.memory.used_bytes"]')
    expect(used).to_have_attribute("data-value", str(earlier["system"]["memory"]["used_bytes"]))
    tab.page.keyboard.press("Escape")
    newest = sample_of(appliance, tab.sample)
    expect(used).to_have_attribute("data-value", str(newest["system"]["memory"]["used_bytes"]))


def test_tab_reaches_every_control_with_a_visible_focus(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    tab.next_sample(2)
    controls = tab.page.evaluate(CONTROLS)
    reached = []
    for _ in range(controls + 1):
        tab.page.keyboard.press("Tab")
        focused = tab.page.evaluate(FOCUSED)
        if focused is None or focused["again"]:
            break
        reached.append(focused)
    assert len(reached) == controls
    for one in reached:
        assert one["outline"] >= 1, one
        assert one["isOnScreen"], one
        assert one["name"], one


def test_space_presses_a_focused_button_and_freezes_nothing(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    windows(tab).nth(2).focus()
    tab.page.keyboard.press("Space")
    expect(windows(tab).nth(2)).to_have_attribute("aria-pressed", "true")
    tab.next_sample(2)
