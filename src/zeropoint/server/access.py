"""Who may read what: tokens, scopes and public sections.

While no token was ever made (and only loopback is listened on) everything is open. From the first token on, a request
needs one, but for what is open to everybody: the routes of scope `open`, and the sections that are public.
"""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from msgspec import Struct

from zeropoint.feed.view import View
from zeropoint.server.errors import ApiError
from zeropoint.server.tokens import SCOPES, Scope, Token, TokenRegister

READING = ("GET", "HEAD")
# `sections`: the handler asks the gate itself, since what is read depends on the query.
Need = Scope | Literal["open", "sections"]
SCHEME = "bearer "


class Grant(Struct, frozen=True):
    """What a request came with: a token that holds, or none."""

    token: Token | None = None

    def reaches(self, scope: Scope) -> bool:
        return self.token is not None and SCOPES.index(self.token.scope) >= SCOPES.index(scope)


GRANT = web.RequestKey("grant", Grant)


class Gate:
    """Decides. `public` are the sections that anybody may read; `closed`: it needs tokens even before one was made."""

    def __init__(self, register: TokenRegister, public: View, closed: bool, now: Callable[[], datetime]) -> None:
        self._register = register
        self._public = public
        self._closed = closed
        self._now = now

    @property
    def guarded(self) -> bool:
        return self._closed or self._register.exists

    def grant(self, request: web.Request) -> Grant | None:
        """What the request's Authorization header gives; None when it holds no token that is valid."""
        given = request.headers.getall("Authorization", [])
        if not given or not self.guarded:
            return Grant()
        if len(given) != 1 or given[0][: len(SCHEME)].lower() != SCHEME:
            return None
        token = self._register.find(given[0][len(SCHEME) :].strip(), self._now())
        return None if token is None else Grant(token)

    def require(self, grant: Grant, scope: Scope) -> None:
        """Raises ApiError 401 without a token, 403 with one that does not reach so far."""
        if not self.guarded or grant.reaches(scope):
            return
        if grant.token is None:
            raise unauthorized("token-needed", "a token is needed: Authorization: Bearer TOKEN")
        message = f"a token of scope {scope} is needed; this one has {grant.token.scope}"
        raise ApiError(HTTPStatus.FORBIDDEN, "scope-too-narrow", message)

    def require_view(self, grant: Grant, view: View) -> None:
        """As `require`, for samples: public sections need none, all else the scope `read`."""
        if not self._is_public(view):
            self.require(grant, "read")

    def still_holds(self, grant: Grant, view: View) -> bool:
        """Whether a stream that was let in may go on: tokens are made, revoked and expire meanwhile."""
        if not self.guarded or self._is_public(view):
            return True
        return grant.token is not None and self._register.holds(grant.token, self._now())

    def sees(self, request: web.Request, scope: Scope) -> bool:
        """Whether the request may see what this scope shows; for answers that everybody gets in part."""
        return not self.guarded or request[GRANT].reaches(scope)

    def _is_public(self, view: View) -> bool:
        return self._public.covers(view)


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
