"""The notices of one target: one after the other, in their order, on a thread of its own. Nobody waits for it."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog
from msgspec import Struct

from zeropoint.alerts.channel import Target
from zeropoint.alerts.notice_facts import NoticeFacts
from zeropoint.alerts.program import Program
from zeropoint.alerts.sending import LIMIT_SECONDS, SendingError, send
from zeropoint.model import Notice, NoticeStatus

log = structlog.get_logger()
CAPACITY = 64
# Seen by people when it goes on: one try that fails is repaired by the next.
TROUBLED_TRIES = 3


class Patience(Struct, frozen=True):
    """The time of one try, how many there are, and the waits between them, which double."""

    limit_seconds: float = LIMIT_SECONDS
    tries: int = 8
    wait_seconds: float = 5.0
    longest_wait_seconds: float = 300.0


class Line:
    """`tell` gets what became of an event's notice, on this thread; `slot` is held while one is being sent, so that few
    programs run at a time."""

    def __init__(
        self,
        target: Target,
        tell: Callable[[int, Notice], None],
        slot: AbstractContextManager[object],
        patience: Patience | None = None,
    ) -> None:
        self.target = target
        self.delivered_total = self.failed_total = self.dropped_total = 0
        self.trouble: str | None = None
        self._tell = tell
        self._slot = slot
        self._patience = patience or Patience()
        self._program = Program()
        self._changed = threading.Condition()
        self._facts: deque[NoticeFacts] = deque()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        return len(self._facts)

    def notice(self, status: NoticeStatus, attempts: int = 0, reason: str | None = None) -> Notice:
        return Notice(
            channel=self.target.channel,
            target=self.target.kind,
            status=status,
            attempts=attempts,
            reason=reason,
        )

    def put(self, facts: NoticeFacts) -> None:
        """Never waits. The oldest goes when it is full: what is newest says most of how things are."""
        dropped = None
        with self._changed:
            if self._thread is None:
                name = f"notices {self.target.channel}"
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()
            if len(self._facts) >= CAPACITY:
                # The first one may be in the air: it stays.
                dropped = self._facts[1]
                del self._facts[1]
                self.dropped_total += 1
            self._facts.append(facts)
            self._changed.notify()
        if dropped is not None:
            self._tell(dropped.id, self.notice("dropped", reason=f"{CAPACITY} others were waiting"))

    def close(self) -> None:
        """Ends it and what it runs. What waits stays as it was told last."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._program.close()

    def join(self, timeout_seconds: float) -> None:
        if self._thread is not None:
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._facts or self._closed)
                if self._closed:
                    return
                facts = self._facts[0]
            if not self._deliver(facts):
                return
            with self._changed:
                self._facts.popleft()

    def _deliver(self, facts: NoticeFacts) -> bool:
        """Tries it until it is delivered or given up. Whether it was either; not where the end came before."""
        wait_seconds = self._patience.wait_seconds
        for attempt in range(1, self._patience.tries + 1):
            try:
                with self._slot:
                    send(self.target, facts, self._program, self._patience.limit_seconds)
            except SendingError as error:
                reason = str(error)
            else:
                self.delivered_total += 1
                self.trouble = None
                self._tell(facts.id, self.notice("delivered", attempt))
                return True
            if self._closed:
                return False
            is_last = attempt == self._patience.tries
            if is_last or attempt >= TROUBLED_TRIES:
                self.trouble = f"{self.target.channel} ({self.target.kind}): {reason}"
            log.warning("notice not delivered", channel=self.target.channel, target=self.target.kind, attempt=attempt,
                        reason=reason, given_up=is_last)  # fmt: skip
            if is_last:
                self.failed_total += 1
            self._tell(facts.id, self.notice("failed" if is_last else "waiting", attempt, reason))
            if not is_last and self._wait(wait_seconds):
                return False
            wait_seconds = min(2 * wait_seconds, self._patience.longest_wait_seconds)
        return True

    def _wait(self, seconds: float) -> bool:
        """Whether the end came meanwhile."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, seconds)
