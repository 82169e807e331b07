"""The appliance cannot read one of its sources, and the page says which and why."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.machines import copy_of, watching
from tests.support.browser import Tab

pytestmark = pytest.mark.system


def test_a_source_that_fails_is_named_with_its_reason_and_the_others_go_on(tmp_path: Path, visit: Callable[..., Tab]):
    trees = copy_of("golden", tmp_path)
    (trees / "proc/meminfo").unlink()
    os.mkfifo(trees / "proc/meminfo")
    with watching(trees, tmp_path / "data") as started:
        tab = visit(started.url).live()
        reason = started.get("/metrics/json").json["server"]["collectors"]["memory"]["reason"]
        assert "not a regular file" in reason
        header = tab.page.locator("zp-header")
        expect(header.locator('[data-health="degraded"]')).to_contain_text("degraded")
        expect(header).to_contain_text(reason)
        expect(tab.page.locator("zp-server [data-collector=memory]")).to_contain_text(reason)
        tab.next_sample()
        shown = {one["metric"]: one for one in tab.readings()["values"]}
        assert shown["system.memory.total_bytes"]["text"] == "–"
        assert reason in shown["system.memory.total_bytes"]["title"]
        assert shown["system.cpu.load_1m"]["value"] is not None
        panel = tab.page.locator("zp-chart-panel", has_text="Memory").first
        expect(panel).to_contain_text("never read")
        expect(panel).to_contain_text(reason)


def test_a_source_that_fails_later_leaves_its_last_value_and_its_age(tmp_path: Path, visit: Callable[..., Tab]):
    trees = copy_of("golden", tmp_path)
    memory = trees / "proc/meminfo"
    content = memory.read_bytes()
    with watching(trees, tmp_path / "data") as started:
        tab = visit(started.url).live()
        header = tab.page.locator("zp-header")
        expect(header.locator('[data-health="healthy"]')).to_be_visible()
        total = str(started.get("/metrics/json").json["system"]["memory"]["total_bytes"])
        memory.write_text("MemTotal: many kB\n")
        expect(header.locator('[data-health="degraded"]')).to_be_visible()
        panel = tab.page.locator("zp-chart-panel", has_text="Memory").first
        expect(panel).to_contain_text("ago")
        expect(panel.locator('[data-metric="system.memory.total_bytes"]')).to_have_attribute("data-value", total)
        memory.write_bytes(content)
        expect(header.locator('[data-health="healthy"]')).to_be_visible()
        expect(panel).not_to_contain_text("ago")
