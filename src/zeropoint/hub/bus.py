"""Which bus a hub listens to: one that is there, or a nats-server of its own."""

import shlex
import socket
from collections.abc import Callable
from pathlib import Path

from zeropoint.fleet.connection import Bus, refuse_wrong_bus
from zeropoint.fleet.nats_config import Listening
from zeropoint.fleet.nats_server import (
    NatsServer,
    NatsServerError,
    find_program,
    free_port,
    reachable,
    refuse_taken,
)
from zeropoint.fleet.stream import Limits
from zeropoint.settings import Settings, SettingsError
from zeropoint.startup import InUseError

DIRECTORY = "bus"
# Settings of a bus that is joined, in the order that Bus has them.
OF_JOINED = ("fleet_credentials", "fleet_ca", "fleet_cert", "fleet_key")
MIB = 1024 * 1024
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def joined_bus(settings: Settings) -> Bus:
    """The bus that the setting nats names. Raises SettingsError."""
    bus = Bus(settings.nats, *(getattr(settings, name) for name in OF_JOINED))
    try:
        refuse_wrong_bus(bus)
    except ValueError as error:
        raise SettingsError(f"--nats: {error}") from None
    return bus


def limits_of(settings: Settings) -> Limits:
    """What the hub's own server keeps."""
    return Limits(settings.bus_hours * 3600.0, settings.bus_size_mib * MIB)


def own_server(settings: Settings, claim: Callable[[], None]) -> tuple[NatsServer, Listening]:
    """A server of the hub's own, which does not run yet. Raises SettingsError, InUseError for a port that is taken."""
    for setting in OF_JOINED:
        if getattr(settings, setting):
            raise SettingsError(f"--{setting.replace('_', '-')}: it needs --nats, which names the bus")
    listening = _listening(settings.nats_listen)
    directory = Path(settings.data) / DIRECTORY
    try:
        refuse_taken(listening)
    except socket.gaierror:
        raise SettingsError(f"--nats-listen: {listening.host!r} is no address of this machine") from None
    except OSError as error:
        message = f"cannot listen on {listening.host} port {listening.port}: {error.strerror or error}"
        raise InUseError(f"{message} (setting nats_listen)") from None
    if listening.port == 0:
        listening = Listening(listening.host, free_port(listening.host))
    try:
        claim()
        return NatsServer(find_program(), directory, listening), listening
    except NatsServerError as error:
        raise SettingsError(f"--nats: {error}") from None
    except OSError as error:
        raise SettingsError(f"--data: {str(directory)!r} cannot be used: {error.strerror}") from None


def own_bus(server: NatsServer, listening: Listening) -> Bus:
    """The hub's own server as the hub reaches it."""
    return Bus((f"nats://{_written(reachable(listening.host))}:{listening.port}",), str(server.keys.hub))


def agents_line(server: NatsServer, listening: Listening) -> str:
    """The command by which a machine joins; the file that it names is to be copied to other machines."""
    host = socket.getfqdn() if listening.host in EVERYWHERE else listening.host
    address = f"nats://{_written(host)}:{listening.port}"
    return f"zeropoint serve --fleet {address} --fleet-credentials {shlex.quote(str(server.keys.machines.resolve()))}"


def _listening(text: str) -> Listening:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdecimal() and int(port) <= 65535):
        raise SettingsError(
            f"--nats-listen: {text!r} is not allowed; it is an address and a port, as in 127.0.0.1:4222"
        )
    return Listening(host, int(port))


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
