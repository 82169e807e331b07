"""Client case 32: all tabs of an origin live on one stream, which a shared worker has."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Error, Page

from tests.browser.clients import Reader, assert_lost_nothing, clients_over, wait_for_clients
from tests.browser.conftest import LIMIT_MILLISECONDS
from tests.support.browser import ARGUMENTS, Tab, chromium
from tests.support.process import Appliance, running
from tests.support.proxy import proxying

pytestmark = pytest.mark.system

TABS = 8
# More than the six connections that a browser opens to a host over HTTP/1.1.
HOST = "box.example"
CRASHED = "chrome://crash"


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    """One window: its tabs see each other, as a person's do."""
    made = new_context()
    made.set_default_timeout(LIMIT_MILLISECONDS)
    return made


def crash(page: Page) -> None:
    """Kills the tab's process: no event of its page runs."""
    with page.expect_event("crash"), suppress(Error):
        page.goto(CRASHED)


def kill_worker(browser: Browser) -> None:
    """Ends the shared worker, as the browser does when memory is short. Its tabs are told nothing."""
    session = browser.new_browser_cdp_session()
    targets = session.send("Target.getTargets", {"filter": [{"type": "shared_worker"}]})["targetInfos"]
    (worker,) = [one for one in targets if one["url"].endswith("/static/metrics_worker.js")]
    session.send("Target.closeTarget", {"targetId": worker["targetId"]})
    session.detach()


def test_32_eight_tabs_have_one_stream_and_each_gets_every_sample(appliance: Appliance, context: BrowserContext):
    readers = [Reader(context.new_page(), appliance.url) for _ in range(TABS)]
    for reader in readers:
        reader.until("live")
    assert clients_over(appliance, 5) == {1}
    for reader in readers:
        reader.samples(3)
    assert_lost_nothing(*readers)
    assert all(reader.violations() == [] and reader.complaints == [] for reader in readers)


def test_32_eight_tabs_with_the_page_have_one_stream(appliance: Appliance, context: BrowserContext):
    tabs = [Tab(context.new_page(), appliance.url).live() for _ in range(TABS)]
    assert clients_over(appliance, 5) == {1}
    for tab in tabs:
        tab.next_sample(2)
        assert (tab.complaints, tab.unanswered, tab.violations()) == ([], [], [])


