"""XID errors: what the NVIDIA driver writes to the kernel's log when a GPU or a program on it fails.

NVML queues them as events (nvmlEventSetWait); asked with a time limit of zero it never waits. What came before the
appliance began is not known.
"""

import time
from collections.abc import Callable
from typing import Any

from zeropoint.host.nvml_session import NvmlSession
from zeropoint.model import GpuXid
from zeropoint.probe import Absent
from zeropoint.texts import rfc3339

# A driver in trouble may tell of more than anybody reads; the rest comes with the next reading.
MOST_A_READING = 100
MOST_KINDS = 32


class XidErrors:
    """Counts them by GPU and number, over losses of the driver too."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._events: Any | Absent = Absent("not asked yet")
        self._start = 0
        self._refusals: dict[str, Absent] = {}
        self._told: dict[str, dict[int, GpuXid]] = {}

    def read(self, nvml: NvmlSession) -> None:
        """Takes what was queued since the last reading."""
        if self._start != nvml.starts:
            self._register(nvml)
        for _ in range(MOST_A_READING):
            event = nvml.ask(nvml.api.nvmlEventSetWait, self._events, 0)
            if isinstance(event, Absent):  # most often NVML_ERROR_TIMEOUT: there is none
                return
            uuid = nvml.ask(nvml.api.nvmlDeviceGetUUID, event.device)
            if event.eventType == nvml.api.nvmlEventTypeXidCriticalError and not isinstance(uuid, Absent):
                self._count(uuid, int(event.eventData))

    def of(self, uuid: str) -> list[GpuXid] | Absent:
        """The errors of a GPU, the last one first."""
        told = self._told.get(uuid)
        if told:
            return list(reversed(told.values()))
        if isinstance(self._events, Absent):
            return self._events
        return self._refusals.get(uuid, [])

    def _register(self, nvml: NvmlSession) -> None:
        self._start = nvml.starts
        self._events = nvml.ask(nvml.api.nvmlEventSetCreate)
        self._refusals = {}
        if isinstance(self._events, Absent):
            return
        for device in nvml.devices:
            answer = nvml.ask(
                nvml.api.nvmlDeviceRegisterEvents, device.handle, nvml.api.nvmlEventTypeXidCriticalError, self._events
            )
            if isinstance(answer, Absent):
                self._refusals[device.uuid] = answer

    def _count(self, uuid: str, code: int) -> None:
        told = self._told.setdefault(uuid, {})
        before = told.pop(code, None)
        count = 1 + (before.errors_total or 0 if before else 0)
        at = rfc3339(self._clock())
        if len(told) < MOST_KINDS:
            told[code] = GpuXid(code=code, errors_total=count, last_time=at)
