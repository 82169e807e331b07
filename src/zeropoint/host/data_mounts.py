"""Which mounts hold data, out of the dozens that a machine has. One row for each file system; see holding_data()."""

from collections.abc import Callable, Sequence

from zeropoint.host.mounts import Mount, directories_above, visible

# Those that live on no block device of this machine (their major number is 0) and hold data all the same. All else
# with major number 0 is made up by the kernel: proc, sysfs, cgroup and the like.
POOLS = frozenset({"btrfs", "zfs", "bcachefs", "ubifs"})
# Somebody else answers for these, who may not answer: a server, or a program or hypervisor on this machine.
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "afs", "lustre", "beegfs", "gpfs", "glusterfs", "orangefs"}
)
PROGRAMS = frozenset({"fuse", "fuseblk", "virtiofs", "vboxsf", "prl_fs"})
# Views of what another row has, or of no files at all.
FUSE_VIEWS = frozenset({"fuse.lxcfs", "fuse.portal", "fuse.gvfsd-fuse", "fuse.snapfuse"})
# Images, always full to the last byte.
IMAGES = frozenset({"squashfs", "erofs", "iso9660", "cramfs", "romfs"})
# Memory file systems are scratch space of the system's own, but for these two: programs work in them, and a data
# loader that passes its batches through a full /dev/shm dies.
MEMORY = frozenset({"tmpfs", "ramfs"})
WORKING_MEMORY = frozenset({"/dev/shm", "/tmp"})  # noqa: S108 mount points that are told of, no files that are made

# A process in a chroot finds no root among its mounts.
UNLISTED_ROOT = Mount(
    id=0, parent=0, device="", root="/", mountpoint="/", read_only=False, type="", source="", super_options=""
)


def is_served(mount: Mount) -> bool:
    return mount.type in NETWORK or mount.type in PROGRAMS or mount.type.startswith("fuse.")


def behind_servers(mounts: Sequence[Mount]) -> frozenset[int]:
    """The ids of the mounts that may hang whoever asks: the served ones, and what is mounted somewhere in them."""
    served = {mount.mountpoint for mount in mounts if is_served(mount)}
    return frozenset(
        mount.id for mount in mounts if not served.isdisjoint([mount.mountpoint, *directories_above(mount.mountpoint)])
    )


def holding_data(mounts: Sequence[Mount], is_directory: Callable[[str], bool]) -> list[Mount]:
    """One mount for each file system that holds data, the root first, the others in the order of mounting.

    The root always stays, since disk.usage_percent tells of it: in a container it is an overlay, on a diskless node a
    tmpfs. Other overlays are those of containers, and are on a file system that has its own row. A file system that
    is mounted several times (bind mounts, subvolumes) is told once, where all of it is seen if there is such a place.
    Single files that a container runtime binds over /etc/hosts and the like are no place to keep data.
    """
    seen = visible(mounts)
    root = next((mount for mount in seen if mount.mountpoint == "/"), UNLISTED_ROOT)
    may_hang = behind_servers(seen)
    chosen = {root.device: root}
    for mount in sorted(seen, key=lambda each: each.root != "/"):
        if mount.device in chosen or not _holds_data(mount):
            continue
        if mount.root == "/" or mount.id in may_hang or is_directory(mount.mountpoint):
            chosen[mount.device] = mount
    order = {mount.id: place for place, mount in enumerate(seen)}
    return [root, *sorted(list(chosen.values())[1:], key=lambda mount: order[mount.id])]


def _holds_data(mount: Mount) -> bool:
    if mount.type in IMAGES or mount.type in FUSE_VIEWS:
        return False
    if mount.type in MEMORY:
        return mount.mountpoint in WORKING_MEMORY
    return is_served(mount) or mount.type in POOLS or not mount.device.startswith("0:")


def without_password(source: str) -> str:
    """What is mounted, without the user and password that some programs put into its address."""
    scheme, mark, rest = source.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme + mark + authority.rpartition("@")[2] + slash + path
