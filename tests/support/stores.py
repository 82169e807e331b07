"""Real stores of time series on loopback: Prometheus and VictoriaMetrics."""

import json
import math
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.support.process import TIMEOUT_SECONDS

# Name and labels of a series, and its values by their time in milliseconds.
Series = tuple[tuple[str, str], ...]
Points = dict[Series, dict[int, float]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Store:
    """A store that can be stopped and started again on the same port and files."""

    program: str
    package: str

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._folder.mkdir(exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        program = shutil.which(self.program, path="/usr/bin:/usr/sbin:/usr/local/bin")
        if program is None:
            pytest.fail(f"Debian's package {self.package} brings {self.program}")
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([program, *self.command()], stdout=log, stderr=log, cwd=self._folder)
        ends_at = time.monotonic() + TIMEOUT_SECONDS
        while not self._is_ready():
            assert self._process.poll() is None and time.monotonic() < ends_at, (self._folder / "log").read_text()
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(TIMEOUT_SECONDS)
            self._process = None

    def get(self, path: str, **query: str) -> Any:
        with urlopen(f"{self.url}{path}?{urlencode(query)}", timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - loopback
            return json.loads(answer.read())

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The result of an instant query."""
        found: list[dict[str, Any]] = self.get("/api/v1/query", query=expression)["data"]["result"]
        return found

    def points(self) -> Points:
        """Every value that is stored, as it was sent; without the ends of series."""
        raise NotImplementedError

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/-/ready", timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)
        except (URLError, ConnectionError):
            return False


class Prometheus(Store):
    program = package = "prometheus"

    def command(self) -> list[str]:
        (self._folder / "empty.yml").write_text("{}\n")
        return [
            "--config.file=empty.yml",
            "--storage.tsdb.path=data",
            "--web.enable-remote-write-receiver",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]

    def points(self) -> Points:
        found = {}
        for one in self.query('{__name__=~".+"}[2h]'):
            times = [round(float(at) * 1000) for at, _ in one["values"]]
            assert len(times) == len(set(times)), "a sample is there twice"
            found[tuple(sorted(one["metric"].items()))] = {
                at: float(value) for at, (_, value) in zip(times, one["values"], strict=True)
            }
        return found


class VictoriaMetrics(Store):
    program = package = "victoria-metrics"

    def command(self) -> list[str]:
        # Requests that were answered while it was ended come twice; with this it keeps one of two equal times.
        return [
            "-storageDataPath=data",
            "-dedup.minScrapeInterval=1ms",
            f"-httpListenAddr=127.0.0.1:{self.port}",
        ]

    def points(self) -> Points:
        self.flush()
        found: Points = {}
        query = urlencode({"match[]": '{__name__=~".+"}', "reduce_mem_usage": "1"})
        with urlopen(f"{self.url}/api/v1/export?{query}", timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - loopback
            for line in answer.read().splitlines():
                one = json.loads(line)
                kept = found.setdefault(tuple(sorted(one["metric"].items())), {})
                for at, value in zip(one["timestamps"], one["values"], strict=True):
                    if value is not None and not math.isnan(value):  # the end of a series
                        assert at not in kept, "a sample is there twice"
                        kept[at] = float(value)
        return found

    def flush(self) -> None:
        """What was taken becomes visible at once."""
        with urlopen(f"{self.url}/internal/force_flush", timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - loopback
            answer.read()

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/health", timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)
        except (URLError, ConnectionError):
            return False


@contextmanager
def started(kind: type[Store], folder: Path) -> Iterator[Store]:
    store = kind(folder)
    try:
        store.start()
        yield store
    finally:
        store.stop(signal.SIGKILL)
