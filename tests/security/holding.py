"""Holds a running process against a table of routes."""

from collections import Counter
from collections.abc import Mapping

from tests.security.asking import head_of
from tests.security.table import METHODS, cells, routes_by_target
from tests.support.process import Appliance
from tests.support.tokens import SCOPES, WRONG, bearer
from zeropoint.server.routes import Route

STATES = ("none", *WRONG, *SCOPES)


def hold(appliance: Appliance, tokens: Mapping[str, str], routes: tuple[Route, ...]) -> Counter[int]:
    """Asks each cell of the matrix; answers with how often each status came."""
    seen: Counter[int] = Counter()
    for place, method, state, allowed in cells(routes, STATES):
        answer = head_of(appliance, place, method, bearer(tokens[state]))
        assert answer.status in allowed, f"{method} {place} with {state}: {answer.status}, allowed {sorted(allowed)}"
        if answer.status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
        if answer.status == 405:
            assert method not in answer.headers["allow"]
        if method == "HEAD":
            assert answer.body == b""
        elif answer.status >= 400:
            assert answer.headers["content-type"].startswith("application/json"), (method, place)
        seen[answer.status] += 1
    assert sum(seen.values()) == len(routes_by_target(routes)) * len(METHODS) * len(STATES)
    return seen
