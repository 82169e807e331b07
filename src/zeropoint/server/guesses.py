"""How often one client may give a wrong token to the sign-in."""

import time
from collections.abc import Callable

WRONG_TOKENS = 10
WINDOW_SECONDS = 60.0
MAX_CLIENTS = 4096


class Guesses:
    """Wrong tokens by client: after WRONG_TOKENS of them within WINDOW_SECONDS it has to wait for the end of that.

    A token is 256 random bits, so this keeps noise and cost down, not the door shut. At most MAX_CLIENTS are known:
    the one whose time began first is forgotten for another.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # Count and end of the window, in the order in which these end.
        self._known: dict[str, tuple[int, float]] = {}

    def wait_seconds(self, client: str) -> float:
        """How long a client has to wait before its next token is looked at."""
        count, end = self._known.get(client, (0, 0.0))
        return max(0.0, end - self._clock()) if count >= WRONG_TOKENS else 0.0

    def count(self, client: str) -> None:
        """Counts a wrong token of a client."""
        now = self._clock()
        while self._known and next(iter(self._known.values()))[1] <= now:
            del self._known[next(iter(self._known))]
        if client not in self._known and len(self._known) >= MAX_CLIENTS:
            del self._known[next(iter(self._known))]
        count, end = self._known.get(client, (0, now + WINDOW_SECONDS))
        self._known[client] = (count + 1, end)

    def statistics(self) -> dict[str, int]:
        return {"clients": len(self._known), "limit": MAX_CLIENTS}
