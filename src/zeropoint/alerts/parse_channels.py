"""The tables [[notify]] of the settings file, checked, as channels. No message holds any of an address or a command."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zeropoint.alerts.channel import COMMAND, Channel, Target
from zeropoint.alerts.parse_rules import name_of
from zeropoint.alerts.table_reader import AlertsError, TableReader, tables_of, texts

TABLE = "notify"
KEYS = ("name", "apprise", "command")
# Each has a thread of its own.
MOST_TARGETS = 16
SCHEME = re.compile(r"([A-Za-z0-9]{1,32})://")
# Where root's programs are looked for: a folder that others may write to is none of them.
PATH_OF_ROOT = "/usr/sbin:/usr/bin:/sbin:/bin"


def parse_channels(given: object) -> tuple[Channel, ...]:
    """The channels out of what TOML made of the tables. Raises AlertsError."""
    channels: dict[str, Channel] = {}
    for number, table in enumerate(tables_of(given, TABLE, MOST_TARGETS), 1):
        channel = _channel(table, number)
        if channel.name in channels:
            raise AlertsError(f"[[{TABLE}]] {channel.name!r}: name: there are two channels of that name")
        channels[channel.name] = channel
    count = sum(len(channel.targets) for channel in channels.values())
    if count > MOST_TARGETS:
        raise AlertsError(f"[[{TABLE}]]: they have {count} addresses and commands together; {MOST_TARGETS} are allowed")
    return tuple(channels.values())


def _channel(table: Mapping[str, Any], number: int) -> Channel:
    name = name_of(table, TABLE, number)
    reader = TableReader(table, f"[[{TABLE}]] {name!r}", KEYS, is_secret=True)
    if ("apprise" in reader) == ("command" in reader):
        raise reader.wrong("apprise", "one of apprise and command is needed, and not both")
    if "apprise" in reader:
        addresses: tuple[str, ...] = reader.take("apprise", texts, 'a list of addresses, as in ["ntfy://..."]', ())
        schemes = [_scheme(reader, one, place) for place, one in enumerate(addresses, 1)]
        return Channel(name, tuple(_targets(name, addresses, schemes)))
    command: tuple[str, ...] = reader.take("command", texts, "a program and its arguments, a list of texts", ())
    return Channel(name, (Target(channel=name, kind=COMMAND, command=(_program(reader, command[0]), *command[1:])),))


def _scheme(reader: TableReader, address: str, place: int) -> str:
    found = SCHEME.match(address)
    if found is None:
        raise reader.wrong("apprise", f"number {place} is no address; it begins with a scheme, as in ntfy://")
    return found[1].lower()


def _targets(channel: str, addresses: Sequence[str], schemes: Sequence[str]) -> Iterator[Target]:
    for place, (address, scheme) in enumerate(zip(addresses, schemes, strict=True)):
        earlier = schemes[:place].count(scheme)
        yield Target(channel=channel, kind=f"{scheme} {earlier + 1}" if earlier else scheme, address=address)


def _program(reader: TableReader, program: str) -> str:
    """Its path; the folders that it is looked for in are those of now, not those of when a notice is sent."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    found = None if "\0" in program else shutil.which(program, path=PATH_OF_ROOT if is_root else None)
    if found is None:
        where = f" in {PATH_OF_ROOT}, where those of root are looked for" if is_root and "/" not in program else ""
        raise reader.wrong("command", f"its program is not there, or may not be run{where}")
    return os.path.abspath(found)  # noqa: PTH100 - Path.resolve() would follow links, which tell a program what it is
