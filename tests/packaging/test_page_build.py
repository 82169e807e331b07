"""hatch_build.py builds the page of a checkout when, and only when, it is older than its sources."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

import hatch_build
from tests.packaging.conftest import ROOT, only

SOURCE = "web/dashboard/main.ts"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of web/ with what npm installed; its page is not built yet."""
    root = tmp_path_factory.mktemp("checkout")
    # Links to the same files: npm's packages are many, and nothing writes to them.
    shutil.copytree(ROOT / "web/node_modules", root / "web/node_modules", copy_function=link_or_copy, symlinks=True)
    shutil.copytree(ROOT / "web", root / "web", ignore=shutil.ignore_patterns("node_modules"), dirs_exist_ok=True)
    hatch_build.build_page(root)
    return root


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def built_again(root: Path) -> bool:
    page = root / hatch_build.PAGE
    before = page.stat().st_mtime_ns
    hatch_build.build_page(root)
    return page.stat().st_mtime_ns != before


def test_a_page_that_is_newer_than_its_sources_is_left_as_it_is(checkout: Path):
    assert not built_again(checkout)


def test_a_source_that_is_newer_builds_the_page_again_and_once(checkout: Path):
    changed = (checkout / SOURCE).stat().st_mtime - 1
    os.utime(checkout / hatch_build.PAGE, (changed, changed))
    assert built_again(checkout)
    assert not built_again(checkout)


def test_a_source_that_was_removed_builds_the_page_again(checkout: Path):
    extra = checkout / "web/dashboard/extra.css"
    extra.write_text("body { color: red }")
    assert built_again(checkout)
    assert (checkout / hatch_build.PAGE).with_name("extra.css").exists()
    extra.unlink()
    assert built_again(checkout)
    assert not (checkout / hatch_build.PAGE).with_name("extra.css").exists()


def test_an_unpacked_sdist_keeps_the_page_that_it_came_with(sdist: Path, tmp_path: Path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    assert hatch_build.is_sdist(only(tmp_path.iterdir()))
    assert not hatch_build.is_sdist(ROOT)


def test_a_build_that_fails_says_so(checkout: Path):
    with pytest.raises(subprocess.CalledProcessError):
        hatch_build.node(["no-such-file.mjs"], checkout / "web")
