"""Elements on another site, of an appliance that asks for tokens."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser.embedding.site import SCRIPT, Site
from tests.browser.embedding.visitor import Visitor
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running

pytestmark = pytest.mark.system

CPU = '<zeropoint-chart metric="system.cpu.usage_percent" src="{box}/"></zeropoint-chart>'
MEMORY = '<zeropoint-value metric="system.memory.used_bytes" src="{box}/"></zeropoint-value>'
STATUS = '<zeropoint-status src="{box}/"></zeropoint-status>'


class Guarded(NamedTuple):
    box: Appliance
    token: str


@pytest.fixture(scope="module")
def guarded(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """An appliance that shows everybody its processors, and the rest to those with a token."""
    data = tmp_path_factory.mktemp("data")
    token = make_token(data)
    settings = ["--interval", "0.2", "--allowed-origins", site.origin, "--public-sections", "system.cpu"]
    with running(data, *settings) as started:
        yield Guarded(started, token)


def make_token(data: Path) -> str:
    command = [PROGRAM, "token", "create", "--scope", "read", "--data", str(data)]
    made = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, env=clean_environment()
    )
    return made.stdout.strip()


def test_without_a_token_the_public_sections_are_shown_and_the_others_ask_for_one(
    site: Site, guarded: Guarded, visiting: Callable[..., Visitor]
):
    site.embed(guarded.box, CPU + MEMORY + STATUS)
    page = visiting().open()
    page.wait_for_points(3)
    expect(page.page.locator("zeropoint-value")).to_contain_text("the server asks for a token (401)")
    assert page.page.locator("zeropoint-value .number").count() == 0
    page.reach("healthy")
    # Both at once were refused, so each is asked for by itself.
    sections = [url.partition("sections=")[2] for url in page.streams()]
    assert sections == ["system.cpu%2Csystem.memory", "system.cpu", "system.memory"]


def test_a_token_that_is_set_by_script_goes_into_no_url_and_no_markup(
    site: Site, guarded: Guarded, visiting: Callable[..., Visitor]
):
    box, token = guarded
    site.put(
        "/set.js",
        f'import {{ setToken }} from "{box.url}{SCRIPT}"; setToken("{box.url}", "{token}");',
        "text/javascript",
    )
    body = (CPU + MEMORY).replace("{box}", box.url)
    site.put("/", f'<!doctype html><script type="module" src="/set.js"></script>{body}')
    page = visiting().open()
    page.wait_for_values()
    page.wait_for_points(3)
    assert len(page.streams()) == 1, "the first request has it already"
    assert page.tab.unanswered == []
    assert not any(token in url for url in page.tab.requested)
    assert token not in page.page.content()


@pytest.mark.parametrize("way", ["property", "attribute"])
def test_a_token_that_is_set_later_makes_an_element_ask_again(
    site: Site, guarded: Guarded, visiting: Callable[..., Visitor], way: str
):
    box, token = guarded
    site.embed(box, MEMORY)
    page = visiting().open()
    expect(page.page.locator("zeropoint-value")).to_contain_text("asks for a token")
    page.page.evaluate(
        """([way, token]) => {
          const element = document.querySelector("zeropoint-value");
          if (way === "property") element.token = token;
          else element.setAttribute("token", token);
        }""",
        [way, token],
    )
    (shown,) = page.wait_for_values()
    assert shown["value"] is not None
    assert not any(token in url for url in page.tab.requested)
    assert page.page.evaluate("document.querySelector('zeropoint-value').hasAttribute('token')") is (way == "attribute")


def test_a_wrong_token_is_told(site: Site, guarded: Guarded, visiting: Callable[..., Visitor]):
    site.embed(guarded.box, MEMORY.replace(">", f' token="zp_{"x" * 43}">', 1))
    page = visiting().open()
    expect(page.page.locator("zeropoint-value")).to_contain_text("asks for a token (401)")


def test_a_refusal_is_asked_about_again_after_some_minutes(
    tmp_path: Path, site: Site, visiting: Callable[..., Visitor]
):
    make_token(tmp_path)
    settings = ["--interval", "0.2", "--allowed-origins", site.origin]
    with running(tmp_path, *settings) as before:
        site.embed(before, CPU)
        page = visiting()
        page.page.clock.install()
        page.open()
        expect(page.page.locator("zeropoint-chart")).to_contain_text("asks for a token")
        before.stop()
    with running(tmp_path, *settings, "--public-sections", "system.cpu", "--port", str(before.port)):
        asked = len(page.streams())
        page.page.clock.fast_forward(200_000)
        assert len(page.streams()) == asked
        page.page.clock.fast_forward(100_000)
        page.wait_for_points(3)
