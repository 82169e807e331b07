"""What a hub's own nats-server is told: where it listens, what it may take, and who may do what with which key."""

import errno
import json
import os
from pathlib import Path

import nkeys
from msgspec import Struct

from zeropoint import files
from zeropoint.fleet.names import ALL_ALIVE, ALL_SAMPLES, MACHINE_INBOX, STREAM, query_of

SEED_BYTES = 32
LOG_BYTES = 1024 * 1024
# What a part of an answer takes, and a sample with its headers.
LARGEST_PAYLOAD_BYTES = 1024 * 1024 + 64 * 1024
# No limit: that is the stream's, which can be made smaller later. A store's limit below it would lose the stream.
STORE_BYTES = 1024**5


class Keys(Struct, frozen=True):
    """Files with the seeds of two NKeys, and these keys' public halves."""

    hub: Path
    machines: Path
    hub_public: str
    machines_public: str


class Listening(Struct, frozen=True):
    """Where it listens."""

    host: str
    port: int


def made_keys(directory: Path) -> Keys:
    """The keys, which are made where there are none. Raises OSError."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    hub, machines = directory / "hub.nk", directory / "machines.nk"
    return Keys(hub, machines, _public(hub), _public(machines))


def configuration(directory: Path, listening: Listening, keys: Keys) -> str:
    """The text of its file. The hub may do everything; a machine may publish, ask for its last sample and be asked."""
    machine_may = {
        "publish": {
            "allow": [
                ALL_SAMPLES,
                ALL_ALIVE,
                f"$JS.API.STREAM.INFO.{STREAM}",
                f"$JS.API.DIRECT.GET.{STREAM}.{ALL_SAMPLES}",
            ]
        },
        "subscribe": {"allow": [f"{MACHINE_INBOX}.>", query_of("*")]},
        "allow_responses": {"max": 1000, "expires": "1m"},
    }
    settings = {
        "server_name": "zeropoint-hub",
        "host": listening.host,
        "port": listening.port,
        "max_payload": LARGEST_PAYLOAD_BYTES,
        "log_file": str(directory / "nats-server.log"),
        "logfile_size_limit": LOG_BYTES,
        "logfile_max_num": 2,
        "jetstream": {"store_dir": str(directory), "max_file_store": STORE_BYTES, "max_memory_store": 64 * 1024 * 1024},
        "authorization": {
            "users": [
                {"nkey": keys.hub_public},
                {"nkey": keys.machines_public, "permissions": machine_may},
            ]
        },
    }
    return json.dumps(settings, indent=2)  # its own format is a superset of JSON


def _public(path: Path) -> str:
    """The public half of the key in a file; it is made where there is none."""
    try:
        seed = path.read_bytes().strip()
    except FileNotFoundError:
        seed = bytes(nkeys.encode_seed(os.urandom(SEED_BYTES), nkeys.PREFIX_BYTE_USER))
        files.replace(path, seed + b"\n")
    try:
        return bytes(nkeys.from_seed(bytearray(seed)).public_key).decode()
    except Exception:  # noqa: BLE001 - nkeys raises what its libraries do
        raise OSError(errno.EINVAL, "it holds no seed of an NKey", str(path)) from None
