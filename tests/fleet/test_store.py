"""A hub asks a real store for the history of a machine that does not answer any more."""

import asyncio
import base64
import signal
import time
import urllib.request
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web
from multidict import MultiDict

from tests.fleet.fleet import bus, hosts, hub, machine, wait_for
from tests.fleet.test_machines import arrival
from tests.support.process import TIMEOUT_SECONDS, Appliance, spawn
from tests.support.stores import Prometheus, Store, VictoriaMetrics, started
from zeropoint.catalogue import describe
from zeropoint.fleet.asking import NoAnswerError
from zeropoint.fleet.machines import Machines
from zeropoint.history.query import Window
from zeropoint.hub.store import MOST_AT_A_TIME, step_of
from zeropoint.hub.store import Store as AskedStore

ID = "0123456789abcdef" * 2
NAMES = ("system.cpu.usage_percent", "system.memory.used_bytes", "system.cpu.per_core_percent.0")


def test_names_become_selectors_with_their_keys_as_labels_and_nothing_breaks_out_of_them():
    store = AskedStore("http://store", describe({}))
    selector = store.selector('system.gpus.a"} or up{x="\\.power_watts', ID)
    assert selector is not None
    assert (
        selector.text.endswith('hw_id="a\\"} or up{x=\\"\\\\",host_id="' + ID + '"}')
        or '\\"} or up{x=\\"' in selector.text
    )
    percent = store.selector("system.cpu.usage_percent", ID)
    assert percent is not None and percent.scale == 0.01
    assert store.selector("server.health", ID) is None
    assert store.selector("system.cpu.*", ID) is None
    assert store.selector("nothing", ID) is None


@pytest.mark.system
@pytest.mark.parametrize("kind", [Prometheus, VictoriaMetrics], ids=["prometheus", "victoria-metrics"])
def test_the_history_of_a_machine_that_is_gone_comes_out_of_the_store(tmp_path: Path, kind: type[Store]):
    with (
        started(kind, tmp_path / "store") as store,
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left", "--remote-write", store.url) as left,
        # Of the same host, so of the same name in the store.
        machine(tmp_path / "b", server.url, "right", "--remote-write", store.url) as right,
        hub(tmp_path / "hub", "--nats", server.url, "--store", store.url) as one,
    ):
        wait_for(lambda: {"left", "right"} == set(hosts(one)))
        begin = int(time.time()) - 60
        query = "&".join(f"metric={name}" for name in (*NAMES, "system.cpu.nothing"))
        path = f"/api/v1/history?host=left&{query}&from={begin}&to={begin + 3600}&points=3700"
        # Use and its parts need two readings.
        wait_for(lambda: sent(left) >= 10)
        direct = wait_for(lambda: full(left.get(path.replace("host=left&", "")).json))
        left.stop(signal.SIGKILL)
        ended, before = time.time(), sent(right)
        stored = wait_for(lambda: full(one.get(path).json))
        # More seconds than Prometheus has points for.
        long = f"/api/v1/history?host=left&metric={NAMES[0]}&from={begin - 16_680}&to={begin + 600}&points=20000"
        wide = one.get(long).json
        wait_for(lambda: sent(right) > before + 50)
        after = f"metric={NAMES[0]}&from={ended + 2}&to={ended + 600}&points=700"
        late = one.get(f"/api/v1/history?host=left&{after}").json
    assert wide["interval_seconds"] == 2
    assert known(wide, NAMES[0], "mean")
    assert known(late, NAMES[0], "mean") == []
    assert set(stored["series"]) == set(NAMES)
    assert {row["path"] for row in stored["unavailable"]} == {"system.cpu.nothing"}
    for name in NAMES:
        least, most = min(known(direct, name, "min")), max(known(direct, name, "max"))
        slack = 1e-6 * max(1.0, abs(most))
        assert least - slack <= min(known(stored, name, "min")) <= max(known(stored, name, "max"))
        assert all(low <= mean + slack and mean <= high + slack for low, mean, high in rows(stored, name))


class Guarded(VictoriaMetrics):
    """One that asks for a password."""

    def command(self) -> list[str]:
        return [*super().command(), "-httpAuth.username=me", "-httpAuth.password=s3cret"]

    def add(self, *lines: str) -> None:
        """Stores series, in the exposition's format."""
        for path, content in (("/api/v1/import/prometheus", "\n".join(lines)), ("/internal/force_flush", "")):
            headers = {"Authorization": "Basic " + base64.b64encode(b"me:s3cret").decode()}
            request = urllib.request.Request(f"{self.url}{path}", content.encode(), headers)  # noqa: S310 - loopback
            urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()  # noqa: S310

    def _is_ready(self) -> bool:
        try:
            self.add()
        except OSError:
            return False
        return True


