"""What each workload has used, put together quantity by quantity."""

from collections.abc import Iterator, Mapping, Set

from msgspec import Struct, field

from zeropoint.ledger.accounts import Identity, Movement
from zeropoint.ledger.disk_io import Bytes
from zeropoint.ledger.facts import Facts
from zeropoint.ledger.gpu_shares import GpuUse, gpu_shares, nobodys
from zeropoint.ledger.group_cpu import GroupCpu, GroupPath
from zeropoint.ledger.membership import UNKNOWN_USER, Group, Membership
from zeropoint.ledger.owner import HYPERVISOR, INTERRUPTS, KERNEL, Owner
from zeropoint.ledger.placement import Placement
from zeropoint.ledger.resident import Resident
from zeropoint.ledger.totals import Totals
from zeropoint.ledger.waits import KINDS, Crowd
from zeropoint.model import Basis, MemoryBasis, Waits, Workload
from zeropoint.probe import Roots
from zeropoint.processes import Processes

# These have no processes.
NO_PROCESS = (INTERRUPTS, HYPERVISOR)


class Part(Struct):
    """Of one workload; `refused` says that its disk traffic may not be read. `group` has its living processes, if
    any."""

    group: Group | None = None
    cpu_seconds: float = 0.0
    kernel_bytes: int | None = None
    disk: Bytes = (0, 0)
    refused: bool = False
    traffic: tuple[float, float] | None = None
    gpu: GpuUse = field(default_factory=GpuUse)
    waits: Waits | None = None


