"""The matrix of a hub, whose table has the machines beside the routes of one machine."""

from pathlib import Path

import pytest

from tests.fleet.fleet import bus, hub, machine, wait_for
from tests.security.asking import head_of
from tests.security.holding import STATES, hold
from tests.security.table import hub_table, refusal
from tests.support.process import Appliance
from tests.support.tokens import bearer, in_all_states

# Of a hub that is not there yet; it waits for that, or says that it does not hear the bus.
RESUMED = ("/metrics/sse?last_event_id=js-999999", "/metrics/json?since=js-999999")


def refuse_all_but_readers(started: Appliance, tokens: dict[str, str]) -> None:
    for place in RESUMED:
        for state in STATES:
            if state not in ("read", "admin"):
                assert head_of(started, place, "GET", bearer(tokens[state])).status == refusal(state), (place, state)


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
        # Places in the stream that this hub is not at, and then whether it hears the bus: asked by who may not know.
        refuse_all_but_readers(started, tokens)
        server.kill()
        wait_for(lambda: head_of(started, RESUMED[1], "GET", bearer(tokens["read"])).status == 503)
        refuse_all_but_readers(started, tokens)
    assert {200, 400, 401, 403, 405} <= set(seen)
