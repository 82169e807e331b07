"""Sessions of browsers: what a cookie stands for, so that no browser keeps a token.

A session's id is 256 random bits and is kept as a hash, as tokens are. A session holds as long as the token that it was
opened with, and at most SESSION_DAYS.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from zeropoint.server.tokens import FILE_LIMIT_BYTES, Moment, Token, TokenRegister, digest

log = structlog.get_logger()
FILE = "sessions.json"
SESSION_DAYS = 365
MAX_SESSIONS = 1024
MAX_SESSIONS_OF_A_TOKEN = 64


class Session(Struct, frozen=True, kw_only=True):
    """What is kept of a session: the hashes of its id and of its token."""

    sha256: str
    token_sha256: str
    created: Moment
    expires: Moment


class Sessions:
    """The sessions that are open, at most MAX_SESSIONS: the one that was opened first makes room."""

    def __init__(self, register: TokenRegister, kept: Iterable[Session] = ()) -> None:
        self._register = register
        self._open = {session.sha256: session for session in kept}

    def open(self, token: Token, now: datetime) -> tuple[str, datetime]:
        """Begins a session with a token that holds now; answers with its id, which is nowhere else, and its end."""
        self._open = {key: one for key, one in self._open.items() if self._token(one, now) is not None}
        of_token = [one for one in self._open.values() if one.token_sha256 == token.sha256]
        self._make_room(of_token, MAX_SESSIONS_OF_A_TOKEN)
        self._make_room(list(self._open.values()), MAX_SESSIONS)
        id, latest = secrets.token_urlsafe(32), now + timedelta(days=SESSION_DAYS)
        expires = latest if token.expires is None else min(latest, token.expires)
        session = Session(sha256=digest(id), token_sha256=token.sha256, created=now, expires=expires)
        self._open[session.sha256] = session
        return id, expires

    def close(self, sha256: str) -> bool:
        """Ends a session; False when there is none."""
        return self._open.pop(sha256, None) is not None

    def find(self, ids: Iterable[str], now: datetime) -> tuple[Session, Token] | None:
        """The first of several ids that is an open session's, with its token. A name may stand in a Cookie header
        several times: once for each path that an appliance is served under."""
        for id in ids:
            # Looked up by its hash: what the time of that tells of the table is of no use to whoever guesses ids.
            session = self._open.get(digest(id))
            token = None if session is None else self._token(session, now)
            if session is not None and token is not None:
                return session, token
        return None

    def holds(self, sha256: str, now: datetime) -> bool:
        session = self._open.get(sha256)
        return session is not None and self._token(session, now) is not None

    def ends_within(self, since: datetime, until: datetime) -> bool:
        """Whether the time of some session runs out between two moments."""
        return any(since < session.expires <= until for session in self._open.values())

    def encode(self) -> bytes:
        """What is written to disk."""
        return msgspec.json.encode(list(self._open.values()))

    def statistics(self) -> dict[str, int]:
        return {"sessions": len(self._open), "limit": MAX_SESSIONS}

    def _token(self, session: Session, now: datetime) -> Token | None:
        return self._register.holding(session.token_sha256, now) if now < session.expires else None

    def _make_room(self, among: list[Session], limit: int) -> None:
        for session in sorted(among, key=lambda one: one.created)[: max(0, len(among) + 1 - limit)]:
            del self._open[session.sha256]


def kept_sessions(data: Path) -> list[Session]:
    """The sessions that a data directory has. Where its file cannot be read, browsers have to sign in again."""
    try:
        with (data / FILE).open("rb") as file:
            return msgspec.json.decode(file.read(FILE_LIMIT_BYTES), type=list[Session])[-MAX_SESSIONS:]
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning("sessions cannot be read: browsers have to sign in again", reason=error.strerror)
    except (msgspec.DecodeError, UnicodeDecodeError):
        log.warning("sessions cannot be read: browsers have to sign in again", reason="the file is damaged")
    return []