class Parts:
    """The parts of one reading, by owner. What has ended since the last one is among them, without processes."""

    def __init__(self, membership: Membership, listing: Processes, movement: Movement | None) -> None:
        self._membership = membership
        self._listing = listing
        self._movement = movement
        self._parts: dict[Owner, Part] = {}
        for owner, group in membership.groups.items():
            self._parts[owner] = Part(group)

    def part(self, owner: Owner) -> Part:
        return self._parts.setdefault(owner, Part())

    def containers(self) -> dict[Owner, int]:
        """A process of each container."""
        return {
            owner: next(iter(part.group.members.values())).process.pid
            for owner, part in self._parts.items()
            if owner.kind == "container" and part.group
        }

    def crowds(self) -> dict[Owner, Crowd]:
        """The processes of those whose waiting is told."""
        crowds = {}
        for owner, part in self._parts.items():
            if owner.kind in KINDS and part.group is not None:
                members = part.group.members.values()
                groups = {member.place.group for member in members}
                processes = [member.process for member in members]
                crowds[owner] = Crowd(processes, groups.pop() if len(groups) == 1 else None)
        return crowds

    def charge_cpu(self, roots: Roots, group_cpu: GroupCpu, totals: Totals) -> None:
        """What no process explains is its control group's, where that has one and counted more; then the kernel's as
        far as that counted interrupts and steal: where it counts them in the processes' own time too, nothing is left
        of it here."""
        if self._movement is None:
            return
        groups: dict[Placement, GroupPath] = {}
        charged: dict[Placement, float] = {}
        for identity, seconds in self._cpu_seconds(self._movement):
            owner, place = self._membership.owner(identity), self._membership.place(identity)
            if owner is None or place is None:
                continue
            self.part(owner).cpu_seconds += seconds
            if place.placement is not None and place.group is not None:
                groups[place.placement] = place.group
                charged[place.placement] = charged.get(place.placement, 0.0) + seconds
        for placement, seconds in group_cpu.left(roots, groups, charged).items():
            if owner := self._membership.owner_of_group(roots, placement):
                self.part(owner).cpu_seconds += seconds
        rest = (totals.usage.cpu_percent or 0.0) / 100 * self._movement.seconds
        rest -= sum(part.cpu_seconds for part in self._parts.values())
        for owner, percent in ((INTERRUPTS, totals.interrupt_percent), (HYPERVISOR, totals.steal_percent)):
            seconds = min(rest, percent / 100 * self._movement.seconds)
            if seconds > 0:
                self.part(owner).cpu_seconds = seconds
                rest -= seconds

    def charge_memory(self, resident: Resident, totals: Totals) -> None:
        for part in self._parts.values():
            if part.group is not None:
                part.group.sum_up(resident.bytes_of)
        if totals.kernel_bytes is not None:
            self.part(KERNEL).kernel_bytes = totals.kernel_bytes

    def charge_disk(self, traffic: Mapping[Identity, Bytes], refused: Set[Identity]) -> None:
        for part in self._parts.values():
            part.refused = part.group is not None and bool(refused) and part.group.members.keys() <= refused
        for identity, (read, written) in traffic.items():
            if owner := self._membership.owner(identity):
                part = self.part(owner)
                part.disk = part.disk[0] + read, part.disk[1] + written

    def charge_network(self, rates: Mapping[Owner, tuple[float, float]]) -> None:
        for owner, rate in rates.items():
            self.part(owner).traffic = rate

    def charge_power(self, facts: Facts, totals: Totals) -> None:
        """GPUs, and the processors' power by their time."""
        if facts.gpus:
            # Who is among no GPU's processes has nothing of them, where all GPUs tell theirs.
            none = nobodys(facts.gpus)
            for part in self._parts.values():
                part.gpu.add(none.percent, none.memory_bytes, none.watts)
            for owner, use in gpu_shares(facts.gpus, self._owner_of).items():
                self.part(owner).gpu = use
        if totals.processor_watts is None or self._movement is None:
            return
        for part in self._parts.values():
            share = part.cpu_seconds / self._movement.seconds / totals.cores
            part.gpu.add(None, None, totals.processor_watts * share)

    def note_waits(self, told: Mapping[Owner, Waits]) -> None:
        for owner, waits in told.items():
            self.part(owner).waits = waits

    def workloads(self, roots: Roots) -> list[Workload]:
        return [self._workload(owner, part, roots) for owner, part in self._parts.items()]

    def _workload(self, owner: Owner, part: Part, roots: Roots) -> Workload:
        seconds = self._movement.seconds if self._movement else None
        is_told = seconds is not None and not part.refused
        traffic, gpu, group = part.traffic or (None, None), part.gpu, part.group
        return Workload(
            id=owner.id,
            name=owner.name,
            kind=owner.kind,
            user=self._membership.user(roots, group) if group else UNKNOWN_USER,
            pids_count=len(group.members) if group else 0,
            cpu_percent=None if seconds is None else 100 * part.cpu_seconds / seconds,
            memory_bytes=(group.memory_bytes if group else 0) if part.kernel_bytes is None else part.kernel_bytes,
            read_bytes_per_second=part.disk[0] / seconds if seconds and is_told else None,
            write_bytes_per_second=part.disk[1] / seconds if seconds and is_told else None,
            received_bytes_per_second=traffic[0],
            sent_bytes_per_second=traffic[1],
            gpu_percent=gpu.percent,
            gpu_memory_bytes=gpu.memory_bytes,
            gpu_pids=sorted(gpu.pids),
            power_watts=gpu.watts,
            basis=Basis(
                found_by=owner.found_by,
                cpu="interrupt-ticks" if owner in NO_PROCESS else "clocks" if self._listing.has_clocks else "ticks",
                memory=_memory_basis(part),
                power="none" if gpu.watts is None else "estimated",
            ),
            waits=part.waits,
        )

    def _cpu_seconds(self, movement: Movement) -> Iterator[tuple[Identity, float]]:
        """CPU time by who is charged with it. That of children which came and went is of who is known to be gone, if
        these were no plain programs of the reaper's (systemd waits for its units, a runtime for its containers); else
        the reaper's own."""
        yield from movement.cpu_seconds.items()
        heirs: dict[Identity, list[Identity]] = {}
        for child, reaper in movement.reaped_by.items():
            owner = self._membership.owner(child)
            if owner is not None and owner.kind != "program":
                heirs.setdefault(reaper, []).append(child)
        for reaper, seconds in movement.children_cpu_seconds.items():
            charged = heirs.get(reaper, [reaper])
            for identity in charged:
                yield identity, seconds / len(charged)

    def _owner_of(self, pid: int) -> Owner | None:
        process = self._listing.by_pid.get(pid)
        return self._membership.owner(process.identity) if process else None


def _memory_basis(part: Part) -> MemoryBasis:
    if part.kernel_bytes is not None:
        return "kernel"
    by_share = part.group.by_share if part.group else {False: 0, True: 0}
    if by_share[True]:
        return "pss-and-rss" if by_share[False] else "pss"
    return "rss" if by_share[False] else "none"
