"""Calls that may never come back, such as statvfs() on a mount whose file server is gone."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flight(Generic[T]):
    """Makes one call at a time, on a daemon thread, and lets its owner wait only as long as it likes.

    A thread that hangs in the kernel can't be ended. So there is never a second one while it is in the air, and as a
    daemon it doesn't hold the exit of the process.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._landed = threading.Event()
        self._landed.set()
        self._outcome: T | Exception | None = None
        self.started_at: float = 0.0

    @property
    def in_air(self) -> bool:
        return not self._landed.is_set()

    def start(self, now: float) -> None:
        """Makes the call, unless the last one is still in the air. `now` is kept as `started_at`."""
        if self.in_air:
            return
        self.started_at = now
        self._landed.clear()
        threading.Thread(target=self._fly, name="zeropoint-flight", daemon=True).start()

    def wait(self, seconds: float) -> None:
        self._landed.wait(max(0.0, seconds))

    def take(self) -> T | Exception | None:
        """What the call returned or raised, once; None when there is nothing new."""
        outcome, self._outcome = self._outcome, None
        return outcome

    def _fly(self) -> None:
        try:
            self._outcome = self._call()
        except Exception as error:  # noqa: BLE001 the owner raises or reports it
            self._outcome = error
        finally:
            self._landed.set()
