"""NVML as this process uses it: loaded when it is there, started, and started again after the driver was lost."""

import ctypes
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

from msgspec import Struct

from zeropoint.host.nvml import ABSENT, LIBRARY_NOT_FOUND, LOST, reason_of
from zeropoint.probe import Absent
from zeropoint.texts import clean

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0


class Refused(Absent, frozen=True):
    """What NVML answers in place of a value; `code` is its nvmlReturn_t."""

    code: int


class Device(Struct, frozen=True):
    """A GPU, with what cannot change while NVML runs. A handle that could not be had refuses everything."""

    index: int
    uuid: str
    handle: Any | Absent
    name: str | Absent


def library_is_there() -> bool:
    """Whether the binding would find NVML; by the name that it looks for. Windows has it in places of its own."""
    if os.name == "nt":
        return True
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True


class NvmlSession:
    """NVML between its start and its loss. After start(): `api` is the binding, `devices` the GPUs, `driver` its
    version."""

    def __init__(self) -> None:
        self.api: ModuleType
        self.devices: list[Device] = []
        self.driver: str | Absent = Absent("not asked yet")
        # Counts the starts: what was kept of an earlier one (handles, event sets) is worth nothing.
        self.starts = 0
        self._running = False
        self._lost = False
        self._absence: Absent | None = None
        self._problem = ""
        self._retry_at = 0.0
        self._wait_seconds = FIRST_WAIT_SECONDS

    def start(self, now: float) -> Absent | None:
        """Makes sure that NVML runs. Answers why there is nothing to read; raises RuntimeError where it fails."""
        if not self._running and not library_is_there():
            return Absent(reason_of(LIBRARY_NOT_FOUND))
        # Not at the top: the binding takes 4 MB, which a machine without the library need not pay.
        import pynvml  # noqa: PLC0415

        self.api = pynvml
        if (not self._running or self._lost) and now >= self._retry_at:
            self._start(now)
        if self._absence is not None:
            return self._absence
        if not self._running:
            raise RuntimeError(self._problem)
        return None

    def settle(self) -> None:
        """Tells that a whole reading went well, so that the next loss is answered at once."""
        if not self._lost:
            self._wait_seconds = FIRST_WAIT_SECONDS

    def ask(self, call: Callable[..., Any], *arguments: Any) -> Any | Absent:
        """The call's answer, or why NVML refuses it."""
        if arguments and isinstance(arguments[0], Absent):
            return arguments[0]
        try:
            return call(*arguments)
        except self.api.NVMLError as error:
            self._lost |= error.value in LOST
            return Refused(reason_of(error.value), error.value)
        except UnicodeDecodeError:  # the binding decodes names
            return Absent("the driver's answer is no text")

    def name_of(self, handle: Any | Absent) -> str | Absent:
        """The name of a GPU or a partition, fit to be shown."""
        name = self.ask(self.api.nvmlDeviceGetName, handle)
        return name if isinstance(name, Absent) else clean(name)

    def _start(self, now: float) -> None:
        """The wait before the next try doubles until a reading is whole."""
        self._retry_at = now + self._wait_seconds
        self._wait_seconds = min(2 * self._wait_seconds, LONGEST_WAIT_SECONDS)
        if self._running:
            self.ask(self.api.nvmlShutdown)
        self._running, self._lost, self._absence, self.devices = False, False, None, []
        try:
            self.api.nvmlInit()
            count = self.api.nvmlDeviceGetCount()
        except self.api.NVMLError as error:
            reason = reason_of(error.value)
            if error.value in ABSENT:
                self._absence = Absent(reason)
                return
            self._problem = f"NVML does not start: {reason}"
            return
        if count == 0:
            self._absence = Absent("the NVIDIA driver finds no GPU")
            return
        self.driver = self.ask(self.api.nvmlSystemGetDriverVersion)
        self.devices = [self._device(index) for index in range(count)]
        self.starts += 1
        self._running = True

    def _device(self, index: int) -> Device:
        handle = self.ask(self.api.nvmlDeviceGetHandleByIndex, index)
        uuid = self.ask(self.api.nvmlDeviceGetUUID, handle)
        return Device(
            index=index,
            uuid=f"nvidia-{index}" if isinstance(uuid, Absent) else uuid,
            handle=handle,
            name=self.name_of(handle),
        )
