"""What a process belongs to by its control group: a container, a Slurm job or a systemd unit. Pure: cgroups(7).

Paths are told by the content of PROC/PID/cgroup, a line a hierarchy. A path is read from its top, since who owns a
group can make any other below it: what stands first was made by the machine, not by what runs in it. So a container
is not mistaken for one of another user, and what a container runs of its own is that container.
"""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from zeropoint.texts import clean

PlacementKind = Literal["container", "slurm", "unit"]
RANKS: dict[PlacementKind, int] = {"slurm": 0, "container": 1, "unit": 2}
CONTENT_LIMIT_BYTES = 64 * 1024
DEEPEST = 64
# A name in systemd's groups holds "-" as \x2d, and what would be a file of the kernel's has "_" before it.
ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
# Docker, Podman, containerd and CRI-O: docker-ID.scope, /docker/ID, libpod-ID.scope, SLICE:cri-containerd:ID; also the
# monitor of one, libpod-conmon-ID.scope.
CONTAINER = re.compile(r"(?:.*[-:])?([0-9a-f]{64})(?:\.scope)?")
# LXC, Incus and LXD; systemd-nspawn from a shell and as a service; the virtual machines of libvirt, whose names have a
# number that rises with each start.
MACHINES = (
    re.compile(r"lxc\.(?:payload|monitor)\.(.+)"),
    re.compile(r"machine-qemu-[0-9]+-(.+)\.scope"),
    re.compile(r"machine-(.+)\.scope"),
    re.compile(r"systemd-nspawn@(.+)\.service"),
)
LXC_FOLDERS = ("lxc", "lxc.payload")
POD = re.compile(r"(?:.*-)?pod([0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12})(?:\.slice)?(?::.*)?")
USER_SLICE = re.compile(r"user-([0-9]{1,10})\.slice")
USER_MANAGER = re.compile(r"user@([0-9]{1,10})\.service")
SESSION = re.compile(r"session-(.+)\.scope")
SLURM_STEPS = re.compile(r"(?:.+_)?slurmstepd\.scope")
SLURM_FOLDER = re.compile(r"slurm(?:_.+)?")
SLURM_USER = re.compile(r"uid_[0-9]{1,10}")
SLURM_JOB = re.compile(r"job_([0-9]{1,20})")


class Placement(Struct, frozen=True):
    """`name_key` tells it from others of its kind; `label` is what can be said of it without reading further, and is
    cleaned. `user_id` is whose it is where that user's own systemd made it, `pod_uid` the Kubernetes pod's."""

    kind: PlacementKind
    name_key: str
    label: str
    user_id: int | None = None
    pod_uid: str | None = None


def place_of(content: bytes) -> Placement | None:
    """None where no hierarchy tells. Never raises, whatever the bytes are."""
    places: list[Placement] = []
    # That of version 2 and systemd's own of version 1 come last, and tell units best.
    for line in reversed(content[:CONTENT_LIMIT_BYTES].split(b"\n")):
        place = _place_of_path(line.split(b":", 2)[-1])
        if place is not None:
            places.append(place)
    return min(places, key=lambda place: RANKS[place.kind], default=None)


def _place_of_path(path: bytes) -> Placement | None:
    # From within a namespace, what is above its root begins with "..".
    parts = [
        part for part in path.removesuffix(b" (deleted)").split(b"/", DEEPEST)[:DEEPEST] if part not in (b"", b"..")
    ]
    names = [_unescaped(part) for part in parts]
    unit: str | None = None
    user_id: int | None = None
    has_manager = False
    pod_uid: str | None = None
    for index, name in enumerate(names):
        pod_uid = _pod_uid(name) or pod_uid
        if container := CONTAINER.fullmatch(name):
            return Placement("container", container[1], container[1][:12], user_id, pod_uid)
        if unit is not None:
            # What a service makes below itself is of that service, but for containers that it starts, and jobs.
            job = _job_below(unit, name) if user_id is None else None
            if job:
                return _slurm(job)
            continue
        if machine := _machine(names, index):
            return Placement("container", machine, clean(machine), user_id)
        if index == 0 and (job := _job_at_top(names)):
            return _slurm(job)
        if user := USER_SLICE.fullmatch(name) or USER_MANAGER.fullmatch(name):
            # Below its own manager a user can make groups of any name, also of others' slices.
            user_id = int(user[1]) if user_id is None else user_id
            has_manager = has_manager or name.startswith("user@")
        elif name.endswith((".service", ".scope")):
            unit = name
    if unit is None:
        return None
    if not has_manager and (session := SESSION.fullmatch(unit)):
        return Placement("unit", unit, clean(f"session {session[1]}"))
    return Placement("unit", unit, clean(unit), user_id)


def _unescaped(part: bytes) -> str:
    part = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part.removeprefix(b"_"))
    return part.decode(errors="replace")


def _machine(names: Sequence[str], index: int) -> str | None:
    if index == 0 and names[0] in LXC_FOLDERS:
        return names[1] if len(names) > 1 else None
    return next((found[1] for pattern in MACHINES if (found := pattern.fullmatch(names[index]))), None)


def _job_below(unit: str, name: str) -> str | None:
    """Version 2: slurmstepd.scope/job_N."""
    job = SLURM_JOB.fullmatch(name) if SLURM_STEPS.fullmatch(unit) else None
    return job[1] if job else None


def _job_at_top(names: Sequence[str]) -> str | None:
    """Version 1: slurm/uid_U/job_N."""
    if len(names) < 3 or not SLURM_FOLDER.fullmatch(names[0]) or not SLURM_USER.fullmatch(names[1]):
        return None
    job = SLURM_JOB.fullmatch(names[2])
    return job[1] if job else None


def _slurm(job: str) -> Placement:
    return Placement("slurm", job, f"job {job}")


def _pod_uid(name: str) -> str | None:
    pod = POD.fullmatch(name)
    return pod[1].replace("_", "-") if pod else None
