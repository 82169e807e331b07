"""Rows of the processes on a GPU of the kernel's DRM, and its engines' use as the sum over them."""

from collections.abc import Mapping

from zeropoint.host.drm_usage import Use, added
from zeropoint.host.gpu_process_names import name_of_holder, program_name, shows_all_processes
from zeropoint.host.kfd import COMPUTE_UNSEEN, KfdUse
from zeropoint.model import GpuEngine, GpuProcess, GpuProcessEngine
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing, Roots

NO_ENGINES = Absent("this driver tells no use of engines")
COMPUTE_UNCOUNTED = Absent("a process computes through ROCm, whose work the driver counts for no engine")
NO_MEMORY = Absent("this driver tells no memory by process")
MOST_ROWS = 512


class CardUse:
    """Who uses one card. `uncounted` says why its driver counts no engine's time, `shortfall` why some processes may be
    missing; None when it does and none are."""

    def __init__(
        self,
        uses: Mapping[int, Use],
        compute: Mapping[int, KfdUse],
        uncounted: Absent | None,
        shortfall: str | None,
    ) -> None:
        self._uses = uses
        self._compute = compute
        self._uncounted = uncounted
        self._shortfall = shortfall

    def engines(self) -> list[GpuEngine] | Absent:
        """How busy each engine was: the sum over all processes, and so not told where some may not be seen."""
        if self._uncounted is not None or self._shortfall is not None:
            return self._uncounted or Absent(self._shortfall or "")
        if self._compute:
            return COMPUTE_UNCOUNTED
        known = [use.engines for use in self._uses.values() if use.engines is not None]
        if self._uses and not known:
            return Absent(NEEDS_TWO_READINGS)
        sums: dict[str, float] = {}
        for engines in known:
            sums = added(sums, engines)
        return [GpuEngine(name=name, utilization_percent=sums[name]) for name in sorted(sums)]

    def busiest_percent(self) -> float | Absent:
        """The busiest engine's share; 0 where no process holds the card."""
        engines = self.engines()
        if isinstance(engines, Absent):
            return engines
        return max((engine.utilization_percent or 0.0 for engine in engines), default=0.0)

    def rows(self, roots: Roots, *, integrated: bool, at: str, missing: Missing) -> list[GpuProcess] | Absent:
        """The processes; of an `integrated` card the machine's memory that they hold for it counts as well."""
        pids = sorted(self._uses.keys() | self._compute.keys())
        if not pids and self._shortfall is not None:
            return Absent(self._shortfall)
        rows: list[GpuProcess] = []
        for pid in pids[:MOST_ROWS]:
            here = f"{at}[{len(rows)}]."
            use, compute = self._uses.get(pid, Use()), self._compute.get(pid)
            rows.append(
                GpuProcess(
                    pid=pid,
                    name=missing.take(f"{here}name", _name(roots, pid, pid in self._uses)),
                    memory_bytes=missing.take(f"{here}memory_bytes", memory(use, compute, integrated)),
                    utilization_percent=missing.take(f"{here}utilization_percent", self._busiest(use, compute)),
                    engines=missing.take(f"{here}engines", self._engines_of(use, compute)),
                    mig_uuids=[],
                )
            )
        return rows

    def _busiest(self, use: Use, compute: KfdUse | None) -> float | Absent:
        if compute is not None:
            return COMPUTE_UNSEEN
        if self._uncounted is not None:
            return self._uncounted
        return Absent(NEEDS_TWO_READINGS) if use.engines is None else max(use.engines.values(), default=0.0)

    def _engines_of(self, use: Use, compute: KfdUse | None) -> list[GpuProcessEngine] | Absent:
        if self._uncounted is not None:
            return self._uncounted
        if use.engines is None:
            return COMPUTE_UNSEEN if compute is not None else Absent(NEEDS_TWO_READINGS)
        return [
            GpuProcessEngine(name=name, utilization_percent=percent)
            for name, percent in sorted(use.engines.items())
            if percent > 0
        ]


def _name(roots: Roots, pid: int, seen_here: bool) -> str | Absent:
    """ROCm's numbers are of the first PID namespace; those of open files are those of this /proc."""
    if seen_here:
        return program_name(roots, pid) or Absent("the process has ended")
    return name_of_holder(roots, pid, not shows_all_processes(roots), "/dev/kfd")


def memory(use: Use, compute: KfdUse | None, integrated: bool) -> int | Absent:
    """What a process holds. Compute's accounts (KFD) and those of its descriptors cover the same memory: the larger."""
    held = use.on_the_card_bytes or 0
    if integrated or use.on_the_card_bytes is None:
        held += use.of_the_machine_bytes
    if compute is not None:
        return max(held, compute.memory_bytes)
    return held if use.tells_memory else NO_MEMORY
