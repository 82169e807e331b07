"""One browser for all tests, a context of its own for each of them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from tests.support.browser import ARGUMENTS, Tab, chromium

HERE = Path(__file__).parent
LIMIT_MILLISECONDS = 60_000


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright keeps a loop running on this thread, beside which asyncio can start none."""
    items.sort(key=lambda item: HERE in item.path.parents)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    expect.set_options(timeout=LIMIT_MILLISECONDS)
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ARGUMENTS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each test has a server of its own. The plugin's fixture of this name is of a kind that pytest warns of."""


@pytest.fixture
def visit(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Tab]]:
    """Opens tabs. Whatever a test does to the network, no tab may complain of anything else, or ask elsewhere."""
    tabs: list[Tab] = []

    def start(root: str, **options: Any) -> Tab:
        context = new_context(**options)
        context.set_default_timeout(LIMIT_MILLISECONDS)
        tabs.append(Tab(context.new_page(), root))
        return tabs[-1]

    yield start
    for one in tabs:
        assert (one.complaints, one.foreign) == ([], [])


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
