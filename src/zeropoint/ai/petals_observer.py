"""Observes a Petals swarm from within its DHT, and tells what it sees in lines of JSON on standard output.

    python -I petals_observer.py MULTIADDRESS...

A program of its own: it is run by an interpreter that has hivemind, and imports nothing of Zeropoint. It joins as a
client, so nobody depends on it and it stores nothing. It ends, and takes hivemind's daemon p2pd along, when its
standard input closes, which the end of whoever started it does in all cases.

Lines: {"problem": TEXT}, after which it ends, and {"models": [{"prefix", "blocks", "repository", "servers": [{"peer",
"state", "throughput", "start_block", "end_block", "name", "addresses", ...}]}], "left_out": COUNT}. Records are those
of petals/data_structures.py; their texts are other people's, and so are all numbers in them.
"""

# What is not in the standard library is imported where it is needed, so that its absence can be told.
# ruff: noqa: PLC0415
from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

PERIOD_SECONDS = 3.0
# A query of a large swarm takes at most this share of the time.
DUTY, LONGEST_WAIT_SECONDS = 5, 15.0
JOIN_SECONDS = 60.0
QUERY_SECONDS = 30.0
MOST_MODELS, MOST_BLOCKS, MOST_SERVERS, MOST_ADDRESSES, MOST_PINGS = 16, 256, 256, 8, 16
LONGEST_TEXT, MOST_COUNTED = 200, 100_000
# hivemind and torch take 290 MB, and libraries for GPUs reserve far more than they use.
MEMORY_LIMIT_BYTES = 4 * 1024 * 1024 * 1024
STATES: dict[int | None, str] = {0: "OFFLINE", 1: "JOINING", 2: "ONLINE"}
RANKS = ("OFFLINE", "JOINING", "ONLINE")
NUMBERS = {
    "inference_rps": "inference_per_second",
    "forward_rps": "forward_per_second",
    "network_rps": "network_per_second",
    "cache_tokens_left": "cache_tokens_left",
}


class ProblemError(Exception):
    """Why the swarm cannot be observed, for people."""


def text(value: object) -> str | None:
    return value[:LONGEST_TEXT] if isinstance(value, str) else None


def number(value: object) -> float | None:
    """A finite number that is not negative, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if 0 <= value < 1e300 else None


def count(value: object) -> int | None:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COUNTED
    return cast(int, value) if good else None


def live(entries: Any, now: float) -> list[tuple[Any, Any]]:
    """(key, value) of the entries of a DHT's dictionary that have not expired."""
    found = entries.value if entries is not None else None
    if not isinstance(found, dict):
        return []
    # What is no entry of the DHT's was stored as a value of its own.
    return [(key, entry.value) for key, entry in found.items() if getattr(entry, "expiration_time", 0) > now]


def models_of(entries: Any, now: float) -> list[tuple[str, int, str | None]]:
    """[(prefix, number of blocks, repository)] of the record `_petals.models`."""
    models = []
    for prefix, value in live(entries, now):
        blocks = count(value.get("num_blocks")) if isinstance(value, dict) else None
        if isinstance(prefix, str) and blocks:
            models.append((prefix[:LONGEST_TEXT], blocks, text(value.get("repository"))))
    return models


def server_of(peer: object, record: Any) -> dict[str, Any] | None:
    """One server out of its record (state, throughput, more); None for what is no record."""
    if not isinstance(peer, str) or not isinstance(record, (tuple, list)) or len(record) < 2:
        return None
    state = STATES.get(count(record[0]))
    if state is None:
        return None
    more = record[2] if len(record) > 2 and isinstance(record[2], dict) else {}
    told = more.get("next_pings")
    pings = list(told.values()) if isinstance(told, dict) else []
    start, stop = count(more.get("start_block")), count(more.get("end_block"))
    return {
        "peer": peer[:LONGEST_TEXT],
        "state": state,
        "throughput": number(record[1]),
        "name": text(more.get("public_name")),
        "next_pings": [ping for ping in map(number, pings) if ping is not None][:MOST_PINGS],
        **{name: number(more.get(key)) for key, name in NUMBERS.items()},
        "span": (start, stop) if start is not None and stop is not None and start < stop else None,
    }


def servers_of(blocks: Sequence[Any], now: float) -> list[dict[str, Any]]:
    """The servers of a model, given the entries of each of its blocks in order; the best state of each counts."""
    servers: dict[str, dict[str, Any]] = {}
    for index, entries in enumerate(blocks):
        for peer, record in live(entries, now):
            server = server_of(peer, record)
            if server is None:
                continue
            known = servers.get(server["peer"])
            seen = [] if known is None else known["seen"]
            if known is None or RANKS.index(server["state"]) > RANKS.index(known["state"]):
                servers[server["peer"]] = {**server, "seen": seen}
            seen.append(index)
    for server in servers.values():
        seen = server.pop("seen")
        # Servers of older versions do not tell their span.
        server["start_block"], server["end_block"] = server.pop("span") or (seen[0], seen[-1] + 1)
    return list(servers.values())


