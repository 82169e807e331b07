"""A source that is really dear is read less often, says so with its reason, and recovers; and the page shows it."""

import re
from collections.abc import Callable, Iterator
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
# All but the dear source takes a quarter of it, and more on a busy machine.
BUDGET_PERCENT = 8


def reports(started: Appliance, newest: str) -> Iterator[dict[str, Any]]:
    """The appliance's reports on itself in the samples after that one, as they come; some minutes of them."""
    for _ in range(200):
        samples = started.get(f"/metrics/json?since={newest}&wait=5").json["samples"]
        yield from (sample["server"] for sample in samples)
        newest = samples[-1]["id"] if samples else newest


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
        file.writelines(f" 259 {number} nvme9n1p{number} 9 0 9 9 9 0 9 9 0 9 9\n" for number in range(30_000))
    # Read five times a second, that is some 25 % of a core.
    with watching(trees, tmp_path / "data", "--overhead-budget-percent", str(BUDGET_PERCENT)) as started:
        told = reports(started, started.get("/metrics/json").json["id"])
        server = next(told)
        assert (disk(server)["slowdown"], disk(server)["period_seconds"]) == (1, 0.2)
        assert server["overhead_budget_percent"] == BUDGET_PERCENT
        tab = visit(started.url).live()
        panel = tab.page.locator("zp-server")
        expect(panel.locator('[data-metric="server.overhead_budget_percent"]')).to_have_attribute(
            "data-value", str(BUDGET_PERCENT)
        )
        row = panel.locator("[data-slowed=disk]")
        expect(row).to_contain_text(
            re.compile(r"disk, read every [\d.]+ s instead of every 0.2 s; it costs [\d.]+ %"),
            timeout=PATIENCE_MS,
        )
        expect(row).to_have_attribute("title", f"to keep collecting within its budget of {BUDGET_PERCENT} % of a core")
        expect(tab.page.locator("zp-chart-panel", has_text="Disk").first.locator(".pace")).to_contain_text("every")
        server = next(server for server in told if disk(server)["slowdown"] > 1)
        assert server["overhead_percent"] > BUDGET_PERCENT, "the reason that it is slowed for"
        period = disk(server)["period_seconds"]
        assert period == pytest.approx(0.2 * disk(server)["slowdown"])
        server = next(server for server in told if server["overhead_percent"] <= BUDGET_PERCENT)
        assert server["collectors"]["memory"]["slowdown"] == 1, "cheap ones go on"
        assert server["health"] == "healthy", "less often is in order"
        diskstats.write_bytes(content)
        expect(row).to_have_count(0, timeout=PATIENCE_MS)
        server = next(server for server in told if disk(server)["slowdown"] == 1)
        assert server["overhead_percent"] <= BUDGET_PERCENT
        assert started.stop() == 0
        assert started.process.stderr is not None
        log = started.process.stderr.read()
    # What else a busy machine slows is told in lines of its own.
    lines = [line for line in log.splitlines() if "probes slowed" in line or "probes recover" in line]
    slowed, *recovered = [line for line in lines if re.search(r"\bdisk [\d.]+ s", line)]
    assert f"budget_percent={BUDGET_PERCENT}" in slowed and f"disk {period:g} s" in slowed and "warning" in slowed
    assert any("probes recover" in line for line in recovered)
