"""A proxy on the way keeps streams back: samples are polled for, and each still comes once."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.shown import assert_rows_are_samples
from tests.support.browser import Tab
from tests.support.process import Appliance
from tests.support.proxy import Block, proxying

pytestmark = pytest.mark.system

# A client of a test's own, which keeps the ids that it was given. It gives a stream up sooner than the page does.
READER = """async ({ root, alone }) => {
  if (alone) delete globalThis.SharedWorker;
  const { MetricsClient } = await import(`${root}/static/metrics_client.js`);
  const timing = { silenceMinMs: 1000, backoffBaseMs: 200, backoffCapMs: 1000, probeBaseMs: 300, probeCapMs: 1000 };
  const client = new MetricsClient({ timing });
  globalThis.seen = { ids: [], gaps: [], states: [] };
  client.addEventListener("sample", ({ detail }) => seen.ids.push(detail.id));
  client.addEventListener("gap", ({ detail }) => seen.gaps.push(detail));
  client.addEventListener("state", ({ detail }) => seen.states.push(detail));
  client.start();
}"""


def reach(tab: Tab, state: str) -> None:
    """Waits until the client has this state and has had samples in it."""
    tab.wait_until("seen.states.at(-1).name === argument", state)
    count = tab.page.evaluate("seen.ids.length")
    tab.wait_until("seen.ids.length >= argument + 3", count)


@pytest.mark.parametrize("alone", [False, True], ids=["with the worker of all tabs", "alone"])
def test_no_sample_is_lost_or_doubled_over_changes_of_the_transport(
    appliance: Appliance, visit: Callable[..., Tab], alone: bool
):
    with proxying(appliance) as proxy:
        tab = visit(proxy.url).open("/version")
        tab.page.evaluate(READER, {"root": proxy.url, "alone": alone})
        reach(tab, "live")
        ways: list[Block] = ["hold", "refuse"]
        for way in ways:
            proxy.blocks = {"metrics/sse": way}
            reach(tab, "polling")
            proxy.blocks = {}
            reach(tab, "live")
        seen: dict[str, Any] = tab.page.evaluate("seen")
    # A busy machine may miss a tick, which takes no number; that is told, and is no loss.
    assert {gap["reason"] for gap in seen["gaps"]} <= {"missed-ticks"}
    epoch, first = seen["ids"][0].split("-")
    assert seen["ids"] == [f"{epoch}-{int(first) + index}" for index in range(len(seen["ids"]))]
    reasons = [state["reason"] for state in seen["states"] if state["name"] == "polling"]
    assert any("holding the stream back" in reason for reason in reasons)
    assert any("502" in reason for reason in reasons)


def test_the_page_polls_while_streams_are_blocked_and_goes_back_by_itself(
    appliance: Appliance, visit: Callable[..., Tab]
):
    with proxying(appliance) as proxy:
        tab = visit(proxy.url).live()
        tab.page.keyboard.press("2")
        proxy.blocks = {"metrics/sse": "refuse"}
        tab.reach("polling")
        notice = tab.notice("one request at a time")
        expect(notice).to_be_visible()
        points = tab.points()
        tab.next_sample(3)
        assert tab.points() >= points + 3
        proxy.blocks = {}
        tab.reach("live")
        tab.next_sample(2)
        expect(notice).to_be_hidden()
        assert_rows_are_samples(appliance, tab.rows())
