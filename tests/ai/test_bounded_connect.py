"""Connections to names of many addresses, and names that are slow, over real sockets and threads."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from zeropoint.ai.bounded_connect import Address, addresses_of, connect, connect_to_one


def told(listener: socket.socket) -> Address:
    return (listener.family, socket.SOCK_STREAM, 0, "", listener.getsockname())


@contextmanager
def full() -> Iterator[Address]:
    """A listener that takes no more: what is asked of it goes unanswered."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        while True:
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0.1)
            try:
                waiting.connect(listener.getsockname())
            except TimeoutError:
                break
        yield told(listener)


def test_addresses_that_are_silent_leave_time_for_the_next() -> None:
    with full() as silent, socket.create_server(("127.0.0.1", 0)) as listener:
        connection = connect_to_one([silent] * 5 + [told(listener)], time.monotonic() + 3)
        with connection:
            assert connection.getpeername() == listener.getsockname()


def test_where_all_are_silent_it_ends_at_the_deadline_and_not_once_for_each() -> None:
    with full() as silent, pytest.raises(TimeoutError):
        connect_to_one([silent] * 6, time.monotonic() + 0.3)
    with full() as silent, pytest.raises(TimeoutError):
        connect_to_one([silent] * 10_000, time.monotonic() + 0.3)


def test_the_last_problem_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with full() as silent, pytest.raises(ConnectionRefusedError):
            connect_to_one([silent, told(free)], time.monotonic() + 1)
    with pytest.raises(TimeoutError):
        connect_to_one([], time.monotonic() + 1)


def test_a_name_is_connected_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            connect(host, port, time.monotonic() + 10).close()


def test_a_slow_resolver_is_left_at_the_deadline_and_asked_once() -> None:
    asked, answers = threading.Semaphore(0), threading.Event()
    count = 0

    def ask(host: str, port: int) -> Sequence[Address]:
        nonlocal count
        count += 1
        asked.release()
        answers.wait()
        return [(host, port)]

    for _ in range(3):
        with pytest.raises(TimeoutError):
            addresses_of("slow.example", 80, time.monotonic() + 0.1, ask)
    assert asked.acquire(timeout=10)
    assert count == 1
    answers.set()
    assert addresses_of("slow.example", 80, time.monotonic() + 10, ask) == [("slow.example", 80)]


def test_what_a_resolver_says_is_told() -> None:
    def ask(_: str, __: int) -> Sequence[Address]:
        raise socket.gaierror

    for _ in range(2):
        with pytest.raises(socket.gaierror):
            addresses_of("unknown.example", 80, time.monotonic() + 10, ask)
    with pytest.raises(ValueError, match="label"):
        connect("x" * 100 + ".example", 80, time.monotonic() + 10)
