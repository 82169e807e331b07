"""Who may read what: tokens, scopes and public sections.

While no token was ever made (and only loopback is listened on) everything is open. From the first token on, a request
needs one, but for what is open to everybody: the routes of scope `open`, and the sections that are public. A token
comes in the Authorization header; for a GET, also by a ticket or by the cookie of a session.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from msgspec import Struct

from zeropoint.feed.view import View
from zeropoint.server.cookies import session_ids
from zeropoint.server.errors import ApiError
from zeropoint.server.same_origin import is_same_origin
from zeropoint.server.sessions import Sessions
from zeropoint.server.tickets import Tickets
from zeropoint.server.tokens import SCOPES, Scope, Token, TokenRegister

READING = ("GET", "HEAD")
# `sections`: the handler asks the gate itself, since what is read depends on the query.
Need = Scope | Literal["open", "sections"]
SCHEME = "bearer "


class Grant(Struct, frozen=True):
    """What a request came with: a token that holds, or none; and the hash of the session that it came by, if any."""

    token: Token | None = None
    session: str | None = None

    def reaches(self, scope: Scope) -> bool:
        return self.token is not None and SCOPES.index(self.token.scope) >= SCOPES.index(scope)


GRANT = web.RequestKey("grant", Grant)


class Gate:
    """Decides. `public` are the sections that anybody may read; a view of none is nothing here. `closed`: it needs
    tokens even before one was made."""

    def __init__(
        self,
        register: TokenRegister,
        public: View,
        closed: bool,
        now: Callable[[], datetime],
        sessions: Sessions | None = None,
    ) -> None:
        self.register = register
        self.sessions = sessions or Sessions(register)
        self.tickets = Tickets()
        self.public = public
        self._closed = closed
        self._now = now

    @property
    def guarded(self) -> bool:
        return self._closed or self.register.exists

    def grant(self, request: web.Request) -> Grant | None:
        """What the request gives; None when that is a token or a ticket which is not valid."""
        if not self.guarded:
            return Grant()
        if given := request.headers.getall("Authorization", []):
            return self._by_header(given)
        if request.method not in READING:
            return Grant()  # neither a ticket nor a cookie may change anything
        if given := request.query.getall("ticket", []):
            return self._by_ticket(given)
        return self._by_cookie(request)

    def _by_header(self, given: list[str]) -> Grant | None:
        if len(given) != 1 or given[0][: len(SCHEME)].lower() != SCHEME:
            return None
        token = self.register.find(given[0][len(SCHEME) :].strip(), self._now())
        return None if token is None else Grant(token)

    def _by_ticket(self, given: list[str]) -> Grant | None:
        token = self.tickets.use(given[0]) if len(given) == 1 else None
        return Grant(token) if token is not None and self.register.holds(token, self._now()) else None

    def _by_cookie(self, request: web.Request) -> Grant:
        """A cookie that says nothing counts as none: a browser sends an old one by itself."""
        ids = session_ids(request)
        found = self.sessions.find(ids, self._now()) if ids and is_same_origin(request) else None
        return Grant() if found is None else Grant(found[1], found[0].sha256)

    def require(self, grant: Grant, scope: Scope) -> None:
        """Raises ApiError 401 without a token, 403 with one that does not reach so far."""
        if not self.guarded or grant.reaches(scope):
            return
        if grant.token is None:
            raise unauthorized("token-needed", "a token is needed: Authorization: Bearer TOKEN")
        message = f"a token of scope {scope} is needed; this one has {grant.token.scope}"
        raise ApiError(HTTPStatus.FORBIDDEN, "scope-too-narrow", message)

    def readable(self, grant: Grant, view: View) -> View:
        """As `require`, for samples: the view as this reader gets it. Public sections need no token, all else the scope
        `read`."""
        if not self.guarded or grant.reaches("read"):
            return view
        if not self.public.covers(view):
            self.require(grant, "read")
        return view.as_public()

    def require_series(self, grant: Grant, names: Sequence[str]) -> None:
        """As `readable`, for series: a name in which `*` stands is public when all that it can mean is."""
        prefixes = [name.partition("*")[0] for name in names]
        if not (prefixes and self.public.sections and all(self.public.holds(prefix) for prefix in prefixes)):
            self.require(grant, "read")

    def still_holds(self, grant: Grant, view: View) -> bool:
        """Whether a stream that was let in may go on: tokens and sessions are made, revoked and end meanwhile."""
        if not self.guarded or view.public:
            return True
        if grant.session is not None and not self.sessions.holds(grant.session, self._now()):
            return False
        return grant.token is not None and self.register.holds(grant.token, self._now())

    def sees(self, request: web.Request, scope: Scope) -> bool:
        """Whether the request may see what this scope shows; for answers that everybody gets in part."""
        return not self.guarded or request[GRANT].reaches(scope)


def access_guard(gate: Gate, needs: Callable[[web.Request], Need]) -> Middleware:
    """Middleware that lets a request through when its route's need is met; `needs` finds it by the resolved route."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        need, grant = needs(request), gate.grant(request)
        if need == "open":
            # A wrong token counts as none: a supervisor must get its answer.
            grant = grant or Grant()
        elif grant is None:
            raise unauthorized("bad-token", "this token is unknown, expired or revoked")
        elif need != "sections":
            gate.require(grant, need)
        request[GRANT] = grant
        return await handler(request)

    return guard


def unauthorized(code: str, message: str) -> ApiError:
    return ApiError(HTTPStatus.UNAUTHORIZED, code, message, headers={"WWW-Authenticate": 'Bearer realm="zeropoint"'})
