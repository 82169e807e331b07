"""Whether what is written works: what is wrong with it and since when, and when it is tried again."""

from collections.abc import Callable

import structlog

from zeropoint.history.fault import Fault
from zeropoint.texts import rfc3339

log = structlog.get_logger()
RETRY_SECONDS = 3.0


class Guard:
    """Of one file, or one kind of file. `monotonic` and `wall` tell the time in seconds."""

    def __init__(self, monotonic: Callable[[], float], wall: Callable[[], float]) -> None:
        self.fault: Fault | None = None
        self._monotonic = monotonic
        self._wall = wall
        self._since = 0.0
        self._next_try = 0.0
        self._lost = 0

    @property
    def is_due(self) -> bool:
        """Whether it works, as far as is known, or is to be tried."""
        return self.fault is None or self._monotonic() >= self._next_try

    def fails(self, fault: Fault, lost_total: int = 0) -> None:
        """`lost_total` is how many samples were lost up to now."""
        if self.fault is None:
            self._since, self._lost = self._wall(), lost_total
        if self.fault is None or self.fault.kind != fault.kind:
            log.warning("history fails", reason=str(fault))
        self.fault = fault
        self._next_try = self._monotonic() + RETRY_SECONDS

    def works(self, lost_total: int = 0) -> None:
        if self.fault is not None:
            log.info("history is written again", file=self.fault.path.name, lost=lost_total - self._lost)
            self.fault = None

    def line(self, lost_total: int | None = None) -> str | None:
        """A reason for /health. `lost_total` is given where losing samples comes of it."""
        if self.fault is None:
            return None
        lost = "" if lost_total is None else f"; {lost_total - self._lost} samples are lost"
        return f"history: {self.fault}, since {rfc3339(self._since)}{lost}"

    @property
    def retry_seconds(self) -> float | None:
        """How long until it is to be tried again; None while it works."""
        return None if self.fault is None else max(0.0, self._next_try - self._monotonic())
