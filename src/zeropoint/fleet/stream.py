"""The streams on the bus: one keeps the samples of all machines, in the order in which they arrived. The other takes
the newest of each machine out of it, for hubs that begin when the first has nothing any more of one that is silent.
"""

import nats.js.errors
from msgspec import Struct
from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StorageType, StoreCompression, StreamConfig, StreamInfo, StreamSource

from zeropoint.fleet.connection import BusError
from zeropoint.fleet.names import ALL_SAMPLES, MESSAGE_ID, NEWEST, STREAM, sample_of, samples_of
from zeropoint.history.sample_id import parse_id

LARGEST_SAMPLE_BYTES = 1024 * 1024
# A sample that is sent again within this time is dropped by the stream. Who was away for longer asks it what it has.
DUPLICATES_SECONDS = 120.0
# How long a silent machine is known, and how much those that are known may take: as much as a hub has of them.
NEWEST_SECONDS = 86_400.0
NEWEST_BYTES = 512 * 1024 * 1024


class Limits(Struct, frozen=True):
    """How much the stream keeps: beyond it, the oldest goes."""

    age_seconds: float = 86_400.0
    size_bytes: int = 4 * 1024**3


def config_of(limits: Limits) -> StreamConfig:
    return StreamConfig(
        name=STREAM,
        description="Samples of Zeropoint",
        subjects=[ALL_SAMPLES],
        retention=RetentionPolicy.LIMITS,
        max_age=limits.age_seconds,
        max_bytes=limits.size_bytes,
        max_msg_size=LARGEST_SAMPLE_BYTES,
        storage=StorageType.FILE,
        compression=StoreCompression.S2,
        duplicate_window=min(DUPLICATES_SECONDS, limits.age_seconds),
        allow_direct=True,
    )


async def ensure_stream(stream: JetStreamContext) -> StreamInfo:
    """The stream; it is made where there is none, and left as it is where there is one: whoever runs the bus may have
    given it other limits and replicas. Raises what nats-py raises, and BusError for one that cannot be used so."""
    try:
        info = await stream.stream_info(STREAM)
    except nats.js.errors.NotFoundError:
        return await stream.add_stream(config_of(Limits()))
    if not info.config.allow_direct:
        raise BusError(f"the stream {STREAM} on the bus has to allow direct access (allow_direct)")
    return info


async def ensure_newest(stream: JetStreamContext, of: StreamInfo) -> float:
    """The stream of the newest samples; answers with how long that keeps one, in seconds, 0 for no limit. It is made
    where there is none, and anew where the one that it takes from is younger: it would wait for places that are gone.
    Raises what nats-py raises."""
    try:
        info = await stream.stream_info(NEWEST)
    except nats.js.errors.NotFoundError:
        config = _newest_of(of.config)
    else:
        if info.created is None or of.created is None or info.created >= of.created:
            return info.config.max_age or 0.0
        config = info.config
        await stream.delete_stream(NEWEST)
    return (await stream.add_stream(config)).config.max_age or 0.0


def _newest_of(config: StreamConfig) -> StreamConfig:
    most = config.max_bytes or -1
    return StreamConfig(
        name=NEWEST,
        description="The newest sample of each machine of Zeropoint",
        sources=[StreamSource(name=STREAM)],
        max_msgs_per_subject=1,
        max_age=NEWEST_SECONDS,
        max_bytes=min(NEWEST_BYTES, most) if most > 0 else NEWEST_BYTES,
        storage=StorageType.FILE,
        compression=StoreCompression.S2,
        num_replicas=config.num_replicas,
        allow_direct=True,
    )


async def limit_stream(stream: JetStreamContext, limits: Limits) -> None:
    """Gives the stream these limits, for whoever runs the bus; all else of it stays. Raises what nats-py raises."""
    try:
        config = (await stream.stream_info(STREAM)).config
    except nats.js.errors.NotFoundError:
        await stream.add_stream(config_of(limits))
        return
    if (config.max_age, config.max_bytes) != (limits.age_seconds, limits.size_bytes):
        await stream.update_stream(config, max_age=limits.age_seconds, max_bytes=limits.size_bytes)


async def last_stored(stream: JetStreamContext, host: str) -> str | None:
    """The id of the last sample of a machine that the stream has; None where it has none."""
    try:
        # Asked for directly, so that a machine need not be allowed to read all that the stream has.
        message = await stream.get_msg(STREAM, subject=samples_of(host), direct=True)
    except nats.js.errors.NotFoundError:
        return None
    id = sample_of((message.headers or {}).get(MESSAGE_ID, ""))
    return id if parse_id(id) else None