class Swarm:
    """A client of the DHT."""

    def __init__(self, node: Any, peers: Sequence[str]) -> None:
        self._node = node
        self._peers = peers

    @classmethod
    async def join(cls, peers: Sequence[str]) -> Swarm:
        from hivemind.dht.node import DHTNode

        node = await DHTNode.create(
            initial_peers=peers,
            client_mode=True,
            cache_nearest=0,
            no_listen=True,
            nat_port_map=False,
            auto_nat=False,
            startup_timeout=JOIN_SECONDS,
        )
        return cls(node, peers)

    async def look(self) -> dict[str, Any]:
        """What the swarm tells now, as it is written. Raises ProblemError when nobody answers."""
        from hivemind.utils import get_dht_time

        models = models_of(await self._latest("_petals.models"), get_dht_time())
        if not models:
            await self._ping()
        addresses = await self._addresses()
        told, room, left_out = [], MOST_SERVERS, max(0, len(models) - MOST_MODELS)
        for prefix, blocks, repository in sorted(models, key=lambda model: model[0])[:MOST_MODELS]:
            keys = [f"{prefix}.{index}" for index in range(min(blocks, MOST_BLOCKS))]
            found = await self._node.get_many(keys, sufficient_expiration_time=math.inf)
            servers = servers_of([found.get(key) for key in keys], get_dht_time())
            # Those that the operator named, then the best, if there are too many.
            servers.sort(key=lambda server: (not self._named(server), -(server["throughput"] or 0)))
            left_out += max(0, len(servers) - room)
            servers = servers[:room]
            room -= len(servers)
            for server in servers:
                server["addresses"] = addresses.get(server["peer"], [])
            told.append({"prefix": prefix, "blocks": blocks, "repository": repository, "servers": servers})
        return {"models": told, "left_out": left_out}

    def _named(self, server: dict[str, Any]) -> bool:
        return any(peer.endswith(server["peer"]) for peer in self._peers)

    async def _latest(self, key: str) -> Any:
        return (await self._node.get_many([key], sufficient_expiration_time=math.inf)).get(key)

    async def _ping(self) -> None:
        """Nothing found may mean that nobody is there."""
        from hivemind.p2p import PeerID

        for peer in self._peers:
            if await self._node.protocol.call_ping(PeerID.from_base58(peer.rpartition("/")[2])) is not None:
                return
        raise ProblemError("no peer of petals_peers answers any more")

    async def _addresses(self) -> dict[str, list[str]]:
        """By peer, the addresses at which this client is connected to it."""
        connected = await self._node.p2p.list_peers()
        return {
            peer.peer_id.to_base58(): [str(address)[:LONGEST_TEXT] for address in peer.addrs[:MOST_ADDRESSES]]
            for peer in connected
        }


# Folders of this process alone.
made: list[str] = []


def end() -> None:
    """Ends this process and all of its group, p2pd among them."""
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def end_with_input() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    end()


def keep_sockets_apart() -> None:
    """hivemind leaves its sockets in /tmp; those of this process are removed with their folder."""
    from hivemind.p2p import P2P

    if getattr(P2P, "_UNIX_SOCKET_PREFIX", None) == "/unix/tmp/hivemind-":
        # Not in a TMPDIR: the path of a socket may have 107 characters.
        made.append(tempfile.mkdtemp(prefix="zeropoint-petals-", dir="/tmp"))
        P2P._UNIX_SOCKET_PREFIX = f"/unix{made[0]}/hivemind-"


def alias_grad_scaler() -> None:
    """hivemind 1.1.9 asks today's torch for names that it has moved."""
    try:
        import torch.amp.grad_scaler as there
        import torch.cuda.amp.grad_scaler as here
    except ImportError:
        return
    if not hasattr(here, "_refresh_per_optimizer_state"):
        sys.modules["torch.cuda.amp.grad_scaler"] = there


async def observe(peers: Sequence[str], tell: Callable[[dict[str, Any]], None]) -> None:
    try:
        alias_grad_scaler()
        keep_sockets_apart()
        swarm = await asyncio.wait_for(Swarm.join(peers), JOIN_SECONDS)
    except ImportError as error:
        raise ProblemError(f"hivemind cannot be imported: {error}") from None
    except asyncio.TimeoutError:  # noqa: UP041 - before Python 3.11 it was another one
        raise ProblemError("the swarm could not be joined in time") from None
    while True:
        started = time.monotonic()
        try:
            tell(await asyncio.wait_for(swarm.look(), QUERY_SECONDS))
        except asyncio.TimeoutError:  # noqa: UP041
            raise ProblemError("the swarm does not answer in time") from None
        took = time.monotonic() - started
        await asyncio.sleep(min(max(PERIOD_SECONDS - took, DUTY * took), LONGEST_WAIT_SECONDS))


def limit_memory() -> None:
    """What peers send is decoded by libraries, here and in p2pd, which inherits the limit."""
    import resource

    with contextlib.suppress(OSError, ValueError):  # a lower one that holds already
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))


def main(peers: Sequence[str]) -> None:
    if os.getpgrp() != os.getpid():
        os.setsid()
    os.nice(5)
    limit_memory()
    threading.Thread(target=end_with_input, daemon=True).start()
    # What libraries print must not get among the lines.
    lines = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)

    def tell(message: dict[str, Any]) -> None:
        print(json.dumps(message, allow_nan=False), file=lines, flush=True)

    try:
        asyncio.run(observe(peers, tell))
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        reason = str(error) if isinstance(error, ProblemError) else f"{type(error).__name__}: {error}"
        tell({"problem": reason[:LONGEST_TEXT]})
    end()


if __name__ == "__main__":
    main(sys.argv[1:])
