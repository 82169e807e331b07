"""The appliance reads a dear source less often, and the page says which, how often and why."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.machines import copy_of, watching
from tests.support.browser import Tab

pytestmark = pytest.mark.system
# It is judged after ten seconds, and again before it recovers.
PATIENCE_MS = 120_000


def test_a_slowed_source_is_named_with_its_pace_and_no_more_when_it_has_recovered(
    tmp_path: Path, visit: Callable[..., Tab]
):
    trees = copy_of("golden", tmp_path)
    diskstats = trees / "proc/diskstats"
    content = diskstats.read_bytes()
    with diskstats.open("a") as file:
        file.writelines(f" 259 {number} nvme9n1p{number} 9 0 9 9 9 0 9 9 0 9 9\n" for number in range(12_000))
    # Read five times a second, that is some 10 % of a core.
    with watching(trees, tmp_path / "data", "--overhead-budget-percent", "3") as started:
        tab = visit(started.url).live()
        panel = tab.page.locator("zp-server")
        expect(panel.locator('[data-metric="server.overhead_budget_percent"]')).to_have_attribute("data-value", "3")
        row = panel.locator("[data-slowed=disk]")
        expect(row).to_contain_text(
            re.compile(r"disk, read every [\d.]+ s instead of every 0.2 s; it costs [\d.]+ %"),
            timeout=PATIENCE_MS,
        )
        expect(row).to_have_attribute("title", "to keep collecting within its budget of 3 % of a core")
        expect(tab.page.locator("zp-chart-panel", has_text="Disk").first.locator(".pace")).to_contain_text("every")
        diskstats.write_bytes(content)
        expect(row).to_have_count(0, timeout=PATIENCE_MS)