@pytest.mark.system
def test_a_store_is_shown_its_credentials_and_several_series_of_one_name_are_none(tmp_path: Path):
    file = tmp_path / "credentials"
    file.write_text("me:s3cret\n")
    file.chmod(0o600)
    with (
        started(Guarded, tmp_path / "store") as store,
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        hub(tmp_path / "hub", "--nats", server.url, "--store", store.url, "--store-credentials", str(file)) as one,
    ):
        assert isinstance(store, Guarded)
        id = wait_for(lambda: hosts(one).get("left"))["id"]
        left.stop(signal.SIGKILL)
        ratio = "zeropoint_system_cpu_usage_ratio"
        load = "zeropoint_system_cpu_load_1m"
        store.add(
            f'{ratio}{{host_id="{id}",instance="a"}} 0.5',
            f'{ratio}{{host_id="{id}",instance="b"}} 0.7',
            f'{ratio}{{host_id="{ID}"}} 0.9',
            f'{load}{{host_id="{id}"}} 3',
            f'{load}{{host_id="{ID}"}} 4',
        )
        names = "metric=system.cpu.usage_percent&metric=system.cpu.load_1m"
        path = f"/api/v1/history?host=left&points=3000&from={time.time() - 600}&to={time.time() + 600}&{names}"
        answer = wait_for(lambda: (told := one.get(path).json) and len(told["unavailable"]) == 1 and told)
        file.write_text("me:wrong\n")
        refused = one.get(path)
    assert set(known(answer, "system.cpu.load_1m", "mean")) == {3.0}
    assert set(answer["series"]) == {"system.cpu.load_1m"}
    (missing,) = answer["unavailable"]
    assert missing["path"] == "system.cpu.usage_percent"
    assert missing["reason"].startswith("several series in the store have this name")
    assert refused.json["unavailable"][0]["reason"].endswith("and the store answers with 401")
    assert b"s3cret" not in refused.body


@pytest.mark.parametrize(
    ("points", "span_seconds", "interval", "step"),
    [(500, 3600, 1.0, 8000), (20_000, 17_280, 0.2, 2000), (20_000, 600, 10.0, 10_000), (2, 60, 1.0, 60_000)],
)
def test_a_step_is_no_less_than_an_interval_and_no_more_of_them_than_a_store_answers(
    points: int, span_seconds: int, interval: float, step: int
):
    window = Window(1000, 1000 + 1000 * span_seconds, points)
    assert step_of(window, interval) == step
    aligned = window.aligned(step)
    assert (aligned.to_ms - aligned.from_ms) // step <= 11_000


async def test_all_questions_to_a_store_together_have_one_limit():
    asked: list[bytes] = []

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    store = AskedStore(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", describe({}), answer_seconds=0.2)
    box = Machines(1).receive(arrival(1, 1), is_live=True)
    query = MultiDict([("metric", f"system.cpu.per_core_percent.{core}") for core in range(64)])
    async with server:
        with pytest.raises(NoAnswerError, match="does not answer in time"):
            await store.history(box, cast(web.Request, Request(query)), 3_600_000)
        await store.close()
    assert 0 < len(asked) <= MOST_AT_A_TIME


class Request:
    """What the store reads of one."""

    def __init__(self, query: MultiDict[str]) -> None:
        self.query = query


def sent(one: Appliance) -> int:
    return one.get("/metrics/json?sections=server").json["server"]["remote_write"]["sent_samples_total"] or 0


def full(answer: dict) -> dict | None:  # type: ignore[type-arg]
    found = answer.get("series", {})
    return (
        answer
        if all(any(found[name]["mean"]) for name in NAMES if name in found) and set(NAMES) <= set(found)
        else None
    )


def known(answer: dict, name: str, column: str) -> list[float]:  # type: ignore[type-arg]
    return [number for number in answer["series"][name][column] if number is not None]


def rows(answer: dict, name: str) -> list[tuple[float, float, float]]:  # type: ignore[type-arg]
    columns = answer["series"][name]
    found = zip(columns["min"], columns["mean"], columns["max"], strict=True)
    return [(low, mean, high) for low, mean, high in found if mean is not None]


def test_a_store_that_does_not_answer_is_a_reason(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        hub(tmp_path / "hub", "--nats", server.url, "--store", "http://someone:s3cret@127.0.0.1:1") as one,
    ):
        wait_for(lambda: "left" in hosts(one))
        left.stop(signal.SIGKILL)
        answer = one.get("/api/v1/history?host=left&metric=system.cpu.usage_percent")
    (missing,) = answer.json["unavailable"]
    assert missing["reason"] == "left is not connected to the bus, and the store does not answer"
    assert b"s3cret" not in answer.body


def test_wrong_credentials_of_a_store_are_refused(tmp_path: Path):
    file = tmp_path / "credentials"
    file.write_text("me:s3cret")
    file.chmod(0o644)
    arguments = {
        "may be read or written by others": ("--store", "http://store", "--store-credentials", str(file)),
        "the address has credentials already": ("--store", "http://a:s3cret@store", "--store-credentials", str(file)),
        "it needs --store": ("--store-credentials", str(file)),
    }
    for says, given in arguments.items():
        process = spawn("hub", "--port", "0", "--data", str(tmp_path / "hub"), *given)
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        assert process.returncode == 2
        assert says in errors
        assert "s3cret" not in errors


def test_a_wrong_store_is_refused(tmp_path: Path):
    process = spawn("hub", "--port", "0", "--data", str(tmp_path), "--store", "ftp://store:s3cret@x")
    _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 2
    assert "--store: the address of a store is needed" in errors
    assert "s3cret" not in errors
