"""Client cases 29 and 32: a tab that is looked at again checks its connection; a hidden one that is alone holds none."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.browser.clients import Reader, assert_lost_nothing, wait_for_clients
from tests.browser.conftest import LIMIT_MILLISECONDS
from tests.support.process import Appliance
from tests.support.proxy import Proxy, proxying

pytestmark = pytest.mark.system

ALONE = {"shared": False, "timing": {"hiddenPollMs": 500}}


@pytest.fixture
def window(playwright: Playwright, browser: Browser) -> Iterator[BrowserContext]:
    """The browser's own window, with tabs that cover each other: Playwright holds those of its contexts in front."""
    command = browser.new_browser_cdp_session().send("SystemInfo.getInfo")["commandLine"]
    profile = re.search(r"--user-data-dir=(\S+)", command)
    assert profile is not None
    port = Path(profile[1], "DevToolsActivePort").read_text().split()[0]
    second = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
    tabs = second.contexts[0]
    tabs.set_default_timeout(LIMIT_MILLISECONDS)
    yield tabs
    for tab in tabs.pages:
        tab.close()
    second.close()


def polls(proxy: Proxy) -> list[str]:
    return [target for target in proxy.requested if target.startswith("/metrics/json")]


def streams(proxy: Proxy) -> list[str]:
    return [target for target in proxy.requested if target.startswith("/metrics/sse")]


def test_32_a_hidden_tab_that_is_alone_polls_and_streams_again_when_it_is_shown(
    appliance: Appliance, window: BrowserContext
):
    with proxying(appliance) as proxy:
        reader = Reader(window.new_page(), proxy.url, **ALONE).until("live")
        other = window.new_page()
        other.bring_to_front()
        reader.until("polling")
        assert reader.reason == "the page is hidden"
        wait_for_clients(appliance, 0)
        reader.samples(10)
        assert all("wait=0" in target for target in polls(proxy))
        assert len(streams(proxy)) == 1
        reader.page.bring_to_front()
        reader.until("live")
        assert_lost_nothing(reader)


def test_32_a_hidden_tab_that_shares_its_stream_gets_each_sample(appliance: Appliance, window: BrowserContext):
    reader = Reader(window.new_page(), appliance.url).until("live")
    window.new_page().bring_to_front()
    reader.wait_until("document.visibilityState === 'hidden'")
    reader.samples(10)
    assert reader.state == "live"
    assert_lost_nothing(reader)


@pytest.mark.parametrize("shared", [True, False])
def test_29_a_tab_that_is_shown_again_after_the_stream_went_dead_resumes_at_once(
    appliance: Appliance, window: BrowserContext, shared: bool
):
    # The watchdog would take a minute; what it allows is no excuse when somebody looks.
    options = {"shared": shared, "timing": {"silenceMinMs": 60_000, "heartbeatMs": 60_000}}
    with proxying(appliance) as proxy:
        reader = Reader(window.new_page(), proxy.url, **options).until("live")
        proxy.blocks = {"metrics/sse": "refuse"}
        reader.wait_until("client.state.name !== 'live'")
        window.new_page().bring_to_front()
        reader.wait_until("document.visibilityState === 'hidden'")
        proxy.blocks = {}
        reader.page.bring_to_front()
        reader.until("live")
        assert_lost_nothing(reader)


@pytest.mark.parametrize("shared", [True, False])
def test_29_a_network_that_came_back_makes_the_stream_anew(
    appliance: Appliance, context: BrowserContext, shared: bool
):
    context.set_default_timeout(LIMIT_MILLISECONDS)
    with proxying(appliance) as proxy:
        reader = Reader(context.new_page(), proxy.url, shared=shared).until("live")
        context.set_offline(True)
        reader.wait_until("navigator.onLine === false")
        before = len(streams(proxy))
        context.set_offline(False)
        reader.wait_until("navigator.onLine === true")
        reader.until("live")
        reader.wait_until("seen.states.includes('reconnecting')")
        assert len(streams(proxy)) == before + 1
        assert "the network came back" in reader.page.evaluate("seen.reasons")
        assert_lost_nothing(reader)


@pytest.mark.parametrize("shared", [True, False])
def test_29_a_page_out_of_the_cache_for_going_back_is_live_and_has_lost_nothing(
    appliance: Appliance, window: BrowserContext, shared: bool
):
    reader = Reader(window.new_page(), appliance.url, shared=shared).until("live")
    reader.page.evaluate("addEventListener('pageshow', ({ persisted }) => { globalThis.persisted = persisted; })")
    reader.page.goto(appliance.url + "/livez")
    wait_for_clients(appliance, 0)
    reader.page.go_back()
    if not reader.page.evaluate("globalThis.persisted === true"):
        pytest.skip("this browser did not keep the page")
    reader.until("live")
    assert_lost_nothing(reader)
