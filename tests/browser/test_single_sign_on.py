"""The page behind the recipe for single sign-on: who is signed in at the proxy sees live values and no form."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.proxies.configurations import Certificate, self_signed
from tests.proxies.single_sign_on import SIGNED_IN, single_sign_on
from tests.support.browser import Tab
from tests.support.process import running
from tests.support.tokens import made

pytestmark = pytest.mark.system


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    (tmp_path / "tls").mkdir()
    return self_signed(tmp_path / "tls")


def test_who_is_signed_in_sees_live_values_and_no_form(
    tmp_path: Path, visit: Callable[..., Tab], certificate: Certificate
):
    data, folder = tmp_path / "data", tmp_path / "proxy"
    folder.mkdir()
    token = made(data, "read")
    with (
        running(data, "--interval", "0.2", "--trusted-proxies", "127.0.0.1") as started,
        single_sign_on(started.port, token, certificate, folder) as proxy,
    ):
        root = f"https://127.0.0.1:{proxy.port}"
        tab = visit(root, ignore_https_errors=True)
        name, _, value = SIGNED_IN["Cookie"].partition("=")
        tab.page.context.add_cookies([{"name": name, "value": value, "url": root, "secure": True}])
        tab.live()
        tab.next_sample(3)
        expect(tab.page.get_by_label("Token")).to_have_count(0)
        assert not any("sign-in" in url or token in url for url in tab.requested)
        assert [cookie["name"] for cookie in tab.page.context.cookies()] == [name], "the appliance sets none"
        assert token not in tab.page.content()
        assert tab.violations() == []
