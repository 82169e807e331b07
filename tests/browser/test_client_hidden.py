"""Client cases 29 and 32: a tab that is shown again checks its connection; a hidden one that is alone holds none."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, BrowserType

from tests.browser.clients import Reader, assert_lost_nothing, clients_over, wait_for_clients
from tests.browser.conftest import LIMIT_MILLISECONDS
from tests.support.browser import ARGUMENTS, chromium
from tests.support.process import Appliance
from tests.support.proxy import Proxy, proxying
from tests.support.stream import Stream

pytestmark = pytest.mark.system

ALONE = {"shared": False, "timing": {"hiddenPollMs": 500}}


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


def test_29_a_tab_that_is_shown_does_not_wait_for_the_watchdog(appliance: Appliance, window: BrowserContext):
    # Twenty seconds of silence would be allowed, were it not for somebody who looks.
    with proxying(appliance) as proxy:
        reader = Reader(window.new_page(), proxy.url, timing={"silenceMinMs": 20_000}).until("live")
        window.new_page().bring_to_front()
        reader.wait_until("document.visibilityState === 'hidden'")
        proxy.blocks = {"metrics/sse": "hold"}
        with Stream(appliance) as clock:
            clock.samples(60)  # 12 s: the stream has been silent for more than half of what it may
        proxy.blocks = {}
        reader.page.bring_to_front()
        reader.samples(60)
        assert reader.state == "live"
        assert "the page became visible" in reader.page.evaluate("seen.reasons")
        assert_lost_nothing(reader)


@pytest.mark.parametrize("shared", [True, False])
def test_29_a_network_that_came_back_makes_the_stream_anew(appliance: Appliance, context: BrowserContext, shared: bool):
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


@pytest.fixture
def with_cache(browser_type: BrowserType) -> Iterator[BrowserContext]:
    """A browser that keeps pages for going back to them, which Playwright's does not."""
    disabled = ["--disable-back-forward-cache"]
    browser = browser_type.launch(executable_path=chromium(), args=ARGUMENTS, ignore_default_args=disabled)
    made = browser.new_context()
    made.set_default_timeout(LIMIT_MILLISECONDS)
    yield made
    browser.close()


@pytest.mark.parametrize("shared", [True, False])
def test_29_a_page_out_of_the_cache_for_going_back_is_live_and_has_lost_nothing(
    appliance: Appliance, with_cache: BrowserContext, shared: bool
):
    reader = Reader(with_cache.new_page(), appliance.url, shared=shared).until("live")
    reader.page.evaluate("addEventListener('pageshow', ({ persisted }) => { globalThis.persisted = persisted; })")
    reader.page.goto(appliance.url + "/livez")
    wait_for_clients(appliance, 0)
    reader.page.go_back(wait_until="commit")
    reader.wait_until("globalThis.persisted === true")
    reader.until("live")
    assert clients_over(appliance, 3) == {1}
    assert_lost_nothing(reader)
