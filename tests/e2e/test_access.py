"""Tokens, scopes and origins, asked of the real process."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.process import TIMEOUT_SECONDS, Appliance, running, spawn
from tests.support.stream import Stream
from tests.support.tokens import bearer, made, token

ORIGIN = "https://lab.example"


class Guarded(NamedTuple):
    appliance: Appliance
    data: Path
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    data = tmp_path_factory.mktemp("data")
    tokens = {scope: made(data, scope, "--name", scope) for scope in ("status", "read", "admin")}
    tokens |= {"revoked": made(data, "admin", "--name", "revoked"), "none": "", "bad": "zp_" + "x" * 43}
    assert token(data, "revoke", "revoked").returncode == 0
    settings = ["--public-sections", "system.cpu", "--allowed-origins", ORIGIN, "--interval", "0.2"]
    with running(data, *settings) as started:
        yield Guarded(started, data, tokens)


# What parameters change: without a token, with a wrong or revoked one, and with each scope. All routes as they are have
# tests/security/test_matrix.py.
MATRIX = {
    "/health": (200, 200, 200, 200),
    "/static/metrics_client.js": (200, 200, 200, 200),
    "/metrics/json": (401, 401, 403, 200),
    "/metrics/json?sections=system.memory": (401, 401, 403, 200),
    "/metrics/json?sections=system.cpu,system.memory": (401, 401, 403, 200),
    "/metrics/json?sections=system": (401, 401, 403, 200),
    "/metrics/json?sections=system.cpu": (200, 401, 200, 200),
    "/metrics/json?since=x": (401, 401, 403, 200),
    "/api/v1/runs/steps?id=nobody": (401, 401, 403, 404),
    "/metrics?sections=system.cpu": (200, 401, 200, 200),
    "/api/v1/history?metric=system.cpu.usage_percent": (200, 401, 200, 200),
    "/api/v1/history?metric=system.*": (401, 401, 403, 200),
    "/api/v1/metrics?sections=system.cpu": (200, 401, 200, 200),
    "/api/v1/correlations/pair?a=x&b=y": (401, 401, 403, 200),
    # Not among the public sections here.
    "/metrics/json?sections=verdicts": (401, 401, 403, 200),
    "/api/v1/sample?at=1": (401, 401, 403, 200),
    "/api/v1/sample?at=1&sections=system.cpu": (200, 401, 200, 200),
}


@pytest.mark.parametrize("path", MATRIX)
def test_what_is_asked_for_decides_who_may_ask(guarded: Guarded, path: str):
    without, wrong, status, read = MATRIX[path]
    expected = {"none": without, "bad": wrong, "revoked": wrong, "status": status, "read": read, "admin": read}
    for name, code in expected.items():
        answer = guarded.appliance.request(path, headers=bearer(guarded.tokens[name]))
        assert answer.status == code, f"{path} with {name}"
        if code == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
        if code >= 400:
            assert set(answer.json["error"]) == {"code", "message", "detail"}


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic eDp5", "zp_x", "Bearer a b", "bearer\tx"])
def test_a_malformed_authorization_is_refused(guarded: Guarded, header: str):
    assert guarded.appliance.request("/metrics/json", headers={"Authorization": header}).status == 401


def test_health_tells_its_word_to_all_and_its_facts_to_a_token(guarded: Guarded):
    assert set(guarded.appliance.get("/health").json) == {"status"}
    full = guarded.appliance.request("/health", headers=bearer(guarded.tokens["status"]))
    assert "last_sample_age_seconds" in full.json


def test_a_refusal_comes_before_any_byte_of_the_stream(guarded: Guarded):
    for name, code in (("none", 401), ("bad", 401), ("status", 403)):
        with Stream(guarded.appliance, **bearer(guarded.tokens[name])) as stream:
            assert stream.head.status == code
            assert stream.head.headers["content-type"].startswith("application/json")


def test_a_public_section_streams_to_anybody_and_nothing_else_with_it(guarded: Guarded):
    with Stream(guarded.appliance, "?sections=system.cpu") as stream:
        taken = stream.samples(2)[-1].json
    assert set(taken["system"]) == {"cpu"}
    assert "server" not in taken


def test_a_token_is_in_no_answer_and_no_log(guarded: Guarded, tmp_path: Path):
    text = made(tmp_path, "read", "--name", "canary")
    with running(tmp_path, "--log-level", "debug", "--interval", "0.2") as started:
        for path in (
            "/metrics/json",
            "/metrics",
            "/version",
            "/health",
            "/openapi.json",
            "/nothing",
            "/metrics/json?since=x",
        ):
            for given in (bearer(text), {"Authorization": f"Basic {text}"}):
                assert text.encode() not in started.send(
                    f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    f"Authorization: {given['Authorization']}\r\n\r\n".encode()
                )
        started.stop()
        assert started.process.stderr is not None
        logged = started.process.stderr.read()
    hashed = (tmp_path / "tokens.json").read_text().partition('"sha256":"')[2][:64]
    assert len(hashed) == 64
    assert text not in logged and hashed not in logged


def test_a_revoked_token_closes_its_open_stream_and_no_other(tmp_path: Path):
    kept, gone = made(tmp_path, "read", "--name", "kept"), made(tmp_path, "read", "--name", "gone")
    with (
        running(tmp_path, "--interval", "0.2") as started,
        Stream(started, **bearer(kept)) as stays,
        Stream(started, **bearer(gone)) as leaves,
    ):
        leaves.samples(1)
        assert token(tmp_path, "revoke", "gone").returncode == 0
        seen = leaves.to_the_end()
        assert (seen[-1].type, seen[-1].json) == ("bye", {"reason": "token-no-longer-valid"})
        assert started.request("/metrics/json", headers=bearer(gone)).status == 401
        count = len(stays.samples(1))
        stays.samples(count + 3)


def test_an_expired_token_closes_its_open_stream(tmp_path: Path):
    """The token's end is moved into the past on disk, as if its time had gone by."""
    text = made(tmp_path, "read", "--expires", "1d")
    with running(tmp_path, "--interval", "0.2") as started, Stream(started, **bearer(text)) as stream:
        stream.samples(1)
        file = tmp_path / "tokens.json"
        content = file.read_text()
        (tmp_path / "fresh").write_text(content.replace('"expires":"20', '"expires":"19'))
        (tmp_path / "fresh").replace(file)
        assert stream.to_the_end()[-1].type == "bye"
        assert started.request("/metrics/json", headers=bearer(text)).status == 401


