"""All that is not the feed, asked of the real process."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tests.support.process import Appliance, parse_answer, running
from tests.support.stream import Stream

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def test_health_tells_the_state_and_its_facts(appliance: Appliance):
    for path in ("/health", "/healthz"):
        answer = appliance.get(path)
        assert answer.status == 200
        assert answer.json["status"] == "healthy", answer.json["reasons"]
        assert answer.json["mocks_disabled"] is True
        assert answer.json["last_sample_age_seconds"] < 60
        assert {"reasons", "clients", "queue_size", "uptime_seconds"} <= set(answer.json)


def test_supervisors_get_a_plain_answer(appliance: Appliance):
    for path in ("/livez", "/readyz"):
        assert (appliance.get(path).status, appliance.get(path).json) == (200, {"ok": True})
        assert appliance.send(f"GET {path} HTTP/1.0\r\n\r\n".encode()).startswith(b"HTTP/1.0 200")


def test_version_says_what_runs(appliance: Appliance):
    answer = appliance.get("/version").json
    assert appliance.first_line.split()[1] == answer["version"]
    assert answer["contract"] == 1
    assert (answer["commit"] is None) == ("commit" in [row["path"] for row in answer["unavailable"]])


def test_the_exposition_is_prometheus_text_or_openmetrics_by_accept(appliance: Appliance):
    text = appliance.get("/metrics")
    assert text.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in parse_text(text.body.decode())}
    openmetrics = appliance.get("/metrics", Accept=OPENMETRICS)
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    strict = {family.name for family in parse_openmetrics(openmetrics.body.decode())}
    assert len(strict) >= 60
    assert set(families) >= strict - {"zeropoint_build"}
    assert all(family.documentation for family in families.values())


def test_names_follow_the_semantic_conventions_with_their_units(appliance: Appliance):
    exposed = appliance.get("/metrics").body.decode()
    for line in (
        'system_memory_usage_bytes{system_memory_state="used"} ',
        'system_cpu_time_seconds_total{cpu_mode="user"} ',
        "system_filesystem_utilization_ratio{",
        "system_network_io_bytes_total{",
        "system_uptime_seconds ",
        "zeropoint_system_cpu_load_1m ",
        'zeropoint_ai_components_status{zeropoint_ai_components_status="absent",zeropoint_component="petals"} 1.0',
    ):
        assert f"\n{line}" in exposed, line


def test_no_series_stands_twice(appliance: Appliance):
    lines = [line.rpartition(" ")[0] for line in appliance.get("/metrics").body.decode().splitlines() if line[0] != "#"]
    assert sorted({line for line in lines if lines.count(line) > 1}) == []


@pytest.mark.system
def test_promtool_parses_the_exposition(appliance: Appliance):
    promtool = shutil.which("promtool")
    assert promtool, "Debian's package prometheus brings it"
    exposed = appliance.get("/metrics").body
    checked = subprocess.run([promtool, "check", "metrics"], check=False, input=exposed, capture_output=True)
    complaints = checked.stdout.decode() + checked.stderr.decode()
    assert "error while linting: " not in complaints, complaints
    assert checked.returncode in (0, 3), complaints  # 3: it parsed, and its lint has wishes about names


def test_the_description_is_valid_openapi_and_names_every_route(appliance: Appliance):
    document = appliance.get("/openapi.json").json
    validate(document)
    assert document["openapi"].startswith("3.1")
    for path in document["paths"]:
        if path != "/metrics/sse":
            assert appliance.get(path.replace("{name}", "metrics_client.js")).status < 500, path
    assert {"/metrics/sse", "/metrics/json", "/health", "/version", "/metrics", "/openapi.json"} <= set(
        document["paths"]
    )
    cpu = document["components"]["schemas"]["Cpu"]["properties"]["usage_percent"]
    assert cpu["x-unit"] == "percent"
    assert cpu["description"]


def test_the_root_leads_to_the_page_by_a_relative_address(appliance: Appliance):
    answer = appliance.get("/")
    assert (answer.status, answer.headers["location"]) == (302, "control/metrics")


def test_the_page_and_its_files_are_served_compressed_and_checked_again(appliance: Appliance):
    page = appliance.get("/control/metrics")
    assert page.status == 200 and page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    script = appliance.get("/static/metrics_client.js", Accept_Encoding="gzip")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["content-encoding"] == "gzip"
    assert appliance.get("/static/metrics_client.js", If_None_Match=script.headers["etag"]).status == 304
    assert appliance.get("/favicon.ico").headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    "path",
    ["/static/../model.py", "/static/%2e%2e/model.py", "/static/..%2fmodel.py", "/static/nothing.js", "/static/"],
)
def test_only_files_of_the_page_are_served(appliance: Appliance, path: str):
    assert appliance.get(path).status in (400, 403, 404)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/health", 405),
        ("DELETE", "/metrics/json", 405),
        ("POST", "/metrics/sse", 405),
    ],
)
def test_errors_are_json(appliance: Appliance, method: str, path: str, status: int):
    answer = appliance.request(path, method)
    assert answer.status == status
    assert set(answer.json["error"]) == {"code", "message", "detail"}
    if status == 405:
        assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path", ["/metrics/sse", "/metrics/json", "/metrics", "/health", "/control/metrics", "/nothing"]
)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:3001", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_a_foreign_host_is_refused_everywhere(appliance: Appliance, path: str, host: str):
    answer = appliance.request(path, headers={"Host": host})
    assert (answer.status, answer.json["error"]["code"]) == (421, "foreign-host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:3001", "10.1.2.3"])
def test_our_own_names_are_served(appliance: Appliance, host: str):
    assert appliance.request("/health", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "head",
    [
        "GET /health HTTP/1.1\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n",
        "GET /health HTTP/1.1\r\nHost: \r\n",
        "GET /health HTTP/1.1\r\nHost: local host\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost:99999\r\n",
        "GET /health HTTP/1.0\r\n",
    ],
)
def test_a_missing_doubled_or_malformed_host_is_refused(appliance: Appliance, head: str):
    assert appliance.send(f"{head}Connection: close\r\n\r\n".encode()).split()[1] == b"400"


def test_a_foreign_target_in_absolute_form_is_refused(appliance: Appliance):
    request = b"GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert appliance.send(request).split()[1] == b"421"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"nonsense" * 8192 + b"\r\n\r\n", 431),
        (b"GET /metrics/sse HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: " + b"1" * 65536 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_is_an_error_like_all_others(appliance: Appliance, request_bytes: bytes, status: int):
    answer = parse_answer(appliance.send(request_bytes))
    assert answer.status == status
    assert set(answer.json["error"]) == {"code", "message", "detail"}
    assert answer.headers["server"] == "zeropoint"
    assert b"nonsense" not in answer.body


def test_an_exposition_is_that_of_the_newest_sample_whoever_else_has_asked(tmp_path: Path):
    """Texts are kept of a sample; none of them is told of the next one, in another format or of other sections."""
    uptime = re.compile(r"^system_uptime_seconds(?:{[^}]*})? (\S+)$", re.MULTILINE)
    with running(tmp_path, "--interval", "0.1") as started, Stream(started) as stream:
        told = []
        for count in range(2, 10, 2):
            stream.samples(count)
            told += uptime.findall(started.get("/metrics").body.decode())
        assert len(told) == len(set(told)) == 4
        text = started.get("/metrics", Accept="text/plain").headers["content-type"]
        openmetrics = started.get("/metrics", Accept="application/openmetrics-text").headers["content-type"]
        assert text != openmetrics
        narrow = started.get("/metrics?sections=system.cpu").body
        assert b"system_memory" not in narrow
        assert b"system_memory" in started.get("/metrics").body
