"""Puts the parts of a remote write together, out of what is set and what the appliance has."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import structlog

from zeropoint.feed.archive import Archive
from zeropoint.feed.ring import Ring
from zeropoint.fleet.remote_write import OnThread, RemoteWrite
from zeropoint.fleet.remote_write_batch import Encoder
from zeropoint.fleet.remote_write_position import Position
from zeropoint.fleet.remote_write_source import Source
from zeropoint.fleet.remote_write_target import Target, parse_labels
from zeropoint.model import Component

log = structlog.get_logger()


def remote_write_of(
    address: str,
    credentials_file: str,
    labels: Iterable[str],
    *,
    ring: Ring,
    archive: Archive | None,
    reports: Mapping[str, type[Component]],
    data: Path,
    claim: Callable[[], None],
    compute: OnThread,
    disk: OnThread,
) -> RemoteWrite:
    """Raises ValueError, which names the setting, for what is no store. The other arguments are those of the parts."""
    target = Target(address, credentials_file)
    if target.is_secret_in_clear:
        log.warning("credentials go to the store without encryption", store=target.name)
    return RemoteWrite(
        target,
        Source(ring, archive),
        Encoder(reports, parse_labels(labels)),
        Position(data, target.url, claim),
        compute=compute,
        disk=disk,
    )
