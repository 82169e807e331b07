"""One message of the stream, as it came over the bus: nothing of it has been looked at yet."""

from datetime import datetime

from msgspec import Struct, structs
from nats.aio.msg import Msg

from zeropoint.fleet.names import EPOCH, SOURCE, STREAM
from zeropoint.history.sample_id import parse_id

# "$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.CONSUMED.TIME.PENDING"; with a domain and an account's hash before the
# stream, and a token behind, where the server has several (ADR-15).
PLAIN_TOKENS, STREAM_PLACE, DOMAIN_TOKENS = 9, 2, 2
ACK = ("$JS", "ACK")


class Message(Struct, frozen=True, gc=False):
    """`sequence` is its place in the stream, `time_ms` when the bus stored it, by the bus's clock; `pending` messages
    follow it that were stored before it was sent here."""

    sequence: int
    subject: str
    headers: dict[str, str]
    payload: bytes
    time_ms: int
    pending: int = 0

    @property
    def id(self) -> str:
        """Its id in the event stream of a hub."""
        return event_id(self.sequence)


class Place(Struct, frozen=True, gc=False):
    """Where a delivered message stands: in the stream and among what its consumer was sent."""

    sequence: int
    consumed: int
    time_ms: int
    pending: int


def event_id(sequence: int) -> str:
    return f"{EPOCH}-{sequence}"


def sequence_of(id: str) -> int | None:
    """The place in the stream that an id of an event names; None for any other text."""
    place = parse_id(id)
    return place[1] if place is not None and place[0] == EPOCH else None


def place_of(reply: str) -> Place | None:
    """The place by the subject that an acknowledgement would go to; None for any other subject."""
    tokens = reply.split(".")
    if len(tokens) < PLAIN_TOKENS or (tokens[0], tokens[1]) != ACK:
        return None
    first = STREAM_PLACE + (0 if len(tokens) == PLAIN_TOKENS else DOMAIN_TOKENS)
    try:
        _, sequence, consumed, time_ns, pending = (int(token) for token in tokens[first + 2 : first + 7])
    except ValueError:
        return None
    return Place(sequence, consumed, time_ns // 1_000_000, pending)


def delivered(message: Msg) -> tuple[Message, int] | None:
    """A message that a consumer was sent, and its number among those; None for one that is none."""
    place = place_of(message.reply)
    if place is None:
        return None
    found = Message(place.sequence, message.subject, message.headers or {}, message.data, place.time_ms, place.pending)
    return found, place.consumed


def fetched(message: Msg) -> Message | None:
    """A message that was asked for directly (ADR-31): its place stands in its headers."""
    headers = message.headers or {}
    try:
        stored = datetime.fromisoformat(headers["Nats-Time-Stamp"][:26].rstrip("Z") + "+00:00")
        sequence = int(headers["Nats-Sequence"])
        return Message(sequence, headers["Nats-Subject"], headers, message.data, round(stored.timestamp() * 1000))
    except (KeyError, ValueError):
        return None


def sourced(message: Message) -> Message | None:
    """A message out of the stream of the newest ones as it stood in the stream itself, which may have it no more; None
    for one that came from elsewhere."""
    stream, _, rest = message.headers.get(SOURCE, "").partition(" ")
    place = rest.partition(" ")[0]
    if stream.partition(":")[0] != STREAM or not (place.isascii() and place.isdecimal()):
        return None
    return structs.replace(message, sequence=int(place), pending=1)  # what the stream itself has follows
