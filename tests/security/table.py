"""The table of routes as the appliance has it, and what each row says that a request gets."""

from collections.abc import Iterator, Set
from pathlib import Path

from tests.support.tokens import SCOPES
from zeropoint.appliance import Appliance
from zeropoint.fleet.connection import Bus
from zeropoint.hub.service import Hub
from zeropoint.server.routes import Route
from zeropoint.settings import Settings

# In a path's place for a name stands one that there is.
NAMES = {"{name}": "metrics_client.js"}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "BREW")


def table(data: Path) -> tuple[Route, ...]:
    """Of an appliance that is put together and does not run."""
    return Appliance(Settings(data=str(data), history=False)).routes


def hub_table(data: Path) -> tuple[Route, ...]:
    """Of a hub, likewise."""
    return Hub(Settings(data=str(data)), Bus(("nats://127.0.0.1:4222",))).routes


def target(route: Route) -> str:
    path = route.path
    for place, name in NAMES.items():
        path = path.replace(place, name)
    assert "{" not in path, f"name something for {route.path}"
    return path


def routes_by_target(routes: tuple[Route, ...]) -> dict[str, list[Route]]:
    """A path may have several rows, each with methods of its own."""
    found: dict[str, list[Route]] = {}
    for route in routes:
        found.setdefault(target(route), []).append(route)
    return found


def is_let_in(route: Route, state: str) -> bool:
    """Whether somebody in this state of `tests.support.tokens` passes the row's need."""
    if route.need == "open":
        return True
    needed = "read" if route.need == "sections" else route.need
    return state in SCOPES and SCOPES.index(state) >= SCOPES.index(needed)


def refusal(state: str) -> int:
    """What somebody gets who is not let in: 403 with a token that holds, else 401."""
    return 403 if state in SCOPES else 401


def expected(route: Route, method: str, state: str) -> Set[int]:
    """The statuses that a request without parameters or body may get."""
    if method not in route.methods:
        return {400, 404, 405, 411} if method == "CONNECT" else {400, 405}  # whose target is no path
    if not is_let_in(route, state):
        return {refusal(state)}
    answers = {answer.status for answer in route.answers}
    if method not in ("GET", "HEAD"):
        return answers | {400, 401, 403, 411, 415, 422}  # without what it asks for in the body
    return answers | ({400, 404} if route.parameters else set())


def cells(routes: tuple[Route, ...], states: tuple[str, ...]) -> Iterator[tuple[str, str, str, Set[int]]]:
    """Every target, method and state, with what may be answered."""
    for place, rows in routes_by_target(routes).items():
        for method in METHODS:
            row = next((row for row in rows if method in row.methods), rows[0])
            for state in states:
                yield place, method, state, expected(row, method, state)
