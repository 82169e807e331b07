"""Sign-in and the sessions of browsers, asked of the real process."""

import json
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from tests.security.browsing import JSON, cookie_of, post, sign_in, signed_in
from tests.security.conftest import ORIGIN, Guarded
from tests.security.table import target
from tests.support.process import Appliance, running
from tests.support.stream import Stream
from tests.support.tokens import SCOPES, WRONG, bearer, made, token
from zeropoint.server.routes import Route

READ = "/metrics/json"


@pytest.fixture(scope="module")
def cookies(guarded: Guarded) -> dict[str, str]:
    """A session of each scope."""
    return {scope: signed_in(guarded.appliance, guarded.tokens[scope]) for scope in SCOPES}


def test_a_token_is_exchanged_for_a_cookie_that_is_none(guarded: Guarded):
    answer = sign_in(guarded.appliance, guarded.tokens["read"])
    assert set(answer.json) == {"scope", "expires"} and answer.json["scope"] == "read"
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert morsel.key == f"zeropoint-{guarded.appliance.port}"
    assert morsel["httponly"] and morsel["samesite"] == "Strict" and int(morsel["max-age"]) > 0
    assert not morsel["path"], "the browser takes the base path, which it alone knows"
    assert not morsel["secure"], "over plain HTTP a browser would not keep it"
    assert len(morsel.value) > 40
    assert guarded.tokens["read"] not in repr(answer) and guarded.tokens["read"][3:] not in morsel.value
    assert answer.headers["cache-control"] == "no-store"


def test_a_cookie_reads_what_its_token_reads_on_every_route(
    guarded: Guarded, cookies: dict[str, str], routes: tuple[Route, ...]
):
    """Case 11."""
    for route in routes:
        if "GET" not in route.methods or route.name == "stream":
            continue
        for scope in SCOPES:
            by_cookie = guarded.appliance.request(target(route), headers={"Cookie": cookies[scope]})
            by_header = guarded.appliance.request(target(route), headers=bearer(guarded.tokens[scope]))
            assert by_cookie.status == by_header.status, (route.path, scope)


def test_a_cookie_streams(guarded: Guarded, cookies: dict[str, str]):
    with Stream(guarded.appliance, Cookie=cookies["read"]) as stream:
        stream.samples(2)
    with Stream(guarded.appliance, Cookie=cookies["status"]) as stream:
        assert stream.head.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:{port}"},
        {"Origin": "http://localhost:{port}"},
        {},
    ],
)
def test_a_cookie_counts_for_the_page_itself(guarded: Guarded, cookies: dict[str, str], headers: dict[str, str]):
    given = {name: value.format(port=guarded.appliance.port) for name, value in headers.items()}
    assert guarded.appliance.request(READ, headers={"Cookie": cookies["read"], **given}).status == 200


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:{port}"},
    {"Sec-Fetch-Site": "SAME-ORIGIN, cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": ORIGIN},
    {"Origin": "http://localhost:{port}.evil.example"},
    {"Origin": "http://localhost:1"},
    {"Origin": "http://localhost"},
    {"Origin": "null"},
    {"Origin": "file://localhost:{port}"},
    {"Origin": ""},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_cookie_is_no_token_for_a_foreign_origin(guarded: Guarded, cookies: dict[str, str], headers: dict[str, str]):
    """Case 3: whoever makes a browser send its cookie reads nothing by it."""
    given = {name: value.format(port=guarded.appliance.port) for name, value in headers.items()}
    answer = guarded.appliance.request(READ, headers={"Cookie": cookies["admin"], **given})
    assert answer.status == 401 and answer.json["error"]["code"] == "token-needed"
    assert "access-control-allow-credentials" not in answer.headers
    with Stream(guarded.appliance, Cookie=cookies["admin"], **given) as stream:
        assert stream.head.status == 401


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_a_foreign_origin_neither_signs_in_nor_out(guarded: Guarded, path: str, headers: dict[str, str]):
    cookie = signed_in(guarded.appliance, guarded.tokens["read"])
    given = {name.replace("-", "_"): value.format(port=guarded.appliance.port) for name, value in headers.items()}
    body = json.dumps({"token": guarded.tokens["read"]}).encode()
    answer = post(guarded.appliance, path, body, Content_Type=JSON, Cookie=cookie, **given)
    assert answer.status == 403 and "set-cookie" not in answer.headers
    assert guarded.appliance.request(READ, headers={"Cookie": cookie}).status == 200


