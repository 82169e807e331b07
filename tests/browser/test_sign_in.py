"""A person signs in with a token, sees live values, and is let out again: in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import Tab
from tests.support.process import running
from tests.support.proxy import proxying
from tests.support.tokens import bearer, made, token

pytestmark = pytest.mark.system


def sign_in(tab: Tab, text: str) -> None:
    tab.page.get_by_label("Token").fill(text)
    tab.page.get_by_role("button", name="Sign in", exact=True).click()


def refused(tab: Tab) -> list[str]:
    return [one for one in tab.unanswered if "40" in one.partition("status of")[2]]


def test_a_person_signs_in_sees_live_values_reloads_and_signs_out(tmp_path: Path, visit: Callable[..., Tab]):
    text = made(tmp_path, "read")
    with running(tmp_path, "--interval", "0.2") as started:
        tab = visit(started.url).open()
        expect(tab.page.get_by_role("heading", name="This appliance asks for a token")).to_be_visible()
        assert refused(tab) == [], "what would be refused is not asked for"
        sign_in(tab, text)
        tab.reach("live")
        tab.next_sample(2)
        (cookie,) = tab.page.context.cookies()
        assert (cookie["name"], cookie["path"]) == (f"zeropoint-{started.port}", "/")
        assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and not cookie["secure"]
        assert tab.page.evaluate("document.cookie") == "", "no script sees it"
        tab.page.reload()
        tab.reach("live")
        tab.next_sample(2)
        assert refused(tab) == []
        tab.page.get_by_role("button", name="read: sign out").click()
        expect(tab.page.get_by_label("Token")).to_be_visible()
        assert tab.page.context.cookies() == []
        assert tab.page.locator("zp-chart, zp-value").count() == 0, "what was shown has gone with the session"
        assert not any(text in url for url in tab.requested)
        assert tab.violations() == []


def test_who_is_revoked_while_live_is_told_and_goes_on_with_another_token(tmp_path: Path, visit: Callable[..., Tab]):
    text = made(tmp_path, "read", "--name", "gone")
    with running(tmp_path, "--interval", "0.2") as started:
        tab = visit(started.url).open()
        sign_in(tab, text)
        tab.reach("live")
        tab.next_sample(3)
        assert token(tmp_path, "revoke", "gone").returncode == 0
        tab.reach("signed-out")
        expect(tab.page.get_by_role("alert")).to_contain_text("The server asks for a token (401)")
        assert tab.points() >= 3, "what was shown stays"
        last = tab.sample
        fresh = made(tmp_path, "read")
        while started.request("/version", headers=bearer(fresh)).status != 200:
            pass  # it follows the file within a second
        sign_in(tab, fresh)
        tab.reach("live")
        tab.next_sample(2)
        assert tab.sample != last
        expect(tab.page.get_by_label("Token")).to_have_count(0)


def test_a_wrong_token_is_told_and_nothing_is_kept_of_it(tmp_path: Path, visit: Callable[..., Tab]):
    text = made(tmp_path, "read")
    with running(tmp_path, "--interval", "0.2") as started:
        tab = visit(started.url).open()
        sign_in(tab, text[:-1])
        expect(tab.page.get_by_role("alert")).to_contain_text("This token is unknown, expired or revoked.")
        assert tab.page.context.cookies() == []
        sign_in(tab, text)
        tab.reach("live")


def test_a_token_that_does_not_reach_to_samples_is_told_and_can_be_changed(tmp_path: Path, visit: Callable[..., Tab]):
    narrow, wide = made(tmp_path, "status"), made(tmp_path, "read")
    with running(tmp_path, "--interval", "0.2") as started:
        tab = visit(started.url).open()
        sign_in(tab, narrow)
        expect(tab.page.get_by_role("alert")).to_contain_text("The token does not allow this (403)")
        expect(tab.page.get_by_role("button", name="status: sign out")).to_be_visible()
        sign_in(tab, wide)
        tab.reach("live")
        expect(tab.page.get_by_role("button", name="read: sign out")).to_be_visible()


def test_below_a_path_of_a_proxy_the_session_is_for_that_path_and_all_tabs_of_it(
    tmp_path: Path, visit: Callable[..., Tab]
):
    text = made(tmp_path, "read")
    with running(tmp_path, "--interval", "0.2") as started, proxying(started, "/box/") as proxy:
        tab = visit(proxy.url).open()
        sign_in(tab, text)
        tab.reach("live")
        (cookie,) = tab.page.context.cookies()
        assert (cookie["name"], cookie["path"]) == (f"zeropoint-{started.port}", "/box")
        beside = Tab(tab.page.context.new_page(), proxy.url).live()
        tab.page.bring_to_front()
        tab.page.get_by_role("button", name="read: sign out").click()
        expect(tab.page.get_by_label("Token")).to_be_visible()
        beside.page.bring_to_front()
        beside.reach("signed-out")
        assert tab.page.context.cookies() == []
        assert (proxy.elsewhere, beside.complaints) == ([], [])
