"""Rows of the fleet's page: what is told of a machine, and that only what has changed is told again."""

import json
from typing import Any, cast

import msgspec
import pytest
from aiohttp import web
from msgspec import structs
from multidict import MultiDict

from tests.fleet.test_machines import Clock, arrival, known
from tests.support.samples import sample
from zeropoint.fleet.checking import check
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.machines import SILENT_SECONDS, Machines
from zeropoint.fleet.message import Message
from zeropoint.fleet.outgoing import with_machine
from zeropoint.hub.fleet import Fleet, FleetAnswer
from zeropoint.hub.hosts import Hosts, HostsAnswer
from zeropoint.hub.selecting import Selecting
from zeropoint.model import Alert, Cpu, Gpu, LiveRun, Sample, System
from zeropoint.server.errors import ApiError

START = "2026-11-24T09:50:48.123Z"
START_MS = 1_795_513_848_123


class Request:
    """What the handler reads of one."""

    def __init__(self, query: dict[str, str]) -> None:
        self.query = MultiDict(query)


class Reader:
    """Who reads the fleet of a hub without feeds."""

    def __init__(self, machines: Machines) -> None:
        self.fleet = Fleet(machines, Selecting(machines, cast(Any, None)))

    async def ask(self, **query: str) -> FleetAnswer:
        answer = await self.fleet.fleet(cast(web.Request, Request(query)))
        assert isinstance(answer, web.Response)
        return msgspec.json.decode(cast(bytes, answer.body), type=FleetAnswer)


def names(answer: FleetAnswer) -> list[str]:
    return [row.name for row in answer.rows]


def receive(machines: Machines, number: int, sequence: int, given: Sample, time_ms: int = START_MS) -> None:
    machine = Machine(f"{number:032x}", f"box-{number}")
    payload = with_machine(msgspec.json.encode(given), machine)
    message = Message(sequence, f"zeropoint.{machine.id}.samples", {}, payload, time_ms, 0)
    machines.receive(check(message), is_live=True)


async def test_only_rows_that_look_another_way_are_told_again():
    machines = known(Clock())
    one = Reader(machines)
    for number in (1, 2):
        receive(machines, number, number, with_cpu(1, 40.2))
    first = await one.ask()
    receive(machines, 1, 3, with_cpu(2, 40.4))
    receive(machines, 2, 4, with_cpu(2, 47.0))
    second = await one.ask(since=first.version)
    third = await one.ask(since=second.version)
    again = await one.ask(since=first.version)
    assert (first.is_whole, first.count, names(first)) == (True, 2, ["box-1", "box-2"])
    assert (second.is_whole, names(second), second.rows[0].cpu_percent) == (False, ["box-2"], 47)
    assert (third.version, third.rows) == (second.version, [])
    assert again.rows == second.rows


async def test_a_machine_that_falls_silent_is_told_with_when_it_was_seen_last():
    clock = Clock()
    machines = known(clock)
    one = Reader(machines)
    receive(machines, 1, 1, sample(1))
    first = await one.ask()
    clock.now += SILENT_SECONDS
    (row,) = (await one.ask(since=first.version)).rows
    assert (first.rows[0].status, first.rows[0].last_seen) == ("live", None)
    assert (row.status, row.last_seen) == ("silent", START)


async def test_who_knows_machines_that_are_gone_gets_all_anew():
    machines = known(Clock())
    one = Reader(machines)
    receive(machines, 1, 1, sample(1))
    first = await one.ask()
    machines.clear()
    receive(machines, 2, 1, sample(1))
    second = await one.ask(since=first.version)
    assert (second.is_whole, names(second)) == (True, ["box-2"])
    assert not (await one.ask(since=second.version)).is_whole


@pytest.mark.parametrize(
    "since", ["nonsense", "-", "0-0", "00000000-1", "\u0663", "{epoch}-99", "{epoch}--1", "{epoch}-٣"]
)
async def test_a_version_of_elsewhere_gets_all(since: str):
    machines = known(Clock())
    one = Reader(machines)
    receive(machines, 1, 1, sample(1))
    epoch = (await one.ask()).version.partition("-")[0]
    assert (await one.ask(since=since.replace("{epoch}", epoch))).is_whole


async def test_versions_that_cannot_be_are_refused():
    one = Reader(known(Clock()))
    for since in ("", "x" * 65):
        with pytest.raises(ApiError, match="since"):
            await one.ask(since=since)


