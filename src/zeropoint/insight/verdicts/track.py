"""A number over an hour, at a reading each few seconds, in a bounded place."""

from array import array

# 720 readings of 5 s are an hour.
SPACING_SECONDS, MOST_READINGS = 5.0, 720


class Track:
    """Times are in seconds since 1970, oldest first."""

    __slots__ = ("times", "values")

    def __init__(self) -> None:
        self.times = array("d")
        self.values = array("d")

    def add(self, at: float, value: float) -> None:
        self.times.append(at)
        self.values.append(value)
        if len(self.times) > MOST_READINGS:
            del self.times[0], self.values[0]

    @property
    def seconds(self) -> float:
        return self.times[-1] - self.times[0] if self.times else 0.0

    def last(self, seconds: float) -> "Track":
        """What is at most so old."""
        earliest = (self.times[-1] if self.times else 0.0) - seconds
        first = next((place for place, at in enumerate(self.times) if at >= earliest), 0)
        track = Track()
        track.times, track.values = self.times[first:], self.values[first:]
        return track
