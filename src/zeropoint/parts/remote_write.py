"""What writes samples to a Prometheus store. Nothing of it is loaded where none is set."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zeropoint.feed.archive import Archive
from zeropoint.feed.ring import Ring
from zeropoint.flight import Lane
from zeropoint.model import Component
from zeropoint.settings import Settings, SettingsError
from zeropoint.startup import Claim

if TYPE_CHECKING:
    from zeropoint.fleet.remote_write import RemoteWrite
    from zeropoint.fleet.remote_write_target import Target

# How long encoding for a store, and keeping how far it has got, may take before it counts as failed.
ENCODE_SECONDS = 30.0
POSITION_SECONDS = 2.0


def store_of(settings: Settings) -> "Target | None":
    """The store to write to; None where none is set. Raises SettingsError."""
    if not settings.remote_write:
        for name in ("remote_write_credentials", "remote_write_labels"):
            if getattr(settings, name):
                raise SettingsError(f"--{name.replace('_', '-')}: it needs --remote-write, which names the store")
        return None
    from zeropoint.fleet.remote_write_target import Target  # noqa: PLC0415 - else nothing of it is loaded

    try:
        return Target(
            settings.remote_write,
            settings.remote_write_credentials,
            settings.remote_write_labels,
            in_fleet=bool(settings.fleet),
        )
    except ValueError as error:
        raise SettingsError(str(error)) from None


def remote_write_of(
    target: "Target",
    ring: Ring,
    archive: Archive | None,
    *,
    reports: Mapping[str, type[Component]],
    data: Path,
    claim: Claim,
) -> "RemoteWrite":
    """What writes to a store, on threads of its own."""
    from zeropoint.fleet.remote_write_build import remote_write_of as build  # noqa: PLC0415 - else nothing of it is loaded

    return build(
        target,
        ring=ring,
        archive=archive,
        reports=reports,
        data=data,
        claim=claim,
        compute=Lane("remote-write", ENCODE_SECONDS).call,
        disk=Lane("remote-write-position", POSITION_SECONDS).call,
    )
