"""Calls that may never come back, such as statvfs() on a mount whose file server is gone."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Flight(Generic[T]):
    """Makes one call at a time, each on a daemon thread, and lets its owner wait only as long as it likes.

    A thread that hangs in the kernel can't be ended. So there is never a second one while it is in the air, and it is
    none of a pool, which would hold the exit of the process.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._future: Future[T] | None = None

    @property
    def in_air(self) -> bool:
        return self._future is not None and not self._future.done()

    def start(self, call: Callable[[], T]) -> Future[T]:
        """Starts `call`, and answers with its future. Raises RuntimeError while another one is in the air."""
        if self.in_air:
            raise RuntimeError(f"{self.name} is in the air already")
        self._future = Future()
        self._future.set_running_or_notify_cancel()
        threading.Thread(target=_fly, args=(call, self._future), name=self.name, daemon=True).start()
        return self._future


def _fly(call: Callable[[], T], future: Future[T]) -> None:
    try:
        value = call()
    except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the future
        future.set_exception(error)
    else:
        future.set_result(value)
