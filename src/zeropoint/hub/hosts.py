"""/api/v1/hosts: the machines of the fleet, a row each."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from zeropoint.fleet.machines import Known, Machines, State
from zeropoint.fleet.message import event_id
from zeropoint.fleet.summary import Summary
from zeropoint.model import Unavailable
from zeropoint.server.errors import json_response
from zeropoint.texts import rfc3339

REASONS = {
    "silent": "nothing has come from it for 4 s or longer",
    "unknown": "the hub does not hear the bus, or has not heard it for long enough",
}
NO_VERSION = "its messages do not tell it"


class Versions(Struct, frozen=True):
    """What runs on a machine."""

    zeropoint: str | None
    contract: int | None


class HostRow(Struct, frozen=True):
    """One machine."""

    id: str
    name: Annotated[str, Meta(description="Several machines may have the same")]
    status: Annotated[State, Meta(description="live; silent: nothing comes from it; unknown: the bus is not heard")]
    reason: Annotated[str | None, Meta(description="Why it is not live")]
    last_seen: Annotated[str, Meta(description="When the bus stored its newest sample, by the bus's clock; RFC 3339")]
    versions: Versions
    interval_seconds: float
    newest_id: Annotated[str, Meta(description="Id of its newest sample in the hub's stream")]
    sample_id: Annotated[str, Meta(description="That sample's own id")]
    now: Summary
    unavailable: list[Unavailable]


class HostsAnswer(Struct, frozen=True):
    """All machines that the bus has something of, by name."""

    hosts: list[HostRow]


class Hosts:
    """Handler."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    async def hosts(self, request: web.Request) -> web.StreamResponse:
        known = sorted(self._machines, key=lambda one: (one.machine.name, one.machine.id))
        return json_response(HostsAnswer([row_of(one, self._machines.state(one)) for one in known]))


def row_of(known: Known, state: State) -> HostRow:
    versions = Versions(known.version, known.contract)
    missing = [name for name in versions.__struct_fields__ if getattr(versions, name) is None]
    return HostRow(
        id=known.machine.id,
        name=known.machine.name,
        status=state,
        reason=REASONS.get(state),
        last_seen=rfc3339(known.time_ms / 1000),
        versions=versions,
        interval_seconds=known.interval_seconds,
        newest_id=event_id(known.sequence),
        sample_id=known.sample_id,
        now=known.summary,
        unavailable=[Unavailable(path=f"versions.{name}", reason=NO_VERSION) for name in missing],
    )
