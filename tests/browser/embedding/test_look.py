"""Elements take their looks from the page that they stand on, and work under its policy."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.embedding.site import SCRIPT, Site
from tests.browser.embedding.visitor import Visitor
from tests.support.process import Appliance

pytestmark = pytest.mark.system

CHART = '<zeropoint-chart metric="system.cpu.usage_percent" label="CPU"></zeropoint-chart>'
STRICT = (
    "default-src 'none'; script-src {box}; connect-src {box}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
OPAQUE_BLUE, LIGHT_BLUE, RED = "#1f6fd0", "#62a6f8", "#ff0000"


def wait_for_colour(page: Visitor, colour: str) -> None:
    """Waits until the line that was drawn last has this colour."""
    canvas = "inside.find('zp-chart').shadowRoot.querySelector('canvas')"
    page.tab.wait_until(f"inside.pictureOf({canvas}).lines.at(-1)?.colour === argument", colour)


def test_a_strict_policy_of_the_page_is_kept(site: Site, box: Appliance, visiting: Callable[..., Visitor]):
    body = f"""{CHART}<zeropoint-value metric="system.memory.used_bytes"></zeropoint-value>
        <zeropoint-value metric="system.nothing"></zeropoint-value><zeropoint-status></zeropoint-status>"""
    script = f'<script type="module" src="{box.url}{SCRIPT}"></script>'
    site.put("/", f"<!doctype html>{script}{body}", Content_Security_Policy=STRICT.replace("{box}", box.url))
    page = visiting().open()
    page.wait_for_points(3)
    page.reach("healthy")
    page.page.keyboard.press("Tab")
    page.page.locator("zeropoint-chart").hover()
    page.wait_for_values()
    assert page.tab.violations() == []
    # The styles took hold all the same.
    assert page.page.evaluate("getComputedStyle(document.querySelector('zeropoint-chart')).display") == "block"


def test_colours_follow_the_color_scheme_of_the_page_while_it_changes(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    site.embed(
        box, CHART, ":root { color-scheme: light } :root.night { color-scheme: dark; background: #111; color: #eee }"
    )
    page = visiting(color_scheme="light").open()
    page.wait_for_points(3)
    wait_for_colour(page, OPAQUE_BLUE)
    page.page.evaluate("document.documentElement.classList.add('night')")
    wait_for_colour(page, LIGHT_BLUE)


def test_colours_follow_the_system_where_the_page_does(site: Site, box: Appliance, visiting: Callable[..., Visitor]):
    site.embed(box, CHART, ":root { color-scheme: light dark }")
    page = visiting(color_scheme="dark").open()
    page.wait_for_points(3)
    wait_for_colour(page, LIGHT_BLUE)
    page.page.emulate_media(color_scheme="light")
    wait_for_colour(page, OPAQUE_BLUE)


def test_custom_properties_and_parts_are_the_pages_to_set(site: Site, box: Appliance, visiting: Callable[..., Visitor]):
    site.embed(
        box,
        f"<section>{CHART}</section>",
        f"""section {{ --zeropoint-line-color: {RED}; }} .other {{ --zeropoint-line-color: #00ff00; }}
        zeropoint-chart {{ height: 300px; width: 240px; }}
        zeropoint-chart::part(label) {{ text-transform: uppercase; }}
        zeropoint-chart::part(number) {{ color: rgb(1, 2, 3); }}""",
    )
    page = visiting().open()
    page.wait_for_points(3)
    wait_for_colour(page, RED)
    found: dict[str, Any] = page.page.evaluate(
        """() => {
          const { width, height } = inside.find("zeropoint-chart").getBoundingClientRect();
          const canvas = inside.find("zp-chart").shadowRoot.querySelector("canvas").getBoundingClientRect();
          const label = getComputedStyle(inside.find("[part=label]")).textTransform;
          const number = getComputedStyle(inside.find("[part=number]")).color;
          return { width, height, canvas: [canvas.width, canvas.height > 230 && canvas.height < 300], label, number };
        }"""
    )
    assert found == {
        "width": 240,
        "height": 300,
        "canvas": [240, True],
        "label": "uppercase",
        "number": "rgb(1, 2, 3)",
    }
    page.page.evaluate("document.querySelector('section').className = 'other'")
    page.page.evaluate("document.querySelector('section').style.removeProperty('--zeropoint-line-color')")
    wait_for_colour(page, "#00ff00")


def test_an_element_without_any_room_to_spare_stays_within_it(
    site: Site, box: Appliance, visiting: Callable[..., Visitor]
):
    body = f"""<div>{CHART}<zeropoint-chart metric="system.network.bytes_received_per_second"></zeropoint-chart>
        <zeropoint-chart metric="system.cpu.usage"></zeropoint-chart><zeropoint-status></zeropoint-status></div>"""
    site.embed(box, body, "div { width: 150px }")
    page = visiting().open()
    page.wait_for_points(3, 1)
    expect(page.page.locator("zeropoint-chart").nth(2)).to_contain_text("There is no metric")
    beyond = page.page.evaluate(
        """[...inside.elements()].filter(element => element.matches("zeropoint-chart *, canvas, .frame, .head, .label"))
            .map(element => element.getBoundingClientRect().right)
            .filter(right => right > document.querySelector("div").getBoundingClientRect().right + 0.5)"""
    )
    assert beyond == []
