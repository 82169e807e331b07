"""The audit log of the real process: who was refused, who read, who changed what, and what is never in it."""

import json
import resource
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.security.asking import head_of
from tests.security.table import table, target
from tests.support.process import PROGRAM, Appliance, clean_environment, running
from tests.support.stream import Stream, messages
from tests.support.tokens import bearer, made, token
from zeropoint.server.audit import MOST_KINDS, MOST_KINDS_OF_ONE, Audit
from zeropoint.server.audit_file import FILE, OLDER_FILE, AuditFile, Row, encode
from zeropoint.server.tokens import TokenStore, utc_now

Rows = list[dict[str, Any]]


def rows_of(data: Path) -> Rows:
    return [json.loads(line) for line in (data / FILE).read_text().splitlines()]


def written(started: Appliance, data: Path, wanted: Callable[[Rows], bool], **headers: str) -> Rows:
    """The rows once they are what is wanted; samples go by meanwhile."""
    with Stream(started, "?sections=server", **headers) as clock:
        for _ in range(300):
            rows = rows_of(data) if (data / FILE).exists() else []
            if wanted(rows):
                return rows
            clock.samples(len(messages(clock.events)) + 1)
    raise AssertionError(f"rows: {rows}")


def told(rows: Rows) -> set[tuple[object, ...]]:
    return {tuple(row[name] for name in ("event", "client", "token", "route", "method", "status")) for row in rows}