async def test_one_machine_can_be_asked_for():
    machines = known(Clock())
    for number in (1, 2):
        machines.receive(arrival(number, 1, name=f"box-{number}"), is_live=True)
    answer = await Reader(machines).ask(host="box-2")
    assert (answer.is_whole, answer.count, names(answer)) == (True, 1, ["box-2"])


async def test_a_row_tells_the_worst_alert_first_each_gpu_and_the_clock():
    alerts = [
        Alert(id=name, name=name, severity=name, subject="", since=START, says="x") for name in ("info", "critical")
    ]
    given = structs.replace(
        sample(1),
        system=System(gpus=[gpu("a", 12.4), gpu("b", None)]),
        ai=structs.replace(sample(1).ai, runs=[LiveRun(id="a/1", name="<b>\x1b[31m", kind="job")]),
        alerts=alerts,
    )
    machines = known(Clock())
    receive(machines, 1, 1, given, START_MS - 3_600_000)
    (row,) = (await Reader(machines).ask()).rows
    assert [alert.severity for alert in row.alerts] == ["critical", "info"]
    assert (row.gpus_count, row.gpu_percents, row.cpu_percent) == (2, [12, None], None)
    assert row.clock_ahead_seconds == 3600
    assert (row.runs_count, row.runs[0].name) == (1, "<b>\ufffd[31m")
    assert json.loads(msgspec.json.encode(row))["alerts_count"] == 2


@pytest.mark.parametrize("most", [2**63 - 1, -(2**63)])
async def test_the_largest_numbers_that_pass_cost_nobody_a_row(most: int):
    told = json.loads(with_machine(msgspec.json.encode(sample(1)), Machine(f"{1:032x}", "box-1")))
    percents = {"usage_percent": float(most), "load_1m": float(most), "count_logical": most}
    gpu = {"utilization_percent": float(most), "memory_used_bytes": most, "memory_total_bytes": most}
    rates = {"bytes_received_per_second": float(most), "bytes_sent_per_second": float(most)}
    told["system"] = {"cpu": percents, "memory": percents, "gpus": [gpu] * 9, "network": rates}
    told["timestamp"] = "9999-12-31T23:59:59Z"
    told["ai"]["runs"] = [{"id": "a", "name": "a", "kind": "a", "step": most, "loss": float(most)}]
    work = {"id": "a", "name": "a", "kind": "a", "cpu_percent": float(most), "memory_bytes": most}
    told["ledger"] = {"workloads": [work]}
    machines = known(Clock())
    subject = f"zeropoint.{1:032x}.samples"
    machines.receive(check(Message(1, subject, {}, json.dumps(told).encode(), START_MS, 0)), is_live=True)
    receive(machines, 2, 2, with_cpu(1, 40))
    rows = (await Reader(machines).ask()).rows
    hosts = await Hosts(machines).hosts(cast(web.Request, None))
    assert isinstance(hosts, web.Response)
    assert [row.name for row in rows] == ["box-1", "box-2"]
    assert rows[0].cpu_percent == most or rows[0].cpu_percent == 2**63
    listed = msgspec.json.decode(cast(bytes, hosts.body), type=HostsAnswer).hosts
    assert [row.now.cpu_percent for row in listed] == [float(most), 40]


async def test_an_alert_of_a_severity_that_is_not_known_yet_stands_where_warnings_do():
    told = json.loads(with_machine(msgspec.json.encode(sample(1)), Machine(f"{1:032x}", "box-1")))
    told["alerts"] = [{"name": one, "severity": one, "says": "x"} for one in ("info", "fatal", "critical")]
    machines = known(Clock())
    subject = f"zeropoint.{1:032x}.samples"
    machines.receive(check(Message(1, subject, {}, json.dumps(told).encode(), START_MS, 0)), is_live=True)
    (row,) = (await Reader(machines).ask()).rows
    assert [alert.severity for alert in row.alerts] == ["critical", "fatal", "info"]


def with_cpu(sequence: int, percent: float) -> Sample:
    return structs.replace(sample(sequence), system=System(cpu=Cpu(usage_percent=percent)))


def gpu(uuid: str, percent: float | None) -> Gpu:
    return Gpu(index=0, uuid=uuid, name="g", vendor="v", utilization_percent=percent)
