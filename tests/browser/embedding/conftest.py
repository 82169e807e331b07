"""Another website, and an appliance that lets its pages read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.embedding.site import Site, serving
from tests.browser.embedding.visitor import Visitor
from tests.support.browser import Tab
from tests.support.process import TIMEOUT_SECONDS, Appliance, running


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as started:
        yield started


@pytest.fixture(scope="module")
def box(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """An appliance that lets the site read."""
    data = tmp_path_factory.mktemp("data")
    settings = ["--interval", "0.2", "--artifacts", str(data / "artifacts"), "--allowed-origins", site.origin]
    with running(data, *settings) as started:
        yield started


@pytest.fixture
def visiting(site: Site, new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Visitor]]:
    """Opens pages of the site. None may complain of anything but that a server does not answer."""
    tabs: list[Tab] = []

    def start(**options: Any) -> Visitor:
        context = new_context(**options)
        context.set_default_timeout(TIMEOUT_SECONDS * 1000)
        tabs.append(Tab(context.new_page(), site.origin))
        return Visitor(tabs[-1], site)

    yield start
    assert [tab.complaints for tab in tabs] == [[] for _ in tabs]
