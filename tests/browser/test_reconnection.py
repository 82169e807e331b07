"""The server goes away and comes back, as the page shows it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import Tab
from tests.support.process import TIMEOUT_SECONDS, Appliance, running
from tests.support.proxy import proxying

pytestmark = pytest.mark.system


def kill(appliance: Appliance) -> None:
    appliance.process.kill()
    appliance.process.wait(TIMEOUT_SECONDS)


def pieces_of_the_first_line(tab: Tab, chart: str) -> list[list[float]]:
    """The stretches in which the chart's first line is drawn, as their first and last place from the left."""
    colour = tab.page.evaluate(
        "heading => getComputedStyle(inside.chart(heading)).getPropertyValue('--zp-series-1').trim()", chart
    )
    lines = [line["points"] for line in tab.picture(chart)["lines"] if line["colour"] == colour]
    return sorted([points[0][0], points[-1][0]] for points in lines if len(points) > 1)


def hatched(picture: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in picture["rectangles"] if one["isPattern"]]


WIDTH = """heading =>
  inside.chart(heading).shadowRoot.querySelector(".plot").getBoundingClientRect().width - 54 - 64"""
"""Of the plot of a chart in pixels, without the room for its axis and for the words at its end."""


def drawn_pixels(tab: Tab, chart: str, gap: dict[str, Any], view: dict[str, Any]) -> float:
    """How wide a gap is to be drawn, as far as it is in view."""
    start, end = view["startMilliseconds"], view["endMilliseconds"]
    inside = min(gap["toMilliseconds"], end) - max(gap["fromMilliseconds"], start)
    return inside / (end - start) * tab.page.evaluate(WIDTH, chart)


def test_a_killed_server_is_told_and_its_return_breaks_the_line(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--interval", "0.2") as first:
        tab = visit(first.url).live()
        tab.page.keyboard.press("2")
        tab.next_sample(8)
        kill(first)
        tab.reach("reconnecting")
        expect(tab.page.locator("zp-connection")).to_contain_text("reconnecting")
        expect(tab.notice("The connection is lost")).to_be_visible()
        before, points = tab.rows(), tab.points("Memory")
        assert points >= 9
        assert pieces_of_the_first_line(tab, "Memory"), "the charts stay"
    with running(tmp_path, "--interval", "0.2", "--port", str(first.port)) as second:
        tab.reach("live")
        expect(tab.notice("The connection is lost")).to_be_hidden()
        tab.next_sample(5)
        tab.freeze()
        view, after = tab.view(), tab.rows()
        assert view["sample"].split("-")[0] != before["newest"].split("-")[0]
        assert second.get("/metrics/json").json["id"].split("-")[0] == view["sample"].split("-")[0]
        assert tab.points("Memory") > points
        # The first row of the new server is broken off from the last one of the old server.
        broken = [row for row in after["broken"] if after["times"][row] <= view["endMilliseconds"]]
        join = after["times"].index(before["times"][-1]) + 1
        assert join in broken
        pieces, holes = pieces_of_the_first_line(tab, "Memory"), hatched(tab.picture("Memory"))
        # A busy machine may miss ticks beside. Rows that are broken off one after the other are one gap.
        begun = [row for row in broken if row - 1 not in broken]
        span = [view["startMilliseconds"], view["endMilliseconds"]]
        gaps = tab.page.evaluate("span => inside.timeline().gapsBetween(...span)", span)
        assert len(gaps) == len(begun)
        # One that is narrower than a pixel need not be drawn; all others are.
        widths = [drawn_pixels(tab, "Memory", gap, view) for gap in gaps]
        away = sum(row <= join for row in begun) - 1
        assert sum(width > 1 for width in widths) <= len(holes) <= len(gaps)
        hole = min(holes, key=lambda one: abs(one["right"] - one["left"] - widths[away]))
        assert abs(hole["right"] - hole["left"] - widths[away]) < 1
        assert hole["right"] - hole["left"] > 1
        assert not any(start < hole["left"] + 1 and end > hole["right"] - 1 for start, end in pieces)
        assert any(end < hole["left"] + 1 for _, end in pieces)
        assert any(start > hole["right"] - 1 for start, _ in pieces)


def test_what_was_shown_stays_and_is_marked_as_old_while_the_server_is_away(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--interval", "0.2") as started:
        tab = visit(started.url).live()
        tab.next_sample(3)
        kill(started)
        tab.reach("reconnecting")
        shown = tab.readings()
        assert all(one["value"] is not None or one["missing"] for one in shown["values"])
        expect(tab.notice("The newest sample is from")).to_be_visible()
        # The greyed edge of each chart that can be seen.
        expect(tab.page.locator("zp-chart .edge").first).to_be_visible()
        expect(tab.page.locator("zp-connection")).to_have_text(re.compile(r"reconnecting in \d+ s"))


def test_a_browser_without_a_network_says_so(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--interval", "0.2") as first:
        tab = visit(first.url).live()
        # Chromium lets a stream that is open go on: it is the next attempt that finds no network.
        tab.page.context.set_offline(True)
        kill(first)
        tab.reach("offline")
        expect(tab.notice("This browser has no network.")).to_be_visible()
    with running(tmp_path, "--interval", "0.2", "--port", str(first.port)):
        tab.page.context.set_offline(False)
        tab.reach("live")
        tab.next_sample()


def test_before_the_first_sample_nothing_looks_like_a_value(appliance: Appliance, visit: Callable[..., Tab]):
    with proxying(appliance) as proxy:
        proxy.blocks = {"metrics/": "refuse"}
        tab = visit(proxy.url).open()
        tab.reach("reconnecting")
        expect(tab.notice("No answer from")).to_be_visible()
        assert tab.readings()["values"] == []
        assert tab.page.locator("zp-value .number, zp-value .dash").count() == 0
        proxy.blocks = {}
        tab.reach("live")
        tab.next_sample()
        assert len(tab.readings()["values"]) > 40
