"""Hours in which notices are held back, by the clock on the wall of a time zone."""

import re
from collections.abc import Sequence
from datetime import datetime, time, tzinfo
from zoneinfo import ZoneInfo

from msgspec import Struct

WRITTEN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
ALLOWED = 'a list of spans by the clock, as in ["22:00-07:00"]; one that begins when it ends is none'


Span = tuple[time, time]


class Quiet(Struct, frozen=True):
    """`spans` are from a time of the day up to another, over midnight where the second is earlier. `zone` is the name
    of their time zone; None is the machine's own."""

    spans: tuple[Span, ...] = ()
    zone: str | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether an aware moment lies in one of the spans. The local time decides, so summer time needs no thought."""
        if not self.spans:
            return False
        local = moment.astimezone(_zone(self.zone)).time()
        return any(
            begins <= local < ends if begins < ends else local >= begins or local < ends for begins, ends in self.spans
        )

    def written(self) -> list[str]:
        return [f"{begins:%H:%M}-{ends:%H:%M}" for begins, ends in self.spans]


def parse_spans(value: object) -> tuple[Span, ...] | None:
    """None for what is no list of spans."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    spans = [_span(text) for text in value]
    found = tuple(span for span in spans if span is not None)
    return found if len(found) == len(spans) else None


def is_zone(name: object) -> bool:
    """Whether this system knows a time zone by that name."""
    if not isinstance(name, str) or not name:
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder; a path that leads out; ZoneInfoNotFoundError
        return False
    return True


def _span(text: object) -> Span | None:
    matched = WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if matched is None:
        return None
    begins, ends = time(int(matched[1]), int(matched[2])), time(int(matched[3]), int(matched[4]))
    return None if begins == ends else (begins, ends)


def _zone(name: str | None) -> tzinfo | None:
    """None makes astimezone() take the machine's own, as it is at that moment."""
    return None if name is None else ZoneInfo(name)
