"""The wheel, made out of the sdist and installed where there is no Node, serves the page and all that it names."""

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest

from tests.packaging.conftest import ROOT, Built, without_node
from tests.support.process import Appliance, clean_environment

PAGE = "/control/metrics"


@pytest.fixture(scope="module")
def served(installed_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """The installed program at work."""
    folder = tmp_path_factory.mktemp("served")
    process = subprocess.Popen(
        [installed_program, "serve", "--port", "0", "--data", folder / "data"],
        cwd=folder,
        env=clean_environment(PATH=without_node()["PATH"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stderr is not None
        first_line = process.stdout.readline().strip()
        assert first_line, process.stderr.read()
        yield Appliance(process, first_line)
    finally:
        process.terminate()
        process.communicate(timeout=60)


class Addresses(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img"):
            self.found += [value for name, value in attrs if name in ("src", "href") and value]


def test_the_installed_wheel_serves_the_page_and_every_file_that_it_names(served: Appliance):
    page = served.get(PAGE)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    addresses = Addresses()
    addresses.feed(page.body.decode())
    assert any(address.endswith("dashboard.js") for address in addresses.found)
    for address in addresses.found:
        file = served.get(urljoin(PAGE, address))
        assert (file.status, len(file.body) > 100) == (200, True), address


def test_the_installed_wheel_serves_the_client_library(served: Appliance):
    library = served.get("/static/metrics_client.js")
    assert library.headers["content-type"].startswith("text/javascript")
    assert re.search(rb"^export \{", library.body, re.MULTILINE)


def test_the_installed_wheel_takes_samples(served: Appliance):
    assert served.get("/metrics/json").json["system"]["memory"]["total_bytes"] > 0


def test_the_installed_wheel_knows_its_revision(served: Appliance, built: Built):
    assert served.get("/version").json["commit"] in built.revisions


def test_the_sdist_holds_the_page_and_what_it_is_made_of(sdist_names: set[str]):
    for name in ("dashboard.js", "metrics_client.js", "index.html", "fleet.js", "fleet.html", "licenses.txt"):
        assert f"src/zeropoint/web/static/{name}" in sdist_names
    assert {"web/build.mjs", "web/package-lock.json", "hatch_build.py", "LICENSE", "README.md"} <= sdist_names


def test_the_sdist_holds_nothing_that_was_installed_or_cached(sdist_names: set[str]):
    assert not [name for name in sdist_names if re.search(r"node_modules|__pycache__|\.venv|\.pyc$", name)]


def test_building_leaves_no_file_in_the_checkout(wheel: Path):
    assert not (ROOT / "src/zeropoint/commit.txt").exists()
    assert not (ROOT / "dist").exists() or wheel.name not in [path.name for path in (ROOT / "dist").iterdir()]
