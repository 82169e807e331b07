"""The time that samples were looked at, which no clock that is set can change."""

from zeropoint.model import Sample

# Time that nobody watched, as of a machine that slept, is no time for which something held.
HOLE_SECONDS, HOLE_INTERVALS = 5.0, 3


class WatchedTime:
    """`now` is in seconds, 0 at the first sample."""

    def __init__(self) -> None:
        self.now = 0.0
        self._uptime: float | None = None

    @property
    def has_begun(self) -> bool:
        return self._uptime is not None

    def follow(self, sample: Sample) -> None:
        """By the sample's time since the start, which is monotonic; of a hole so much counts at most."""
        uptime = sample.server.uptime_seconds or 0.0
        passed = 0.0 if self._uptime is None else max(0.0, uptime - self._uptime)
        self.now += min(passed, max(HOLE_SECONDS, HOLE_INTERVALS * sample.interval_seconds))
        self._uptime = uptime
