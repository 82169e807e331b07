"""An appliance that asks for a token says how to make one."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import Tab
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment, running

pytestmark = pytest.mark.system


def make_token(data: Path, command: str) -> None:
    """Makes a token by the command that the page shows."""
    program, *arguments = command.split()
    assert program == "zeropoint"
    subprocess.run(
        [PROGRAM, *arguments, "--data", str(data)],
        check=True,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
        env=clean_environment(),
    )


def test_a_page_that_is_shut_says_how_to_make_a_token_and_promises_no_values(tmp_path: Path, visit: Callable[..., Tab]):
    make_token(tmp_path, "zeropoint token create --scope read")
    with running(tmp_path, "--interval", "0.2") as started:
        tab = visit(started.url).open()
        tab.reach("signed-out")
        panel = tab.page.get_by_role("alert")
        expect(panel).to_contain_text("asks for a token")
        assert tab.page.locator("zp-chart, zp-value").count() == 0
        make_token(tmp_path, panel.locator("pre").inner_text())


def test_a_page_that_is_shut_out_later_keeps_what_it_showed_and_says_why(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--interval", "0.2") as started:
        tab = visit(started.url).live()
        tab.next_sample(3)
        make_token(tmp_path, "zeropoint token create --scope read")
        tab.reach("signed-out")
        expect(tab.notice("zeropoint token create --scope read")).to_contain_text("Signed out.")
        assert tab.points() >= 3
