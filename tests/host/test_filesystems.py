import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from tests.host.trees import changed, check, recorded, report_of
from zeropoint import model
from zeropoint.host import filesystems
from zeropoint.host.filesystems import Filesystems, Space, measure, used_percent
from zeropoint.probe import Absent, Roots

SHM, TMP = "/dev/shm", "/tmp"  # noqa: S108 mount points
SPACE = Space(device=1, total_bytes=1000, free_bytes=400, available_bytes=350, inodes=200, inodes_free=50)


def told(roots: Roots, spaces: dict[str, Space | OSError]) -> Callable[[str], Space]:
    """Answers for each mount point of a tree; for those that aren't named, a file system of its own."""

    def ask(path: str) -> Space:
        mountpoint = "/" + path.removeprefix(roots.root).lstrip("/")
        space = spaces.get(mountpoint, structs.replace(SPACE, device=hash(mountpoint)))
        if isinstance(space, OSError):
            raise space
        return space

    return ask


def rows_of(report: model.Disk) -> dict[str, model.Filesystem]:
    assert report.filesystems is not None
    return {row.mountpoint: row for row in report.filesystems}


def test_use_is_counted_as_df_does():
    # 600 used and 350 available: what is reserved for the superuser is neither.
    assert used_percent(SPACE) == pytest.approx(100 * 600 / 950)
    nothing = structs.replace(SPACE, total_bytes=0, free_bytes=0, available_bytes=0)
    assert used_percent(nothing) == Absent("the file system tells no size")


def test_the_root_is_told_in_front():
    roots = recorded("golden")
    report = report_of(Filesystems(told(roots, {"/": SPACE})), roots)
    assert (report.total_bytes, report.used_bytes, report.free_bytes) == (1000, 600, 350)
    assert list(rows_of(report)) == ["/", SHM, "/boot/efi", "/data", "/mnt/datasets"]
    root = rows_of(report)["/"]
    assert (root.device, root.type, root.read_only) == ("/dev/nvme0n1p2", "ext4", False)
    assert (root.inodes_count, root.inodes_used, root.inodes_usage_percent) == (200, 150, 75.0)
    assert rows_of(report)["/mnt/datasets"].read_only is True


def test_a_machine_of_btrfs_tells_its_pool_once():
    roots = recorded("laptop")
    report = report_of(Filesystems(told(roots, {})), roots)
    assert list(rows_of(report)) == ["/", TMP, "/boot", "/boot/efi", "/home/ann/remote"]


def test_a_container_tells_its_overlay_and_its_volume():
    roots = recorded("container_v2")
    report = report_of(Filesystems(told(roots, {})), roots)
    # etc/hosts and the like aren't in the tree, nor would they be directories.
    assert list(rows_of(report)) == ["/", SHM, "/models"]


def test_hostile_names_are_told_as_they_are():
    roots = recorded("hostile")
    report = report_of(Filesystems(told(roots, {})), roots)
    assert list(rows_of(report)) == [
        "/",
        "/mnt/with space",
        "/mnt/new\nline\ttab",
        "/mnt/<img src=x onerror=alert(1)>",
        "/mnt/back\\slash#hash",
        "/mnt/latin-\\xe9",
        "/mnt/carriage\rreturn",
        "/mnt/dav",
        "/mnt/nas",
        "/cover",
        "/cover/upper",
    ]
    assert rows_of(report)["/mnt/dav"].device == "https://cloud.example/dav/"
    assert rows_of(report)["/mnt/nas"].device == "nas:/export data"


def test_what_cannot_be_asked_is_null_with_the_reason():
    roots = recorded("golden")
    probe = Filesystems(told(roots, {"/data": PermissionError(13, "Permission denied"), "/": OSError(5, "I/O error")}))
    reading = probe.read(roots, 0.0)
    check(probe, reading)
    assert reading.missing["filesystems[3].total_bytes"] == "Permission denied"
    assert reading.missing["usage_percent"] == reading.missing["filesystems[0].usage_percent"] == "I/O error"
    assert rows_of(reading.report)["/boot/efi"].total_bytes == 1000


