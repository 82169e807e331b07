"""The page fits a phone, and its text can be read in light and dark."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.machines import FIXTURES, copy_of, watching
from tests.support.browser import Tab
from tests.support.process import Appliance

pytestmark = pytest.mark.system
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("machine", ["golden", "hostile"])
def test_a_phone_needs_no_scrolling_to_the_side(tmp_path: Path, visit: Callable[..., Tab], machine: str):
    with watching(FIXTURES / machine, tmp_path) as started:
        tab = visit(started.url, viewport=PHONE).live()
        tab.next_sample(2)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        # Nor is anything that stands in the flow cut off at the edge.
        outside = tab.page.evaluate(
            """[...inside.elements()].filter(element => element.matches("article, button, canvas, header, table"))
                .filter(element => element.checkVisibility())
                .filter(element => element.getBoundingClientRect().right > innerWidth + 0.5)
                .map(element => element.outerHTML.slice(0, 120))"""
        )
        assert outside == []


def assert_contrast(tab: Tab, texts: int = 100) -> None:
    """WCAG 2.2, 1.4.3 (AA): 4.5 to 1 for text, 3 to 1 for large text. There are more than so many texts."""
    found = tab.page.evaluate(CONTRAST)
    assert len(found) > texts
    low = {f"{one['place']} {one['text']!r}: {one['ratio']}" for one in found if one["ratio"] < one["least"]}
    assert low == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(appliance: Appliance, visit: Callable[..., Tab], scheme: str):
    tab = visit(appliance.url, color_scheme=scheme, viewport={"width": 1280, "height": 2000}).live()
    tab.next_sample(2)
    assert_contrast(tab)
    tab.page.keyboard.press("?")
    assert_contrast(tab)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_where_a_source_fails(tmp_path: Path, visit: Callable[..., Tab], scheme: str):
    trees = copy_of("golden", tmp_path)
    (trees / "proc/meminfo").unlink()
    os.mkfifo(trees / "proc/meminfo")
    with watching(trees, tmp_path / "data") as started:
        tab = visit(started.url, color_scheme=scheme, viewport={"width": 1280, "height": 2000}).live()
        tab.next_sample(2)
        assert_contrast(tab)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_while_the_server_is_away(tmp_path: Path, visit: Callable[..., Tab], scheme: str):
    with watching(FIXTURES / "golden", tmp_path) as started:
        tab = visit(started.url, color_scheme=scheme, viewport={"width": 1280, "height": 2000}).live()
        tab.next_sample(2)
        started.stop()
        tab.reach("reconnecting")
        assert_contrast(tab)
