"""What a hub knows of machines, with a clock of the test's."""

import msgspec
import pytest

from tests.support.samples import sample
from zeropoint.fleet.checking import Arrival, check
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.machines import SILENT_SECONDS, Machines, TooManyError
from zeropoint.fleet.message import Message
from zeropoint.fleet.outgoing import with_machine
from zeropoint.fleet.publisher import ALIVE_SECONDS
from zeropoint.hub.service import LOOK_SECONDS


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def arrival(number: int, sequence: int, *, name: str = "box", time_ms: int = 1_000_000) -> Arrival:
    machine = Machine(f"{number:032x}", name)
    payload = with_machine(msgspec.json.encode(sample(sequence)), machine)
    return check(Message(sequence, f"zeropoint.{machine.id}.samples", {}, payload, time_ms))


def known(clock: Clock, most: int = 10) -> Machines:
    machines = Machines(most, 100.0, clock)
    machines.listening(True)
    return machines


def states(machines: Machines) -> dict[str, str]:
    return {one.machine.name: machines.state(one) for one in machines}


def test_a_machine_is_live_as_long_as_something_comes_and_then_silent():
    clock = Clock()
    machines = known(clock)
    machines.receive(arrival(1, 1), is_live=True)
    assert states(machines) == {"box": "live"}
    clock.now += SILENT_SECONDS - 0.1
    machines.alive(f"{1:032x}")
    clock.now += SILENT_SECONDS - 0.1
    assert states(machines) == {"box": "live"}
    assert [state for _, state in machines.changed()] == ["live"]
    assert machines.changed() == []
    clock.now += 0.2
    assert [state for _, state in machines.changed()] == ["silent"]
    machines.receive(arrival(1, 2), is_live=True)
    assert [state for _, state in machines.changed()] == ["live"]


def test_nobody_is_silent_while_the_bus_is_not_heard_or_has_not_been_for_long_enough():
    clock = Clock()
    machines = Machines(10, 100.0, clock)
    machines.receive(arrival(1, 1), is_live=False)
    assert states(machines) == {"box": "unknown"}
    machines.listening(True)
    assert states(machines) == {"box": "unknown"}
    clock.now += SILENT_SECONDS
    assert states(machines) == {"box": "silent"}
    machines.listening(False)
    assert states(machines) == {"box": "unknown"}


def test_who_was_never_heard_of_is_not_known_by_telling_that_it_lives():
    machines = known(Clock())
    machines.alive("f" * 32)
    assert list(machines) == []


def test_there_is_no_room_for_more_machines_than_are_set_and_those_that_are_there_go_on():
    machines = known(Clock(), most=2)
    machines.receive(arrival(1, 1), is_live=True)
    machines.receive(arrival(2, 2), is_live=True)
    with pytest.raises(TooManyError, match="there are 2 machines already"):
        machines.receive(arrival(3, 3), is_live=True)
    machines.receive(arrival(1, 4), is_live=True)
    assert len(machines) == 2


def test_a_machine_is_forgotten_when_the_bus_has_nothing_of_it_any_more_by_the_buss_time():
    machines = known(Clock())
    machines.receive(arrival(1, 1, time_ms=1_000_000), is_live=True)
    machines.receive(arrival(2, 2, time_ms=1_100_000), is_live=True)
    machines.changed()
    assert len(machines) == 2
    machines.receive(arrival(2, 3, time_ms=1_100_001), is_live=True)
    machines.changed()
    assert [one.machine.id for one in machines] == [f"{2:032x}"]
    assert machines.size_bytes == len(next(iter(machines)).payload)


def test_machines_are_found_by_name_and_by_id():
    machines = known(Clock())
    for number in (1, 2):
        machines.receive(arrival(number, number, name="twin"), is_live=True)
    machines.receive(arrival(3, 3, name="alone"), is_live=True)
    assert [one.machine.id for one in machines.find("alone")] == [f"{3:032x}"]
    assert len(machines.find("twin")) == 2
    assert [one.machine.name for one in machines.find(f"{2:032x}")] == ["twin"]
    assert machines.find("nobody") == []


def test_the_sample_before_is_known_by_its_place():
    machines = known(Clock())
    assert machines.receive(arrival(1, 4), is_live=True).previous is None
    assert machines.receive(arrival(1, 9), is_live=True).previous == 4


def test_a_sample_that_comes_again_changes_nothing():
    machines = known(Clock())
    first = machines.receive(arrival(1, 4), is_live=False)
    assert machines.receive(arrival(1, 4), is_live=True) is first
    assert machines.receive(arrival(1, 3), is_live=True) is first


def test_where_the_bus_keeps_the_newest_for_ever_nobody_is_forgotten():
    machines = known(Clock())
    machines.age_seconds = 0.0
    machines.receive(arrival(1, 1, time_ms=1), is_live=True)
    machines.receive(arrival(2, 2, time_ms=10**15), is_live=True)
    machines.changed()
    assert len(machines) == 2


def test_silence_is_told_within_five_seconds_and_a_sign_of_life_that_is_lost_is_none():
    assert SILENT_SECONDS + LOOK_SECONDS <= 5
    assert ALIVE_SECONDS * 2 < SILENT_SECONDS
