"""The state of a connection, told when it changes and only then."""

from collections.abc import Callable
from datetime import UTC, datetime

from zeropoint.client.events import StateChanged, StateName


class Status:
    def __init__(self, tell: Callable[[StateChanged], None]) -> None:
        self._tell = tell
        self.now = StateChanged("idle")

    def set(self, name: StateName, reason: str | None = None, retry_at_epoch_seconds: float | None = None) -> None:
        retry_at = None if retry_at_epoch_seconds is None else datetime.fromtimestamp(retry_at_epoch_seconds, UTC)
        state = StateChanged(name, reason, retry_at)
        if state != self.now:
            self.now = state
            self._tell(state)
