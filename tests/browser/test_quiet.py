"""A normal visit asks for nothing beyond the appliance, and complains of nothing."""

from collections.abc import Callable

import pytest

from tests.support.browser import Tab
from tests.support.process import Appliance
from tests.support.proxy import proxying

pytestmark = pytest.mark.system


def use(tab: Tab) -> None:
    """What a visitor does: looks through the windows and themes, down to the end of the page."""
    for key in "234t?":
        tab.page.keyboard.press(key)
        tab.next_sample()
    tab.page.keyboard.press("Escape")
    tab.page.mouse.wheel(0, 5000)
    tab.page.mouse.move(400, 300)
    tab.next_sample(2)


def assert_is_quiet(tab: Tab) -> None:
    assert tab.complaints == []
    assert tab.unanswered == []
    assert tab.violations() == []
    assert tab.foreign == []


def test_a_visit_has_no_error_and_no_request_that_fails_or_goes_elsewhere(
    appliance: Appliance, visit: Callable[..., Tab]
):
    tab = visit(appliance.url)
    answer = tab.page.goto(appliance.url + "/")
    assert answer is not None
    assert tab.page.url == appliance.url + "/control/metrics"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    tab.reach("live")
    use(tab)
    assert_is_quiet(tab)


def test_no_worker_asks_elsewhere_either(appliance: Appliance, visit: Callable[..., Tab]):
    with proxying(appliance, appliance.url + "/") as proxy:
        # All requests of the context go by way of the proxy; a browser leaves loopback out unless it is told otherwise.
        way = {"server": f"http://127.0.0.1:{proxy.port}", "bypass": "<-loopback>"}
        tab = visit(appliance.url, proxy=way).live()
        use(tab)
        assert f"{appliance.url}/metrics/sse" in proxy.requested
        assert proxy.elsewhere == []


def test_below_a_base_path_every_request_stays_below_it(appliance: Appliance, visit: Callable[..., Tab]):
    with proxying(appliance, "/box/") as proxy:
        tab = visit(proxy.url).open("/")
        assert tab.page.url == proxy.url + "/control/metrics"
        tab.reach("live")
        use(tab)
        assert_is_quiet(tab)
        assert proxy.elsewhere == []
        assert {"/box/control/metrics", "/box/static/dashboard.js", "/box/metrics/sse"} <= set(proxy.requested)
