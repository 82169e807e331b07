from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zeropoint.server.guesses import MAX_CLIENTS, WINDOW_SECONDS, WRONG_TOKENS, Guesses
from zeropoint.server.sessions import (
    MAX_SESSIONS,
    MAX_SESSIONS_OF_A_TOKEN,
    SESSION_DAYS,
    Sessions,
    kept_sessions,
)
from zeropoint.server.tokens import Token, TokenRegister, TokenStore

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
LATEST = timedelta(days=SESSION_DAYS)


def some_tokens(data: Path, count: int, lifetime: timedelta | None = None) -> tuple[TokenRegister, list[Token]]:
    store = TokenStore(data)
    texts = [store.create("read", None, lifetime, NOW) for _ in range(count)]
    register = TokenRegister(store)
    found = [register.find(text, NOW) for text in texts]
    return register, [one for one in found if one is not None]


def test_a_session_stands_for_its_token_until_it_ends(tmp_path: Path):
    register, (token,) = some_tokens(tmp_path, 1)
    sessions = Sessions(register)
    id, expires = sessions.open(token, NOW)
    assert expires == NOW + LATEST
    found = sessions.find([id], NOW + LATEST - timedelta(seconds=1))
    assert found is not None and found[1] == token and sessions.holds(found[0].sha256, NOW)
    assert sessions.find([id], NOW + LATEST) is None
    assert not sessions.holds(found[0].sha256, NOW + LATEST)
    assert sessions.ends_within(NOW + LATEST - timedelta(seconds=1), NOW + LATEST)
    assert not sessions.ends_within(NOW, NOW + timedelta(days=1))


def test_a_session_ends_with_its_token(tmp_path: Path):
    register, (token,) = some_tokens(tmp_path, 1, timedelta(hours=1))
    sessions = Sessions(register)
    id, expires = sessions.open(token, NOW)
    assert expires == NOW + timedelta(hours=1)
    assert sessions.find([id], NOW + timedelta(minutes=59)) is not None
    TokenStore(tmp_path).revoke(token.name)
    register.refresh()
    assert sessions.find([id], NOW + timedelta(minutes=59)) is None


def test_ids_that_are_none_are_passed_over(tmp_path: Path):
    register, (token,) = some_tokens(tmp_path, 1)
    sessions = Sessions(register)
    id, _ = sessions.open(token, NOW)
    found = sessions.find(["", "x", "\udcff", id], NOW)
    assert found is not None and found[1] == token
    assert sessions.find([found[0].sha256, ""], NOW) is None


def test_the_session_that_was_opened_first_makes_room(tmp_path: Path):
    register, (greedy, modest) = some_tokens(tmp_path, 2)
    sessions = Sessions(register)
    kept, _ = sessions.open(modest, NOW)
    ids = [sessions.open(greedy, NOW + timedelta(seconds=number))[0] for number in range(MAX_SESSIONS_OF_A_TOKEN + 3)]
    assert [sessions.find([id], NOW) is not None for id in ids] == [False] * 3 + [True] * MAX_SESSIONS_OF_A_TOKEN
    assert sessions.find([kept], NOW) is not None, "a token's sessions take no room from those of others"


def test_sessions_are_bounded_over_all_tokens(tmp_path: Path):
    count = MAX_SESSIONS // MAX_SESSIONS_OF_A_TOKEN + 1
    register, tokens = some_tokens(tmp_path, count)
    sessions = Sessions(register)
    for token in tokens:
        for _ in range(MAX_SESSIONS_OF_A_TOKEN):
            sessions.open(token, NOW)
    assert sessions.statistics() == {"sessions": MAX_SESSIONS, "limit": MAX_SESSIONS}


def test_what_holds_no_longer_is_forgotten_when_another_one_begins(tmp_path: Path):
    register, (first, second) = some_tokens(tmp_path, 2)
    sessions = Sessions(register)
    sessions.open(first, NOW)
    TokenStore(tmp_path).revoke(first.name)
    register.refresh()
    sessions.open(second, NOW)
    sessions.open(second, NOW + LATEST)
    assert sessions.statistics()["sessions"] == 1


def test_what_was_written_is_what_is_read(tmp_path: Path):
    register, (token,) = some_tokens(tmp_path, 1)
    sessions = Sessions(register)
    id, _ = sessions.open(token, NOW)
    (tmp_path / "sessions.json").write_bytes(sessions.encode())
    assert id.encode() not in sessions.encode()
    assert Sessions(register, kept_sessions(tmp_path)).find([id], NOW) is not None


def test_where_nothing_was_written_there_are_none(tmp_path: Path):
    assert kept_sessions(tmp_path) == []


def test_of_times_without_a_zone_there_are_none(tmp_path: Path):
    register, (token,) = some_tokens(tmp_path, 1)
    sessions = Sessions(register)
    sessions.open(token, NOW)
    written = sessions.encode()
    assert b'Z"' in written
    (tmp_path / "sessions.json").write_bytes(written.replace(b'Z"', b'"'))
    assert kept_sessions(tmp_path) == []


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_guesses_are_counted_by_client_and_forgotten_after_a_while():
    clock = Clock()
    guesses = Guesses(clock)
    for _ in range(WRONG_TOKENS):
        assert guesses.wait_seconds("a") == 0
        guesses.count("a")
    clock.now = 10
    assert guesses.wait_seconds("a") == pytest.approx(WINDOW_SECONDS - 10)
    assert guesses.wait_seconds("b") == 0
    clock.now = WINDOW_SECONDS
    assert guesses.wait_seconds("a") == 0
    guesses.count("a")
    assert guesses.wait_seconds("a") == 0, "it begins anew"


def test_the_table_of_guesses_is_bounded():
    guesses = Guesses(Clock())
    for number in range(MAX_CLIENTS + 100):
        guesses.count(str(number))
    assert guesses.statistics() == {"clients": MAX_CLIENTS, "limit": MAX_CLIENTS}
