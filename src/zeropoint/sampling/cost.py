"""CPU time of what is done again and again, by its last times."""

from collections import deque

# Long enough that one dear reading among cheap ones is no alarm, short enough to follow what changes.
WINDOW_SECONDS = 10.0


class Cost:
    """The mean CPU time of a reading: of those in the last 10 s, and of the last one where they are rarer.

    The first of all is forgotten at the second one: it opens and loads what later ones find there. Times are monotonic
    seconds.
    """

    def __init__(self) -> None:
        self._readings: deque[tuple[float, float]] = deque()
        self._cpu_seconds = 0.0
        self._is_first = True

    def add(self, at: float, cpu_seconds: float) -> None:
        """One reading that began at `at`."""
        if len(self._readings) == 1 and self._is_first:
            self._is_first = False
            self._forget()
        self._readings.append((at, cpu_seconds))
        self._cpu_seconds += cpu_seconds
        while self._readings[0][0] <= at - WINDOW_SECONDS:
            self._forget()

    def _forget(self) -> None:
        self._cpu_seconds -= self._readings.popleft()[1]

    def percent(self, period_seconds: float, now: float | None = None) -> float:
        """Of one core, when it is done once in `period_seconds`; 0 before the first reading.

        One that does not come back costs the less, the longer its last reading was ago; without `now` the next one is
        taken to come in time.
        """
        if not self._readings:
            return 0.0
        mean = max(0.0, self._cpu_seconds) / len(self._readings)
        age = 0.0 if now is None else now - self._readings[-1][0]
        return 100.0 * mean / max(period_seconds, age)
