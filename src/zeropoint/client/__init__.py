"""The Python client of the live feed. The names below are all of its public interface."""

from zeropoint.client.client import MetricsClient
from zeropoint.client.events import Bye, Event, Gap, Hello, Record, Sample, StateChanged, StateName
from zeropoint.client.follow import follow
from zeropoint.client.inbox import Statistics
from zeropoint.client.outcome import FeedRefusedError
from zeropoint.client.timing import Clock, Timing

__all__ = [
    "Bye",
    "Clock",
    "Event",
    "FeedRefusedError",
    "Gap",
    "Hello",
    "MetricsClient",
    "Record",
    "Sample",
    "StateChanged",
    "StateName",
    "Statistics",
    "Timing",
    "follow",
]
