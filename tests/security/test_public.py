"""What everybody may read, asked of the real process on a recorded machine with names that nobody must learn."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.host.trees import FIXTURES, changed
from tests.security.browsing import signed_in
from tests.support.process import TIMEOUT_SECONDS, Appliance, running, spawn
from tests.support.stream import Stream
from tests.support.tokens import bearer, made
from zeropoint.feed.public import NOT_TOLD

# One of each kind of name that a machine has; the address is that of a runtime which does not answer.
HOST, USER, PROGRAM, MOUNT, FOLDER, ADDRESS = (
    "canaryhost",
    "canaryuser",
    "canaryprogram",
    "canarymount",
    "canaryfolder",
    "127.66.77.88",
)
CANARIES = (HOST, USER, PROGRAM, MOUNT, FOLDER, ADDRESS)
SECTIONS = ("server", "system.cpu", "system.gpus", "system.memory", "system.network", "system.sensors")
PUBLIC = ",".join(SECTIONS)
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


class Open(NamedTuple):
    appliance: Appliance
    token: str
    narrow: str

    def public(self, path: str, **headers: str) -> bytes:
        answer = self.appliance.request(path, headers=headers)
        assert answer.status == 200, (path, answer.body)
        return repr(answer.headers).encode() + answer.body


def machine(folder: Path) -> list[str]:
    """A recorded machine with the names in it; what is planted in the folder's own name is in many reasons."""
    recorded = FIXTURES / "golden"
    mounts = (recorded / "proc/1/mountinfo").read_text().replace("/data", f"/{MOUNT}").replace("nas.lab", MOUNT)
    files = {
        "proc/sys/kernel/hostname": f"{HOST}\n",
        "etc/hostname": f"{HOST}\n",
        "etc/passwd": f"{USER}:x:{os.getuid()}:0::/home/{USER}:/bin/sh\n",
        "proc/1/mountinfo": mounts,
        "proc/self/mountinfo": mounts,
        "proc/meminfo": "nothing that could be read\n",
    }
    for process in recorded.glob("proc/[0-9]*"):
        stat = (process / "stat").read_text()
        files[f"proc/{process.name}/comm"] = f"{PROGRAM}\n"
        files[f"proc/{process.name}/stat"] = f"{stat.partition('(')[0]}({PROGRAM}){stat.rpartition(')')[2]}"
    roots = changed("golden", folder / FOLDER, files)
    (Path(roots.sys) / "class/net/eth9").mkdir(parents=True, exist_ok=True)
    return ["--procfs", roots.proc, "--sysfs", roots.sys, "--rootfs", roots.root]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    folder = tmp_path_factory.mktemp("machine")
    data = folder / FOLDER / "data"
    data.mkdir(parents=True)
    tokens = made(data, "read"), made(data, "status")
    settings = [*machine(folder), "--public-sections", PUBLIC, "--interval", "0.5"]
    settings += ["--artifacts", str(folder / FOLDER / "artifacts")]
    settings += ["--openmetrics-targets", f"llama=http://{ADDRESS}:9/metrics"]
    with running(data, *settings) as started:
        with Stream(started, **bearer(tokens[0])) as stream:
            stream.samples(4)
        yield Open(started, *tokens)


def test_the_names_are_there_for_those_with_a_token(opened: Open):
    whole = opened.appliance.request("/metrics/json", headers=bearer(opened.token)).body.decode()
    assert [name for name in CANARIES if name not in whole] == []


