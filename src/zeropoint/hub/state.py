"""How a hub fares: facts in, healthy, degraded or unhealthy out."""

import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from zeropoint.health import Verdict

# A bus that is away for longer makes the hub unhealthy: another one may hear it.
AWAY_SECONDS = 5.0
# How long a message that was refused is told of.
REFUSED_SECONDS = 60.0


class Facts(Struct, frozen=True):
    """Where the numbers come from that a hub tells of itself; `refusal` is of which machine the last message was that
    was refused, and why."""

    is_listening: Callable[[], bool]
    messages_total: Callable[[], int]
    refused_total: Callable[[], int]
    refusal: Callable[[], str]
    clients: Callable[[], int]
    failures: Callable[[], Sequence[str]]


class State:
    """Looks at the facts each time that it is asked; it remembers since when the bus is away."""

    def __init__(self, facts: Facts, clock: Callable[[], float] = time.monotonic) -> None:
        self._facts = facts
        self._clock = clock
        self._heard_at = self._started_at = clock()
        self._refused = 0
        self._refused_at = float("-inf")

    def uptime_seconds(self) -> float:
        return self._clock() - self._started_at

    def judge(self) -> Verdict:
        now, reasons = self._clock(), list(self._facts.failures())
        if self._facts.is_listening():
            self._heard_at = now
        if self._facts.refused_total() > self._refused:
            self._refused, self._refused_at = self._facts.refused_total(), now
        if now - self._refused_at < REFUSED_SECONDS:
            reasons.append(f"{self._refused} messages were refused; the last one of {self._facts.refusal()}")
        if now - self._heard_at > AWAY_SECONDS:
            return Verdict("unhealthy", reasons)
        return Verdict("degraded" if reasons else "healthy", reasons)
