"""Tickets: what stands for a token in a URL, once and for 30 seconds.

For scripts that cannot set headers, as EventSource on another site. A URL is kept by histories and logs; a ticket that
is found there has been used, or has run out.
"""

import secrets
import time
from collections.abc import Callable

from msgspec import Struct

from zeropoint.server.tokens import Token, digest

PREFIX = "zpt_"
TICKET_SECONDS = 30.0
MAX_TICKETS = 4096
MAX_TICKETS_OF_A_TOKEN = 64


class TicketsFullError(Exception):
    """All tickets that can wait at a time do."""


class Ticket(Struct, frozen=True):
    token: Token
    deadline: float


class Tickets:
    """Tickets that wait to be used, by the hashes of their texts; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # In the order in which they were issued, which is that in which they run out.
        self._waiting: dict[str, Ticket] = {}

    def issue(self, token: Token) -> str:
        """A ticket that stands for the token; it is nowhere else. Raises TicketsFullError.

        A token has at most MAX_TICKETS_OF_A_TOKEN at a time, its oldest makes room: one that asks without end takes
        nothing from others.
        """
        self._forget_old()
        own = [key for key, one in self._waiting.items() if one.token.sha256 == token.sha256]
        if len(own) >= MAX_TICKETS_OF_A_TOKEN:
            del self._waiting[own[0]]
        if len(self._waiting) >= MAX_TICKETS:
            raise TicketsFullError
        text = PREFIX + secrets.token_urlsafe(32)
        self._waiting[digest(text)] = Ticket(token, self._clock() + TICKET_SECONDS)
        return text

    def use(self, text: str) -> Token | None:
        """The token that a ticket stands for, the first time that it is asked; None from then on."""
        self._forget_old()
        ticket = self._waiting.pop(digest(text), None)
        return None if ticket is None else ticket.token

    def statistics(self) -> dict[str, int]:
        self._forget_old()
        return {"tickets": len(self._waiting), "limit": MAX_TICKETS}

    def _forget_old(self) -> None:
        now = self._clock()
        while self._waiting:
            oldest = next(iter(self._waiting))
            if now < self._waiting[oldest].deadline:
                return
            del self._waiting[oldest]