def test_a_directory_on_which_nothing_is_mounted_does_not_pass_for_the_file_system():
    """As below a --rootfs that was bound without the mounts in it, and as in this recorded tree."""
    probe = Filesystems()
    reading = probe.read(recorded("golden"), 0.0)
    check(probe, reading)
    assert reading.report.total_bytes == measure(recorded("golden").root).total_bytes
    reasons = {
        row.mountpoint: reading.missing.get(f"filesystems[{index}].total_bytes")
        for index, row in enumerate(reading.report.filesystems)
    }
    assert reasons == {
        "/": None,
        SHM: "No such file or directory",
        "/boot/efi": "No such file or directory",
        "/data": "not mounted below the root that is watched",
        "/mnt/datasets": "No such file or directory",
    }


def test_a_file_system_without_inodes_has_no_share_of_them():
    roots = recorded("golden")
    probe = Filesystems(told(roots, {"/boot/efi": structs.replace(SPACE, device=2, inodes=0, inodes_free=0)}))
    reading = probe.read(roots, 0.0)
    assert rows_of(reading.report)["/boot/efi"].total_bytes == 1000
    assert reading.missing["filesystems[2].inodes_count"] == "the file system has no fixed number of inodes"


def test_more_free_space_than_there_is_makes_no_negative_use():
    roots = recorded("golden")
    probe = Filesystems(told(roots, {"/boot/efi": structs.replace(SPACE, device=2, free_bytes=2000)}))
    reading = probe.read(roots, 0.0)
    check(probe, reading)
    assert reading.missing["filesystems[2].used_bytes"] == "the file system tells more free space than it has"


def test_a_chroot_without_a_root_among_its_mounts_has_the_numbers_of_it(tmp_path: Path):
    roots = changed("golden", tmp_path, {"proc/1/mountinfo": "22 28 0:21 / /proc rw - proc proc rw\n"})
    probe = Filesystems(told(roots, {"/": SPACE}))
    reading = probe.read(roots, 0.0)
    check(probe, reading)
    assert reading.report.total_bytes == 1000
    assert reading.missing["filesystems[0].type"] == "not among the mounts"


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_server_that_does_not_answer_holds_up_nobody(gate: threading.Event):
    roots = recorded("golden")
    asked: list[str] = []

    def ask(path: str) -> Space:
        if path.endswith("/mnt/datasets"):
            asked.append(path)
            gate.wait()
        return structs.replace(SPACE, device=hash(path))

    probe = Filesystems(ask)
    for now, silent in ((100.0, filesystems.WAIT_SECONDS), (105.0, 5.0), (160.0, 60.0)):
        reading = probe.read(roots, now)
        check(probe, reading)
        assert reading.missing["filesystems[4].total_bytes"] == f"its server has not answered for {silent:.1f} s"
        assert rows_of(reading.report)["/data"].total_bytes == 1000
    assert len(asked) == 1


def test_what_is_mounted_in_a_served_file_system_holds_up_nobody(gate: threading.Event, tmp_path: Path):
    """The way to it leads through the server."""
    mounts = (
        "28 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "29 28 0:52 / /nas rw - nfs4 nas:/x rw\n"
        "30 29 8:17 /part /nas/disk rw - xfs /dev/sdb1 rw\n"
    )
    roots = changed("golden", tmp_path, {"proc/1/mountinfo": mounts})

    def ask(path: str) -> Space:
        if "/nas" in path:
            gate.wait()
        return structs.replace(SPACE, device=hash(path))

    reading = Filesystems(ask).read(roots, 100.0)
    assert [row.total_bytes for row in reading.report.filesystems] == [1000, None, None]


def test_a_server_that_answers_again_is_told_again(gate: threading.Event):
    roots = recorded("golden")
    answered = threading.Event()

    def ask(path: str) -> Space:
        if path.endswith("/mnt/datasets") and not gate.is_set():
            gate.wait()
            answered.set()
        return structs.replace(SPACE, device=hash(path))

    probe = Filesystems(ask)
    assert rows_of(probe.read(roots, 100.0).report)["/mnt/datasets"].total_bytes is None
    gate.set()
    assert answered.wait(10.0)
    assert rows_of(probe.read(roots, 105.0).report)["/mnt/datasets"].total_bytes == 1000
