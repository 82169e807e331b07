"""What publishes samples on the bus of a fleet. Nothing of it is loaded where none is set."""

import platform
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.fleet.extra import MissingExtraError, refuse_missing_extra
from zeropoint.flight import Lane
from zeropoint.settings import Settings, SettingsError
from zeropoint.startup import Claim

if TYPE_CHECKING:
    from zeropoint.fleet.publisher import Publisher

# How long keeping how far it has got may take before it counts as failed.
POSITION_SECONDS = 2.0


def publisher_of(
    settings: Settings, feed: Broadcaster, answer: Callable[[str, str], Awaitable[tuple[int, bytes]]], claim: Claim
) -> "Publisher | None":
    """What publishes to the bus that is set; None where none is. Raises SettingsError."""
    if not settings.fleet:
        for setting in ("fleet_credentials", "fleet_ca", "fleet_cert", "fleet_key", "fleet_name"):
            if getattr(settings, setting):
                raise SettingsError(f"--{setting.replace('_', '-')}: it needs --fleet, which names the bus")
        return None

    def name() -> str:
        newest = feed.newest_sample
        told = newest.system.host.name if newest is not None and newest.system.host is not None else None
        return settings.fleet_name or told or platform.node()

    try:
        refuse_missing_extra()
        from zeropoint.fleet.build import publisher_of as build  # noqa: PLC0415 - else nothing of it is loaded
        from zeropoint.fleet.connection import Bus  # noqa: PLC0415

        return build(
            Bus(
                settings.fleet,
                settings.fleet_credentials,
                settings.fleet_ca,
                settings.fleet_cert,
                settings.fleet_key,
            ),
            feed,
            data=Path(settings.data),
            name=name,
            claim=claim,
            disk=Lane("fleet", POSITION_SECONDS).call,
            answer=answer,
        )
    except (MissingExtraError, ValueError) as error:
        raise SettingsError(f"--fleet: {error}") from None
