"""What is told of Petals: this machine's blocks and servers, and the swarm that they belong to.

What the swarm tells is what its servers announce of themselves in the DHT; petals/data_structures.py has the record.
"""

from typing import Annotated

from zeropoint.model import Component, Count, Real, Section, Text, key, metric, text

MOST_BLOCKS = 256
MOST_SERVERS = 64


class PetalsBlock(Section, frozen=True, kw_only=True):
    """One block of the model, over the whole swarm."""

    index: Annotated[str, key("Number of the block, from 0", "zeropoint.petals.block")]
    on_disk: Annotated[bool | None, text("Whether all its files lie in a cache of this machine")] = None
    served_here: Annotated[bool | None, text("Whether a live server of this machine announces it as ONLINE")] = None
    servers_count: Annotated[Count, metric("Servers that announce the block, OFFLINE ones aside")] = None
    state: Annotated[Text, text("Best state that a server announces for it: ONLINE, JOINING, else OFFLINE")] = None


class PetalsServer(Section, frozen=True, kw_only=True):
    """One server of the swarm, by what it announces of itself."""

    peer: Annotated[str, key("The last 8 characters of its peer id", "zeropoint.petals.peer")]
    name: Annotated[Text, text("Name that it gives itself")] = None
    here: Annotated[bool | None, text("Whether it runs on this machine")] = None
    state: Annotated[Text, text("State that it announces; OFFLINE once it is known that its process has gone")] = None
    start_block: Annotated[Count, metric("First block that it announces")] = None
    end_block: Annotated[Count, metric("Block after the last one that it announces")] = None
    throughput: Annotated[Real, metric("Throughput that it announces, which Petals balances blocks by")] = None
    inference_per_second: Annotated[Real, metric("Inference steps a second that it announces")] = None
    forward_per_second: Annotated[Real, metric("Tokens a second in forward passes that it announces")] = None
    network_per_second: Annotated[Real, metric("Tokens a second that it announces for its network")] = None
    cache_tokens_left: Annotated[Count, metric("Tokens that still fit in its attention cache")] = None
    next_ping_seconds: Annotated[Real, metric("Shortest ping to a server that it hands on to")] = None


class PetalsReport(Component, frozen=True, kw_only=True):
    """Where several servers of this machine announce a number, it is the smallest: a chain has its slowest's speed."""

    cache_blocks: Annotated[Count, metric("Blocks on disk")] = None
    served_blocks: Annotated[Count, metric("Blocks that this machine's live servers announce as ONLINE")] = None
    peers_count: Annotated[Count, metric("Servers of the model in the swarm, those that are OFFLINE aside")] = None
    state: Annotated[Text, text("Best state that this machine's live servers announce")] = None
    throughput: Annotated[Real, metric("Throughput that this machine's server announces")] = None
    inference_per_second: Annotated[Real, metric("Inference steps a second that this machine's server announces")] = (
        None
    )
    forward_per_second: Annotated[Real, metric("Tokens a second in forward passes that it announces")] = None
    network_per_second: Annotated[Real, metric("Tokens a second that it announces for its network")] = None
    cache_tokens_left: Annotated[Count, metric("Tokens that still fit in this machine's attention cache")] = None
    model: Annotated[Text, text("Model whose swarm is told: this machine's, else the one with the most servers")] = None
    blocks_count: Annotated[Count, metric("Blocks of the whole model")] = None
    blocks: Annotated[list[PetalsBlock] | None, text("The model's blocks, at most 256")] = None
    servers: Annotated[list[PetalsServer] | None, text("Servers of the model, this machine's first, at most 64")] = None
    server_processes_count: Annotated[Count, metric("Live servers among this machine's processes")] = None
    orphans_count: Annotated[
        Count, metric("Processes that look like a server's, but belong to none that lives or has come up")
    ] = None
    listening_ports: Annotated[list[int] | None, text("TCP ports on which this machine's live servers listen")] = None
    cpu_percent: Annotated[Real, metric("CPU time of the servers' processes, of one core")] = None
    network_bytes_sent_per_second: Annotated[Real, metric("Bytes that their TCP peers have acknowledged")] = None
    network_bytes_received_per_second: Annotated[Real, metric("Bytes that they have received over TCP")] = None
    cached_inference_per_second: Annotated[
        Real, metric("Inference steps a second in Petals' throughput cache, maybe a default and no measurement")
    ] = None
    cached_forward_per_second: Annotated[
        Real, metric("Tokens a second in forward passes there, maybe a default and no measurement")
    ] = None
    cached_network_per_second: Annotated[
        Real, metric("Tokens a second of the network there, maybe a default and no measurement")
    ] = None