def test_a_cookie_changes_nothing(guarded: Guarded, cookies: dict[str, str], routes: tuple[Route, ...]):
    """It authorises GET and HEAD alone."""
    for route in routes:
        for method in set(route.methods) - {"GET", "HEAD"}:
            assert method == "POST"
            if route.need != "open":
                assert post(guarded.appliance, target(route), Cookie=cookies["admin"]).status == 401, route.path


def test_cookies_that_are_none_of_ours_count_as_none(guarded: Guarded, cookies: dict[str, str]):
    name, _, value = cookies["read"].partition("=")
    for wrong in (
        f"{name}={value[:-1]}",
        f"{name}={value}x",
        f"{name}=",
        f"other={value}",
        name,
        "=;;=",
        f"{name}=" + "x" * 4000,
    ):
        answer = guarded.appliance.request(READ, headers={"Cookie": wrong})
        assert answer.status == 401, wrong
        assert answer.json["error"]["code"] == "token-needed"
    beside = f"a=b; {name}=old; {name}={value}; c=d"
    assert guarded.appliance.request(READ, headers={"Cookie": beside}).status == 200, "one for each path"


def test_wrong_tokens_get_one_answer(guarded: Guarded):
    answers = [sign_in(guarded.appliance, guarded.tokens[state], client="127.0.0.7") for state in WRONG]
    answers += [sign_in(guarded.appliance, text, client="127.0.0.7") for text in ("x", "\u0000", "zp_")]
    assert {(answer.status, answer.body) for answer in answers} == {(401, answers[0].body)}
    assert not any("set-cookie" in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"token=zp_x", 415),
        ("text/plain", b'{"token":"zp_x"}', 415),
        ("multipart/form-data; boundary=x", b"", 415),
        (JSON, b"", 400),
        (JSON, b"{}", 400),
        (JSON, b'{"token":1}', 400),
        (JSON, b'{"token":""}', 400),
        (JSON, b'{"token":"' + b"x" * 1025 + b'"}', 400),
        (JSON, b'{"token":"x","next":"https://evil.example"}', 400),
        (JSON, b'"\xff"', 400),
        (JSON, b"[" * 10_000, 400),
        (JSON, b"x" * 70_000, 413),
    ],
)
def test_what_is_no_sign_in_is_refused_and_says_what_is_one(
    guarded: Guarded, content_type: str, body: bytes, status: int
):
    answer = post(guarded.appliance, "/sign-in", body, Content_Type=content_type)
    assert answer.status == status and "set-cookie" not in answer.headers
    if status != 413:
        assert "token" in answer.json["error"]["message"]


