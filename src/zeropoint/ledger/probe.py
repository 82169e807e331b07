"""The ledger's probe: each second it reads what the processes have used, and splits the totals over workloads.

What it needs of others, GPUs and components, is of the sample before: one direction, and all of a GPU is of one moment.
"""

import time
from collections.abc import Callable
from typing import ClassVar

from zeropoint import model
from zeropoint.ledger.accounts import Accounts
from zeropoint.ledger.cgroup_names import CgroupNames
from zeropoint.ledger.commands_told import IS_OFF, NOT_TOLD, with_commands
from zeropoint.ledger.disk_io import DiskTraffic
from zeropoint.ledger.facts import Facts
from zeropoint.ledger.group_cpu import GroupCpu
from zeropoint.ledger.machine_memory import read_machine_memory
from zeropoint.ledger.membership import Membership
from zeropoint.ledger.network import NetworkTraffic
from zeropoint.ledger.parts import Parts
from zeropoint.ledger.rapl import ProcessorPower
from zeropoint.ledger.reasons import reasons_of
from zeropoint.ledger.resident import Resident
from zeropoint.ledger.split import split
from zeropoint.ledger.totals import totals_of
from zeropoint.ledger.users import Users
from zeropoint.ledger.waits import WaitLooks
from zeropoint.probe import Probe, Reading, Roots
from zeropoint.processes import Changes, Processes, ProcessTable

# When more than this share of what was used is nobody's, each process is read in the next look.
LARGE_REST_SHARE = 0.1
# These have a row also while they rest: whether they should is what people want to know.
ALWAYS_TOLD = ("run", "component")


class LedgerProbe(Probe):
    """`facts` gives what others know; it is asked on the probe's own thread, in each reading."""

    name: ClassVar[str] = "ledger"
    section: ClassVar[str] = "ledger"
    report: ClassVar[type[model.Section]] = model.Ledger
    # Reading a process may wait while that changes its memory.
    blocking: ClassVar[bool] = True
    period_seconds: ClassVar[float] = 1.0
    limit_seconds: ClassVar[float] = 5.0

    def __init__(
        self,
        processes: ProcessTable,
        facts: Callable[[Roots, float], Facts],
        clock: Callable[[], float] = time.time,
        *,
        tells_commands: bool = False,
    ) -> None:
        self._processes = processes
        self._tells_commands = tells_commands
        self._facts = facts
        self._clock = clock
        self._changes = Changes()
        self._accounts = Accounts()
        self._membership = Membership(CgroupNames(time.monotonic), Users(time.monotonic))
        self._disk = DiskTraffic()
        self._group_cpu = GroupCpu()
        self._network = NetworkTraffic()
        self._resident = Resident()
        self._power = ProcessorPower()
        self._waits = WaitLooks()
        self._machine: Processes | None = None
        self._shown: frozenset[str] = frozenset()
        self._reading: Reading | None = None

    def read(self, roots: Roots, now: float) -> Reading:
        listing, facts = self._processes.look(roots), self._facts(roots, now)
        before = self._machine
        if before is not None and before.listed_at == listing.listed_at and self._reading is not None:
            return self._reading
        self._machine = listing
        movement = self._accounts.update(listing, self._clock())
        self._membership.update(roots, listing, facts, now)
        self._membership.touch(self._resident.update(roots, self._changes.of(listing), now))
        totals = totals_of(before, listing, read_machine_memory(roots), self._power.watts(roots, now), facts)
        parts = Parts(self._membership, listing, movement)
        parts.charge_cpu(roots, self._group_cpu, totals)
        parts.charge_memory(self._resident, totals)
        if movement is not None:
            parts.charge_disk(self._disk.update(roots, movement), self._disk.refused)
        parts.charge_network(self._network.update(roots, parts.containers(), now))
        parts.charge_power(facts, totals)
        parts.note_waits(self._waits.update(roots, parts.crowds(), now))
        workloads = parts.workloads(roots)
        self._membership.forget(but=movement.pending if movement else frozenset())
        always = frozenset(one.id for one in workloads if one.kind in ALWAYS_TOLD)
        ledger = split(workloads, totals.usage, self._shown, always, movement.seconds if movement else None)
        self._shown = frozenset(one.id for one in ledger.workloads or ())
        self._hurry(ledger, listing)
        if self._tells_commands:
            ledger = with_commands(ledger, self._membership.groups)
        no_command = NOT_TOLD if self._tells_commands else IS_OFF
        self._reading = Reading(ledger, reasons_of(ledger, totals.missing, self._disk.reason, no_command))
        return self._reading

    def _hurry(self, ledger: model.Ledger, listing: Processes) -> None:
        """Without clocks, who rests is not read: a large rest says that somebody rests no longer."""
        rest, total = ledger.unattributed, ledger.totals
        if listing.has_clocks or rest is None or total is None or not rest.cpu_percent or not total.cpu_percent:
            return
        if rest.cpu_percent > LARGE_REST_SHARE * total.cpu_percent:
            self._processes.hurry()
