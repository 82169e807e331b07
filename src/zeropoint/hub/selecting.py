"""Which machine a request is for: ?host= names it, or its id, where several have the same name."""

from http import HTTPStatus

from aiohttp import web

from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.fleet.feeds import Feeds
from zeropoint.fleet.machines import Known, Machines
from zeropoint.server.errors import ApiError, bad_parameter
from zeropoint.server.routes import Parameter

LONGEST_NAME = 128
NAME = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
HOST = Parameter("host", "query", "Only this machine: its name, or its id where several have that name", NAME)
HOST_NEEDED = Parameter("host", "query", "The machine that is asked: its name, or its id", NAME)


class Selecting:
    """Finds machines and feeds."""

    def __init__(self, machines: Machines, feeds: Feeds) -> None:
        self._machines = machines
        self._feeds = feeds

    def machine(self, request: web.Request) -> Known | None:
        """The machine that a request names; None where it names none. Raises ApiError for one that is not there."""
        given = request.query.getall("host", [])
        if not given:
            return None
        if len(given) > 1 or not 0 < len(given[0]) <= LONGEST_NAME:
            raise bad_parameter("host", f"it is the name or the id of one machine, at most {LONGEST_NAME} characters")
        found = self._machines.find(given[0])
        if not found:
            raise ApiError(HTTPStatus.NOT_FOUND, "unknown-host", "no machine of this name or id is known")
        if len(found) > 1:
            ids = sorted(known.machine.id for known in found)
            message = f"{len(found)} machines have this name; ask for one by its id"
            raise ApiError(HTTPStatus.CONFLICT, "ambiguous-host", message, {"ids": ids[:16]})
        return found[0]

    def needed(self, request: web.Request) -> Known:
        """As `machine`, for requests that have to name one."""
        known = self.machine(request)
        if known is None:
            raise bad_parameter("host", "it is needed: the name or the id of a machine, as /api/v1/hosts lists them")
        return known

    def feed(self, request: web.Request) -> Broadcaster:
        """The feed that a request is for: of all machines, or of one. Raises ApiError."""
        known = self.machine(request)
        return self._feeds.all if known is None else self._feeds.of(known)
