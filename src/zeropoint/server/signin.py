"""/sign-in, /sign-out and /api/v1/tickets: what a token is exchanged for where it cannot be sent itself.

Sign-in and sign-out lie right below the base path, so that the session's cookie is for all of it and nothing else.
"""

import math
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
import structlog
from aiohttp import web
from msgspec import Meta, Struct

from zeropoint.server.access import GRANT, Gate, unauthorized
from zeropoint.server.audit import TOKEN_NAME
from zeropoint.server.clients import network_of, scheme_of
from zeropoint.server.cookies import age_seconds, session_cookie, session_ids
from zeropoint.server.errors import ApiError, json_response
from zeropoint.server.guesses import Guesses
from zeropoint.server.same_origin import is_same_origin
from zeropoint.server.tickets import TICKET_SECONDS, TicketsFullError
from zeropoint.server.tokens import Scope
from zeropoint.texts import rfc3339

log = structlog.get_logger()
LONGEST_TOKEN = 1024
FOREIGN = (
    "only the page of this address signs in and out; a proxy has to pass on the Host that visitors use, with its port"
)
WRONG_BODY = 'a JSON object with the token is needed: {"token": "zp_..."}'


class Credentials(Struct, frozen=True, forbid_unknown_fields=True):
    """What the sign-in is sent."""

    token: Annotated[str, Meta(min_length=1, max_length=LONGEST_TOKEN)]


class SignedIn(Struct, frozen=True):
    """What a browser is signed in with."""

    scope: Scope
    expires: Annotated[str, Meta(description="When the session ends, RFC 3339")]


class TicketAnswer(Struct, frozen=True):
    """A ticket, for one GET with ?ticket=."""

    ticket: str
    expires: Annotated[str, Meta(description="Until when it has to be used, RFC 3339")]


class SignIn:
    """Handlers. `keep` writes the sessions to disk, or raises OSError or TimeoutError; `ended` is called when a session
    was closed, to end its streams."""

    def __init__(
        self,
        gate: Gate,
        keep: Callable[[bytes], Awaitable[None]],
        ended: Callable[[], None],
        now: Callable[[], datetime],
        guesses: Guesses | None = None,
    ) -> None:
        self._gate = gate
        self._keep = keep
        self._ended = ended
        self._now = now
        self._guesses = guesses or Guesses()

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        refuse_foreign(request)
        client = network_of(request)
        if wait := self._guesses.wait_seconds(client):
            message = "too many wrong tokens came from this address"
            retry_after = {"Retry-After": str(math.ceil(wait))}
            raise ApiError(HTTPStatus.TOO_MANY_REQUESTS, "too-many-guesses", message, headers=retry_after)
        now, token = self._now(), self._gate.register.find(await _token_in(request), self._now())
        if token is None:
            self._guesses.count(client)
            raise unauthorized("bad-token", "this token is unknown, expired or revoked")
        if self._close_own(request):
            self._ended()
        request[TOKEN_NAME] = token.name
        id, expires = self._gate.sessions.open(token, now)
        await self._save()
        cookie = session_cookie(request, id, age_seconds(expires, now), secure=scheme_of(request) == "https")
        return json_response(SignedIn(token.scope, rfc3339(expires.timestamp())), headers={"Set-Cookie": cookie})

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """Ends the session of the cookie, if any, and takes the cookie back."""
        refuse_foreign(request)
        if self._close_own(request):
            self._ended()
            await self._save()
        cookie = session_cookie(request, "", 0, secure=scheme_of(request) == "https")
        headers = {"Set-Cookie": cookie, "Cache-Control": "no-store"}
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)

    async def ticket(self, request: web.Request) -> web.StreamResponse:
        token = request[GRANT].token
        if token is None:  # everything is open: nobody was asked for one
            raise ApiError(HTTPStatus.CONFLICT, "no-token", "a ticket stands for a token, and none is in use here")
        try:
            text = self._gate.tickets.issue(token)
        except TicketsFullError:
            message = "too many tickets wait to be used"
            retry_after = {"Retry-After": str(math.ceil(TICKET_SECONDS))}
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "full", message, headers=retry_after) from None
        return json_response(TicketAnswer(text, rfc3339(self._now().timestamp() + TICKET_SECONDS)))

    def _close_own(self, request: web.Request) -> bool:
        found = self._gate.sessions.find(session_ids(request), self._now())
        if found is None:
            return False
        request[TOKEN_NAME] = found[1].name
        return self._gate.sessions.close(found[0].sha256)

    async def _save(self) -> None:
        """A disk that fails keeps nobody out: the session holds until the next start then."""
        try:
            await self._keep(self._gate.sessions.encode())
        except TimeoutError:
            log.warning("sessions are not kept over a restart", reason="the disk has not answered")
        except OSError as error:
            log.warning("sessions are not kept over a restart", reason=error.strerror)


def refuse_foreign(request: web.Request) -> None:
    """Raises ApiError for a request that a page of another origin may have made."""
    if not is_same_origin(request):
        raise ApiError(HTTPStatus.FORBIDDEN, "foreign-origin", FOREIGN)


async def _token_in(request: web.Request) -> str:
    # A form of another site could send any other type without being asked (CSRF); this one needs a preflight.
    if request.content_type != "application/json":
        raise ApiError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "json-needed", WRONG_BODY)
    try:
        return msgspec.json.decode(await request.read(), type=Credentials).token
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ApiError(HTTPStatus.BAD_REQUEST, "bad-body", WRONG_BODY) from None
