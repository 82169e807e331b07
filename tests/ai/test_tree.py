"""The walk over artifacts, on real trees: bounded, never led out, cheap when nothing changes."""

import os
import resource
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ai.watch import as_nobody
from zeropoint.ai.artifacts import Folder, Found, Verdict
from zeropoint.ai.tree import Limits, Tree


def any_file(_: Folder, __: str) -> str:
    return "file"


def tree_of(root: Path, **options: object) -> Tree:
    return Tree(str(root), ("train",), any_file, **options)  # type: ignore[arg-type]


def look(tree: Tree, now: float = 1000.0, passes: int = 1) -> None:
    for number in range(passes):
        tree.look(now + number, time.time())


def test_counts_regular_files_at_any_depth_and_leaves_hidden_ones_out(artifacts: Path) -> None:
    for name in ("a", "b/c", "b/d/e/f", ".hidden", "b/.hidden/g"):
        (artifacts / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        (artifacts / "train" / name).touch()
    tree = tree_of(artifacts)
    look(tree)
    assert (tree.counts["file"], tree.shortfall, tree.left_out) == (3, None, None)


def test_a_tree_that_is_not_there_is_empty(artifacts: Path) -> None:
    for root in (artifacts, artifacts / "none"):
        tree = tree_of(root)
        look(tree)
        assert (tree.counts["file"], tree.shortfall) == (0, None)


def test_a_file_in_place_of_the_folder_is_no_tree(artifacts: Path) -> None:
    (artifacts / "train").touch()
    tree = tree_of(artifacts)
    look(tree)
    assert (tree.counts["file"], tree.shortfall) == (0, None)


def test_no_link_is_followed_and_each_is_told(artifacts: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    train = artifacts / "train"
    train.mkdir()
    (train / "to_file").symlink_to(outside / "secret")
    (train / "to_folder").symlink_to(outside)
    (train / "to_itself").symlink_to("to_itself")
    (train / "up").symlink_to("..")
    (train / "dangling").symlink_to("nowhere")
    tree = tree_of(artifacts)
    look(tree)
    assert (tree.counts["file"], tree.left_out) == (0, "5 links in train left out")


def test_a_link_in_place_of_the_tree_is_not_followed(artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").touch()
    (artifacts / "train").symlink_to(tmp_path / "outside")
    tree = tree_of(artifacts)
    look(tree)
    assert (tree.counts["file"], tree.shortfall) == (0, "train is a link, which is not followed")


def test_a_folder_that_becomes_a_link_between_two_passes_is_not_followed(artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    for number in range(10):
        (tmp_path / "outside" / str(number)).touch()
    (artifacts / "train" / "sub").mkdir(parents=True)
    (artifacts / "train" / "sub" / "own").touch()
    tree = tree_of(artifacts)
    look(tree)
    assert tree.counts["file"] == 1
    (artifacts / "train" / "sub" / "own").unlink()
    (artifacts / "train" / "sub").rmdir()
    (artifacts / "train" / "sub").symlink_to(tmp_path / "outside")
    look(tree, now=2000.0)
    assert (tree.counts["file"], tree.left_out) == (0, "1 links in train left out")


def test_the_artifacts_directory_itself_may_be_a_link(artifacts: Path, tmp_path: Path) -> None:
    (artifacts / "train").mkdir()
    (artifacts / "train" / "a").touch()
    (tmp_path / "link").symlink_to(artifacts)
    tree = tree_of(tmp_path / "link")
    look(tree)
    assert tree.counts["file"] == 1


def test_pipes_and_sockets_are_left_out_and_never_opened(artifacts: Path) -> None:
    train = artifacts / "train"
    train.mkdir()
    os.mkfifo(train / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(train / "socket"))
        opened: list[str] = []

        def check(found: Found, kind: str) -> Verdict:
            opened.append(found.name)
            return Verdict(kind)

        tree = tree_of(artifacts, check=check)
        look(tree)
    assert (tree.left_out, opened) == ("2 pipes, sockets or devices in train left out", [])


def test_a_folder_that_may_not_be_read_is_told(reachable: Path) -> None:
    (reachable / "train" / "closed").mkdir(parents=True)
    (reachable / "train" / "open").touch()
    (reachable / "train" / "closed" / "inner").touch()
    (reachable / "train" / "closed").chmod(0)
    tree = tree_of(reachable)
    with as_nobody():
        look(tree)
    (reachable / "train" / "closed").chmod(0o755)
    assert tree.shortfall == "train/closed cannot be read: Permission denied"
    assert tree.counts["file"] == 1


def test_an_artifacts_directory_that_may_not_be_read_is_told(reachable: Path) -> None:
    (reachable / "artifacts" / "train").mkdir(parents=True)
    (reachable / "artifacts").chmod(0)
    tree = tree_of(reachable / "artifacts")
    with as_nobody():
        look(tree)
    (reachable / "artifacts").chmod(0o755)
    assert tree.shortfall == "train cannot be read: Permission denied"


def test_names_of_any_bytes_are_counted(artifacts: Path) -> None:
    train = os.fsencode(artifacts / "train")
    os.mkdir(train)
    for name in (
        b"\xff\xfe",
        b"new\nline",
        b"<script>alert(1)</script>".replace(b"/", b"|"),
        b"n" * 255,
        b"\xed\xa0\x80",
    ):
        os.close(os.open(train + b"/" + name, os.O_CREAT | os.O_WRONLY))
    tree = tree_of(artifacts)
    look(tree)
    assert tree.counts["file"] == 5
    for seen in tree.newest["file"]:
        assert "\n" not in seen.path
        assert len(seen.path.encode()) <= 600


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(entries=5), "counting stopped after 5 entries"),
        (Limits(folders=2), "folders and more lie beyond the first 2"),
        (Limits(depth=1), "1 folders lie deeper than 1 levels"),
    ],
)
def test_what_lies_beyond_a_limit_is_told(artifacts: Path, limits: Limits, reason: str) -> None:
    for name in ("a/1", "a/2", "a/deep/3", "b/4", "c/5"):
        (artifacts / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        (artifacts / "train" / name).touch()
    tree = tree_of(artifacts, limits=limits)
    look(tree)
    assert tree.shortfall is not None
    assert tree.shortfall.endswith(reason)
    assert tree.counts["file"] < 5


def test_of_more_folders_than_the_limit_those_that_changed_last_are_looked_at(artifacts: Path) -> None:
    for number in range(20):
        folder = artifacts / "train" / f"{number * 7 % 20:02}"
        folder.mkdir(parents=True)
        (folder / "file").touch()
        os.utime(folder, (1e9 + number, 1e9 + number))
    newest = [f"{number * 7 % 20:02}" for number in range(15, 20)]
    tree = tree_of(artifacts, limits=Limits(folders=6))
    for now in (1000.0, 2000.0):  # by a listing, and by what is known of one
        look(tree, now)
        assert sorted(tree.folders("file")) == sorted((name,) for name in newest)
        assert tree.shortfall == "15 folders and more lie beyond the first 6"


def test_a_folder_whose_content_may_be_named_and_not_looked_at_is_told(reachable: Path) -> None:
    (reachable / "train" / "inner").mkdir(parents=True)
    (reachable / "train").chmod(0o744)
    tree = tree_of(reachable)
    with as_nobody():
        look(tree)
    (reachable / "train").chmod(0o755)
    assert tree.shortfall == "train/inner cannot be read: Permission denied"


def test_a_pass_ends_with_its_budget_and_the_next_one_goes_on(artifacts: Path) -> None:
    (artifacts / "train").mkdir()
    for number in range(300):
        (artifacts / "train" / str(number)).touch()
    tree = tree_of(artifacts, limits=Limits(first_seconds=0.0, later_seconds=0.0))
    look(tree)
    assert tree.shortfall == "still being counted: 64 entries so far"
    look(tree, passes=3)
    assert tree.shortfall == "still being counted: 256 entries so far"
    look(tree, passes=2)
    assert tree.shortfall is None
    assert tree.counts["file"] == 300


def test_a_new_file_is_seen_by_the_next_round(artifacts: Path) -> None:
    (artifacts / "train" / "sub").mkdir(parents=True)
    tree = tree_of(artifacts)
    look(tree)
    (artifacts / "train" / "sub" / "new").touch()
    look(tree, now=1100.0)
    assert tree.counts["file"] == 1
    (artifacts / "train" / "sub" / "new").unlink()
    look(tree, now=1200.0)
    assert tree.counts["file"] == 0


def test_a_listing_that_took_long_does_not_make_the_next_new_file_wait(artifacts: Path) -> None:
    def check(found: Found, kind: str) -> Verdict:
        began = time.thread_time()
        while time.thread_time() - began < 0.02:
            pass
        return Verdict(kind)

    (artifacts / "train").mkdir()
    (artifacts / "train" / "first").touch()
    tree = tree_of(artifacts, check=check)
    look(tree)
    (artifacts / "train" / "second").touch()
    look(tree, now=1016.0, passes=3)  # 400 times 20 ms, twice that for a machine that is busy, and a pass to its end
    assert tree.counts["file"] == 2


def test_what_is_written_in_place_into_the_newest_file_shows_in_the_next_pass(artifacts: Path) -> None:
    (artifacts / "train").mkdir()
    file = artifacts / "train" / "log"
    file.write_text("1")
    an_hour_ago = time.time() - 3600
    os.utime(file, (an_hour_ago, an_hour_ago))
    os.utime(artifacts / "train", (an_hour_ago, an_hour_ago))
    tree = tree_of(artifacts)
    look(tree)
    assert tree.newest_time(time.time()) == pytest.approx(an_hour_ago)
    with file.open("a") as log:
        log.write("2")
    look(tree, now=1000.001)
    assert tree.newest_time(time.time() + 1) == pytest.approx(time.time(), abs=5)


def test_times_in_the_future_and_before_1970_are_ignored(artifacts: Path) -> None:
    (artifacts / "train").mkdir()
    for name, when in (("past", 1e9), ("future", time.time() + 86400), ("before", -1e9), ("far", 2**33)):
        (artifacts / "train" / name).touch()
        os.utime(artifacts / "train" / name, (when, when))
    tree = tree_of(artifacts)
    look(tree)
    assert tree.newest_time(time.time()) == 1e9
    assert tree.counts["file"] == 4


def test_content_is_looked_into_once_for_each_version_of_a_file(artifacts: Path) -> None:
    looked: list[str] = []

    def check(found: Found, kind: str) -> Verdict:
        looked.append(found.name)
        return Verdict(kind)

    (artifacts / "train").mkdir()
    for name in ("a", "b"):
        (artifacts / "train" / name).touch()
    tree = tree_of(artifacts, check=check)
    look(tree)
    (artifacts / "train" / "c").touch()  # the folder is listed again
    look(tree, now=1100.0)
    look(tree, now=10_000.0)  # and once more, since its time has come
    assert sorted(looked) == ["a", "b", "c"]
    (artifacts / "train" / "a").write_text("changed")
    look(tree, now=20_000.0)
    assert sorted(looked) == ["a", "a", "b", "c"]


def test_descriptors_are_given_back(artifacts: Path) -> None:
    for name in ("a/1", "b/2"):
        (artifacts / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        (artifacts / "train" / name).touch()
    before = len(os.listdir("/proc/self/fd"))
    tree = tree_of(artifacts, limits=Limits(first_seconds=0.0))
    for number in range(50):
        look(tree, now=1000.0 + 100 * number)
    tree = tree_of(artifacts, limits=Limits(first_seconds=0.0))
    look(tree)  # a pass that is cut short holds a folder open ...
    del tree
    assert len(os.listdir("/proc/self/fd")) == before  # ... for as long as the walk lives


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder in memory where there is one: a disk takes long to make so many files."""
    memory = Path("/dev/shm")  # noqa: S108 - a name of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def test_a_hundred_thousand_files_are_counted_in_passes_that_are_bounded_and_cost_nearly_nothing_after(
    in_memory: Path,
) -> None:
    for folder in range(100):
        below = in_memory / "train" / f"{folder:03}"
        below.mkdir(parents=True)
        descriptor = os.open(below, os.O_RDONLY)
        for number in range(1000):
            os.close(os.open(f"{number:04}", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
        os.close(descriptor)
    tree = tree_of(in_memory)
    wall, now, longest = time.time() + 10, 1000.0, 0.0
    for _ in range(100):
        start = time.perf_counter()
        tree.look(now, wall)
        longest = max(longest, time.perf_counter() - start)
        now += 2
        if tree.shortfall is None:
            break
        assert tree.shortfall.startswith("still being counted")
    assert tree.counts["file"] == 100_000
    assert longest < 2.0  # 0.2 s of budget, on a machine that may be busy

    before = cpu_seconds()
    for _ in range(300):  # ten minutes
        tree.look(now, wall)
        now += 2
    share = (cpu_seconds() - before) / 600
    assert tree.counts["file"] == 100_000
    assert share < 0.01, f"{share:.2%} of a core"
