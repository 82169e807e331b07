"""What goes to the bus: samples with whose they are, what is missing before them, and by what the bus knows them."""

from importlib import metadata

import msgspec
from msgspec import Struct

from zeropoint.feed.frames import Frame
from zeropoint.feed.ring import Replay
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.names import CONTRACT, GAPS, MESSAGE_ID, VERSION, message_id
from zeropoint.model import CONTRACT_VERSION, Gap

# How many samples wait for their acknowledgements at a time, and how many bytes they may have.
WINDOW_SAMPLES = 64
WINDOW_BYTES = 4 * 1024 * 1024


class Outgoing(Struct, frozen=True):
    """One message. `lost` samples are missing before it that no window before has counted."""

    id: str
    payload: bytes
    headers: dict[str, str]
    lost: int


class Window(Struct, frozen=True):
    """Messages that are sent together, up to the sample `last_id`. `passed_over` is what was larger than the bus takes
    after the last of them, which the next message tells of; `lost` of those are new, the last one of `passed_bytes`."""

    messages: list[Outgoing]
    last_id: str
    passed_over: Gap | None
    lost: int = 0
    passed_bytes: int | None = None


def window_of(replay: Replay, machine: Machine, largest_bytes: int, passed_over: Gap | None = None) -> Window:
    """The first samples of `replay`, which has some."""
    messages: list[Outgoing] = []
    gaps = [replay.gap] if replay.gap is not None else []
    counted = (passed_over.lost or 0) if passed_over is not None else 0
    passed_bytes: int | None = None
    size, last_id = 0, replay.gap.since if replay.gap is not None else None
    for frame in replay.frames[:WINDOW_SAMPLES]:
        gaps += [frame.gap] if frame.gap is not None else []
        payload = with_machine(frame.payload, machine)
        if len(payload) > largest_bytes:
            passed_over, passed_bytes = _one_more(passed_over, last_id), len(payload)
        else:
            if passed_over is not None:
                gaps.append(msgspec.structs.replace(passed_over, until=frame.id))
            messages.append(Outgoing(frame.id, payload, _headers(machine, frame, gaps), _lost(gaps) - counted))
            gaps, passed_over, passed_bytes, size, counted = [], None, None, size + len(payload), 0
        last_id = frame.id
        if size >= WINDOW_BYTES:
            break
    new = 0 if passed_over is None else (passed_over.lost or 0) - counted
    return Window(messages, last_id or "", passed_over, new, passed_bytes)


def with_machine(payload: bytes, machine: Machine) -> bytes:
    """The JSON of a sample with whose it is as its first member; all else stays as it was encoded."""
    return b'{"host":%b,%b' % (msgspec.json.encode(machine), payload[1:])


def _one_more(passed_over: Gap | None, since: str | None) -> Gap:
    if passed_over is None:
        return Gap(since=since, lost=1, reason="beyond-replay")
    return msgspec.structs.replace(passed_over, lost=(passed_over.lost or 0) + 1)


def _headers(machine: Machine, frame: Frame, gaps: list[Gap]) -> dict[str, str]:
    headers = {
        MESSAGE_ID: message_id(machine.id, frame.id),
        VERSION: metadata.version("zeropoint"),
        CONTRACT: str(CONTRACT_VERSION),
    }
    return {**headers, GAPS: msgspec.json.encode(gaps).decode()} if gaps else headers


def _lost(gaps: list[Gap]) -> int:
    """Samples that the bus will not get; ticks that were missed were never samples."""
    return sum(gap.lost or 0 for gap in gaps if gap.reason != "missed-ticks")
