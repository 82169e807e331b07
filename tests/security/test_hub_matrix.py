"""The matrix of a hub, whose table has the machines beside the routes of one machine."""

from pathlib import Path

import pytest

from tests.fleet.fleet import bus, hub, machine, wait_for
from tests.security.asking import head_of
from tests.security.holding import hold
from tests.security.table import hub_table
from tests.support.tokens import bearer, in_all_states


@pytest.mark.system
def test_each_cell_of_a_hubs_matrix_is_what_its_table_says(tmp_path: Path):
    routes = hub_table(tmp_path / "none")
    assert "/api/v1/hosts" in {route.path for route in routes}
    tokens = in_all_states(tmp_path / "hub")
    with (
        bus(tmp_path / "bus") as server,
        hub(tmp_path / "hub", "--nats", server.url) as started,
        machine(tmp_path / "one", server.url, "one"),
    ):
        wait_for(lambda: head_of(started, "/metrics/json", "GET", bearer(tokens["read"])).status == 200)
        seen = hold(started, tokens, routes)
    assert {200, 400, 401, 403, 405} <= set(seen)
