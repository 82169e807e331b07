"""One daemon thread for calls that may never come back.

A thread that hangs can't be cancelled, and one of a pool keeps the process from exiting. So each probe that may block
has a daemon thread of its own, with one call in the air at a time.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Flight(Generic[T]):
    """Runs calls on its thread; at most one at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: queue.SimpleQueue[tuple[Callable[[], T], Future[T]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._future: Future[T] | None = None

    @property
    def in_air(self) -> bool:
        return self._future is not None and not self._future.done()

    def start(self, call: Callable[[], T]) -> Future[T]:
        """Starts `call`, and answers with its future. Raises RuntimeError while another one is in the air."""
        if self.in_air:
            raise RuntimeError(f"{self._name} is in the air already")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"probe {self._name}", daemon=True)
            self._thread.start()
        self._future = Future()
        self._future.set_running_or_notify_cancel()
        self._calls.put((call, self._future))
        return self._future

    def _run(self) -> None:
        while True:
            call, future = self._calls.get()
            try:
                value = call()
            except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the future
                future.set_exception(error)
            else:
                future.set_result(value)
