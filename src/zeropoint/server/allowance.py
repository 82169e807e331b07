"""How often each client may ask: a bucket of tokens for each, in two tables of bounded size."""

import time
from collections.abc import Callable

MOST_CLIENTS = 65_536


class Allowance:
    """So many requests a second for each client, and a burst of so many at once.

    A bucket is kept as the one moment when it will be full again (the generic cell rate algorithm of ATM's
    traffic control). A client that has not asked until then is as good as new: so the tables are swapped each time that
    an empty bucket takes to fill, and what was not asked for since the last time but one is forgotten. A table that is
    full is swapped sooner: the memory is bounded whoever asks, and only a crowd of that size is forgiven something.
    """

    def __init__(
        self,
        per_second: float,
        burst: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        most_clients: int = MOST_CLIENTS,
    ) -> None:
        """`per_second` 0 is no limit."""
        self._interval = 1 / per_second if per_second else 0.0
        self._fill_seconds = self._interval * burst
        self._clock = clock
        self._most = most_clients // 2
        self._young: dict[str, float] = {}
        self._old: dict[str, float] = {}
        self._swap_at = 0.0

    def wait(self, client: str) -> float:
        """Takes a token of the client's; 0, or the seconds until there will be one."""
        if not self._interval:
            return 0.0
        now = self._clock()
        if now >= self._swap_at or len(self._young) >= self._most:
            self._old = self._young if now < self._swap_at + self._fill_seconds else {}
            self._young, self._swap_at = {}, now + self._fill_seconds
        full_at = self._young.get(client) or self._old.get(client, now)
        after = (full_at if full_at > now else now) + self._interval
        missing = after - now - self._fill_seconds
        if missing > 1e-9:  # what sums of fractions are off by
            return missing
        self._young[client] = after
        return 0.0

    def charge(self, client: str, tokens: float) -> None:
        """Takes further tokens, at most a burst of them, also such as are not there yet: what a request costs is known
        only once it was let in."""
        now = self._clock()
        full_at = self._young.get(client) or self._old.get(client, now)
        if self._interval and (client in self._young or len(self._young) < self._most):
            self._young[client] = max(full_at, now) + min(tokens * self._interval, self._fill_seconds)

    def statistics(self) -> dict[str, int]:
        return {"clients": len(self._young) + len(self._old)}
