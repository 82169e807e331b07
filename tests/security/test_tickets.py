"""Tickets: what stands for a token in one URL, once and for 30 seconds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.security.browsing import post, signed_in
from tests.security.conftest import ORIGIN, Guarded
from tests.security.table import target
from tests.support.process import Appliance, running
from tests.support.stream import Stream
from tests.support.tokens import SCOPES, WRONG, bearer, made, token
from zeropoint.server.routes import Route
from zeropoint.server.tickets import MAX_TICKETS, MAX_TICKETS_OF_A_TOKEN, TICKET_SECONDS, Tickets, TicketsFullError
from zeropoint.server.tokens import Token

READ = "/metrics/json"


def ticket(appliance: Appliance, text: str) -> str:
    answer = post(appliance, "/api/v1/tickets", **bearer(text))
    assert answer.status == 200, answer.body
    issued: str = answer.json["ticket"]
    return issued


def test_a_ticket_is_good_once(guarded: Guarded):
    issued = ticket(guarded.appliance, guarded.tokens["read"])
    first, second = (guarded.appliance.get(f"{READ}?ticket={issued}") for _ in range(2))
    assert (first.status, second.status) == (200, 401)
    assert second.json["error"]["code"] == "bad-token"


def test_a_ticket_says_until_when_it_is_good_and_no_more(guarded: Guarded):
    before = datetime.now(UTC)
    answer = post(guarded.appliance, "/api/v1/tickets", **bearer(guarded.tokens["read"]))
    assert set(answer.json) == {"ticket", "expires"} and answer.headers["cache-control"] == "no-store"
    assert datetime.fromisoformat(answer.json["expires"]) >= before + timedelta(seconds=TICKET_SECONDS - 1)
    assert guarded.tokens["read"] not in repr(answer)


def test_a_stream_opens_with_a_ticket_and_resumes_with_another(guarded: Guarded):
    appliance, text = guarded.appliance, guarded.tokens["read"]
    with Stream(appliance, f"?ticket={ticket(appliance, text)}") as stream:
        seen = stream.samples(2)
    last = seen[-1].json["id"]
    with Stream(appliance, f"?ticket={ticket(appliance, text)}&last_event_id={quote(last)}") as stream:
        epoch, _, number = last.partition("-")
        assert stream.samples(1)[0].json["id"] == f"{epoch}-{int(number) + 1}"
    with Stream(appliance, f"?ticket={ticket(appliance, text)}", Last_Event_ID=last) as stream:
        assert stream.samples(1)[0].json["id"] == f"{epoch}-{int(number) + 1}"


def test_a_used_ticket_opens_no_stream(guarded: Guarded):
    issued = ticket(guarded.appliance, guarded.tokens["read"])
    with Stream(guarded.appliance, f"?ticket={issued}") as stream:
        stream.samples(1)
        with Stream(guarded.appliance, f"?ticket={issued}") as second:
            assert second.head.status == 401
        stream.samples(len(stream.samples(1)) + 1)


def test_a_ticket_reads_what_its_token_reads_on_every_route(guarded: Guarded, routes: tuple[Route, ...]):
    """Case 11."""
    for route in routes:
        if "GET" not in route.methods or route.name == "stream":
            continue
        for scope in SCOPES:
            text = guarded.tokens[scope]
            by_ticket = guarded.appliance.get(f"{target(route)}?ticket={ticket(guarded.appliance, text)}")
            by_header = guarded.appliance.request(target(route), headers=bearer(text))
            assert by_ticket.status == by_header.status, (route.path, scope)


def test_a_ticket_of_a_narrow_token_is_as_narrow(guarded: Guarded):
    with Stream(guarded.appliance, f"?ticket={ticket(guarded.appliance, guarded.tokens['status'])}") as stream:
        assert stream.head.status == 403


@pytest.mark.parametrize("state", ["none", *WRONG])
def test_only_a_token_that_holds_gets_a_ticket(guarded: Guarded, state: str):
    assert post(guarded.appliance, "/api/v1/tickets", **bearer(guarded.tokens[state])).status == 401


def test_neither_a_cookie_nor_a_ticket_gets_a_ticket(guarded: Guarded):
    cookie = signed_in(guarded.appliance, guarded.tokens["read"])
    assert post(guarded.appliance, "/api/v1/tickets", Cookie=cookie).status == 401
    issued = ticket(guarded.appliance, guarded.tokens["read"])
    assert post(guarded.appliance, f"/api/v1/tickets?ticket={issued}").status == 401


@pytest.mark.parametrize("given", ["", "zpt_", "zpt_" + "x" * 43, "%00", "%f0%9f%98%80", "x" * 2000])
def test_what_is_no_ticket_is_refused_as_a_wrong_token_is(guarded: Guarded, given: str):
    answer = guarded.appliance.get(f"{READ}?ticket={given}")
    assert (answer.status, answer.json["error"]["code"]) == (401, "bad-token")


def test_a_token_is_no_ticket_and_a_ticket_no_token(guarded: Guarded):
    text = guarded.tokens["read"]
    issued = ticket(guarded.appliance, text)
    assert guarded.appliance.get(f"{READ}?ticket={text}").status == 401
    assert guarded.appliance.get(f"{READ}?token={text}").status == 401
    assert guarded.appliance.request(READ, headers=bearer(issued)).status == 401
    both = [ticket(guarded.appliance, text) for _ in range(2)]
    assert guarded.appliance.get(f"{READ}?ticket={both[0]}&ticket={both[1]}").status == 401


def test_a_script_of_a_site_that_is_allowed_gets_a_ticket_and_one_of_another_site_does_not(guarded: Guarded):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = guarded.appliance.request("/api/v1/tickets", "OPTIONS", {"Origin": ORIGIN, **asked})
    assert (allowed.status, allowed.headers["access-control-allow-methods"]) == (204, "OPTIONS, POST")
    assert post(guarded.appliance, "/api/v1/tickets", Origin=ORIGIN, **bearer(guarded.tokens["read"])).status == 200
    foreign = {"Origin": "https://evil.example", **asked}
    assert guarded.appliance.request("/api/v1/tickets", "OPTIONS", foreign).status == 403


def test_a_revoked_token_takes_its_tickets_and_their_streams_along(tmp_path: Path):
    text = made(tmp_path, "read", "--name", "gone")
    with running(tmp_path, "--interval", "0.2") as started:
        waiting = ticket(started, text)
        with Stream(started, f"?ticket={ticket(started, text)}") as stream:
            stream.samples(1)
            assert token(tmp_path, "revoke", "gone").returncode == 0
            last = stream.to_the_end()[-1]
            assert (last.type, last.json) == ("bye", {"reason": "token-no-longer-valid"})
        assert started.get(f"{READ}?ticket={waiting}").status == 401


def test_a_ticket_is_in_no_log_and_no_answer(tmp_path: Path):
    text = made(tmp_path, "read")
    with running(tmp_path, "--log-level", "debug", "--interval", "0.2") as started:
        issued = ticket(started, text)
        for path in (READ, "/nothing", "/metrics/json?since=x", "/openapi.json", "/control/metrics"):
            separator = "&" if "?" in path else "?"
            answer = started.get(f"{path}{separator}ticket={issued}")
            assert issued not in repr(answer)
            assert answer.headers["referrer-policy"] == "no-referrer"
        started.stop()
        assert started.process.stderr is not None
        logged = started.process.stderr.read()
    assert issued not in logged
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and issued.encode() in file.read_bytes()]


def test_where_no_token_is_in_use_there_is_nothing_that_a_ticket_could_stand_for(tmp_path: Path):
    with running(tmp_path) as started:
        answer = post(started, "/api/v1/tickets")
        assert (answer.status, answer.json["error"]["code"]) == (409, "no-token")
        assert started.get(f"{READ}?ticket=x").status == 200, "everything is open"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def some_token(name: str) -> Token:
    return Token(name=name, scope="read", sha256=name, created=datetime.now(UTC))


def test_a_ticket_runs_out():
    clock = Clock()
    tickets, known = Tickets(clock), some_token("a")
    kept, late = tickets.issue(known), tickets.issue(known)
    clock.now = TICKET_SECONDS - 0.001
    assert tickets.use(kept) == known
    clock.now = TICKET_SECONDS
    assert tickets.use(late) is None
    assert tickets.statistics() == {"tickets": 0, "limit": MAX_TICKETS}


def test_one_token_takes_no_room_from_others():
    tickets, greedy, modest = Tickets(Clock()), some_token("greedy"), some_token("modest")
    one = tickets.issue(modest)
    first, *_, last = [tickets.issue(greedy) for _ in range(MAX_TICKETS_OF_A_TOKEN + 1)]
    assert tickets.statistics()["tickets"] == MAX_TICKETS_OF_A_TOKEN + 1
    assert tickets.use(first) is None
    assert (tickets.use(last), tickets.use(one)) == (greedy, modest)


def test_tickets_are_bounded_and_there_is_room_again_when_they_have_run_out():
    clock = Clock()
    tickets = Tickets(clock)
    for number in range(MAX_TICKETS):
        tickets.issue(some_token(str(number)))
    with pytest.raises(TicketsFullError):
        tickets.issue(some_token("one more"))
    clock.now = TICKET_SECONDS
    assert tickets.use(tickets.issue(some_token("one more"))) is not None