def test_guesses_are_limited_for_the_client_that_makes_them(guarded: Guarded):
    client, right = "127.0.0.9", guarded.tokens["read"]
    statuses = [sign_in(guarded.appliance, f"zp_{number}", client).status for number in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    refused = sign_in(guarded.appliance, right, client)
    assert refused.status == 429 and 0 < int(refused.headers["retry-after"]) <= 60, (
        "nor does it learn that one is right"
    )
    assert sign_in(guarded.appliance, right, "127.0.0.10").status == 200
    assert guarded.appliance.request(READ, headers=bearer(right)).status == 200


def test_signing_out_ends_the_session_and_its_streams_and_no_other(guarded: Guarded):
    appliance = guarded.appliance
    gone, kept = (signed_in(appliance, guarded.tokens["read"]) for _ in range(2))
    with Stream(appliance, Cookie=gone) as leaves, Stream(appliance, Cookie=kept) as stays:
        leaves.samples(1)
        stays.samples(1)
        answer = post(appliance, "/sign-out", Cookie=gone)
        assert answer.status == 204
        assert answer.headers["set-cookie"].startswith(gone.partition("=")[0] + "=; ")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        last = leaves.to_the_end()[-1]
        assert (last.type, last.json) == ("bye", {"reason": "signed-out"})
        assert appliance.request(READ, headers={"Cookie": gone}).status == 401
        stays.samples(len(stays.samples(1)) + 1)
    assert post(appliance, "/sign-out", Cookie=gone).status == 204, "there is nothing to end"


def test_signing_in_again_ends_the_session_before(guarded: Guarded):
    before = signed_in(guarded.appliance, guarded.tokens["read"])
    after = cookie_of(sign_in(guarded.appliance, guarded.tokens["status"], Cookie=before))
    assert after != before
    assert guarded.appliance.request(READ, headers={"Cookie": before}).status == 401
    assert guarded.appliance.request("/version", headers={"Cookie": after}).status == 200


def test_a_revoked_token_ends_its_sessions_and_their_streams(tmp_path: Path):
    """Case 19."""
    text = made(tmp_path, "read", "--name", "gone")
    with running(tmp_path, "--interval", "0.2") as started:
        cookie = signed_in(started, text)
        with Stream(started, Cookie=cookie) as stream:
            stream.samples(1)
            assert token(tmp_path, "revoke", "gone").returncode == 0
            last = stream.to_the_end()[-1]
            assert (last.type, last.json) == ("bye", {"reason": "token-no-longer-valid"})
        assert started.request(READ, headers={"Cookie": cookie}).status == 401
        again = made(tmp_path, "read", "--name", "gone")
        assert started.request(READ, headers={"Cookie": cookie}).status == 401, "another token of that name is another"
        assert again != text


def test_who_waits_for_a_sample_when_its_token_is_revoked_gets_none(tmp_path: Path):
    text = made(tmp_path, "read", "--name", "gone")
    with running(tmp_path, "--interval", "10") as started:
        cookie = signed_in(started, text)
        newest = started.request(READ, headers={"Cookie": cookie}).json["id"]
        asked = f"GET {READ}?since={newest}&wait=30 HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n"
        with started.connect() as connection:
            connection.sendall(f"{asked}Connection: close\r\n\r\n".encode())
            assert token(tmp_path, "revoke", "gone").returncode == 0
            assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Appliance, Path, dict[str, str]]]:
    """An appliance that was restarted, with what it has of the time before: sessions, and tokens among which one was
    revoked meanwhile."""
    data = tmp_path_factory.mktemp("data")
    texts = {name: made(data, "read", "--name", name) for name in ("stays", "goes")}
    with running(data) as before:
        port = str(before.port)
        cookies = {name: signed_in(before, text) for name, text in texts.items()}
        cookies["out"] = signed_in(before, texts["stays"])
        post(before, "/sign-out", Cookie=cookies["out"])
        before.stop()
    assert token(data, "revoke", "goes").returncode == 0
    with running(data, "--port", port) as after:
        yield after, data, cookies


def test_sessions_outlive_a_restart_and_ended_ones_do_not_come_back(kept: tuple[Appliance, Path, dict[str, str]]):
    started, _, cookies = kept
    statuses = {name: started.request(READ, headers={"Cookie": cookie}).status for name, cookie in cookies.items()}
    assert statuses == {"stays": 200, "goes": 401, "out": 401}


