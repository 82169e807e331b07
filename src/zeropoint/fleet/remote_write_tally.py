"""What became of what was sent: the counts of a sample's `server.remote_write`, and what is wrong, for /health."""

import time
from collections.abc import Callable

import structlog

from zeropoint.model import RemoteWriteReport
from zeropoint.texts import rfc3339

log = structlog.get_logger()
# A failure that is over by the next try is nobody's trouble.
TOLD_FAILURES = 2
# What was dropped stays in /health for this long after the last of it.
TOLD_SECONDS = 3600.0
DECIMALS = 6


class Tally:
    """`name` is the store's. `wall` tells the time in seconds since 1970."""

    def __init__(self, name: str, wall: Callable[[], float] = time.time) -> None:
        self.failures = 0  # in a row
        self._name = name
        self._wall = wall
        self._sent = self._dropped = self._failed = self._bytes = 0
        self._newest_ms: int | None = None
        self._request_seconds: float | None = None
        self._reason, self._since = "", 0.0
        self._drop_reason, self._drops, self._dropped_at = "", 0, 0.0
        self._disk_reason = ""

    def answered(self, seconds: float, size_bytes: int) -> None:
        """The store took a request, or will never."""
        if self.failures >= TOLD_FAILURES:
            log.info("remote write goes on", store=self._name)
        self.failures = 0
        self._request_seconds = seconds
        self._bytes += size_bytes

    def failed(self, reason: str) -> None:
        """It is to be tried again."""
        if self.failures == 0:
            self._since = self._wall()
        self._failed += 1
        self.failures += 1
        if self.failures == TOLD_FAILURES or (self.failures > TOLD_FAILURES and reason != self._reason):
            log.warning("remote write fails", store=self._name, reason=reason)
        self._reason = reason

    def sent(self, samples: int, newest_ms: int | None) -> None:
        """Samples that the store has; when the newest of them was taken."""
        self._sent += samples
        self._newest_ms = self._newest_ms if newest_ms is None else newest_ms

    def dropped(self, samples: int | None, reason: str) -> None:
        """Samples that the store will not get; None where nobody knows how many."""
        now = self._wall()
        if now - self._dropped_at > TOLD_SECONDS:
            self._drops, self._drop_reason = 0, ""
        if reason != self._drop_reason:
            log.warning("samples are not written to the store", store=self._name, reason=reason, samples=samples)
        self._dropped += samples or 0
        self._drops += samples or 0
        self._drop_reason, self._dropped_at = reason, now

    def kept(self, failure: str | None) -> None:
        """Whether the position is on disk; `failure` is why not."""
        if failure is not None and failure != self._disk_reason:
            log.warning("the position of the remote write cannot be kept", reason=failure)
        self._disk_reason = failure or ""

    def reasons(self) -> list[str]:
        """What is wrong, a line each."""
        found = []
        if self.failures >= TOLD_FAILURES:
            found.append(f"remote write to {self._name}: {self._reason}, since {rfc3339(self._since)}")
        if self._drop_reason and self._wall() - self._dropped_at <= TOLD_SECONDS:
            number = f"{self._drops} samples are" if self._drops else "samples are"
            found.append(
                f"remote write to {self._name}: {number} not written: {self._drop_reason}, "
                f"last at {rfc3339(self._dropped_at)}"
            )
        if self._disk_reason:
            found.append(f"remote write: its position cannot be kept: {self._disk_reason}")
        return found

    def report(self) -> RemoteWriteReport:
        lag = None if self._newest_ms is None else max(0.0, self._wall() - self._newest_ms / 1000)
        return RemoteWriteReport(
            sent_samples_total=self._sent,
            dropped_samples_total=self._dropped,
            failed_requests_total=self._failed,
            sent_bytes_total=self._bytes,
            lag_seconds=None if lag is None else round(lag, 3),
            request_seconds=None if self._request_seconds is None else round(self._request_seconds, DECIMALS),
        )
