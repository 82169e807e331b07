"""The dashboards in deploy/grafana: what they ask for exists, and real stores that hold real samples answer it."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.fleet import bus, hosts, hub, machine, wait_for
from tests.support.process import TIMEOUT_SECONDS, running
from tests.support.stores import Prometheus, Store, VictoriaMetrics, started
from zeropoint.catalogue import fields_of
from zeropoint.feed.points import series_of
from zeropoint.model import Component, Sample, Section
from zeropoint.sampler import Sampler
from zeropoint.settings import Settings

FOLDER = Path(__file__).parents[2] / "deploy/grafana"
BOARDS = sorted(FOLDER.glob("*.json"))
# What scrapes and remote write add.
ADDED = {"instance", "job"}
# What a hub tells of the machines, which no sample has; with real ones below.
OF_HUB = {"zeropoint_hub_machine_up": {"host", "host_id"}}
NAME = re.compile(r"([a-z_][a-z0-9_]*)\{")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")
BY = re.compile(r"\bby \(([^)]*)\)")
LEGEND = re.compile(r"\{\{(\w+)\}\}")


def panels(board: Path) -> list[dict[str, Any]]:
    return [panel for panel in json.loads(board.read_text())["panels"] if panel["type"] != "row"]


def queries(board: Path) -> list[tuple[str, str]]:
    """The PromQL and the legend of each query, for one machine."""
    return [
        (
            target["expr"].replace("$instance", "test").replace("$__rate_interval", "1m"),
            target["legendFormat"],
        )
        for panel in panels(board)
        for target in panel["targets"]
    ]


@cache
def labels_by_name() -> Mapping[str, set[str]]:
    """All series names that a sample can have, with the labels of each."""
    ai = Sampler(Settings(), "e1", lambda sample, missed: None).ai
    reports = {probe.name: probe.report for probe in ai if issubclass(probe.report, Component)}
    found: dict[str, set[str]] = {}
    for name, labels in _walk(Sample, "", (), reports):
        found.setdefault(name, set()).update(labels)
    return found


def _walk(
    section: type[Section], path: str, labels: tuple[str, ...], reports: Mapping[str, type[Component]]
) -> Iterator[tuple[str, set[str]]]:
    for field in fields_of(section, path, path):
        below = f"{path}.{field.name}" if path else field.name
        own = (*labels, *([field.attribute] if field.attribute else []), *(to for _, to in field.labels))
        if field.spec is not None:
            for series in series_of(field.spec, tuple((label, "") for label in own)):
                yield series.name, set(series.labels)
        elif field.below is Component:
            for report in reports.values():
                yield from _walk(report, below, own, {})
        elif field.below is not None:
            yield from _walk(field.below, below, own, reports)


def test_they_are_what_the_tables_say(tmp_path: Path) -> None:
    assert [board.name for board in BOARDS] == ["fleet.json", "machine.json", "workloads.json"]
    subprocess.run([sys.executable, "-B", FOLDER / "make.py", tmp_path], check=True)
    for board in BOARDS:
        assert board.read_text() == (tmp_path / board.name).read_text(), "write it anew: python deploy/grafana/make.py"


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_each_query_names_series_and_labels_that_exist(board: Path) -> None:
    known = {**labels_by_name(), **OF_HUB}
    for expression, legend in queries(board):
        names = NAME.findall(expression)
        assert names, expression
        for name in names:
            assert name in known, expression
            asked = {*LABEL.findall(expression), *LEGEND.findall(legend)}
            asked |= {label.strip() for group in BY.findall(expression) for label in group.split(",")}
            assert asked <= known[name] | ADDED, (expression, legend)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_each_has_a_source_to_choose_and_panels_beside_one_another(board: Path) -> None:
    content = json.loads(board.read_text())
    assert [one["name"] for one in content["templating"]["list"]] == ["datasource", "instance"]
    assert content["templating"]["list"][0]["type"] == "datasource"
    assert len({panel["id"] for panel in content["panels"]}) == len(content["panels"])
    cells: set[tuple[int, int]] = set()
    for panel in content["panels"]:
        place = panel["gridPos"]
        taken = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not taken & cells and place["x"] + place["w"] <= 24, panel["title"]
        cells |= taken
        assert panel["type"] == "row" or {target["datasource"]["uid"] for target in panel["targets"]} == {
            "${datasource}"
        }


@pytest.mark.system
@pytest.mark.parametrize("kind", [Prometheus, VictoriaMetrics], ids=["prometheus", "victoria-metrics"])
def test_a_store_with_real_samples_answers_each_query(kind: type[Store], tmp_path: Path) -> None:
    labels = ("--remote-write-labels", "instance=test")
    with (
        started(kind, tmp_path / "store") as store,
        running(tmp_path / "data", "--interval", "0.5", "--remote-write", store.url, *labels) as appliance,
    ):
        wanted, ends_at = 20, time.monotonic() + TIMEOUT_SECONDS
        while appliance.get("/metrics/json").json["server"]["remote_write"]["sent_samples_total"] < wanted:
            assert time.monotonic() < ends_at, appliance.get("/health").json
            time.sleep(0.5)
        points = store.points()  # visible from here on
        # Stores answer for a moment that lies somewhat back.
        moment = str(max(at for times in points.values() for at in times) / 1000)

        def ask(expression: str) -> list[dict[str, Any]]:
            answer = store.get("/api/v1/query", query=expression, time=moment, nocache="1", latency_offset="1ms")
            assert answer["status"] == "success", expression
            found: list[dict[str, Any]] = answer["data"]["result"]
            return found

        there = {one["metric"]["__name__"] for one in ask('{instance="test"}')}
        answered = 0
        for board in BOARDS:
            for expression, _ in queries(board):
                found = ask(expression)
                if set(NAME.findall(expression)) <= there:
                    assert found, expression
                    answered += 1
        assert answered >= 40


class Scraping(Prometheus):
    """One that scrapes a hub as docs/grafana.md says."""

    hub_port = 0

    def command(self) -> list[str]:
        documented = (FOLDER.parents[1] / "docs/grafana.md").read_text().split("**A scrape of a hub**")[1]
        lines = [line[4:] for line in documented.splitlines() if line.startswith("    ")]
        content = "\n".join(lines).replace("hub.example:3001", f"127.0.0.1:{self.hub_port}")
        command = super().command()
        (self._folder / "empty.yml").write_text(content.replace("5s", "1s"))
        return command


@pytest.mark.system
def test_a_hub_that_is_scraped_as_documented_answers_the_dashboard_of_the_fleet(tmp_path: Path) -> None:
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        machine(tmp_path / "b", server.url, "right"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: {row["status"] for row in hosts(one).values()} == {"live"} and len(hosts(one)) == 2)
        kind = type("Here", (Scraping,), {"hub_port": one.port})
        with started(kind, tmp_path / "store") as store:
            up = wait_for(lambda: store.query("zeropoint_hub_machine_up"))
            busy = wait_for(lambda: store.query("zeropoint_system_cpu_usage_ratio"))
            (board,) = [board for board in BOARDS if board.stem == "fleet"]
            asked = [one.replace('"test"', '"left|right"') for one, _ in queries(board)]
            (total,) = [store.query(one) for one in asked if one.startswith("sum(zeropoint_hub_machine_up")]
    for found in (up, busy):
        assert {(row["metric"]["instance"], row["metric"]["host"]) for row in found} == {
            ("left", "left"),
            ("right", "right"),
        }
    assert total[0]["value"][1] == "2"
