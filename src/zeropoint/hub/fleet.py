"""/api/v1/fleet: the machines as the page shows them, and for who has read it before what has changed since."""

import secrets
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from zeropoint.fleet.fleet_row import FleetRow, fleet_row
from zeropoint.fleet.machines import Known, Machines, State
from zeropoint.hub.selecting import Selecting
from zeropoint.server.errors import bad_parameter, json_response
from zeropoint.server.routes import Parameter

LONGEST_VERSION = 64
SINCE = Parameter(
    "since",
    "query",
    "Version that was read before: only rows that have changed after it",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_VERSION},
)


class FleetAnswer(Struct, frozen=True):
    """Rows of machines, in no order."""

    version: Annotated[str, Meta(description="To be given back as `since`")]
    is_whole: Annotated[bool, Meta(description="All that were asked for: others than these are gone")]
    count: Annotated[int, Meta(description="Machines that were asked for")]
    rows: list[FleetRow]


class _Kept(Struct):
    """A row as it was told last, what it was made of, and the number of the version that it changed in."""

    known: Known
    state: State
    row: bytes
    version: int


class Fleet:
    """Handler. It keeps a row for each machine, and makes it anew where that machine has sent something; so it costs
    nothing while nobody reads."""

    def __init__(self, machines: Machines, selecting: Selecting) -> None:
        self._machines = machines
        self._selecting = selecting
        # Another process, or another hub, counts its versions by itself.
        self._epoch = secrets.token_hex(4)
        self._kept: dict[str, _Kept] = {}
        self._version = 0
        self._removed_in = 0

    async def fleet(self, request: web.Request) -> web.StreamResponse:
        given = request.query.getall("since", [])
        if len(given) > 1 or not all(0 < len(one) <= LONGEST_VERSION for one in given):
            raise bad_parameter("since", "it is the version of an answer before, once")
        one = self._selecting.machine(request)
        if one is not None:
            return json_response(FleetAnswer("none", True, 1, [fleet_row(one, self._machines.state(one))]))
        self._refresh()
        return json_response(self._answer(self._number(given[0]) if given else None))

    def _answer(self, since: int | None) -> bytes:
        is_whole = since is None or since < self._removed_in
        rows = b",".join(one.row for one in self._kept.values() if is_whole or one.version > (since or 0))
        rest = FleetAnswer(f"{self._epoch}-{self._version}", is_whole, len(self._kept), [])
        return msgspec.json.encode(rest).removesuffix(b"]}") + rows + b"]}"

    def _number(self, version: str) -> int | None:
        """None for one that is not of here."""
        epoch, _, number = version.partition("-")
        if epoch != self._epoch or not (number.isascii() and number.isdecimal()):
            return None
        return int(number) if int(number) <= self._version else None

    def _refresh(self) -> None:
        next_version = self._version + 1
        gone = set(self._kept)
        for known in self._machines:
            id, state = known.machine.id, self._machines.state(known)
            gone.discard(id)
            kept = self._kept.get(id)
            if kept is not None and kept.known is known and kept.state == state:
                continue
            row = msgspec.json.encode(fleet_row(known, state))
            if kept is not None and kept.row == row:
                kept.known, kept.state = known, state
            else:
                self._kept[id] = _Kept(known, state, row, next_version)
                self._version = next_version
        for id in gone:
            del self._kept[id]
            self._version = self._removed_in = next_version
