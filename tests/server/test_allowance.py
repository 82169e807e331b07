from hypothesis import given
from hypothesis import strategies as st

from zeropoint.server.allowance import Allowance


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def let_in(allowance: Allowance, client: str, asked: int) -> int:
    return sum(allowance.wait(client) == 0 for _ in range(asked))


def test_a_burst_is_let_in_then_as_many_a_second_as_are_allowed():
    clock = Clock()
    allowance = Allowance(100, 1000, clock)
    assert let_in(allowance, "a", 2000) == 1000
    for _ in range(5):
        clock.now += 1
        assert let_in(allowance, "a", 500) == 100
    clock.now += 60
    assert let_in(allowance, "a", 2000) == 1000


def test_who_is_refused_is_told_when_there_will_be_a_token():
    clock = Clock()
    allowance = Allowance(0.5, 1, clock)
    assert allowance.wait("a") == 0
    assert allowance.wait("a") == 2
    clock.now += 1.5
    assert allowance.wait("a") == 0.5
    clock.now += 0.5
    assert allowance.wait("a") == 0


def test_clients_do_not_share():
    allowance = Allowance(1, 10, Clock())
    assert [let_in(allowance, client, 20) for client in "abc"] == [10, 10, 10]


def test_no_limit():
    assert let_in(Allowance(0, 1, Clock()), "a", 10_000) == 10_000


def test_the_table_is_bounded_whoever_asks_and_forgets_who_is_as_good_as_new():
    clock = Clock()
    allowance = Allowance(100, 1000, clock, most_clients=1000)
    for number in range(50_000):
        allowance.wait(str(number))
        assert allowance.statistics()["clients"] <= 1000
    clock.now += 100
    allowance.wait("a")
    assert allowance.statistics()["clients"] == 1


@given(st.lists(st.floats(min_value=0, max_value=30), min_size=1, max_size=200))
def test_within_any_time_no_more_is_let_in_than_the_burst_and_the_rate(pauses: list[float]):
    """Whenever the tables are swapped: what is forgotten owed nothing."""
    clock = Clock()
    allowance = Allowance(2, 20, clock)
    began, admitted = clock.now, 0
    for pause in pauses:
        clock.now += pause
        admitted += let_in(allowance, "a", 7)
        assert admitted <= 20 + 2 * (clock.now - began) + 1e-6


def test_what_a_request_costs_more_is_taken_afterwards_at_most_a_burst_of_it():
    clock = Clock()
    allowance = Allowance(1, 10, clock)
    assert allowance.wait("a") == 0
    allowance.charge("a", 7)
    assert let_in(allowance, "a", 20) == 2
    allowance.charge("a", 1_000_000)
    assert allowance.wait("a") == 11
    assert let_in(allowance, "b", 20) == 10
    clock.now += 11
    assert let_in(allowance, "a", 20) == 1


def test_a_charge_makes_no_table_larger():
    allowance = Allowance(1, 10, Clock(), most_clients=100)
    for number in range(1000):
        allowance.charge(str(number), 1)
    assert allowance.statistics()["clients"] <= 100
    free = Allowance(0, 10, Clock())
    free.charge("a", 1)
    assert free.statistics()["clients"] == 0
