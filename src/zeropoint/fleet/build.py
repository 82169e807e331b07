"""Builds what publishes to the bus. It loads nats-py, so it is imported where a fleet is set, and nowhere else."""

from collections.abc import Callable
from pathlib import Path

from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.fleet.answering import Answer
from zeropoint.fleet.connection import Bus, refuse_wrong_bus
from zeropoint.fleet.identity import Machine, clean_name, own_id
from zeropoint.fleet.on_disk import OnDisk
from zeropoint.fleet.position import Position
from zeropoint.fleet.publisher import Publisher


def publisher_of(
    bus: Bus,
    feed: Broadcaster,
    *,
    data: Path,
    name: Callable[[], str],
    claim: Callable[[], None],
    disk: OnDisk,
    answer: Answer,
) -> Publisher:
    """`claim` makes `data` this process's, or raises OSError; `name` is asked once there is a sample. Raises ValueError
    for a bus that can never be reached so."""
    refuse_wrong_bus(bus)

    def identify() -> Machine:
        return Machine(own_id(data, claim), clean_name(name()))

    return Publisher(bus, feed, identify, Position(data), disk=disk, answer=answer)
