import threading

from zeropoint.host.flight import Flight


def test_an_answer_is_taken_once():
    flight = Flight(lambda: 7)
    flight.start(1.0)
    flight.wait(10.0)
    assert flight.take() == 7
    assert flight.take() is None
    assert not flight.in_air


def test_what_it_raises_is_its_outcome():
    def fail() -> int:
        raise OSError(5, "Input/output error")

    flight = Flight(fail)
    flight.start(1.0)
    flight.wait(10.0)
    assert isinstance(flight.take(), OSError)


def test_there_is_one_call_at_a_time_and_it_holds_nobody():
    gate = threading.Event()
    calls: list[int] = []

    def hang() -> int:
        calls.append(1)
        gate.wait()
        return len(calls)

    flight = Flight(hang)
    flight.start(1.0)
    flight.start(2.0)
    flight.wait(0.0)
    assert flight.in_air
    assert flight.take() is None
    assert flight.started_at == 1.0
    # As a daemon it doesn't hold the exit of the process.
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "zeropoint-flight")
    gate.set()
    flight.wait(10.0)
    assert flight.take() == 1
    assert calls == [1]
