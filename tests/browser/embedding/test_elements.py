"""Elements of an appliance on the page of another site: what they show, and what they ask for."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.embedding.site import SCRIPT, Site
from tests.browser.embedding.visitor import Visitor
from tests.browser.heap import Heap
from tests.browser.machines import FIXTURES, watching
from tests.browser.shown import KEYS, assert_rows_are_samples, expected, sample_of, tells
from tests.browser.subscribers import wait_for_clients
from tests.support.process import Appliance
from tests.support.proxy import proxying

pytestmark = pytest.mark.system

THREE_LINES = """
<zeropoint-chart metric="system.cpu.usage_percent" src="{box}/" label="CPU"></zeropoint-chart>
<zeropoint-value metric="system.memory.used_bytes" src="{box}/"></zeropoint-value>
<zeropoint-status src="{box}/"></zeropoint-status>
"""
CHART = '<zeropoint-chart metric="system.cpu.usage_percent" label="CPU"></zeropoint-chart>'
# Not as markup, in which a carriage return within a name would become another character.
ADD_VALUES = """names => document.body.append(...names.map(metric =>
  Object.assign(document.createElement("zeropoint-value"), { metric })))"""


def names(value: Any, path: str = "") -> Iterator[str]:
    """The name of each value and each null in a sample, lists by the keys of their rows."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from names(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            keys = [str(inner[field]) for field in KEYS if isinstance(inner, dict) and field in inner]
            yield from names(inner, f"{path}.{(*keys, index)[0]}")
    elif not isinstance(value, bool):
        yield path