def test_refusals_reads_and_changes_are_written_down_and_no_secret_is(tmp_path: Path):
    text = made(tmp_path, "read", "--name", "grafana")
    narrow = made(tmp_path, "status", "--name", "probe")
    with running(tmp_path, "--interval", "0.2") as started:
        started.get("/metrics/json")
        started.request("/metrics/json?since=x", headers=bearer("zp_" + "x" * 43))
        started.request("/metrics/json", headers=bearer(narrow))
        started.request("/metrics/json", headers={**bearer(text), "Host": "evil.example"})
        started.request("/metrics/json?secret=canary", headers=bearer(text))
        started.send(b"no request at all\r\n\r\n")
        credentials = json.dumps({"token": text}).encode()
        head_of(started, "/sign-in", "POST", {"Content-Type": "application/json"}, credentials)
        head_of(started, "/sign-in", "POST", {"Content-Type": "application/json"}, b'{"token": "zp_no"}')
        head_of(started, "/api/v1/tickets", "POST", {**bearer(text), "Content-Length": "0"})
        expected = {
            ("refused", "127.0.0.1", None, "samples", "GET", 401),
            ("refused", "127.0.0.1", "probe", "samples", "GET", 403),
            ("refused", "127.0.0.1", None, "samples", "GET", 421),
            ("read", "127.0.0.1", "grafana", "samples", "GET", 200),
            ("read", "127.0.0.1", "grafana", "stream", "GET", 200),
            ("refused", "127.0.0.1", None, None, None, 400),
            ("token-created", "command-line", "grafana", None, None, None),
            ("token-created", "command-line", "probe", None, None, None),
        }
        of_any_client = {("grafana", "sign_in", 200), (None, "sign_in", 401), ("grafana", "ticket", 200)}

        def complete(rows: Rows) -> bool:
            found = {(row["token"], row["route"], row["status"]) for row in rows}
            return expected <= told(rows) and of_any_client <= found

        rows = written(started, tmp_path, complete, **bearer(text))
        assert {row["reason"] for row in rows if row["status"] == 401} == {"token-needed", "bad-token"}
        assert token(tmp_path, "revoke", "probe").returncode == 0
    content = (tmp_path / FILE).read_text()
    assert '"token-revoked"' in content
    hashes = [one["sha256"] for one in json.loads((tmp_path / "tokens.json").read_text())]
    for secret in (text, narrow, "canary", "evil.example", "zp_", *hashes):
        assert secret not in content
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_flood_of_refusals_is_counted_and_not_written_out(tmp_path: Path):
    made(tmp_path, "read")
    with running(tmp_path) as started:
        refused = b"GET /metrics/json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 499
        for _ in range(4):
            answer = started.send(refused + b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert answer.count(b"HTTP/1.1 ") == 500
        assert started.stop() == 0
    rows = [row for row in rows_of(tmp_path) if row["event"] == "refused"]
    counts = {status: sum(row["count"] for row in rows if row["status"] == status) for status in (401, 429)}
    assert counts[401] + counts[429] == 4 * 499
    assert counts[401] >= 1000 and counts[429] > 0
    assert len(rows) <= 8, "the first of each minute and kind, and how many came after it"
    repeated = next(row for row in rows if row["count"] > 1)
    assert repeated["since"] <= repeated["time"]


def test_one_client_hides_neither_what_others_are_refused_nor_what_is_changed(tmp_path: Path):
    """However many addresses of its network it takes, and however many ways it finds to be refused."""
    text = made(tmp_path, "admin", "--name", "operator")
    paths = ("/metrics/json", "/metrics/sse", "/metrics", "/api/v1/runs", "/api/v1/history", "/openapi.json")
    with running(tmp_path, "--trusted-proxies", "127.0.0.0/8") as started:
        sent = 0
        for number in range(10):
            for path in paths:
                for method in ("GET", "HEAD", "PUT"):
                    started.request(path, method, {"X-Forwarded-For": f"2001:db8::{number:x}"})
                    sent += 1
        elsewhere = {"X-Forwarded-For": "192.0.2.9"}
        assert started.request("/metrics/json", headers=elsewhere).status == 401
        signed_in = {"Content-Type": "application/json", **elsewhere}
        assert head_of(started, "/sign-in", "POST", signed_in, json.dumps({"token": text}).encode()).status == 200
        started.stop()
    rows = rows_of(tmp_path)
    assert ("refused", "192.0.2.9", None, "samples", "GET", 401) in told(rows)
    assert ("changed", "192.0.2.9", "operator", "sign_in", "POST", 200) in told(rows)
    of_one = [row for row in rows if row["client"] == "2001:db8::/64"]
    assert sum(row["count"] for row in of_one) == sent
    assert len([row for row in of_one if row["since"] is None]) == MOST_KINDS_OF_ONE
    assert {row["event"] for row in of_one} == {"refused", "others"}


def test_whoever_has_no_token_leaves_no_row_of_a_change(tmp_path: Path):
    made(tmp_path, "read")
    with running(tmp_path) as started:
        assert started.request("/sign-out", "POST", {"Content-Length": "0"}).status == 204
        started.stop()
    assert "changed" not in {row["event"] for row in rows_of(tmp_path)}


def test_what_each_of_many_readers_reads_is_told(tmp_path: Path):
    store = TokenStore(tmp_path)
    texts = {f"reader-{number}": store.create("read", f"reader-{number}", None, utc_now()) for number in range(10)}
    routes = [row for row in table(tmp_path / "none") if "GET" in row.methods and row.name != "stream"]
    with running(tmp_path) as started:
        answered = {
            (name, row.name)
            for row in routes
            for name, text in texts.items()
            if started.request(target(row), headers=bearer(text)).status < 400
        }
        started.stop()
    assert len(answered) >= 150
    seen = {(row["token"], row["route"]) for row in rows_of(tmp_path) if row["event"] == "read"}
    assert seen == answered


def test_none_is_written_where_none_is_wanted(tmp_path: Path):
    with running(tmp_path, "--audit", "false") as started:
        assert started.get("/nothing", Host="evil.example").status == 421
        started.stop()
    assert not (tmp_path / FILE).exists()


def test_it_is_printed_oldest_first(tmp_path: Path):
    file = AuditFile(tmp_path, 2000)
    for number in range(12):
        file.append(encode([Row(f"2026-01-01T00:00:{number:02}.000Z", "refused", "192.0.2.1")]))
    assert (tmp_path / OLDER_FILE).exists()
    printed = subprocess.check_output([PROGRAM, "audit", "--data", str(tmp_path)], env=clean_environment(), text=True)
    times = [json.loads(line)["time"] for line in printed.splitlines()]
    assert times == sorted(times) and times[-1].endswith("11.000Z")


def test_its_size_is_bounded_and_nothing_of_the_newest_is_missing(tmp_path: Path):
    file = AuditFile(tmp_path, 10_000)
    for number in range(1000):
        file.append(encode([Row("2026-01-01T00:00:00.000Z", "refused", str(number))]))
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 10_000
    clients = [int(json.loads(line)["client"]) for line in file.lines()]
    assert clients == list(range(clients[0], 1000)) and len(clients) > 20
    assert sorted(path.name for path in tmp_path.iterdir()) == [OLDER_FILE, FILE]


@pytest.mark.parametrize("hostile", ["a\r\nb", "\x1b[2J", "\u202ex", '"}\n{', "\x7f", "\ud800", "x" * 65536])
def test_hostile_text_stays_within_its_line(hostile: str):
    line = encode([Row("t", "refused", hostile, reason=hostile)])
    assert line.count(b"\n") == 1 and line.endswith(b"}\n")
    assert all(0x20 <= byte < 0x7F for byte in line[:-1])
    assert json.loads(line)["client"] == hostile


def test_a_file_that_is_a_link_is_not_followed(tmp_path: Path):
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r".*"):
        AuditFile(tmp_path, 10_000).append(b"{}\n")
    assert (tmp_path / "elsewhere").read_text() == ""


