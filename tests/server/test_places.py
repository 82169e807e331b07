"""What one client may take of the views that all share, asked of a real process by clients of several addresses."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.process import TIMEOUT_SECONDS, Appliance, running
from tests.support.tokens import made
from zeropoint.feed.broadcaster import MAX_PUBLIC_VIEWS, MAX_VIEWS
from zeropoint.server.live import MAX_VIEWS_OF_CLIENT

PUBLIC = "server,ai"
# The status that a stream of these sections is answered with, for the client of this number; it stays open.
Ask = Callable[[str, int], int]


@pytest.fixture
def ask(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ask]:
    if request.param:
        made(tmp_path, "read")
    with running(tmp_path, *request.param) as started, ExitStack() as opened:
        yield lambda sections, client: status(opened, started, sections, client)


def status(opened: ExitStack, appliance: Appliance, sections: str, client: int) -> int:
    connection = opened.enter_context(socket.socket())
    connection.settimeout(TIMEOUT_SECONDS)
    connection.bind((f"127.0.5.{client}", 0))
    connection.connect((appliance.host, appliance.port))
    query = f"?sections={sections}" if sections else ""
    connection.sendall(f"GET /metrics/sse{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return int(connection.recv(12).split()[1])


def take_views(ask: Ask, client: int) -> None:
    """All that one client may have."""
    views = [f"ai.components.a{client}_{number}" for number in range(MAX_VIEWS_OF_CLIENT)]
    assert {ask(view, client) for view in views} == {200}
    assert {ask(view, client) for view in views} == {200}


@pytest.mark.parametrize("ask", [()], indirect=True)
def test_one_client_leaves_views_to_others_and_all_clients_the_whole_one(ask: Ask):
    take_views(ask, 1)
    assert ask("system.cpu", 1) == 429
    assert ask("system.cpu,system.memory", 2) == 200
    for client in range(3, 1 + MAX_VIEWS // MAX_VIEWS_OF_CLIENT):
        take_views(ask, client)
    assert {ask(f"ai.components.last{number}", 2) for number in range(MAX_VIEWS_OF_CLIENT - 1)} == {200}
    assert ask("system.cpu", 99) == 503
    assert ask("system.cpu,system.memory", 99) == 200
    assert [ask("", client) for client in (1, 99)] == [200, 200]


@pytest.mark.parametrize("ask", [("--public-sections", PUBLIC)], indirect=True)
def test_visitors_leave_public_views_to_others_and_all_that_is_public_to_everybody(ask: Ask):
    take_views(ask, 1)
    assert ask("server", 1) == 429
    for client in range(2, 1 + MAX_PUBLIC_VIEWS // MAX_VIEWS_OF_CLIENT):
        take_views(ask, client)
    assert ask("server", 99) == 503
    assert [ask(PUBLIC, client) for client in (1, 99)] == [200, 200]
