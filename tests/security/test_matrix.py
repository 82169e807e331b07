"""Every route with every method and every kind of token, as the table of routes itself says: a new row is in it."""

from pathlib import Path

import pytest

from tests.security.asking import head_of
from tests.security.conftest import ORIGIN, Guarded
from tests.security.holding import STATES, hold
from tests.security.table import expected, hub_table, is_let_in, routes_by_target, table, target
from tests.support.tokens import SCOPES, bearer
from zeropoint.server.access import Need
from zeropoint.server.routes import Route
from zeropoint.server.tokens import SCOPES as OF_THE_SERVER

AGENTS = ("", "Mozilla/5.0", "curl/8", "python-requests/2", "sqlmap", "kube-probe/1.30", "Googlebot/2.1", "x" * 4000)


def test_each_cell_of_the_matrix_is_what_the_table_says(guarded: Guarded, routes: tuple[Route, ...]):
    """Cases 2, 9 and 11."""
    seen = hold(guarded.appliance, guarded.tokens, routes)
    assert {200, 401, 403, 405} <= set(seen)


# By name, and not by the table: whoever adds a route, or opens one, has to say so here too.
OPEN = {"root", "health", "healthz", "livez", "readyz", "sign_in", "sign_out", "page", "static", "icon"}
STATUS = {"version", "ticket"}
SECTIONS = {"stream", "samples", "exposition", "history", "metrics", "sample"}
SECTIONS_OF_A_HUB = {"stream", "samples", "exposition"}


@pytest.mark.parametrize("of_a_hub", [False, True])
def test_all_but_what_is_named_here_takes_a_token_that_reads(tmp_path: Path, of_a_hub: bool):
    named: dict[str, Need] = dict.fromkeys(OPEN, "open")
    named |= dict.fromkeys(STATUS, "status")
    named |= dict.fromkeys(SECTIONS_OF_A_HUB if of_a_hub else SECTIONS, "sections")
    rows = hub_table(tmp_path) if of_a_hub else table(tmp_path)
    assert {row.name: row.need for row in rows} == {row.name: named.get(row.name, "read") for row in rows}
    assert named.keys() <= {row.name for row in rows}
    assert len({(method, row.path) for row in rows for method in row.methods}) == sum(len(row.methods) for row in rows)


def test_the_scopes_of_the_matrix_are_all_that_there_are():
    assert SCOPES == OF_THE_SERVER


def test_a_table_with_a_route_that_was_forgotten_would_not_pass(routes: tuple[Route, ...]):
    """The expectations do bite: whoever is let in by mistake, or refused, is outside of what is allowed."""
    for route in routes:
        for state in STATES:
            allowed = expected(route, "GET", state)
            if "GET" in route.methods and not is_let_in(route, state):
                assert not allowed & {200, 204, 302, 304, 404}, route.path


def test_options_tells_the_methods_of_the_table_and_changes_nothing(guarded: Guarded, routes: tuple[Route, ...]):
    for place, rows in routes_by_target(routes).items():
        declared = {method for row in rows for method in row.methods}
        for state in STATES:
            answer = head_of(guarded.appliance, place, "OPTIONS", bearer(guarded.tokens[state]))
            assert answer.status == 204, f"{place} with {state}"
            assert set(answer.headers["allow"].split(", ")) == declared | {"OPTIONS"}, place


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", ORIGIN])
def test_no_origin_changes_who_is_let_in(guarded: Guarded, routes: tuple[Route, ...], origin: str | None):
    """Case 3: an allowed origin may read what its token reads, and nobody gets `*` with data or any credentials."""
    for route in routes:
        if "GET" not in route.methods:
            continue
        for state in ("none", "revoked", "status", "read"):
            given = bearer(guarded.tokens[state]) | ({} if origin is None else {"Origin": origin})
            answer = head_of(guarded.appliance, target(route), "GET", given)
            assert answer.status in expected(route, "GET", state), (route.path, state, origin)
            leave = answer.headers.get("access-control-allow-origin")
            assert leave in {None, "*" if route.name == "static" else None, origin if origin == ORIGIN else None}
            assert "access-control-allow-credentials" not in answer.headers


def test_no_defence_rests_on_the_user_agent(guarded: Guarded, routes: tuple[Route, ...]):
    """Case 2."""
    for route in routes:
        if "GET" not in route.methods:
            continue
        for state in ("none", "read"):
            statuses = {
                head_of(
                    guarded.appliance, target(route), "GET", {"User-Agent": agent, **bearer(guarded.tokens[state])}
                ).status
                for agent in AGENTS
            }
            assert len(statuses) == 1, (route.path, state, statuses)


@pytest.mark.parametrize("method", ["get", "Get", "GET\t", "GETT", "G\x01T", "POST", "x" * 300])
def test_methods_are_taken_as_they_are_written(guarded: Guarded, method: str):
    answer = head_of(guarded.appliance, "/metrics/json", method, bearer(guarded.tokens["admin"]))
    assert answer.status in {400, 405}


def test_what_no_route_matches_is_no_way_in(guarded: Guarded):
    for path in ("/nothing", "/api", "/api/v1", "/api/v1/", "/static", "/metrics/", "/admin", "/.env"):
        for state in STATES:
            answer = head_of(guarded.appliance, path, "GET", bearer(guarded.tokens[state]))
            assert answer.status == 404, (path, state)
