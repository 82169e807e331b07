"""The lock files hold all that pyproject.toml asks for, with hashes and without addresses."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.packaging.conftest import ROOT, RUN_LOCK, entries

DEV_LOCK = ROOT / "requirements/dev.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(lock: Path) -> dict[str, str]:
    """Version by name."""
    found = [Requirement(re.split(r"[\\\n]", entry)[0]) for entry in entries(lock)]
    return {one.name: str(one.specifier).removeprefix("==") for one in found}


def asked_for(group: str) -> Iterator[Requirement]:
    """What the project and a dependency group ask for."""
    yield from map(Requirement, PROJECT["project"]["dependencies"])
    for row in PROJECT["dependency-groups"][group]:
        if isinstance(row, str):
            yield Requirement(row)
        else:
            yield from asked_for(row["include-group"])


@pytest.mark.parametrize(("lock", "group"), [(RUN_LOCK, "build"), (DEV_LOCK, "dev")])
def test_a_lock_holds_what_is_asked_for(lock: Path, group: str):
    held = pins(lock)
    for requirement in asked_for(group):
        assert requirement.specifier.contains(held[requirement.name]), f"{requirement}: run `make lock`"


@pytest.mark.parametrize("lock", [RUN_LOCK, DEV_LOCK])
def test_every_entry_has_hashes_and_no_entry_has_an_address(lock: Path):
    assert all("--hash=sha256:" in entry for entry in entries(lock))
    assert not re.search(r"://|^-|@ ", lock.read_text(), re.MULTILINE)


def test_development_uses_the_versions_that_users_get():
    assert pins(RUN_LOCK).items() <= pins(DEV_LOCK).items()


def test_the_lock_of_the_page_has_no_addresses():
    resolved = re.findall(r'"resolved": "([^"]*)"', (ROOT / "web/package-lock.json").read_text())
    assert resolved == ["client"], "the client is a folder of this tree; set npm's omit-lockfile-registry-resolved"


def test_the_page_can_be_built_on_each_system_that_is_supported():
    lock = (ROOT / "web/package-lock.json").read_text()
    for system in ("linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"):
        assert f'"node_modules/@esbuild/{system}"' in lock
