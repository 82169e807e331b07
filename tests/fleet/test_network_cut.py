"""A machine whose network is cut: nothing is refused or reset, packets just do not arrive."""

from pathlib import Path

import pytest

from tests.e2e.test_remote_write import assert_stored, journal_of
from tests.fleet.fleet import Bus, hosts, hub, into, machine, numbers, wait_for
from tests.fleet.network import HERE, cable
from tests.support.stores import VictoriaMetrics, started
from tests.support.stream import Stream
from tests.support.stream import messages as samples_in

pytestmark = pytest.mark.system


def number(id: str) -> int:
    return int(id.rpartition("-")[2])


class There(VictoriaMetrics):
    """A store at this end of the cable."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.url = f"http://{HERE}:{self.port}"

    def command(self) -> list[str]:
        return [argument.replace("127.0.0.1", HERE) for argument in super().command()]


def test_what_was_sampled_while_the_network_was_cut_comes_afterwards_in_order_each_once(tmp_path: Path):
    with cable() as wire, started(There, tmp_path / "store") as store:
        server = Bus(tmp_path / "bus", HERE)
        server.start()
        try:
            with (
                machine(tmp_path / "a", server.url, "cut", *into(store.url), prefix=wire.prefix),
                hub(tmp_path / "hub", "--nats", server.url) as one,
                Stream(one) as stream,
            ):
                wait_for(lambda: hosts(one).get("cut", {}).get("status") == "live")
                stream.samples(3)
                wire.cut()
                told = stream.until(
                    lambda seen: "silent" in [one.json["status"] for one in seen if one.type == "machine"]
                )
                before = samples_in(told)[-1].json
                # A reader that waits is told by heartbeats that the stream lives.
                stream.until(lambda seen: sum(event.type == "heartbeat" for event in seen[len(told) :]) >= 4)
                wire.mend()
                wait_for(lambda: number(hosts(one)["cut"]["sample_id"]) > number(before["id"]) + 20)
                assert hosts(one)["cut"]["status"] == "live"
                newest = hosts(one)["cut"]["newest_id"]
                seen = stream.until(lambda seen: numbers([event.id for event in seen])[-1:] >= numbers([newest]))
                # The store as well has what it missed, and nothing twice.
                assert_stored(store, journal_of(tmp_path / "a"))
        finally:
            server.kill()
    taken = samples_in(seen)
    own = [number(event.json["id"]) for event in taken]
    assert own == list(range(own[0], own[0] + len(own)))
    assert own[-1] > number(before["id"]) + 20
    assert not [event for event in seen if event.type == "gap"]
