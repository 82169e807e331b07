"""A source that is really dear is read less often, says so with its reason, and recovers; and the page shows it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.machines import copy_of, watching
from tests.support.browser import Tab
from tests.support.process import Appliance

pytestmark = pytest.mark.system
# It is judged after half a minute, and again before it recovers.
PATIENCE_MS = 120_000
BUDGET_PERCENT = 3


def servers_since(started: Appliance, first: str) -> list[dict[str, Any]]:
    """The appliance's reports on itself in all samples after that one."""
    found: list[dict[str, Any]] = []
    while samples := started.get(f"/metrics/json?since={first}&sections=server").json["samples"]:
        found += [sample["server"] for sample in samples]
        first = samples[-1]["id"]
    return found


def disk(server: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = server["collectors"]["disk"]
    return row


def test_a_slowed_source_is_named_with_its_pace_and_no_more_when_it_has_recovered(
    tmp_path: Path, visit: Callable[..., Tab]
):
    trees = copy_of("golden", tmp_path)
    diskstats = trees / "proc/diskstats"
    content = diskstats.read_bytes()
    with diskstats.open("a") as file:
        file.writelines(f" 259 {number} nvme9n1p{number} 9 0 9 9 9 0 9 9 0 9 9\n" for number in range(12_000))
    # Read five times a second, that is some 10 % of a core.
    with watching(trees, tmp_path / "data", "--overhead-budget-percent", str(BUDGET_PERCENT)) as started:
        first = started.get("/metrics/json").json["id"]
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
        slowed = servers_since(started, first)
        last = started.get("/metrics/json").json["id"]
        diskstats.write_bytes(content)
        expect(row).to_have_count(0, timeout=PATIENCE_MS)
        recovered = servers_since(started, last)
        assert started.stop() == 0
        assert started.process.stderr is not None
        log = started.process.stderr.read()
    at = next(number for number, server in enumerate(slowed) if disk(server)["slowdown"] > 1)
    assert at > 0 and disk(slowed[0])["period_seconds"] == 0.2
    assert slowed[at]["overhead_budget_percent"] == BUDGET_PERCENT
    assert slowed[at]["overhead_percent"] > BUDGET_PERCENT, "the reason that it is slowed for"
    period = disk(slowed[at])["period_seconds"]
    assert period == pytest.approx(0.2 * disk(slowed[at])["slowdown"])
    within = next(server for server in slowed[at:] if server["overhead_percent"] <= BUDGET_PERCENT)
    assert within["collectors"]["memory"]["slowdown"] == 1, "cheap ones go on"
    assert within["health"] == "healthy", "less often is in order"
    back = next(server for server in recovered if disk(server)["slowdown"] == 1)
    assert back["overhead_percent"] <= BUDGET_PERCENT
    told = [line for line in log.splitlines() if "probes slowed" in line or "probes recover" in line]
    assert f"budget_percent={BUDGET_PERCENT}" in told[0] and f"disk {period:g} s" in told[0] and "warning" in told[0]
    assert any("probes recover" in line and "disk" in line for line in told[1:])