def test_what_is_kept_of_tokens_and_sessions_lets_nobody_in(kept: tuple[Appliance, Path, dict[str, str]]):
    """Case 20: hashes, in files of their owner alone."""
    started, data, cookies = kept
    for name in ("tokens.json", "sessions.json"):
        file = data / name
        assert file.stat().st_mode & 0o777 == 0o600
        content = file.read_text()
        assert not any(cookie.partition("=")[2] in content for cookie in cookies.values())
        for row in json.loads(content):
            for text in (value for value in row.values() if isinstance(value, str)):
                assert started.request(READ, headers=bearer(text)).status == 401
                assert started.request(READ, headers={"Cookie": f"zeropoint-{started.port}={text}"}).status == 401


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[1]", b'[{"sha256":"x"}]'])
def test_damaged_sessions_make_browsers_sign_in_again_and_nothing_else(tmp_path: Path, content: bytes):
    text = made(tmp_path, "read")
    (tmp_path / "sessions.json").write_bytes(content)
    with running(tmp_path) as started:
        assert started.request(READ, headers={"Cookie": f"zeropoint-{started.port}=x"}).status == 401
        assert started.request(READ, headers={"Cookie": signed_in(started, text)}).status == 200


def test_requests_of_one_connection_are_let_in_each_for_itself(guarded: Guarded, cookies: dict[str, str]):
    """Case 14: nothing that was found out of one request counts for the next."""
    good = [bearer(guarded.tokens["read"]), {"Cookie": cookies["read"]}]
    bad = [{}, bearer(guarded.tokens["bad"]), {"Cookie": cookies["read"], "Sec-Fetch-Site": "cross-site"}]
    wanted = []
    requests = b""
    for first in good:
        for second in bad:
            for headers, status in ((first, 200), (second, 401)):
                lines = [f"GET {READ}?sections=system.cpu HTTP/1.1", f"Host: localhost:{guarded.appliance.port}"]
                lines += [f"{name}: {value}" for name, value in headers.items()]
                requests += "\r\n".join([*lines, "", ""]).encode()
                wanted.append(status)
    closing = f"GET /livez HTTP/1.1\r\nHost: localhost:{guarded.appliance.port}\r\nConnection: close\r\n\r\n"
    answers = guarded.appliance.send(requests + closing.encode()).split(b"HTTP/1.1 ")[1:]
    assert [int(answer[:3]) for answer in answers] == [*wanted, 200]


def test_answers_with_data_are_in_no_shared_cache(guarded: Guarded, cookies: dict[str, str]):
    """Case 14: what was told to one is handed to nobody else, and a 304 is for those who may read."""
    given = {"Cookie": cookies["read"]}
    for path in (READ, f"{READ}?since=x", "/metrics", "/version", "/health", "/openapi.json", "/api/v1/metrics"):
        control = guarded.appliance.request(path, headers=given).headers["cache-control"]
        assert control.startswith(("no-store", "private")), path
    etag = guarded.appliance.request(READ, headers=given).headers["etag"]
    for tag in (etag, "*"):
        assert guarded.appliance.request(READ, headers={"If-None-Match": tag}).status == 401
    page = guarded.appliance.get("/control/metrics")
    assert {"Authorization", "Cookie"} <= {one.strip() for one in page.headers["vary"].split(",")}
    assert page.headers["etag"] != guarded.appliance.request("/control/metrics", headers=given).headers["etag"]


def test_nothing_leads_to_another_site(guarded: Guarded, routes: tuple[Route, ...]):
    """Case 13."""
    places = [target(route) for route in routes if "GET" in route.methods and route.name != "stream"]
    evil = ["//evil.example/", "/\\evil.example", "/%2f%2fevil.example", "//evil.example/%2e%2e", "/;//evil.example"]
    asked = "?next=//evil.example&url=https://evil.example&return_to=%2F%2Fevil.example&redirect=https:evil.example"
    for path in [
        *places,
        *evil,
        *(f"{place}{asked}" for place in places),
        *(f"{place}//evil.example" for place in places),
    ]:
        headers = {
            "X-Forwarded-Host": "evil.example",
            "X-Original-URL": "//evil.example",
            **bearer(guarded.tokens["read"]),
        }
        answer = guarded.appliance.request(path, headers=headers)
        assert answer.headers.get("location", "control/metrics") == "control/metrics", path
        assert "refresh" not in answer.headers
