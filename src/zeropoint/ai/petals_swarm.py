"""What the observer tells of the swarm, and which of it is this machine's. Texts and numbers are other people's."""

import re
from collections.abc import Collection
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, structs

from zeropoint.probe import Absent

# As petals_observer.py cuts them.
Words = Annotated[str, Meta(max_length=200)]
Number = Annotated[float, Meta(ge=0)]
Index = Annotated[int, Meta(ge=0, le=100_000)]
Tokens = Annotated[float, Meta(ge=0, le=2**53)]
State = Literal["ONLINE", "JOINING", "OFFLINE"]

TCP_ADDRESS = re.compile(r"/ip[46]/([0-9a-fA-F.:]+)/tcp/(\d{1,5})(/p2p/[^/]*)?")


class Server(Struct, frozen=True):
    peer: Words
    state: State
    throughput: Number | None
    start_block: Index
    end_block: Index
    name: Words | None = None
    inference_per_second: Number | None = None
    forward_per_second: Number | None = None
    network_per_second: Number | None = None
    cache_tokens_left: Tokens | None = None
    next_pings: Annotated[list[Number], Meta(max_length=64)] = []
    addresses: Annotated[list[Words], Meta(max_length=64)] = []


class Model(Struct, frozen=True):
    prefix: Words
    blocks: Index
    repository: Words | None
    servers: Annotated[list[Server], Meta(max_length=1024)]

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called on disk, the surest first: ORG/NAME, NAME, its prefix in the DHT, and that without
        what petals/models/llama/config.py adds."""
        parts = [part for part in (self.repository or "").split("/") if part not in ("", ".", "..")]
        names = ("/".join(parts[-2:]), *parts[-1:], self.prefix, self.prefix.removesuffix("-hf"))
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def present(self) -> list[Server]:
        return [server for server in self.servers if server.state != "OFFLINE"]


class Message(Struct, frozen=True):
    """One line of the observer: what it sees, or why it sees nothing."""

    models: Annotated[list[Model], Meta(max_length=64)] = []
    left_out: Index = 0
    problem: Words | None = None


class NotUnderstoodError(Exception):
    """A line that is no message."""


decoder = msgspec.json.Decoder(Message)


def parse_message(line: bytes) -> Message:
    """Raises NotUnderstoodError."""
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstoodError from error


class Here(Struct, frozen=True):
    """Where this machine's servers listen: (address, port). `live` is of those that live; `shortfall` says why it is
    not known."""

    live: frozenset[tuple[str, int]] = frozenset()
    orphaned: frozenset[tuple[str, int]] = frozenset()
    shortfall: str | None = None

    @property
    def ports(self) -> set[int]:
        return {port for _, port in self.live | self.orphaned}


def endpoints(server: Server) -> set[tuple[str, int]]:
    """The addresses at which the observer is connected to it, without those by way of a relay."""
    matches = [TCP_ADDRESS.fullmatch(address) for address in server.addresses]
    return {(match[1], int(match[2])) for match in matches if match}


def is_here(server: Server, here: Here) -> bool | Absent:
    """Whether it is one of this machine, by where it is connected to."""
    if here.shortfall is not None:
        return Absent(here.shortfall)
    if not here.ports:
        return False
    at = endpoints(server)
    if at & (here.live | here.orphaned):
        return True
    if not at:
        return Absent("the observer has no direct connection to it")
    if any(port in here.ports for _, port in at):
        return Absent("its port is one of this machine's, its address is not; a router may stand between")
    return False


def known_here(model: Model, here: Here) -> Model:
    """The model, with servers of this machine whose process has gone as OFFLINE, which their records will not tell
    before they expire."""
    gone = here.orphaned - here.live
    servers = [structs.replace(one, state="OFFLINE") if endpoints(one) & gone else one for one in model.servers]
    return structs.replace(model, servers=servers)


def live_here(model: Model, here: Here) -> list[Server]:
    """Its servers that are this machine's and live."""
    return [server for server in model.servers if endpoints(server) & here.live]


def chosen(models: Collection[Model], here: Here) -> Model | None:
    """The model that is told: the one that this machine serves, else the one with the most servers."""
    return max(models, key=lambda model: (len(live_here(model, here)), len(model.present), model.prefix), default=None)


class Sessions:
    """Notices by the room in attention caches that a session holds some of it."""

    def __init__(self) -> None:
        self._room: dict[str, float] = {}

    def in_use(self, servers: Collection[Server]) -> bool:
        """Whether one of these has less room than it was seen to have; the most that it had is its whole cache."""
        told = {server.peer: server.cache_tokens_left for server in servers if server.cache_tokens_left is not None}
        self._room = {peer: max(left, self._room.get(peer, 0.0)) for peer, left in told.items()}
        return any(left < self._room[peer] for peer, left in told.items())