def test_the_first_token_closes_what_was_open(tmp_path: Path):
    with running(tmp_path, "--interval", "0.2") as started, Stream(started) as stream:
        stream.samples(1)
        text = made(tmp_path, "read")
        assert stream.to_the_end()[-1].type == "bye"
        assert started.get("/metrics/json").status == 401
        assert started.request("/metrics/json", headers=bearer(text)).status == 200
        assert started.get("/livez").status == 200


def test_beyond_loopback_it_starts_only_with_a_token(tmp_path: Path):
    refused = spawn("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path))
    output, errors = refused.communicate(timeout=TIMEOUT_SECONDS)
    assert (refused.returncode, output) == (2, "")
    assert "zeropoint token create --scope read" in errors and errors.count("\n") == 1
    text = made(tmp_path, "read", "--name", "only")
    with running(tmp_path, "--host", "0.0.0.0") as started:
        assert started.get("/metrics/json").status == 401
        assert started.request("/metrics/json", headers=bearer(text)).status == 200
        assert token(tmp_path, "revoke", "only").returncode == 0
        (tmp_path / "tokens.json").unlink()
        with Stream(started) as stream:
            assert stream.head.status == 401, "it stays closed without any token"


def test_an_allowed_origin_may_read_and_is_echoed_exactly(guarded: Guarded):
    for headers in ({}, bearer(guarded.tokens["read"])):
        answer = guarded.appliance.request("/metrics/json", headers={"Origin": ORIGIN, **headers})
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "Origin" in answer.headers["vary"]
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
    with Stream(guarded.appliance, Origin=ORIGIN, **bearer(guarded.tokens["read"])) as stream:
        assert stream.head.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://lab.example.evil.example", "null", "http://lab.example"]
)
def test_a_foreign_origin_gets_no_leave(guarded: Guarded, origin: str):
    answer = guarded.appliance.request("/metrics/json?sections=system.cpu", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]


def test_only_files_without_data_are_for_every_site(guarded: Guarded):
    for path in MATRIX:
        answer = guarded.appliance.request(path, headers={"Origin": "https://evil.example"})
        allowed = answer.headers.get("access-control-allow-origin")
        assert allowed == ("*" if path.startswith("/static/") else None), path


def test_a_preflight_allows_the_headers_that_the_client_sends(guarded: Guarded):
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,last-event-id"}
    answer = guarded.appliance.request("/metrics/sse", "OPTIONS", {"Origin": ORIGIN, **asked})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-headers"] == "Authorization, Last-Event-ID"
    refused = guarded.appliance.request("/metrics/sse", "OPTIONS", {"Origin": "https://evil.example", **asked})
    assert refused.status == 403
    assert "access-control-allow-origin" not in refused.headers


def test_options_says_what_is_allowed_and_nothing_can_be_changed(guarded: Guarded):
    answer = guarded.appliance.request("/metrics/json", "OPTIONS")
    assert (answer.status, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
        assert guarded.appliance.request("/metrics/json", method, bearer(guarded.tokens["admin"])).status in (400, 405)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["create"], "--scope"),
        (["create", "--scope", "root"], "root"),
        (["create", "--scope", "read", "--expires", "soon"], "--expires"),
        (["create", "--scope", "read", "--name", "a b"], "--name"),
        (["revoke", "nobody"], "nobody"),
        (["steal"], "steal"),
    ],
)
def test_wrong_token_commands_are_one_line(tmp_path: Path, arguments: list[str], named: str):
    finished = token(tmp_path, *arguments)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.count("\n") == 1 and named in finished.stderr


def test_a_list_shows_names_and_ends_but_nothing_that_lets_anybody_in(tmp_path: Path):
    text = made(tmp_path, "read", "--name", "grafana", "--expires", "30d")
    listed = token(tmp_path, "list").stdout
    assert listed.startswith("grafana\tread\tcreated 20") and "expires 20" in listed
    assert text not in listed and "sha256" not in listed


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--allowed-origins", "*"], "--allowed-origins"),
        (["--allowed-origins", "https://lab.example/"], "--allowed-origins"),
        (["--public-sections", "system.gpu"], "system.gpus"),
        (["--tls-cert", "/no/such/file"], "--tls-key"),
        (["--tls-cert", "/no/such/file", "--tls-key", "/no/such/file"], "/no/such/file"),
        (["--tls-cert", "/etc/hostname", "--tls-key", "/etc/hostname"], "--tls-cert"),
    ],
)
def test_wrong_settings_of_access_are_one_line(tmp_path: Path, arguments: list[str], named: str):
    refused = spawn("serve", "--port", "0", "--data", str(tmp_path / "data"), *arguments)
    output, errors = refused.communicate(timeout=TIMEOUT_SECONDS)
    assert (refused.returncode, output) == (2, "")
    assert errors.count("\n") == 1 and named in errors
    assert not (tmp_path / "data").exists()