def test_three_lines_of_html_show_a_live_chart_a_value_and_a_status(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    site.embed(box, THREE_LINES)
    page = visiting().open()
    page.reach("healthy")
    before = page.wait_for_points(3)
    page.tab.wait_until(
        "inside.pictureOf(inside.find('zp-chart').shadowRoot.querySelector('canvas')).count > argument + 3",
        before["drawn"],
    )
    after = page.chart()
    assert after["image"] != before["image"]
    assert after["times"][-1] > before["times"][-1]
    assert page.tab.unanswered == [] and page.tab.violations() == []
    elsewhere = [url for url in page.tab.requested if not url.startswith((site.origin + "/", box.url + "/"))]
    assert elsewhere == []


@pytest.mark.parametrize("machine", ["golden", "hostile", "gpu_amd", "no_psi"])
def test_every_value_of_a_sample_is_shown_under_its_name(
    tmp_path: Path, site: Site, visiting: Callable[..., Visitor], machine: str
):
    with watching(FIXTURES / machine, tmp_path, "--allowed-origins", site.origin) as box:
        # What needs two readings is null in the first.
        first = box.get("/metrics/json").json
        sample = box.get(f"/metrics/json?since={first['id']}&wait=30").json["samples"][0]
        wanted = [name for name in names(sample) if name.startswith(("system.", "ai.", "server."))]
        assert len(wanted) > 150
        site.embed(box, "")
        page = visiting().open()
        page.page.evaluate(ADD_VALUES, wanted)
        shown = page.wait_for_values()
        assert [one["metric"] for one in shown] == wanted
        assert len(page.streams()) == 1
        samples = {id: sample_of(box, id) for id in {one["sample"] for one in shown}}
        for one in shown:
            value, reason = expected(samples[one["sample"]], one["metric"])
            told = one["value"] if value is None or isinstance(value, str) else float(one["value"])
            assert told == value, one
            if isinstance(value, int | float):
                assert tells(one["text"], value), one
            elif value is None:
                # The word on what is in order is null without a reason.
                assert (one["text"], one["missing"]) == ("–", reason or "no reason was given"), one


def test_elements_of_one_appliance_share_one_stream_of_the_sections_that_they_need(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    site.embed(box, THREE_LINES + CHART)
    page = visiting().open()
    page.wait_for_points(3, 0)
    page.wait_for_points(3, 1)
    wait_for_clients(box, 1)
    assert page.streams() == [f"{box.url}/metrics/sse?sections=system.cpu%2Csystem.memory"]


def test_the_stream_ends_with_the_last_element_that_is_removed(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    site.embed(box, THREE_LINES + CHART)
    page = visiting().open()
    page.wait_for_points(3, 1)
    wait_for_clients(box, 1)
    page.page.evaluate(
        "() => { globalThis.removed = [...document.querySelectorAll('zeropoint-chart')].map(one => new WeakRef(one)); }"
    )
    page.page.evaluate("document.querySelector('zeropoint-chart').remove()")
    page.wait_for_time_after(page.chart()["times"][-1])
    assert len(page.streams()) == 1
    page.page.evaluate("document.querySelectorAll('zeropoint-chart, zeropoint-value').forEach(one => one.remove())")
    wait_for_clients(box, 0)
    heap = Heap(page.page)
    page.tab.wait_until("performance.now() > argument", page.page.evaluate("performance.now() + 100"))
    heap.collect()
    assert page.page.evaluate("removed.filter(one => one.deref() !== undefined).length") == 0


def test_elements_go_on_while_the_stream_for_one_that_needs_more_is_slow_to_come(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    with proxying(box) as proxy:
        site.embed(box, CHART.replace(">", f' src="{proxy.url}/" window="1m">', 1))
        page = visiting().open()
        page.wait_for_points(3)
        proxy.blocks = {"metrics/sse?sections=system.cpu%2Csystem.memory": "hold"}
        page.page.evaluate(
            """src => document.body.append(Object.assign(document.createElement("zeropoint-value"), {
              metric: "system.memory.used_bytes", src }))""",
            proxy.url,
        )
        page.wait_for_time_after(page.chart()["times"][-1] + 1000)
        assert page.values()[0]["sample"] is None
        proxy.blocks = {}
        page.wait_for_values()
        page.wait_for_time_after(page.chart()["times"][-1] + 1000)
        assert_rows_are_samples(box, page.chart())
        wait_for_clients(box, 1)
    sections = [url.partition("sections=")[2] for url in page.streams()]
    assert sections[:2] == ["system.cpu", "system.cpu%2Csystem.memory"]
    assert set(sections[2:]) == {"system.cpu%2Csystem.memory"}, "the first stream was asked for once"


def test_a_chart_that_is_moved_keeps_its_samples_and_its_stream(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    site.embed(box, f"<main>{CHART}</main><aside></aside>")
    page = visiting().open()
    before = page.wait_for_points(10)
    page.page.evaluate("document.querySelector('aside').append(document.querySelector('zeropoint-chart'))")
    page.wait_for_time_after(before["times"][-1] + 900)
    after = page.chart()
    assert set(before["times"]) <= set(after["times"])
    assert_rows_are_samples(box, after)
    assert len(page.streams()) == 1


def test_elements_that_are_there_before_the_script_are_upgraded_with_their_properties(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    site.put("/late", "<!doctype html><title>Late</title><body><p>Not yet</p></body>")
    page = visiting().open("/late")
    page.page.evaluate(
        """([src, script]) => {
          const value = document.createElement("zeropoint-value");
          Object.assign(value, { metric: "system.memory.used_bytes", src, label: "in use" });
          document.body.append(value);
          const loaded = document.createElement("script");
          Object.assign(loaded, { type: "module", src: script });
          document.head.append(loaded);
        }""",
        [box.url, box.url + SCRIPT],
    )
    (shown,) = page.wait_for_values()
    assert float(shown["value"]) == sample_of(box, shown["sample"])["system"]["memory"]["used_bytes"]
    expect(page.page.locator("zeropoint-value")).to_contain_text("in use")
    assert page.page.evaluate("document.querySelector('zeropoint-value').hasAttribute('metric')") is False


def test_two_appliances_on_one_page_have_a_stream_each(
    tmp_path: Path, site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    with watching(FIXTURES / "golden", tmp_path, "--allowed-origins", site.origin) as other:
        value = '<zeropoint-value metric="system.host.name" src="{}/"></zeropoint-value>'
        script = f'<script type="module" src="{other.url}{SCRIPT}"></script>'
        site.embed(box, value.format(box.url) + value.format(other.url) + script)
        page = visiting().open()
        here, there = page.wait_for_values()
        assert here["value"] == box.get("/metrics/json").json["system"]["host"]["name"]
        assert there["value"] == other.get("/metrics/json").json["system"]["host"]["name"]
        assert here["value"] != there["value"]
        wait_for_clients(other, 1)


def test_a_window_is_filled_with_what_the_server_still_has(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    site.embed(box, CHART + CHART.replace(">", ' window="5m">', 1) + CHART.replace(">", ' points="5">', 1))
    first = box.get("/metrics/json").json
    taken = int(first["id"].split("-")[1])
    box.get(f"/metrics/json?since={first['id'].split('-')[0]}-{max(taken, 30)}&wait=30")
    page = visiting().open()
    assert page.wait_for_points(20)["points"] <= 21
    long = page.wait_for_points(30, 1)
    assert_rows_are_samples(box, long)
    assert page.wait_for_points(5, 2)["points"] <= 6
    page.page.evaluate("document.querySelector('zeropoint-chart').setAttribute('window', '1m')")
    page.wait_for_points(30)


def test_arrow_keys_read_earlier_values_of_a_chart(site: Site, box: Appliance, visiting: Callable[..., Visitor]):
    site.embed(box, CHART)
    page = visiting().open()
    page.wait_for_points(10)
    cursor = page.page.locator("zeropoint-chart .cursor")
    page.page.keyboard.press("Tab")
    expect(cursor).to_be_hidden()
    page.page.keyboard.press("Shift+ArrowLeft")
    expect(cursor).to_be_visible()
    time = page.page.evaluate("inside.find('zp-chart').timeline.cursorTime()")
    chart = page.chart()
    ((_, column),) = chart["columns"]
    value = column[chart["times"].index(time)]
    page.tab.wait_until("Number(inside.find('.reading').dataset.value) === argument", value)
    page.page.keyboard.press("Escape")
    expect(cursor).to_be_hidden()


def test_what_an_element_says_is_heard_too(site: Site, box: Appliance, visiting: Callable[..., Visitor]):
    site.embed(box, THREE_LINES)
    page = visiting(reduced_motion="reduce").open()
    page.wait_for_points(5)
    plot = page.page.get_by_role("img", name=re.compile(r"^CPU, last .* now [0-9.]+ %, lowest .* highest "))
    expect(plot).to_be_visible()
    expect(page.page.get_by_role("status")).to_have_text(re.compile("healthy"))
    running_animations = page.page.evaluate("document.getAnimations().length")
    assert running_animations == 0
