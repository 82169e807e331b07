"""The rules and channels of a settings file, checked as a whole."""

import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import msgspec
from msgspec import Struct

from zeropoint.alerts.channel import Channel
from zeropoint.alerts.parse_channels import parse_channels
from zeropoint.alerts.parse_rules import parse_rules
from zeropoint.alerts.rule import Rule
from zeropoint.alerts.sending import SENDER, inherited
from zeropoint.alerts.table_reader import AlertsError
from zeropoint.catalogue import Spec

# apprise takes a second to be imported, and many on a machine that is busy.
CHECK_SECONDS = 60.0
INSTALL = "pip install 'zeropoint[notices]'"


class Plan(Struct, frozen=True):
    rules: tuple[Rule, ...]
    channels: tuple[Channel, ...]


def plan_of(tables: Mapping[str, Any], specs: Sequence[Spec]) -> Plan:
    """`tables` is what TOML made of [[alert]] and [[notify]], `specs` are all metrics that there can be. Raises
    AlertsError."""
    channels = parse_channels(tables.get("notify"))
    rules = parse_rules(tables.get("alert"), specs, [channel.name for channel in channels])
    refuse_unknown_addresses(channels)
    return Plan(rules, channels)


def refuse_unknown_addresses(channels: Sequence[Channel]) -> None:
    """Asks apprise, in a process of its own: what it loads is nothing that the appliance needs. Raises AlertsError."""
    places = [
        (channel.name, place, target.address)
        for channel in channels
        for place, target in enumerate(channel.targets, 1)
        if target.address is not None
    ]
    if not places:
        return
    first = f"[[notify]] {places[0][0]!r}: apprise:"
    if find_spec("apprise") is None:
        raise AlertsError(f"{first} it needs a package that is not installed: {INSTALL}")
    try:
        asked = subprocess.run(  # noqa: S603 - our own program
            SENDER,
            input=msgspec.json.encode({"addresses": [address for _, _, address in places]}),
            capture_output=True,
            timeout=CHECK_SECONDS,
            env=inherited(),
            check=False,
        )
        unknown = msgspec.json.decode(asked.stdout, type=list[int])
    except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError):
        raise AlertsError(f"{first} the package cannot be used here; {INSTALL} repairs it") from None
    if unknown:
        name, place, _ = places[unknown[0] - 1]
        raise AlertsError(f"[[notify]] {name!r}: apprise: number {place} is none that apprise knows; it lists its own")
