"""Whether something on the way holds a stream back in parts: a proxy that fills a buffer before it sends. Pure.

The first event of a bunch has waited longest then, its last one hardly, so the bunch itself says for how long it was
held. The clocks of both ends need not agree: only differences of each are looked at.
"""

import math
from typing import Literal, NamedTuple

Verdict = Literal["bunched", "timely", "undecided"]
"""`bunched`: events come late and all at once, again and again. `timely`: they have come as they were sent for a while.
`undecided`: neither can be told yet."""

TOGETHER = 1 / 4
"""Events came together if the time between them shrank to less than this part of it."""
BUNCHES = 3
"""Once may be a reader that was busy, twice a network that hung; this often it is a habit."""
LEAST_HELD_SECONDS = 1.8
"""As long as a bunch of three is held, less its jitter, at one sample a second; shorter than this bothers nobody."""


class Arrival(NamedTuple):
    """When an event was sent, by the server's clock, and when it came, by one of this machine that never jumps."""

    sent_seconds: float
    received_seconds: float


class Bunch(NamedTuple):
    first: Arrival
    last: Arrival

    @property
    def held_seconds(self) -> float:
        sent = self.last.sent_seconds - self.first.sent_seconds
        return sent - (self.last.received_seconds - self.first.received_seconds)


class Bunching:
    def __init__(self) -> None:
        self.longest_seconds = 0.0
        """The longest that a bunch was held back."""
        self._bunch: Bunch | None = None
        # Of late, before the bunch that is coming in; a short one between them, as when one comes in two pieces, does
        # not count.
        self._held_bunches = 0
        # When the first event was sent of those that came as they were sent.
        self._timely_since: float | None = None
        self._limit_seconds = math.inf

    def note(self, arrival: Arrival, interval_seconds: float | None) -> Verdict:
        self._limit_seconds = max(LEAST_HELD_SECONDS, LEAST_HELD_SECONDS * (interval_seconds or 1.0))
        if self._bunch is not None and _came_together(self._bunch.last, arrival):
            self._bunch = self._bunch._replace(last=arrival)
        else:
            if self._bunch is not None and self._is_held(self._bunch):
                self._held_bunches += 1
            self._bunch = Bunch(arrival, arrival)
        return self._judge(self._bunch)

    def _judge(self, bunch: Bunch) -> Verdict:
        if self._is_held(bunch):
            self._timely_since = None
            self.longest_seconds = max(self.longest_seconds, bunch.held_seconds)
            return "bunched" if self._held_bunches + 1 >= BUNCHES else "undecided"
        if self._timely_since is None:
            self._timely_since = bunch.first.sent_seconds
        # Up to this bunch, which may yet grow into one that was held.
        if bunch.first.sent_seconds - self._timely_since < 2 * self._limit_seconds:
            return "undecided"
        self._held_bunches, self.longest_seconds = 0, 0.0
        return "timely"

    def _is_held(self, bunch: Bunch) -> bool:
        return bunch.held_seconds >= self._limit_seconds


def _came_together(before: Arrival, after: Arrival) -> bool:
    sent = max(0.0, after.sent_seconds - before.sent_seconds)
    return after.received_seconds - before.received_seconds <= TOGETHER * sent