def asked(opened: Open) -> dict[str, bytes]:
    """All that somebody without a token can get, by what was asked for."""
    epoch, _, number = opened.appliance.get(f"/metrics/json?sections={PUBLIC}").json["id"].rpartition("-")
    since = f"{epoch}-{max(1, int(number) - 2)}"
    names = "&".join(f"metric={section}.*" for section in SECTIONS)
    paths = [
        f"/metrics/json?sections={PUBLIC}",
        f"/metrics/json?sections={PUBLIC}&since={since}",
        f"/metrics?sections={PUBLIC}",
        f"/api/v1/metrics?sections={PUBLIC}",
        f"/api/v1/sample?at=1&sections={PUBLIC}",
        f"/api/v1/sample?at=4000000000&sections={PUBLIC}",
        "/control/metrics",
        "/health",
        "/livez",
        "/readyz",
        *(f"/metrics/json?sections={section}" for section in SECTIONS),
    ]
    answers = {path: opened.public(path) for path in paths}
    answers["openmetrics"] = opened.public(f"/metrics?sections={PUBLIC}", **OPENMETRICS)
    answers["history"] = opened.public(f"/api/v1/history?{names}")
    answers["as a status token"] = opened.public(f"/metrics/json?sections={PUBLIC}", **bearer(opened.narrow))
    with Stream(opened.appliance, f"?sections={PUBLIC}", Last_Event_ID=since) as stream:
        stream.samples(3)
        answers["stream"] = stream.received
    return answers


REFUSED = (
    "/metrics/json",
    "/metrics/json?since=x",
    "/metrics/json?sections=system",
    "/metrics/json?sections=system.disk",
    "/metrics/json?sections=system.host",
    "/metrics/json?sections=ledger",
    "/metrics/json?sections=verdicts",
    "/metrics/json?sections=ai",
    "/metrics/json?sections=ai.components.llama_cpp",
    f"/metrics/json?sections={PUBLIC},system.host",
    "/metrics",
    "/metrics?sections=system.host",
    "/api/v1/metrics",
    "/api/v1/sample?at=1",
    "/api/v1/sample?at=1&sections=ledger",
    "/api/v1/history?metric=*",
    "/api/v1/history?metric=system.*",
    "/api/v1/history?metric=system.cpu*",
    "/api/v1/history?metric=system.cpu.usage_percent&metric=system.host.process_count",
    "/api/v1/history?metric=*.cpu.usage_percent",
    "/api/v1/history",
    "/api/v1/runs",
    "/api/v1/verdicts",
    "/version",
    "/openapi.json",
    "/metrics/sse",
    "/metrics/sse?sections=system.host",
)


def test_no_answer_to_somebody_without_a_token_has_a_name_in_it(opened: Open):
    answers = asked(opened)
    assert b'"usage_percent":' in answers[f"/metrics/json?sections={PUBLIC}"]
    assert b"system_cpu_logical_count" in answers["openmetrics"]
    assert b'"system.cpu.count_logical"' in answers[f"/api/v1/metrics?sections={PUBLIC}"]
    assert NOT_TOLD.encode() in answers["stream"], "a reason was there, and was not told"
    for what, answer in answers.items():
        found = [name for name in CANARIES if name.encode() in answer]
        assert not found, f"{what} tells {found}"


@pytest.mark.parametrize("path", REFUSED)
def test_all_else_is_refused_and_the_refusal_tells_nothing(opened: Open, path: str):
    """Case 11: nor does another route lead to it."""
    for headers, status in (({}, 401), (bearer(opened.narrow), 403)):
        if path == "/version" and headers:
            continue
        answer = opened.appliance.request(path, headers=headers)
        assert answer.status == status
        assert not [name for name in CANARIES if name.encode() in answer.body]


def test_health_is_one_word(opened: Open):
    assert set(opened.appliance.get("/health").json) == {"status"}


def test_other_ways_to_write_a_path_lead_no_further(opened: Open):
    """Case 10: what is let in is what the router found."""
    for path in REFUSED:
        place, _, query = path.partition("?")
        ways = (
            f"/{place}",
            place.upper(),
            f"{place}/",
            f"{place};x",
            f"{place}%00",
            place.replace("/", "/%2e/"),
            f"{place}%3f",
        )
        ways += (place.replace("m", "%6d"), f"/control/..{place}", f"/static/..{place}", f"/static/%2e%2e{place}")
        for way in ways:
            answer = opened.appliance.get(f"{way}?{query}" if "sse" not in place else way)
            assert answer.status in {400, 401, 404, 405}, way
            assert not [name for name in CANARIES if name.encode() in answer.body]


