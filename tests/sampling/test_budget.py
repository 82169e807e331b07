"""The budget's policy with costs that are known: which periods come out, and that they stay."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zeropoint.sampling.budget import LONGEST_PERIOD_SECONDS, Budget, Pace, Review
from zeropoint.sampling.cost import Cost

# CPU seconds of a reading at a time, and how often it is worth it.
Probes = Mapping[str, tuple[Callable[[float], float], float]]


def always(milliseconds: float, period_seconds: float = 0.0) -> tuple[Callable[[float], float], float]:
    return lambda now: milliseconds / 1000, period_seconds


class Machine:
    """Ticks once a second and reads the probes that are due, as the scheduler does."""

    def __init__(self, percent: float, probes: Probes, tick_milliseconds: float = 0.1) -> None:
        self.budget = Budget(percent, 1.0)
        self.probes = dict(probes)
        self.tick_milliseconds = tick_milliseconds
        self.now = 1000.0
        self.read_at: dict[str, float] = {}
        self.used: list[tuple[float, float]] = []
        self.reviews: list[Review] = []

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            review = self.budget.review(self.now)
            if review is not None:
                self.reviews.append(review)
            for name, (cost, own) in self.probes.items():
                if self.now - self.read_at.get(name, 0.0) >= self.budget.period_seconds(name, own) * 0.95:
                    self.read_at[name] = self.now
                    self.used.append((self.now, cost(self.now)))
                    self.budget.charge(name, self.now, cost(self.now), own)
            self.used.append((self.now, self.tick_milliseconds / 1000))
            self.budget.charge_tick(self.now, self.tick_milliseconds / 1000)
            self.now += 1.0

    def periods(self) -> dict[str, float]:
        return {name: self.budget.period_seconds(name, own) for name, (_, own) in self.probes.items()}

    def changes(self) -> list[Mapping[str, float]]:
        return [change for review in self.reviews for change in (review.slowed, review.recovered) if change]

    def percent_of_the_last(self, seconds: float) -> float:
        """What was really used."""
        return 100 * sum(cost for at, cost in self.used if at >= self.now - seconds) / seconds


def test_within_the_budget_nothing_changes_and_what_is_told_is_what_is_used():
    machine = Machine(1.0, {"cpu": always(0.1), "disk": always(0.2), "processes": always(20, period_seconds=5)})
    machine.run(300)
    assert machine.changes() == []
    assert machine.periods() == {"cpu": 0.0, "disk": 0.0, "processes": 5}
    review = machine.reviews[-1]
    assert review.overhead_percent == pytest.approx(0.01 + 0.02 + 0.4 + 0.01)
    assert review.overhead_percent == pytest.approx(machine.percent_of_the_last(100))
    assert review.tick_percent == pytest.approx(0.01)
    assert machine.budget.pace("processes", 5.0, machine.now).cpu_percent == pytest.approx(0.4)


def test_the_dearest_is_slowed_until_it_fits_and_no_other():
    machine = Machine(1.0, {"cpu": always(0.5), "artifacts": always(40), "disk": always(1)})
    machine.run(300)
    # 4 % of a core fit into what the others leave of 1 % at an eighth of the readings.
    assert machine.periods() == {"cpu": 0.0, "artifacts": 8.0, "disk": 0.0}
    assert machine.changes() == [{"artifacts": 8.0}]
    assert machine.budget.pace("artifacts", 0.0, machine.now) == Pace(8.0, 8.0, pytest.approx(0.5))
    assert machine.percent_of_the_last(160) <= 1.0
    assert machine.reviews[-1].overhead_percent == pytest.approx(machine.percent_of_the_last(160))


def test_of_several_dear_ones_each_is_slowed_by_what_it_costs_a_second():
    # The second is dearer a reading and cheaper a second.
    machine = Machine(1.0, {"a": always(10), "b": always(30, period_seconds=10), "c": always(8)})
    machine.run(300)
    assert machine.periods() == {"a": 4.0, "b": 10, "c": 2.0}
    assert machine.percent_of_the_last(200) <= 1.0


def test_what_is_over_from_the_start_is_told_before_it_is_judged():
    machine = Machine(1.0, {"artifacts": always(40)})
    machine.run(5)
    assert machine.reviews[-1].overhead_percent == pytest.approx(4.01)
    assert machine.changes() == []
    machine.run(30)
    assert machine.changes() == [{"artifacts": 8.0}]


def test_a_dear_first_reading_is_no_reason():
    machine = Machine(1.0, {"imports": (lambda now: 0.5 if now == 1000 else 0.001, 0.0)})
    machine.run(100)
    assert machine.changes() == []


def test_zero_is_no_limit():
    machine = Machine(0.0, {"artifacts": always(400)})
    machine.run(100)
    assert machine.changes() == []
    assert machine.reviews[-1].overhead_percent == pytest.approx(40.01)


def test_no_period_becomes_longer_than_a_minute_and_one_that_is_longer_stays():
    machine = Machine(0.1, {"a": always(900), "b": always(900, period_seconds=5), "c": always(900, period_seconds=300)})
    machine.run(1000)
    assert machine.periods() == {"a": LONGEST_PERIOD_SECONDS, "b": LONGEST_PERIOD_SECONDS, "c": 300}


def test_where_the_tick_alone_is_over_the_budget_cheap_probes_are_left_as_they_are():
    machine = Machine(0.05, {"cpu": always(0.1), "disk": always(0.2), "artifacts": always(10)}, tick_milliseconds=3)
    machine.run(300)
    # It is slowed until it is a tenth of what remains.
    assert machine.periods() == {"cpu": 0.0, "disk": 0.0, "artifacts": 32.0}


def test_when_the_cause_is_gone_it_recovers_step_by_step():
    dear = {"is": True}
    machine = Machine(1.0, {"cpu": always(0.5), "artifacts": (lambda now: 0.04 if dear["is"] else 0.002, 0.0)})
    machine.run(100)
    assert machine.periods()["artifacts"] == 8.0
    dear["is"] = False
    machine.run(100)
    assert machine.changes() == [{"artifacts": seconds} for seconds in (8.0, 4.0, 2.0, 1.0)]
    assert machine.periods()["artifacts"] == 0.0
    assert [bool(review.recovered) for review in machine.reviews].count(True) == 3


def test_it_recovers_only_as_far_as_there_is_room():
    cost = {"seconds": 0.04}
    machine = Machine(1.0, {"artifacts": (lambda now: cost["seconds"], 0.0)})
    machine.run(100)
    cost["seconds"] = 0.012
    machine.run(300)
    # 1.2 % each second would be too much, 0.6 % every other second is not.
    assert machine.periods()["artifacts"] == 2.0


def test_a_cost_at_the_edge_does_not_go_to_and_fro():
    # Every other second is within the budget, and each second is over what it may recover to.
    machine = Machine(1.0, {"artifacts": always(9.9), "cpu": always(0.2)})
    machine.run(1000)
    assert machine.changes() == [{"artifacts": 2.0}]


def test_a_cost_that_comes_and_goes_ends_with_a_slower_probe():
    # Ten dear seconds each minute.
    machine = Machine(1.0, {"artifacts": (lambda now: 0.04 if now % 60 < 10 else 0.001, 0.0)})
    machine.run(7200)
    late = [change for review in machine.reviews[3600:] for change in (review.slowed, review.recovered) if change]
    assert len(machine.changes()) - len(late) <= 60
    assert len(late) <= 12


def test_a_reading_that_does_not_come_back_costs_nothing_in_the_end():
    budget = Budget(1.0, 1.0)
    budget.charge("nvml", 100.0, 0.1, 0.0)
    assert budget.pace("nvml", 0.0, 100.0).cpu_percent == pytest.approx(10.0)
    assert budget.pace("nvml", 0.0, 200.0).cpu_percent == pytest.approx(0.1)


def test_nothing_is_told_before_anything_is_known():
    budget = Budget(1.0, 1.0)
    assert budget.review(100.0) is None
    assert budget.pace("cpu", 5.0, 100.0) == Pace(5.0, 1.0, None)
    assert budget.period_seconds("cpu", 5.0) == 5.0


def test_at_another_interval_each_tick_is_that_often():
    budget = Budget(1.0, 0.2)
    budget.charge("cpu", 100.0, 0.001, 0.0)
    assert budget.pace("cpu", 0.0, 100.0).cpu_percent == pytest.approx(0.5)


costs = st.lists(
    st.tuples(st.floats(0.001, 500), st.sampled_from([0.0, 1.0, 5.0, 30.0, 300.0])), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None)
@given(costs, st.floats(0.01, 100), st.floats(0.01, 20))
# Twice as often does not fit, though less was spent in the minute since its last reading.
@example([(3.0, 0.0)], 0.01, 0.015625)
def test_whatever_it_costs_it_settles_and_keeps_the_budget_where_that_can_be(
    probes: list[tuple[float, float]], percent: float, tick: float
):
    machine = Machine(percent, {str(n): always(*probe) for n, probe in enumerate(probes)}, tick)
    machine.run(300)
    settled = machine.periods()
    machine.run(400)
    assert machine.periods() == settled, "constant costs have periods that stay"
    assert all(not review.recovered for review in machine.reviews)
    least = tick / 10 + sum(cost / 10 / max(60.0, period) for cost, period in probes)
    if least <= percent:
        assert machine.reviews[-1].overhead_percent <= percent * 1.000001
    for number, (_, own) in enumerate(probes):
        assert settled[str(number)] <= max(60.0, own)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=100))
def test_the_mean_is_that_of_the_window(seconds: list[float]):
    cost = Cost()
    for number, one in enumerate(seconds):
        cost.add(float(number), one)
    kept = seconds[1:][-10:] if len(seconds) > 1 else seconds
    assert cost.percent(1.0, float(len(seconds) - 1)) == pytest.approx(100 * sum(kept) / len(kept), abs=1e-9)
