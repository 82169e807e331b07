"""How long the way from the server is, told apart from clocks that do not agree. Pure.

Each event says when it was sent, by the server's clock; the difference to its arrival is the way plus an unknown
constant. The constant is that of the quickest event of the last minutes, so what is left is by how much one came later
than that.
"""

import math

QUICKEST_WINDOW_SECONDS = 300.0
"""How long the quickest is remembered: long enough to be a good one, short enough to follow a clock that was set."""
SLOWEST_WINDOW_SECONDS = 10.0
"""How long the slowest is: events that come in bunches are late in turn, and the last of a bunch is hardly late."""


class DelayMeter:
    def __init__(self) -> None:
        self._quickest = RecentLeast(QUICKEST_WINDOW_SECONDS)
        self._slowest = RecentLeast(SLOWEST_WINDOW_SECONDS)

    def note(self, sent_seconds: float, received_seconds: float) -> float:
        """By how many seconds the slowest event of the last seconds came later than the quickest of the last minutes.
        `received_seconds` is of a clock that never jumps."""
        difference = received_seconds - sent_seconds
        delay = difference - self._quickest.note(difference, received_seconds)
        return -self._slowest.note(-delay, received_seconds)


class RecentLeast:
    """A sliding minimum in two numbers: of this half of the window, and of the half before."""

    def __init__(self, window_seconds: float) -> None:
        self._half_seconds = window_seconds / 2
        self._least = self._least_before = math.inf
        self._half_began_at = -math.inf

    def note(self, value: float, now: float) -> float:
        if now - self._half_began_at >= self._half_seconds:
            is_next = now - self._half_began_at < 2 * self._half_seconds
            self._least_before = self._least if is_next else math.inf
            self._least, self._half_began_at = math.inf, now
        self._least = min(self._least, value)
        return min(self._least, self._least_before)