def test_sections_that_are_written_otherwise_are_the_same_or_none(opened: Open):
    for given in ("system.cpu,", ",system.cpu", "%20system.cpu", "system%2ecpu", "system.cpu,system.cpu"):
        assert opened.appliance.get(f"/metrics/json?sections={given}").status == 200, given
    for given in (
        "SYSTEM.HOST",
        "system.host.",
        ".system.host",
        "system..host",
        "system.cpu/../host",
        "*",
        "system.h*",
    ):
        assert opened.appliance.get(f"/metrics/json?sections={given}").status in {400, 401}, given
    both = "/metrics/json?sections=system.cpu&sections=system.host"
    assert set(opened.appliance.get(both).json["system"]) == {"cpu"}


def test_what_was_told_to_one_is_not_taken_for_the_answer_to_another(opened: Open):
    """Case 14: the same address has two answers, each with a tag of its own."""
    path = "/metrics/json?sections=server"
    public = opened.appliance.get(path)
    again = opened.appliance.request(path, headers={"If-None-Match": public.headers["etag"], **bearer(opened.token)})
    assert again.status == 200 and again.headers["etag"] != public.headers["etag"]


def test_a_reader_with_a_token_gets_the_reasons(opened: Open):
    cookie = {"Cookie": signed_in(opened.appliance, opened.token)}
    for headers in (bearer(opened.token), cookie):
        told = opened.appliance.request("/metrics/json?sections=system.memory", headers=headers).body
        assert FOLDER.encode() in told or b"MemTotal" in told
        assert NOT_TOLD.encode() not in told


def test_what_is_wrong_with_the_history_is_told_to_those_alone_who_may_read_all(tmp_path: Path):
    """Folders in the place of its files stand for a disk that fails."""
    text = made(tmp_path, "read")
    for name in ("journal.db", "gaps.db"):
        (tmp_path / "history" / name).mkdir(parents=True)
    with running(tmp_path, "--public-sections", "system.cpu") as started:
        for path in (
            "/api/v1/history?metric=system.cpu.usage_percent",
            "/api/v1/sample?at=1&sections=system.cpu",
        ):
            told, public = started.get(path, **bearer(text)), started.get(path)
            assert told.status == public.status
            assert b".db: the disk fails" in told.body
            assert b".db" not in public.body and NOT_TOLD.encode() in public.body


def test_by_default_nothing_is_public_but_the_word_of_health(tmp_path: Path):
    made(tmp_path, "read")
    with running(tmp_path) as started:
        for section in ("system.cpu", "server", "ai", "verdicts", "ledger"):
            assert started.get(f"/metrics/json?sections={section}").status == 401
            assert started.get(f"/metrics?sections={section}").status == 401
            assert started.get(f"/api/v1/history?metric={section}.x").status == 401
        assert set(started.get("/health").json) == {"status"}
        page = started.get("/control/metrics").body
        assert b' data-sections=""' in page and b"data-scope" not in page


def test_a_hub_makes_no_machines_name_public_that_was_not_named(tmp_path: Path):
    """Each of its samples tells whose it is."""
    refused = spawn("hub", "--port", "0", "--data", str(tmp_path / "data"), "--public-sections", "system.cpu")
    output, errors = refused.communicate(timeout=TIMEOUT_SECONDS)
    assert (refused.returncode, output) == (2, "")
    assert errors.count("\n") == 1 and "--public-sections" in errors and "system.host" in errors
    assert not (tmp_path / "data").exists()


def test_the_page_is_told_what_it_may_ask_for(opened: Open):
    def root(**headers: str) -> bytes:
        return (
            opened.appliance.request("/control/metrics", headers=headers).body.partition(b"<html")[2].partition(b">")[0]
        )

    assert root() == f' lang="en" data-sections="{PUBLIC}"'.encode()
    assert root(Cookie=signed_in(opened.appliance, opened.token)) == b' lang="en" data-scope="read"'
    narrow = root(Cookie=signed_in(opened.appliance, opened.narrow))
    assert narrow == f' lang="en" data-scope="status" data-sections="{PUBLIC}"'.encode()


def test_an_appliance_without_tokens_serves_the_page_as_it_is(tmp_path: Path):
    with running(tmp_path) as started:
        assert b'<html lang="en">' in started.get("/control/metrics").body
