from pathlib import Path

import pytest

from tests.host.trees import changed, recorded
from zeropoint.host.data_mounts import UNLISTED_ROOT, holding_data, without_password
from zeropoint.host.mounts import Mount, parse_mountinfo, read_mounts, shown, unescape, visible


def mounts_of(*lines: str) -> list[Mount]:
    return parse_mountinfo("".join(f"{line}\n" for line in lines).encode())


def held(*lines: str, files: frozenset[str] = frozenset()) -> list[str]:
    """The mount points of what holds data; `files` are those that are no directories."""
    return [mount.mountpoint for mount in holding_data(mounts_of(*lines), lambda path: path not in files)]


ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard"


def test_a_line_is_parsed():
    (mount,) = mounts_of(r"95 28 0:52 /a\040b /mnt/x ro,noatime shared:51 master:2 - nfs4 nas:/export ro,vers=4.2")
    assert mount == Mount(
        id=95,
        parent=28,
        device="0:52",
        root="/a b",
        mountpoint="/mnt/x",
        read_only=True,
        type="nfs4",
        source="nas:/export",
        super_options="ro,vers=4.2",
    )


def test_whether_it_is_read_only_is_said_of_the_file_system():
    # As systemd's ProtectSystem=strict shows a service every mount of the machine.
    assert not mounts_of("1 0 8:1 / / ro,relatime - ext4 /dev/sda1 rw")[0].read_only
    assert mounts_of("1 0 8:1 / / rw - ext4 /dev/sda1 ro")[0].read_only
    assert not mounts_of("1 0 8:1 / / rw - ext4 /dev/sda1 rw,errors=remount-ro")[0].read_only


@pytest.mark.parametrize(
    ("escaped", "name"),
    [
        (b"/plain", "/plain"),
        (rb"/with\040space\011tab\012line\134back\043hash", "/with space\ttab\nline\\back#hash"),
        # No escape of the kernel's: kept as it is.
        (rb"/\x\9\08\777", r"/\x\9\08\777"),
        (rb"/end" + b"\\", "/end\\"),
    ],
)
def test_names_are_unescaped(escaped: bytes, name: str):
    assert unescape(escaped) == name


def test_names_that_are_no_text_can_be_opened_and_shown():
    name = unescape(b"/latin-\xe9")
    assert Path(name).name == "latin-\udce9"
    assert shown(name) == "/latin-\\xe9"


def test_hostile_names_keep_their_lines_apart():
    mounts = parse_mountinfo(read_mounts(recorded("hostile")))
    assert [mount.mountpoint for mount in mounts if mount.device in {"8:18", "8:19", "8:22"}] == [
        "/mnt/new\nline\ttab",
        "/mnt/<img src=x onerror=alert(1)>",
        "/mnt/carriage\rreturn",
    ]
    assert [mount.source for mount in mounts if mount.id == 48] == [""]


def test_a_later_mount_covers_what_is_at_and_below_its_place():
    mounts = mounts_of(
        ROOT,
        "40 27 8:1 / /mnt rw - ext4 /dev/sda1 rw",
        "41 40 8:2 / /mnt/below rw - ext4 /dev/sda2 rw",
        "42 40 8:3 / /mnt rw - ext4 /dev/sda3 rw",
        "43 42 8:4 / /mnt/below rw - ext4 /dev/sda4 rw",
        "44 27 8:5 / /mntbeside rw - ext4 /dev/sda5 rw",
    )
    assert [mount.id for mount in visible(mounts)] == [27, 42, 43, 44]


def test_mounts_in_a_circle_end():
    mounts = mounts_of("1 2 8:1 / /a rw - ext4 /dev/sda1 rw", "2 1 8:2 / /a/b rw - ext4 /dev/sda2 rw")
    assert len(visible(mounts)) == 2


def test_what_the_kernel_makes_up_holds_no_data():
    assert held(
        ROOT,
        "22 27 0:21 / /proc rw - proc proc rw",
        "23 27 0:22 / /sys rw - sysfs sysfs rw",
        "24 27 0:6 / /dev rw - devtmpfs devtmpfs rw",
        "25 24 0:23 / /dev/shm rw - tmpfs tmpfs rw",
        "26 27 0:24 / /run rw - tmpfs tmpfs rw",
        "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
        "32 27 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro",
        "33 27 0:90 / /home rw - autofs systemd-1 rw",
        "34 27 0:91 / /var/lib/docker/overlay2/a/merged rw - overlay overlay rw",
        "35 27 0:92 / /run/user/1000/doc rw - fuse.portal portal rw",
    ) == ["/", "/dev/shm"]  # noqa: S108


def test_pools_and_served_file_systems_hold_data():
    assert held(
        ROOT,
        "40 27 0:40 / /tank rw - zfs tank rw",
        "41 27 0:41 / /nfs rw - nfs4 nas:/x rw",
        "42 27 0:42 / /ssh rw - fuse.sshfs ann@lab:/ rw",
        "43 27 0:43 / /share rw - virtiofs share rw",
        "44 27 8:17 / /stick rw - vfat /dev/sdb1 rw",
    ) == ["/", "/tank", "/nfs", "/ssh", "/share", "/stick"]


def test_a_file_system_is_told_once_where_all_of_it_is_seen():
    assert held(
        ROOT,
        "40 27 8:17 /sub /a rw - ext4 /dev/sdb1 rw",
        "41 27 8:17 / /b rw - ext4 /dev/sdb1 rw",
        "42 27 254:0 /var/data /data rw - ext4 /dev/vda rw",
    ) == ["/", "/b"]


def test_files_that_a_container_runtime_binds_are_no_place_for_data():
    hosts = "720 712 259:2 /x/hosts /etc/hosts rw - ext4 /dev/nvme0n1p2 rw"
    models = "723 712 259:2 /x/_data /models rw - ext4 /dev/nvme0n1p2 rw"
    overlay = "712 623 0:58 / / rw - overlay overlay rw"
    assert held(overlay, hosts, models, files=frozenset({"/etc/hosts"})) == ["/", "/models"]


def test_a_server_is_not_asked_whether_it_has_a_directory():
    def refuse(path: str) -> bool:
        raise AssertionError(path)

    mounts = mounts_of(ROOT, "41 27 0:41 /x /nfs rw - nfs4 nas:/x rw")
    assert [mount.mountpoint for mount in holding_data(mounts, refuse)] == ["/", "/nfs"]


def test_the_root_stays_whatever_it_is():
    for kind in ("overlay overlay", "tmpfs tmpfs", "squashfs /dev/loop0", "rootfs rootfs"):
        assert held(f"1 0 0:1 / / rw - {kind} rw") == ["/"]
    assert holding_data([], lambda _: True) == [UNLISTED_ROOT]


def test_passwords_are_not_told():
    assert without_password("https://ann:secret@cloud.example/dav/") == "https://cloud.example/dav/"
    assert without_password("https://ann:p@ss@cloud.example") == "https://cloud.example"
    assert without_password("ann@lab:/data") == "ann@lab:/data"
    assert without_password("/dev/vda") == "/dev/vda"


def test_process_1_of_another_tree_tells_its_mounts(tmp_path: Path):
    roots = changed("golden", tmp_path, {"proc/self/mountinfo": "wrong\n"})
    assert b"/mnt/datasets" in read_mounts(roots)
