"""Each limit of the settings, reached over real sockets, and what is answered all the while."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.process import Answer, Appliance, parse_answer, running, spawn
from tests.support.stream import Stream

GET = "GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: {}\r\n\r\n"


def connect(appliance: Appliance, client: str = "127.0.0.1") -> socket.socket:
    connection = socket.socket()
    connection.settimeout(60)
    connection.bind((client, 0))
    connection.connect((appliance.host, appliance.port))
    return connection


def get(appliance: Appliance, path: str, client: str = "127.0.0.1") -> Answer:
    with connect(appliance, client) as connection:
        connection.sendall(GET.format(path, "close").encode())
        return whole(connection)


def whole(connection: socket.socket) -> Answer:
    """All until the server closes."""
    answer = b""
    while part := connection.recv(65536):
        answer += part
    return parse_answer(answer)


def error_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error"]["code"]


@pytest.fixture(scope="module")
def slow_rate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """Ten requests at once, then one in ten minutes."""
    data = tmp_path_factory.mktemp("data")
    with running(data, "--requests-per-second", "0.00166", "--requests-burst", "10") as started:
        yield started


def test_a_client_beyond_its_rate_gets_429_and_is_told_when_to_come_back(slow_rate: Appliance):
    answers = [get(slow_rate, "/metrics/json", "127.0.1.1") for _ in range(12)]
    assert [answer.status for answer in answers] == [200] * 10 + [429] * 2
    assert error_of(answers[-1]) == (429, "too-many-requests")
    assert 500 < int(answers[-1].headers["retry-after"]) <= 603
    # The others notice nothing of it.
    assert get(slow_rate, "/metrics/json", "127.0.1.2").status == 200


def test_supervisors_are_answered_by_an_allowance_of_their_own(slow_rate: Appliance):
    for _ in range(11):
        get(slow_rate, "/metrics/json", "127.0.1.3")
    assert get(slow_rate, "/metrics/json", "127.0.1.3").status == 429
    for path in ("/livez", "/readyz", "/health", "/healthz"):
        assert get(slow_rate, path, "127.0.1.3").status == 200


def test_whatever_is_asked_counts_and_a_stream_counts_once(slow_rate: Appliance):
    with connect(slow_rate, "127.0.1.4") as connection:
        connection.sendall(GET.format("/metrics/sse", "close").encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        for path in ("/nothing", "/control/metrics", "/static/metrics_client.js", "/metrics/json?since=x&wait=x"):
            get(slow_rate, path, "127.0.1.4")
        for _ in range(5):
            get(slow_rate, "/version", "127.0.1.4")
        assert get(slow_rate, "/nothing", "127.0.1.4").status == 429
        assert connection.recv(65536), "the stream goes on"


def test_a_forged_address_makes_no_other_client(slow_rate: Appliance):
    request = "GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: 192.0.2.{}\r\n\r\n"
    answers = []
    for number in range(12):
        with connect(slow_rate, "127.0.1.5") as connection:
            connection.sendall(request.format(number).encode())
            answers.append(whole(connection).status)
    assert answers == [200] * 10 + [429] * 2


def test_no_limit_of_the_rate(tmp_path: Path):
    with running(tmp_path, "--requests-per-second", "0", "--requests-burst", "1") as started:
        request = GET.format("/version", "keep-alive").encode() * 20 + GET.format("/version", "close").encode()
        assert started.send(request).count(b"HTTP/1.1 200 ") == 21


def test_a_client_has_so_many_streams_and_no_more(tmp_path: Path):
    settings = ("--max-subscribers-per-client", "2", "--interval", "0.2")
    with running(tmp_path, *settings) as started, Stream(started) as one, Stream(started) as other:
        one.samples(1)
        other.samples(1)
        with Stream(started) as third:
            refused = third.head
            assert refused.status == 429
            assert 1 <= int(refused.headers["retry-after"]) <= 30
        with connect(started, "127.0.1.1") as elsewhere:
            elsewhere.sendall(GET.format("/metrics/sse", "close").encode())
            assert elsewhere.recv(65536).startswith(b"HTTP/1.1 200")
        # A place that is left is free again.
        one.socket.close()
        other.until(lambda seen: seen[-1].type == "message" and seen[-1].json["server"]["clients"] == 1)
        with Stream(started) as third:
            third.samples(1)


def test_a_client_has_so_many_connections_and_no_more(tmp_path: Path):
    with running(tmp_path, "--max-connections-per-client", "5") as started, ExitStack() as opened:
        for _ in range(5):
            opened.enter_context(connect(started)).sendall(b"GET ")
        with connect(started) as refused:
            assert error_of(whole(refused)) == (503, "too-many-connections")
        assert get(started, "/livez", "127.0.1.1").status == 200


def test_the_oldest_idle_connection_makes_room_and_no_stream_does(tmp_path: Path):
    with running(tmp_path, "--max-connections", "4", "--interval", "0.2") as started, ExitStack() as opened:
        stream = opened.enter_context(Stream(started))
        stream.samples(1)
        kept = opened.enter_context(connect(started))
        kept.sendall(GET.format("/livez", "keep-alive").encode())
        assert kept.recv(65536).startswith(b"HTTP/1.1 200")
        oldest, younger = (opened.enter_context(connect(started)) for _ in range(2))
        newest = opened.enter_context(connect(started))
        assert ended(oldest), "of those that never asked, the one that waited longest"
        newest.sendall(GET.format("/livez", "keep-alive").encode())
        assert newest.recv(65536).startswith(b"HTTP/1.1 200")
        opened.enter_context(connect(started))
        assert ended(younger)
        stream.samples(5)
        kept.sendall(GET.format("/livez", "keep-alive").encode())
        assert kept.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_server_that_is_full_of_streams_still_answers_supervisors(tmp_path: Path):
    with running(tmp_path, "--max-connections", "3", "--interval", "0.2") as started, ExitStack() as opened:
        streams = [opened.enter_context(Stream(started)) for _ in range(3)]
        for stream in streams:
            stream.samples(1)
        for path in ("/livez", "/readyz", "/health"):
            answer = get(started, path)
            assert answer.status == 200 and answer.headers["connection"] == "close"
        refused = get(started, "/metrics/json")
        assert error_of(refused) == (503, "full") and refused.headers["retry-after"]
        # However many wait for nothing.
        for _ in range(200):
            opened.enter_context(connect(started))
        assert get(started, "/health").status == 200
        for stream in streams:
            stream.samples(3)


def test_there_are_never_more_connections_than_there_are_files_for(tmp_path: Path):
    few = ("prlimit", "--nofile=300:300")
    with running(tmp_path, prefix=few) as started, ExitStack() as opened, Stream(started) as stream:
        for _ in range(400):
            opened.enter_context(connect(started))
        assert get(started, "/health").json["status"] == "healthy"
        stream.samples(2)
        started.stop()
        assert started.process.stderr is not None
        logged = started.process.stderr.read()
    assert "fewer connections than set" in logged and "level='error'" not in logged


def ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def headers(count: int, size: int) -> str:
    return "".join(f"X-{number}: {'y' * size}\r\n" for number in range(count))


@pytest.mark.parametrize(
    ("head", "complete"),
    [
        (headers(1, 17_000), True),
        (headers(1, 17_000), False),
        (headers(20, 1000), True),
        (headers(20, 1000), False),
        (headers(5, 4000), True),
        (headers(5000, 1), False),
        # Of those that are not over yet it is not known how many they are.
        (headers(1000, 1), True),
    ],
)
def test_a_head_beyond_its_limit_gets_431(appliance: Appliance, head: str, complete: bool):
    request = f"GET /version HTTP/1.1\r\nHost: localhost\r\n{head}" + "\r\n" * complete
    with appliance.connect() as connection:
        for start in range(0, len(request), 1000):
            try:
                connection.sendall(request[start : start + 1000].encode())
            except (BrokenPipeError, ConnectionResetError):
                break  # it knew enough
        answer = connection.recv(65536)
    assert answer.split()[1] == b"431"


def test_a_head_within_its_limit_is_taken(appliance: Appliance):
    head = "".join(f"X-{number}: {'y' * 1500}\r\n" for number in range(10))
    assert appliance.send(
        f"GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n".encode()
    ).split()[1] == (b"200")


def test_many_requests_at_once_are_no_large_head(appliance: Appliance):
    request = GET.format("/version", "keep-alive").encode() * 400 + GET.format("/version", "close").encode()
    assert len(request) > 16 * 1024
    assert appliance.send(request).count(b"HTTP/1.1 200 ") == 401


@pytest.mark.parametrize("length", [65_537, 10_000_000, 2**62])
def test_a_body_beyond_its_limit_gets_413_before_it_is_sent(appliance: Appliance, length: int):
    request = f"POST /sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    answer = parse_answer(appliance.send(request.encode()))
    assert error_of(answer) == (413, "request-entity-too-large")
    assert answer.headers["connection"] == "close"


def test_a_body_within_its_limit_is_taken(appliance: Appliance):
    request = "POST /sign-out HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 65536\r\n\r\n"
    assert parse_answer(appliance.send(request.encode() + b"x" * 65536)).status == 204


def test_a_compressed_body_is_not_unpacked(appliance: Appliance):
    request = (
        "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
        "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
    )
    assert parse_answer(appliance.send(request.encode() + b"\x1f\x8b\x08\x00")).status == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_only_reads_takes_no_body(appliance: Appliance, method: str):
    request = f"{method} /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde"
    answer = parse_answer(appliance.send(request.encode()))
    assert (answer.status, answer.headers["connection"]) == (400, "close")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--requests-per-second", "-1"),
        ("--max-header-bytes", "1"),
        ("--trusted-proxies", "10.0.0.1/8"),
    ],
)
def test_wrong_limits_are_one_line(tmp_path: Path, name: str, value: str):
    refused = spawn("serve", "--port", "0", "--data", str(tmp_path / "data"), name, value)
    output, errors = refused.communicate(timeout=60)
    assert (refused.returncode, output) == (2, "")
    assert errors.count("\n") == 1 and name in errors


def test_an_answer_that_costs_more_counts_for_more_than_one(tmp_path: Path):
    """Of samples that are narrowed, sixteen are as much as a request; of whole ones, a MiB."""
    rate = ("--requests-per-second", "0.00166", "--requests-burst", "5")
    with running(tmp_path, "--interval", "0.1", *rate) as started:
        with Stream(started) as stream:
            seen = stream.samples(80)
        whole = f"/metrics/json?since={seen[-20].id}"
        assert [get(started, whole, "127.0.3.1").status for _ in range(6)] == [200] * 5 + [429]
        narrowed = f"/metrics/json?since={seen[0].id}&sections=system.cpu"
        assert [get(started, narrowed, "127.0.3.2").status for _ in range(2)] == [200, 429]
        few = f"/metrics/json?since={seen[-1].id}&sections=system.cpu"
        assert [get(started, few, "127.0.3.3").status for _ in range(5)] == [200] * 5


def test_an_exposition_that_is_written_anew_counts_for_more_than_one_that_is_kept(tmp_path: Path):
    """Nobody keeps it at work by naming other sections each time."""
    rate = ("--requests-per-second", "0.00166", "--requests-burst", "15", "--interval", "60")
    with running(tmp_path, *rate) as started:
        assert [get(started, "/metrics", "127.0.3.1").status for _ in range(6)] == [200] * 5 + [429]
        assert [get(started, "/metrics", "127.0.3.2").status for _ in range(16)] == [200] * 15 + [429]
        others = [f"/metrics?sections=system.cpu,ai.components.x{number}" for number in range(3)]
        assert [get(started, other, "127.0.3.3").status for other in others] == [200, 200, 429]
