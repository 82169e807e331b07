"""What comes over the bus is as hostile as whoever may publish there: a message becomes a sample, or it is refused.

What passes is shown to readers as it came, byte by byte, so it must not break the framing of the event stream, and it
is JSON. That all of it has the model's form is not looked at: readers of a hub take it as text from outside.
"""

import msgspec
from msgspec import Struct

from zeropoint.fleet.glance import Glance
from zeropoint.fleet.identity import Machine, clean_name
from zeropoint.fleet.message import Message
from zeropoint.fleet.names import CONTRACT, GAPS, VERSION, host_of
from zeropoint.fleet.stream import LARGEST_SAMPLE_BYTES
from zeropoint.history.sample_id import parse_id
from zeropoint.model import Gap
from zeropoint.texts import clean

MOST_GAPS = 8
LONGEST_GAPS_BYTES = 4096
LONGEST_VERSION = 32
# What a machine may set: seconds between samples.
SHORTEST_INTERVAL_SECONDS, LONGEST_INTERVAL_SECONDS = 0.1, 60.0


class RefusedError(Exception):
    """The message is no sample of the machine that its subject names. Its text is the reason, a line."""


class Arrival(Struct, frozen=True):
    """A sample of a machine. `gap` is what that machine told to be missing before it, by its own ids."""

    message: Message
    machine: Machine
    sample: Glance
    gap: Gap | None
    version: str | None
    contract: int | None


_glance = msgspec.json.Decoder(Glance)
_gaps = msgspec.json.Decoder(list[Gap])


def check(message: Message) -> Arrival:
    """Raises RefusedError."""
    host, payload = host_of(message.subject), message.payload
    if host is None:
        raise RefusedError("its subject names no machine")
    if len(payload) > LARGEST_SAMPLE_BYTES:
        raise RefusedError(f"it is larger than {LARGEST_SAMPLE_BYTES // 1024} KiB")
    if b"\n" in payload or b"\r" in payload or not payload.startswith(b"{"):
        raise RefusedError("it is no JSON of one line")  # what is sent on is a line of the event stream
    try:
        payload.decode()
        sample = _glance.decode(payload)
    except msgspec.ValidationError as error:
        raise RefusedError(clean(f"it is no sample: {error}")) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError("it is no JSON") from None
    if sample.host.id != host:
        raise RefusedError("it names another machine than its subject")
    if parse_id(sample.id) is None:
        raise RefusedError("its id is none")
    if not SHORTEST_INTERVAL_SECONDS <= sample.interval_seconds <= LONGEST_INTERVAL_SECONDS:
        raise RefusedError(f"its interval is not from {SHORTEST_INTERVAL_SECONDS:g} to {LONGEST_INTERVAL_SECONDS:g} s")
    machine = Machine(host, clean_name(sample.host.name))
    version = message.headers.get(VERSION)
    contract = message.headers.get(CONTRACT, "")
    return Arrival(
        message,
        machine,
        sample,
        _gap(message.headers.get(GAPS)),
        None if version is None else clean(version)[:LONGEST_VERSION],
        int(contract) if contract.isascii() and contract.isdigit() and len(contract) <= 4 else None,
    )


def _gap(told: str | None) -> Gap | None:
    """The gaps that stand before a sample as one: how many are lost in all, and the reason of the first."""
    if told is None or len(told) > LONGEST_GAPS_BYTES:
        return None
    try:
        gaps = _gaps.decode(told)[:MOST_GAPS]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not gaps:
        return None
    known = [gap.lost for gap in gaps if gap.lost is not None and gap.lost >= 0]
    return Gap(lost=sum(known) if len(known) == len(gaps) else None, reason=gaps[0].reason)
