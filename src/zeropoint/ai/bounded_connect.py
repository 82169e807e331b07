"""A TCP connection to a host by its name, within a moment, however many addresses it has and however slow names are."""

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

# As socket.getaddrinfo has them.
Address = tuple[Any, ...]
Resolve = Callable[[str, int], Sequence[Address]]


def resolve(host: str, port: int) -> Sequence[Address]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def connect(host: str, port: int, ends_at: float) -> socket.socket:
    """`ends_at` is on the monotonic clock. Raises OSError, of it TimeoutError and socket.gaierror, and ValueError."""
    return connect_to_one(addresses_of(host, port, ends_at), ends_at)


def connect_to_one(addresses: Sequence[Address], ends_at: float) -> socket.socket:
    """To the first that takes it. Each has its share of the time, so that one which is silent does not take it all."""
    problem: OSError = TimeoutError()
    for place, (family, kind, protocol, _, address) in enumerate(addresses):
        left = ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(left / (len(addresses) - place))
            connection.connect(address)
        except OSError as error:
            connection.close()
            problem = error
        else:
            return connection
    raise problem


def addresses_of(host: str, port: int, ends_at: float, ask: Resolve = resolve) -> Sequence[Address]:
    """A resolver can't be told to hurry: it is asked on a thread, one at a time for each name, which is left behind."""
    if needs_no_resolver(host):
        return ask(host, port)
    turn = turn_of(host)
    if not turn.acquire(timeout=max(0.0, ends_at - time.monotonic())):
        raise TimeoutError
    answers: queue.SimpleQueue[Sequence[Address] | Exception] = queue.SimpleQueue()

    def answer() -> None:
        try:
            answers.put(ask(host, port))
        except (OSError, ValueError) as error:
            answers.put(error)
        finally:
            turn.release()

    threading.Thread(target=answer, name=f"resolve {host}", daemon=True).start()
    try:
        found = answers.get(timeout=max(0.0, ends_at - time.monotonic()))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    return found


@cache
def turn_of(host: str) -> threading.Lock:
    """Of each name that a setting has."""
    return threading.Lock()


def needs_no_resolver(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
