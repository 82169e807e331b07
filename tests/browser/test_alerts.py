"""The page's view of alerts, of a real rule that fires and ends."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_layout import CONTRAST
from tests.e2e.test_alerts import COUNT, alert, artifacts, config, log_command
from tests.support.browser import Tab
from tests.support.process import running

pytestmark = pytest.mark.system


def assert_contrast_of_all(tab: Tab) -> None:
    """WCAG 2.2, 1.4.3 (AA)."""
    found = tab.page.evaluate(CONTRAST)
    assert len(found) > 15
    assert [one for one in found if one["ratio"] < one["least"]] == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_view_shows_what_fires_and_why_and_what_became_of_it(
    tmp_path: Path, visit: Callable[..., Tab], scheme: str, width: int
):
    artifacts(tmp_path, 1)
    hostile = "<b>&'\"</b>"
    rules = (
        alert("many", f'metric = "{COUNT}"\nabove = 2\nclear = 1\nseverity = "critical"\nnotify = ["log", "bad"]'),
        alert("calm", 'metric = "system.gpus.*.temperature_celsius"\nabove = 1000\nfor = "5m"'),
    )
    bad = f"[[notify]]\nname = 'bad'\ncommand = ['/bin/sh', '-c', 'exit 3', '''{hostile}''']\n"
    file = config(tmp_path, *rules, log_command(tmp_path), bad)
    arguments = ("--artifacts", str(tmp_path / "artifacts"), "--config", file)
    with running(tmp_path / "data", *arguments) as appliance:
        tab = visit(appliance.url, color_scheme=scheme, viewport={"width": width, "height": 844}).live()
        link = tab.page.get_by_role("navigation", name="Views").get_by_role("link", name="alerts")
        expect(link).to_have_text("alerts")
        link.click()
        firing = tab.page.get_by_role("region", name="Firing now")
        rule = tab.page.locator('[data-rule="many"]')
        expect(firing).to_contain_text("nothing")
        expect(rule.locator("[data-state=ok]")).to_be_visible()
        expect(rule).to_contain_text(f"{COUNT} above 2, ends at 1")
        expect(tab.page.locator('[data-rule="calm"]')).to_contain_text("for 5 min")
        artifacts(tmp_path, 3)
        expect(link).to_have_text("alerts1")
        expect(firing.locator("[data-alert]")).to_contain_text(f"{COUNT} is 3, above 2")
        expect(firing.locator("[data-alert]")).to_contain_text("critical")
        expect(rule.locator("[data-state=firing]")).to_be_visible()
        event = tab.page.locator("[data-event][data-kind=fired]")
        expect(event.locator("[data-notice=delivered]")).to_contain_text("log (command) delivered")
        expect(event.locator("[data-notice=waiting]")).to_contain_text("it ended with exit code 3")
        assert_contrast_of_all(tab)
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert hostile not in tab.page.content()
        artifacts(tmp_path, 1)
        expect(tab.page.locator("[data-event][data-kind=cleared]")).to_contain_text("is 1, no longer above 2")
        expect(link).to_have_text("alerts")
        expect(firing).to_contain_text("nothing")
        tab.page.reload()
        expect(tab.page.locator("[data-event]")).to_have_count(2)


def test_without_rules_it_says_how_to_write_one(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path / "data") as appliance:
        tab = visit(appliance.url).live()
        tab.page.get_by_role("link", name="alerts").click()
        shown = tab.page.get_by_role("region", name="Alerts")
        expect(shown.locator("pre")).to_contain_text('metric = "system.disk.filesystems.*.usage_percent"')
        example = shown.locator("pre").inner_text()
        assert_contrast_of_all(tab)
    file = config(tmp_path, example)
    with running(tmp_path / "data", "--config", file) as appliance:
        assert [rule["name"] for rule in appliance.get("/api/v1/alerts").json["rules"]] == ["disk-full"]
