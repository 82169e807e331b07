"""Puts the parts of a remote write together, out of its target and what the appliance has."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import structlog

from zeropoint.feed.archive import Archive
from zeropoint.feed.ring import Ring
from zeropoint.fleet.identity import kept_id
from zeropoint.fleet.remote_write import RemoteWrite
from zeropoint.fleet.remote_write_batch import Encoder
from zeropoint.fleet.remote_write_position import Position
from zeropoint.fleet.remote_write_sender import OnThread, Sender
from zeropoint.fleet.remote_write_source import Source
from zeropoint.fleet.remote_write_target import Target
from zeropoint.model import Component

log = structlog.get_logger()


def remote_write_of(
    target: Target,
    *,
    ring: Ring,
    archive: Archive | None,
    reports: Mapping[str, type[Component]],
    data: Path,
    claim: Callable[[], None],
    compute: OnThread,
    disk: OnThread,
) -> RemoteWrite:
    """The arguments are those of the parts."""
    if target.is_secret_in_clear:
        log.warning("credentials go to the store without encryption", store=target.name)
    sender = Sender(
        target,
        Source(ring, archive),
        Encoder(reports, target.labels),
        Position(data, target.url, claim),
        compute=compute,
        disk=disk,
        identify=partial(kept_id, data) if target.in_fleet else None,
    )
    return RemoteWrite(sender)
