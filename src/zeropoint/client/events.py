"""What a client tells its reader.

A Sample is not decoded into `zeropoint.model.Sample`: that one has the fields of this version alone, would lose the
own fields of AI components, and would refuse a sample of which only some sections were asked for, or one of a newer
appliance with a status that is not known here.
"""

import re
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from zeropoint.model import Hello

__all__ = ["Bye", "Event", "Gap", "Hello", "Record", "Sample", "StateChanged", "StateName"]


class Record(dict[str, Any]):
    """A JSON object whose keys are attributes too. Keys that are no names ("llama.cpp") are had by index alone."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no {name!r} here, but {', '.join(self) or 'nothing'}", name=name, obj=self) from None


class Sample(Record):
    """One sample, with all that was sent: `sample.system.cpu.usage_percent`. What could not be read is None."""

    __slots__ = ()

    id: str
    timestamp: str
    interval_seconds: float

    def why(self, path: str) -> str | None:
        """The reason for which the value at `path`, as in "system.gpus[0].power_watts", is None, where there is one."""
        rows = [row for row in self.get("unavailable") or [] if _reach(row.path, path) > 0]
        nearest = max(rows, key=lambda row: (_reach(row.path, path), "[*]" not in row.path), default=None)
        return None if nearest is None else nearest.reason


def _reach(row: str, path: str) -> int:
    """How much of `path` a row of `unavailable` names, 0 where it speaks of another value; [*] is any row of a list."""
    pattern = re.escape(row).replace(re.escape("[*]"), r"\[[0-9]+\]")
    named = re.match(pattern + r"(?=[.\[]|$)", path)
    return named.end() if named else 0


class Gap(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """Samples that will not come, told where they are missing.

    `since` is the last id before the hole, `until` the first one after it, `lost` their number; None where that cannot
    be known. `reason` is one of the contract's, or `slow-consumer`: the reader of this client left too many waiting.
    """

    reason: str
    since: str | None = None
    until: str | None = None
    lost: int | None = None


class Bye(Struct, frozen=True):
    """The appliance ends the stream itself."""

    reason: str


StateName = Literal["idle", "connecting", "live", "polling", "reconnecting", "signed-out", "stopped", "closed"]


class StateChanged(Struct, frozen=True):
    """What the connection is doing now.

    - `idle`: nothing was asked for yet.             - `connecting`: the first attempt is under way.
    - `live`: samples arrive over a stream.          - `polling`: samples arrive, but no stream gets through.
    - `reconnecting`: nothing arrives; `retry_at` says when the next attempt is due, None while one is under way.
    - `signed-out`: the token is missing, wrong or not enough.  - `stopped`: the server said not to come back.
    - `closed`: `close()` was called; no event tells it.
    """

    name: StateName
    reason: str | None = None
    """A sentence for people: why the state is not `live`."""
    retry_at: datetime | None = None


Event = Sample | Gap | Hello | Bye | StateChanged
