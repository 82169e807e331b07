"""The rows of blocks and servers, out of what the observer tells. Pure."""

from collections.abc import Collection, Iterable

from zeropoint.ai.petals_report import MOST_BLOCKS, MOST_SERVERS, PetalsBlock, PetalsServer
from zeropoint.ai.petals_swarm import Here, Model, Server, State, is_here, live_here
from zeropoint.probe import Absent, Missing
from zeropoint.texts import clean

PEER_CHARACTERS = 8
BEST: tuple[State, ...] = ("ONLINE", "JOINING", "OFFLINE")
NOT_ANNOUNCED = "it does not announce it"


def best(states: Iterable[State]) -> State:
    return min(states, key=BEST.index, default="OFFLINE")


def held_by(servers: Collection[Server], count: int) -> list[list[Server]]:
    """For each of the first `count` blocks the servers that announce it."""
    holding: list[list[Server]] = [[] for _ in range(count)]
    for server in servers:
        for index in range(server.start_block, min(server.end_block, count)):
            holding[index].append(server)
    return holding


def served(servers: Collection[Server], count: int) -> set[int]:
    """The blocks that these servers announce and are ONLINE for: one that is JOINING answers nobody yet."""
    online = [server for server in servers if server.state == "ONLINE"]
    return {index for index, holding in enumerate(held_by(online, count)) if holding}


def block_rows(model: Model, on_disk: Collection[int] | Absent, here: Here, missing: Missing) -> list[PetalsBlock]:
    count = min(model.blocks, MOST_BLOCKS)
    own = Absent(here.shortfall) if here.shortfall is not None else served(live_here(model, here), count)
    rows = []
    for index, holding in enumerate(held_by(model.servers, count)):
        at = f"blocks[{index}]"
        rows.append(
            PetalsBlock(
                index=str(index),
                on_disk=missing.take(f"{at}.on_disk", contains(on_disk, index)),
                served_here=missing.take(f"{at}.served_here", contains(own, index)),
                servers_count=sum(server.state != "OFFLINE" for server in holding),
                state=best(server.state for server in holding),
            )
        )
    return rows


def contains(indices: Collection[int] | Absent, index: int) -> bool | Absent:
    return indices if isinstance(indices, Absent) else index in indices


def server_rows(model: Model, here: Here, missing: Missing) -> list[PetalsServer]:
    """This machine's first, then the best. A row's key is unique: of two peers with the same end one is left out."""
    placed = [(server, is_here(server, here)) for server in model.servers]
    placed.sort(key=lambda one: (one[1] is not True, BEST.index(one[0].state), -(one[0].throughput or 0), one[0].peer))
    rows: dict[str, PetalsServer] = {}
    for server, place in placed:
        peer = clean(server.peer[-PEER_CHARACTERS:])
        if peer not in rows and len(rows) < MOST_SERVERS:
            rows[peer] = server_row(server, peer, place, f"servers[{len(rows)}]", missing)
    return list(rows.values())


def server_row(server: Server, peer: str, place: bool | Absent, at: str, missing: Missing) -> PetalsServer:
    def take(name: str, value: float | None) -> float | None:
        return missing.take(f"{at}.{name}", Absent(NOT_ANNOUNCED) if value is None else value)

    return PetalsServer(
        peer=peer,
        name=missing.take(f"{at}.name", clean(server.name) if server.name else Absent("it gives itself none")),
        here=missing.take(f"{at}.here", place),
        state=server.state,
        start_block=server.start_block,
        end_block=server.end_block,
        throughput=take("throughput", server.throughput),
        inference_per_second=take("inference_per_second", server.inference_per_second),
        forward_per_second=take("forward_per_second", server.forward_per_second),
        network_per_second=take("network_per_second", server.network_per_second),
        cache_tokens_left=missing.take(f"{at}.cache_tokens_left", whole(server.cache_tokens_left)),
        next_ping_seconds=missing.take(
            f"{at}.next_ping_seconds", min(server.next_pings, default=Absent("it announces no ping to a next server"))
        ),
    )


def whole(value: float | None) -> int | Absent:
    return Absent(NOT_ANNOUNCED) if value is None else int(value)


def smallest(values: Iterable[float | None]) -> float | Absent:
    """Of what several servers of this machine announce: a chain is as fast, and has as much room, as its smallest."""
    return min((value for value in values if value is not None), default=Absent(NOT_ANNOUNCED))
