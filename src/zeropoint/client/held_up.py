"""Notices that the event loop stood still: what came meanwhile comes all at once, for no fault of the way."""

from collections.abc import Callable
from types import TracebackType

from zeropoint.client.timing import Clock

LOOK_SECONDS = 0.8
"""A loop that stands still for as long as a bunch has to be held is noticed in any case."""


class HeldUp:
    """`with` it: `on_held_up` is called after the event loop has stood still, before what came meanwhile is read."""

    def __init__(self, clock: Clock, on_held_up: Callable[[], None]) -> None:
        self._clock = clock
        self._on_held_up = on_held_up
        self._due = 0.0
        self._cancel: Callable[[], None] = lambda: None

    def __enter__(self) -> "HeldUp":
        self._arm()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._cancel()

    def _arm(self) -> None:
        self._due = self._clock.monotonic_seconds() + LOOK_SECONDS
        self._cancel = self._clock.after(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self._clock.monotonic_seconds() - self._due >= LOOK_SECONDS:
            self._on_held_up()
        self._arm()
