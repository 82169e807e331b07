"""A hub asks a real store for the history of a machine that does not answer any more."""

import signal
import time
from pathlib import Path

import pytest

from tests.fleet.fleet import bus, hosts, hub, machine, wait_for
from tests.support.process import TIMEOUT_SECONDS, Appliance, spawn
from tests.support.stores import Prometheus, Store, VictoriaMetrics, started
from zeropoint.catalogue import describe
from zeropoint.hub.store import Store as AskedStore

NAMES = ("system.cpu.usage_percent", "system.memory.used_bytes", "system.cpu.per_core_percent.0")


def test_names_become_selectors_with_their_keys_as_labels_and_nothing_breaks_out_of_them():
    store = AskedStore("http://store", describe({}))
    selector = store.selector('system.gpus.a"} or up{x="\\.power_watts', "box")
    assert selector is not None
    assert selector.text.endswith('hw_id="a\\"} or up{x=\\"\\\\",host="box"}') or '\\"} or up{x=\\"' in selector.text
    percent = store.selector("system.cpu.usage_percent", "box")
    assert percent is not None and percent.scale == 0.01
    assert store.selector("server.health", "box") is None
    assert store.selector("system.cpu.*", "box") is None
    assert store.selector("nothing", "box") is None


@pytest.mark.system
@pytest.mark.parametrize("kind", [Prometheus, VictoriaMetrics], ids=["prometheus", "victoria-metrics"])
def test_the_history_of_a_machine_that_is_gone_comes_out_of_the_store(tmp_path: Path, kind: type[Store]):
    with (
        started(kind, tmp_path / "store") as store,
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left", "--remote-write", store.url) as left,
        hub(tmp_path / "hub", "--nats", server.url, "--store", store.url) as one,
    ):
        wait_for(lambda: "left" in hosts(one))
        begin = int(time.time()) - 60
        query = "&".join(f"metric={name}" for name in (*NAMES, "system.cpu.nothing"))
        path = f"/api/v1/history?host=left&{query}&from={begin}&to={begin + 3600}&points=3700"
        # Use and its parts need two readings.
        wait_for(lambda: sent(left) >= 10)
        direct = wait_for(lambda: full(left.get(path.replace("host=left&", "")).json))
        left.stop(signal.SIGKILL)
        stored = wait_for(lambda: full(one.get(path).json))
    assert set(stored["series"]) == set(NAMES)
    assert {row["path"] for row in stored["unavailable"]} == {"system.cpu.nothing"}
    for name in NAMES:
        least, most = min(known(direct, name, "min")), max(known(direct, name, "max"))
        slack = 1e-6 * max(1.0, abs(most))
        assert least - slack <= min(known(stored, name, "min")) <= max(known(stored, name, "max"))
        assert all(low <= mean + slack and mean <= high + slack for low, mean, high in rows(stored, name))


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


def test_a_wrong_store_is_refused(tmp_path: Path):
    process = spawn("hub", "--port", "0", "--data", str(tmp_path), "--store", "ftp://store:s3cret@x")
    _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 2
    assert "--store: the address of a store is needed" in errors
    assert "s3cret" not in errors
