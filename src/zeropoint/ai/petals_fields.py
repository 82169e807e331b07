"""The fields of the report, out of what the observer, the machine and the cache tell. Pure.

A value is what is shown, or Absent with the reason.
"""

from typing import Any

from zeropoint.ai.petals_cache import Throughput
from zeropoint.ai.petals_machine import NO_SERVER, Machine
from zeropoint.ai.petals_rows import best, block_rows, served, server_rows, smallest, whole
from zeropoint.ai.petals_swarm import Here, Message, Model, Server, chosen, known_here, live_here
from zeropoint.probe import Absent, Missing
from zeropoint.texts import clean

Fields = dict[str, Any]

NO_MODEL = Absent("the swarm announces no model")
NOT_SEEN = Absent("the swarm does not show this machine's server: it is joining, or belongs to another swarm")
NOTED = ("cached_inference_per_second", "cached_forward_per_second", "cached_network_per_second")
RATES = ("throughput", "inference_per_second", "forward_per_second", "network_per_second")


def told_model(message: Message | Absent, here: Here) -> Model | Absent:
    if isinstance(message, Absent):
        return message
    return chosen([known_here(model, here) for model in message.models], here) or NO_MODEL


def own_servers(model: Model | Absent, machine: Machine) -> list[Server] | Absent:
    """What this machine's live servers announce. A record in the DHT outlives its server, so without one it is void."""
    if isinstance(model, Absent):
        return model
    if machine.here.shortfall is not None:
        return Absent(machine.here.shortfall)
    if not machine.servers.main:
        return NO_SERVER
    return live_here(model, machine.here) or NOT_SEEN


def of_own(own: list[Server] | Absent) -> Fields:
    """Of this machine's servers together."""
    if own is NO_SERVER:
        return {**of_own(Absent(NO_SERVER.reason)), "served_blocks": 0}
    if isinstance(own, Absent):
        return dict.fromkeys(("served_blocks", "state", *RATES, "cache_tokens_left"), own)
    tokens = smallest(server.cache_tokens_left for server in own)
    return {
        "served_blocks": len(served(own, max(server.end_block for server in own))),
        "state": best(server.state for server in own),
        **{rate: smallest(getattr(server, rate) for server in own) for rate in RATES},
        "cache_tokens_left": tokens if isinstance(tokens, Absent) else whole(tokens),
    }


def of_swarm(model: Model | Absent, on_disk: frozenset[int] | Absent, here: Here, missing: Missing) -> Fields:
    if isinstance(model, Absent):
        return dict.fromkeys(("model", "blocks_count", "peers_count", "blocks", "servers"), model)
    return {
        "model": clean(model.prefix),
        "blocks_count": model.blocks,
        "peers_count": len(model.present),
        "blocks": block_rows(model, on_disk, here, missing),
        "servers": server_rows(model, here, missing),
    }


def of_machine(machine: Machine) -> Fields:
    return {
        "server_processes_count": machine.count,
        "orphans_count": machine.orphans,
        "listening_ports": machine.ports,
        "cpu_percent": machine.cpu_percent,
        "network_bytes_sent_per_second": machine.traffic.sent,
        "network_bytes_received_per_second": machine.traffic.received,
    }


def of_noted(noted: Throughput | Absent) -> Fields:
    if isinstance(noted, Absent):
        return dict.fromkeys(NOTED, noted)
    return dict(zip(NOTED, (noted.inference_rps, noted.forward_rps, noted.network_rps), strict=True))
