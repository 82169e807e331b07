"""The last samples, as far as the rules look back: bounded, and cleared where time was not watched."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from zeropoint.insight.verdicts.job import Job, follow, progress_of
from zeropoint.insight.verdicts.moment import Moment
from zeropoint.insight.verdicts.track import SPACING_SECONDS, Track

MOST_MOMENTS, LATELY_MOMENTS = 90, 5
# Where samples come more often, not all of them are kept.
CLOSEST_SECONDS = 0.9
# After such a hole (a machine that slept, a clock that was set) what was before says nothing of now.
HOLE_SECONDS, HOLE_INTERVALS = 15.0, 5
MOST_JOBS, MOST_TRACKS = 64, 128
TRACK_FORGOTTEN_SECONDS = 120.0


class Window:
    """`moments` are the last ones, `jobs` what counts its steps by workload, `memory` and `free` the memory of
    workloads and the free bytes of file systems over an hour. `tracked_at` is when these last got a reading.
    `watched_seconds` is the time from sample to sample, holes left out: it rises whatever becomes of the clock."""

    def __init__(self) -> None:
        self.moments: deque[Moment] = deque(maxlen=MOST_MOMENTS)
        self.jobs: dict[str, Job] = {}
        self.memory: dict[str, Track] = {}
        self.free: dict[str, Track] = {}
        self.tracked_at = float("-inf")
        self.watched_seconds = 0.0

    @property
    def now(self) -> Moment:
        return self.moments[-1]

    def add(self, moment: Moment) -> bool:
        """Whether it was taken; not where it comes too soon after the one before."""
        if self.moments:
            passed = moment.at - self.now.at
            if 0 <= passed < CLOSEST_SECONDS:
                return False
            if passed < 0 or passed > HOLE_SECONDS + HOLE_INTERVALS * moment.interval_seconds:
                self.clear()
                passed = moment.interval_seconds
            self.watched_seconds += passed
        self.moments.append(moment)
        jobs = ((one.workload, follow(self.jobs.get(one.workload), one, moment.at)) for one in progress_of(moment))
        self.jobs = dict(sorted(jobs)[:MOST_JOBS]) if len(moment.runs) > MOST_JOBS else dict(jobs)
        if moment.at - self.tracked_at >= SPACING_SECONDS - CLOSEST_SECONDS / 2:
            self.tracked_at = moment.at
            keep(self.memory, ((row.id, row.memory_bytes) for row in moment.workloads.values()), moment.at)
            keep(self.free, ((one.mountpoint, one.free_bytes) for one in moment.filesystems()), moment.at)
        return True

    def clear(self) -> None:
        self.moments.clear()
        for kept in (self.jobs, self.memory, self.free):
            kept.clear()
        self.tracked_at = float("-inf")

    def last(self, seconds: float) -> list[Moment]:
        """The moments of the last seconds, oldest first."""
        earliest = self.now.at - seconds
        return [*takewhile(lambda moment: moment.at > earliest, reversed(self.moments))][::-1]

    def waited_lately(self, workload: str) -> bool:
        """Whether a process of it was seen to wait for a disk or on a socket; it costs little to know."""
        for moment in islice(reversed(self.moments), LATELY_MOMENTS):
            row = moment.workloads.get(workload)
            if row is not None and row.waits is not None and (row.waits.disk_count or row.waits.network_count):
                return True
        return False


def keep(tracks: dict[str, Track], readings: Iterable[tuple[str, int | None]], at: float) -> None:
    """Adds readings by key; forgets whom nothing was told of for long."""
    for key, value in readings:
        if value is not None:
            track = tracks.get(key)
            if track is None:
                if len(tracks) >= MOST_TRACKS:
                    continue
                track = tracks[key] = Track()
            track.add(at, value)
    for key in [*_old(tracks, at)]:
        del tracks[key]


def _old(tracks: dict[str, Track], at: float) -> Iterator[str]:
    for key, track in tracks.items():
        if at - track.times[-1] > TRACK_FORGOTTEN_SECONDS:
            yield key
