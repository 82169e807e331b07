"""A hub's table of routes: that of one machine, where what is about a machine asks for its name, and the machines."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import structs

from zeropoint.fleet.archive import MachineGap
from zeropoint.fleet.feeds import MachineState
from zeropoint.fleet.identity import Machine
from zeropoint.hub.exposition import HubExposition
from zeropoint.hub.fleet import SINCE, Fleet, FleetAnswer
from zeropoint.hub.hosts import Hosts, HostsAnswer
from zeropoint.hub.selecting import HOST, HOST_NEEDED
from zeropoint.model import Hello, Sample
from zeropoint.server.app import routes
from zeropoint.server.asked import is_of_machine
from zeropoint.server.live import Live
from zeropoint.server.openapi import OpenApi
from zeropoint.server.pages import Pages
from zeropoint.server.routes import Answer, Route
from zeropoint.server.signin import SignIn
from zeropoint.server.status import Status

FEEDS = ("/metrics/sse", "/metrics/json", "/metrics")


class MachineSample(Sample, frozen=True, kw_only=True):
    """A sample, and whose it is."""

    host: Machine


def hub_routes(
    *,
    live: Live,
    status: Status,
    pages: Pages,
    sign_in: SignIn,
    openapi: OpenApi,
    exposition: HubExposition,
    hosts: Hosts,
    fleet: Fleet,
    asking: Callable[[str], Handler],
) -> tuple[Route, ...]:
    """The table; `asking` makes the handler of a path that a machine answers."""
    # Of these every route gets another handler below.
    of_machine: Any = _OfMachine()
    table = []
    for route in routes(
        live=live,
        status=status,
        pages=pages,
        sign_in=sign_in,
        openapi=openapi,
        exposition=of_machine,
        runs=of_machine,
        comparison=of_machine,
        verdicts=of_machine,
        alerts=of_machine,
        past=of_machine,
        correlations=of_machine,
    ):
        if is_of_machine(route):
            parameters = (HOST_NEEDED, *route.parameters)
            table.append(structs.replace(route, handler=asking(route.path), need="read", parameters=parameters))
        elif route.path in FEEDS:
            handler = exposition.metrics if route.path == "/metrics" else route.handler
            events = (Hello, MachineGap, MachineState, MachineSample) if route.events else ()
            parameters = (HOST, *route.parameters)
            table.append(structs.replace(route, handler=handler, parameters=parameters, events=events))
        elif route.path == "/control/metrics":
            table.append(structs.replace(route, summary="The page of the fleet, or of a machine", parameters=(HOST,)))
        else:
            table.append(route)
    found = (Answer(200, "The machines", struct=HostsAnswer),)
    table.append(Route("/api/v1/hosts", "hosts", "The machines of the fleet", hosts.hosts, "read", found))
    rows = (Answer(200, "Their rows", struct=FleetAnswer),)
    summary = "What the page shows of each machine"
    table.append(Route("/api/v1/fleet", "fleet", summary, fleet.fleet, "read", rows, (SINCE, HOST)))
    openapi.routes = tuple(table)
    return tuple(table)


class _OfMachine:
    """Handlers of what a machine answers for itself."""

    def __getattr__(self, name: str) -> Handler:
        return _unanswered


async def _unanswered(request: web.Request) -> web.StreamResponse:
    raise RuntimeError("a hub answers no request about a machine by itself")
