"""Which processes hold an NVIDIA GPU, and what they have of it."""

import ntpath
import os
import time
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from zeropoint.host.gpu_process_names import in_own_namespace, name_of_holder
from zeropoint.host.nvml import (
    FUNCTION_NOT_FOUND,
    NOT_FOUND,
    SUCCESS,
    Shares,
    memory_of_processes,
    utilization_of_processes,
)
from zeropoint.host.nvml_mig import Partition
from zeropoint.host.nvml_session import Device, NvmlSession, Refused
from zeropoint.model import GpuProcess, GpuProcessEngine
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing, Roots

UNSEEN = Absent("the appliance has a PID namespace of its own, and the driver shows it no process outside")
MIG_IS_ON = Absent("with MIG on, the driver tells the use of no process")
# More on one GPU is a machine gone wrong, and nobody reads them.
MOST_ROWS = 512


class Held(Struct, frozen=True):
    """What is held of one GPU: memory by process (None where it is not told), and the partitions of each."""

    memory_bytes: dict[int, int | None]
    partitions: dict[int, list[str]]


class GpuProcesses:
    """Follows the use of one GPU by process."""

    def __init__(self) -> None:
        self._seen_us: int | None = None

    def rows(
        self,
        nvml: NvmlSession,
        device: Device,
        partitions: Sequence[Partition],
        *,
        at: str,
        missing: Missing,
        roots: Roots,
    ) -> list[GpuProcess] | Absent:
        held = _held(nvml, device, partitions)
        shares = MIG_IS_ON if partitions else self._shares(nvml, device)
        if isinstance(held, Absent):
            return held
        own_namespace = os.name != "nt" and in_own_namespace(roots)
        if own_namespace and not held.memory_bytes:
            return UNSEEN
        rows: list[GpuProcess] = []
        for pid, memory in sorted(held.memory_bytes.items())[:MOST_ROWS]:
            here = f"{at}[{len(rows)}]."
            # The driver has samples of those alone that used the GPU since the last reading.
            used = shares if isinstance(shares, Absent) else shares.get(pid, Shares())
            sm, engines = (used, used) if isinstance(used, Absent) else (used.sm, _engines(used))
            rows.append(
                GpuProcess(
                    pid=pid,
                    name=missing.take(f"{here}name", _name(nvml, roots, pid, own_namespace)),
                    memory_bytes=missing.take(f"{here}memory_bytes", _not_told() if memory is None else memory),
                    utilization_percent=missing.take(f"{here}utilization_percent", sm),
                    engines=missing.take(f"{here}engines", engines),
                    mig_uuids=held.partitions.get(pid, []),
                )
            )
        return rows

    def _shares(self, nvml: NvmlSession, device: Device) -> dict[int, Shares] | Absent:
        """Shares of the GPU by process since the last reading."""
        after = self._seen_us
        self._seen_us = after or time.time_ns() // 1000  # the driver's clock for these is the wall clock
        if isinstance(device.handle, Absent):
            return device.handle
        if after is None:
            return Absent(NEEDS_TWO_READINGS)
        samples = nvml.ask(nvml.api.nvmlDeviceGetProcessUtilization, device.handle, after)
        if isinstance(samples, Absent):
            # No process used the GPU. The binding raises "success" where the driver has a buffer without rows.
            return {} if isinstance(samples, Refused) and samples.code in (SUCCESS, NOT_FOUND) else samples
        self._seen_us = max([after, *(sample.timeStamp for sample in samples)])
        return utilization_of_processes(samples, after)


def _held(nvml: NvmlSession, device: Device, partitions: Sequence[Partition]) -> Held | Absent:
    """The whole GPU's list, or where it may not be seen, those of the partitions that may."""
    whole = _listed(nvml, device.handle)
    uuids = {(one.gpu_instance_id, one.compute_instance_id): one.uuid for one in partitions}
    if not isinstance(whole, Absent):
        working: dict[int, list[str]] = {}
        for process in (process for kind in whole for process in kind):
            uuid = uuids.get((process.gpuInstanceId, process.computeInstanceId))
            if uuid is not None and uuid not in working.setdefault(process.pid, []):
                working[process.pid].append(uuid)
        return Held(memory_of_processes(*whole), working)
    lists: list[Any] = []
    working = {}
    for one in partitions:
        told = _listed(nvml, one.handle)
        if not isinstance(told, Absent):
            lists += (process for kind in told for process in kind)
            for process in (process for kind in told for process in kind):
                working.setdefault(process.pid, []).append(one.uuid)
    return Held(memory_of_processes(lists), working) if lists else whole


def _listed(nvml: NvmlSession, handle: Any) -> list[Any] | Absent:
    """Lists of the processes that compute, that draw, and that compute through MPS. A GPU for computing alone refuses
    the second; without MPS there is no third."""
    compute = _running(nvml, "Compute", handle)
    if isinstance(compute, Absent):
        return compute
    others = (_running(nvml, "Graphics", handle), _running(nvml, "MPSCompute", handle))
    return [compute, *(told for told in others if not isinstance(told, Absent))]


def _running(nvml: NvmlSession, kind: str, handle: Any) -> list[Any] | Absent:
    """By the third version of the call, or by the second, which drivers before 510 have."""
    call = f"nvmlDeviceGet{kind}RunningProcesses_v"
    told = nvml.ask(getattr(nvml.api, f"{call}3"), handle)
    if isinstance(told, Refused) and told.code == FUNCTION_NOT_FOUND:
        return nvml.ask(getattr(nvml.api, f"{call}2"), handle)
    return told


def _name(nvml: NvmlSession, roots: Roots, pid: int, own_namespace: bool) -> str | Absent:
    if os.name == "nt":
        path = nvml.ask(nvml.api.nvmlSystemGetProcessName, pid)
        return path if isinstance(path, Absent) else ntpath.basename(path)
    # Not NVML's own name of it: on Linux that can be the command line.
    return name_of_holder(roots, pid, own_namespace, "/dev/nvidia")


def _not_told() -> Absent:
    return Absent("Windows manages this memory" if os.name == "nt" else "the driver does not tell it")


def _engines(used: Shares) -> list[GpuProcessEngine]:
    shares = {"encoder": used.encoder, "decoder": used.decoder}
    return [GpuProcessEngine(name=name, utilization_percent=percent) for name, percent in shares.items() if percent]