@pytest.fixture
def plain_host(browser_type: BrowserType) -> Iterator[BrowserContext]:
    """A browser for which a name leads here; over plain HTTP it is no secure context, and has no Web Locks."""
    arguments = [*ARGUMENTS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
    browser = browser_type.launch(executable_path=chromium(), args=arguments)
    made = browser.new_context()
    made.set_default_timeout(LIMIT_MILLISECONDS)
    yield made
    browser.close()


def test_32_eight_tabs_live_under_a_plain_http_host_name_too(tmp_path: Path, plain_host: BrowserContext):
    with running(tmp_path, "--interval", "0.2", "--allowed-hosts", HOST) as appliance:
        root = f"http://{HOST}:{appliance.port}"
        readers = [Reader(plain_host.new_page(), root) for _ in range(TABS)]
        assert readers[0].page.evaluate("[isSecureContext, navigator.locks === undefined]") == [False, True]
        for reader in readers:
            reader.until("live")
        assert clients_over(appliance, 5) == {1}
        assert_lost_nothing(*readers)


def test_32_a_tab_that_comes_late_has_a_sample_at_once(tmp_path: Path, context: BrowserContext):
    with running(tmp_path, "--interval", "5") as appliance:
        first = Reader(context.new_page(), appliance.url).until("live")
        late = Reader(context.new_page(), appliance.url)
        late.wait_until("client.state.name === 'live'")
        assert late.page.evaluate("client.latest.id") == first.ids[-1]
        assert late.page.evaluate("client.hello.epoch") == first.ids[-1].split("-")[0]


def test_32_the_tab_that_began_it_may_close_and_the_last_one_closes_the_stream(
    appliance: Appliance, context: BrowserContext
):
    first, second, third = (Reader(context.new_page(), appliance.url).until("live") for _ in range(3))
    first.page.close()
    second.samples(3)
    second.page.goto("about:blank")
    third.samples(3)
    assert clients_over(appliance, 3) == {1}
    assert_lost_nothing(third)
    third.page.evaluate("client.close()")
    wait_for_clients(appliance, 0)


def test_32_a_worker_that_dies_is_replaced_and_no_tab_loses_a_sample(
    appliance: Appliance, context: BrowserContext, browser: Browser
):
    readers = [Reader(context.new_page(), appliance.url).until("live") for _ in range(3)]
    kill_worker(browser)
    wait_for_clients(appliance, 0)
    for reader in readers:
        reader.until("live")
    assert clients_over(appliance, 3) == {1}
    assert_lost_nothing(*readers)
    for reader in readers:
        assert "the worker that all tabs share has fallen silent" in reader.page.evaluate("seen.reasons")


def test_32_the_process_of_the_tab_that_began_it_dies_and_the_others_go_on(
    appliance: Appliance, context: BrowserContext
):
    first, *others = [Reader(context.new_page(), appliance.url).until("live") for _ in range(3)]
    crash(first.page)
    for other in others:
        other.samples(60)
        assert other.state == "live"
    assert_lost_nothing(*others)
    assert clients_over(appliance, 3) == {1}


def test_32_a_tab_that_dies_without_goodbye_does_not_keep_its_stream(appliance: Appliance, context: BrowserContext):
    stays = Reader(context.new_page(), appliance.url).until("live")
    dies = Reader(context.new_page(), appliance.url, sections=["system.cpu"]).until("live")
    wait_for_clients(appliance, 2)
    crash(dies.page)
    wait_for_clients(appliance, 1)
    assert_lost_nothing(stays)


def test_32_tabs_that_want_other_sections_have_a_stream_of_their_own(appliance: Appliance, context: BrowserContext):
    whole = Reader(context.new_page(), appliance.url).until("live")
    part = Reader(context.new_page(), appliance.url, sections=["system.cpu"]).until("live")
    assert clients_over(appliance, 3) == {2}
    assert whole.page.evaluate("client.latest.system.memory.total_bytes") > 0
    assert part.page.evaluate("client.latest.system.memory") is None


@pytest.mark.parametrize("way", ["refuse", "hold"])
def test_32_without_the_workers_script_each_tab_has_a_stream_of_its_own(
    appliance: Appliance, context: BrowserContext, way: str
):
    with proxying(appliance) as proxy:
        proxy.blocks = {"static/metrics_worker.js": way}  # type: ignore[dict-item]
        readers = [Reader(context.new_page(), proxy.url).until("live") for _ in range(2)]
        assert clients_over(appliance, 3) == {2}
        assert_lost_nothing(*readers)


def test_32_a_page_without_shared_workers_connects_alone(appliance: Appliance, context: BrowserContext):
    context.add_init_script("delete globalThis.SharedWorker")
    readers = [Reader(context.new_page(), appliance.url).until("live") for _ in range(2)]
    assert clients_over(appliance, 3) == {2}
    assert_lost_nothing(*readers)


def test_32_a_tab_with_an_older_script_is_not_served_by_a_newer_worker(appliance: Appliance, context: BrowserContext):
    script = appliance.get("/static/metrics_client.js").body.decode()
    version = script.partition('"unbuilt" : "')[2].partition('"')[0]
    assert len(version) == 12
    older = script.replace(version, "of-yesterday")
    page = context.new_page()
    page.route("**/metrics_client.js", lambda route: route.fulfill(body=older, content_type="text/javascript"))
    old = Reader(page, appliance.url).until("live")
    new = Reader(context.new_page(), appliance.url).until("live")
    assert clients_over(appliance, 3) == {2}
    assert_lost_nothing(old, new)
