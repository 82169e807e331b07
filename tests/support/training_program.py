"""A training that writes its rows by the SDK, and does what the lines say that it reads.

`network`, `disk` and `leak` from then on in each step; `network-stall` and `disk-stall` once, for as long as they last;
`work` is what it does from the start.
"""

import contextlib
import mmap
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import zeropoint_sdk as zp

CPU_SECONDS, OTHER_SECONDS = 0.02, 0.03
BATCH_SECONDS = 0.4
LEAK_BYTES = 2_000_000
BLOCK_BYTES, FILE_BYTES = 4 << 20, 256 << 20


class Disk:
    """A file that is larger than what is read at once, read past the cache at places that nobody foresees."""

    def __init__(self, folder: Path) -> None:
        path = folder / "data"
        block = os.urandom(BLOCK_BYTES)
        with path.open("wb") as file:
            for _ in range(FILE_BYTES // BLOCK_BYTES):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        self._file = os.open(path, os.O_RDONLY | os.O_DIRECT)
        self._buffer = mmap.mmap(-1, BLOCK_BYTES)

    def _place(self) -> int:
        return random.randrange(FILE_BYTES // BLOCK_BYTES) * BLOCK_BYTES  # noqa: S311 - any place will do

    def read(self, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            os.preadv(self._file, [self._buffer], self._place())


class Network:
    """A server of batches in another process, which sends one after a while, and for the byte 0 none at all. It ends
    when its client does."""

    def __init__(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self._server = os.fork()
        if self._server == 0:
            client, _ = listener.accept()
            with contextlib.suppress(ConnectionError):  # the client was killed
                while asked := client.recv(1):
                    if asked != b"\0":
                        time.sleep(BATCH_SECONDS)
                        client.sendall(b"b")
            os._exit(0)
        self._socket = socket.create_connection(listener.getsockname())

    def batch(self, wanted: bytes = b"\1") -> None:
        self._socket.sendall(wanted)
        self._socket.recv(1)


def main() -> None:
    name, artifacts, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    cores = os.sched_getaffinity(0)
    # The first is for those that are starved there.
    os.sched_setaffinity(0, cores - {min(cores)} or cores)
    orders: list[str] = ["work"]
    threading.Thread(target=lambda: orders.extend(line.strip() for line in sys.stdin), daemon=True).start()
    network: Network | None = None
    disk: Disk | None = None
    kept = []
    with zp.run(name, kind="tinygrad", artifacts=artifacts) as run:
        print(run.id, flush=True)
        for step in range(10**9):
            order = orders[-1]
            if order.startswith("network"):
                network = network or Network()
                network.batch(b"\0" if order == "network-stall" else b"\1")
            elif order == "disk":
                disk = disk or Disk(folder)
                ends = time.monotonic() + BATCH_SECONDS
                disk.read(lambda ends=ends: time.monotonic() < ends)  # type: ignore[misc]
            elif order == "disk-stall":
                disk = disk or Disk(folder)
                disk.read(lambda: orders[-1] == "disk-stall")
            elif order == "leak":
                kept.append(b"\1" * LEAK_BYTES)
            ends = time.process_time() + CPU_SECONDS
            while time.process_time() < ends:
                pass
            time.sleep(OTHER_SECONDS)
            run.log(step=step, loss=1 / (step + 1), tokens=64)


main()