def test_a_disk_that_takes_no_more_is_told_and_what_was_not_written_comes_later(tmp_path: Path):
    """A limit of the size of files, which the kernel keeps to, stands for the full disk."""
    made(tmp_path, "status", "--name", "health")
    text = made(tmp_path, "admin", "--name", "reader")
    with (tmp_path / FILE).open("a") as file:
        file.write("{}\n" * 20_000)
    with running(tmp_path, "--interval", "0.2", "--history", "false") as started:
        limits = resource.prlimit(started.process.pid, resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
        started.get("/metrics/json")

        def reasons() -> list[str]:
            found: list[str] = started.request("/health", headers=bearer(text)).json["reasons"]
            return found

        with Stream(started, **bearer(text)) as clock:
            for _ in range(300):
                clock.samples(len(messages(clock.events)) + 1)
                if reasons():
                    break
            assert [reason.partition(":")[0] for reason in reasons()] == ["audit"]
            assert str(tmp_path) not in reasons()[0]
            assert started.request("/metrics/json", headers=bearer(text)).status == 200
            resource.prlimit(started.process.pid, resource.RLIMIT_FSIZE, limits)
            for _ in range(300):
                clock.samples(len(messages(clock.events)) + 1)
                if not reasons():
                    break
            assert reasons() == []
    assert ("refused", "127.0.0.1", None, "samples", "GET", 401) in told([row for row in rows_of(tmp_path) if row])


async def test_a_disk_that_hangs_costs_a_bounded_number_of_rows():
    hangs, taken, now = True, b"", 0.0

    async def append(content: bytes) -> None:
        nonlocal taken
        if hangs:
            raise TimeoutError
        taken += content

    audit = Audit(append, lambda: now)
    for minute in range(30):
        now = 60.0 * minute
        for number in range(2 * MOST_KINDS):
            audit.refused(f"192.0.2.{number}", 429, "too-many-requests")
        await audit.write()
    assert audit.statistics()["waiting"] <= 1000
    lost = audit.statistics()["lost"]
    assert lost > 0
    assert audit.failure is not None and "the disk has not answered" in audit.failure
    hangs = False
    await audit.write()
    assert audit.failure is None and audit.statistics()["waiting"] == 0
    last = json.loads(taken.splitlines()[-1])
    assert (last["event"], last["count"]) == ("lost", lost)
