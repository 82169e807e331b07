"""Many tabs of one browser."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.subscribers import wait_for_clients
from tests.support.browser import Tab
from tests.support.process import running

pytestmark = pytest.mark.system
# A browser has six connections to a server: a seventh tab with a stream of its own could not even load.
TABS = 8


def test_eight_tabs_are_live_over_one_stream_which_ends_with_the_last(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--interval", "0.5") as started:
        first = visit(started.url).live()
        tabs = [first, *(Tab(first.page.context.new_page(), started.url).live() for _ in range(TABS - 1))]
        for tab in tabs:
            tab.next_sample(2)
            assert (tab.complaints, tab.foreign) == ([], [])
        wait_for_clients(started, 1)
        first.page.close()
        tabs[-1].next_sample(2)
        for tab in tabs[1:]:
            tab.page.close()
        wait_for_clients(started, 0)
