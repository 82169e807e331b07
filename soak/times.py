"""The bounds of time that the contract sets: first bytes of a stream, the end of a token, the end of the process."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.report import Goal, Report, spread
from tests.chaos.serving import serving
from tests.support.process import Appliance
from tests.support.stream import Stream
from tests.support.tokens import made
from zeropoint.server.tokens import TokenStore

FIRST_BYTES_MS, TOKEN_MS, EXIT_MS = 100.0, 1000.0, 5000.0
STREAMS, TOKENS, EXITS = 50, 5, 3
STALLED = 3


def measure() -> Report:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        times = {
            "Headers and first bytes of a stream": (FIRST_BYTES_MS, _first_bytes(folder)),
            "From the end of a token to that of its stream": (TOKEN_MS, _ends_of_tokens(folder)),
            f"From SIGTERM to the exit, {STALLED} streams and {STALLED} answers stalled": (EXIT_MS, _exits(folder)),
        }
    rows = [(what, f"{len(taken)}", spread(taken)) for what, (_, taken) in times.items()]
    goals = [Goal(f"{what}: within {most:.0f} ms", max(taken) <= most) for what, (most, taken) in times.items()]
    return Report("times", ("", "tried", "took, ms"), rows, goals)


@contextmanager
def _timed(taken: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    taken.append((time.perf_counter() - began) * 1000)


def _first_bytes(folder: Path) -> list[float]:
    taken: list[float] = []
    with serving(_new(folder), "--interval", "60") as started:
        for _ in range(STREAMS):
            with _timed(taken), Stream(started) as stream:
                stream.until(lambda seen: len(seen) >= 2)
    return taken


def _ends_of_tokens(folder: Path) -> list[float]:
    taken: list[float] = []
    own = _new(folder)
    names = [f"n{number}" for number in range(TOKENS)]
    texts = [made(own / "data", "read", "--name", name) for name in names]
    with serving(own) as started:
        for name, text in zip(names, texts, strict=True):
            with Stream(started, Authorization=f"Bearer {text}") as stream:
                stream.samples(1)
                with _timed(taken):
                    TokenStore(own / "data").revoke(name)
                    stream.to_the_end()
    return taken


def _exits(folder: Path) -> list[float]:
    taken: list[float] = []
    for _ in range(EXITS):
        with serving(_new(folder), "--interval", "0.1") as started, ExitStack() as opened:
            _stall(started, opened)
            with _timed(taken):
                status = started.stop()
            if status:
                raise ChildProcessError(f"it ended with {status}")
    return taken


def _stall(started: Appliance, opened: ExitStack) -> None:
    """Leaves behind readers of whom none takes anything, all of them with something owed."""
    watched = opened.enter_context(Stream(started, "?sections=server"))
    first = watched.samples(100)[0]
    for _ in range(STALLED):
        opened.enter_context(Stream(started, slow=True))
        poller = opened.enter_context(started.connect(2048))
        poller.sendall(f"GET /metrics/json?since={first.id} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    count = 100
    while watched.samples(count)[-1].json["server"]["dropped_total"] == 0:
        count += 1


def _new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))
