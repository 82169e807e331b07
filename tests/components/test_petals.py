"""Petals: a real private swarm of two servers, a client of it, and the real appliance beside them."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.components.petals_swarm.scenario import HERE, environment
from tests.components.venvs import ROOT, python_of

Stages = dict[str, Any]
# Servers' ports are the same in each run, and p2pd asks routers for a way in: nobody else may be in their network.
ALONE = (
    "unshare",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    *(["--map-root-user"] * (os.geteuid() != 0)),
)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    folder = tmp_path_factory.mktemp("petals")
    petals, hivemind = str(python_of("petals")), str(python_of("hivemind"))
    (folder / "artifacts").mkdir()
    subprocess.run([petals, HERE / "make_model.py", folder / "cache"], check=True, env=environment(folder))
    scenario = [*ALONE, sys.executable, "-m", "tests.components.petals_swarm.scenario", folder, petals, hivemind]
    played = subprocess.run(scenario, check=False, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-5000:]
    seen: Stages = json.loads((folder / "stages.json").read_text())
    return seen


def test_blocks_on_disk_and_blocks_served_are_two_counts(stages: Stages) -> None:
    told = stages["without sessions"]
    assert (told["model"], told["blocks_count"], told["cache_blocks"], told["served_blocks"]) == ("llama-hf", 4, 4, 4)
    assert [(row["index"], row["on_disk"], row["served_here"], row["state"]) for row in told["blocks"]] == [
        (str(index), True, True, "ONLINE") for index in range(4)
    ]


def test_both_servers_are_told_with_what_they_announce(stages: Stages) -> None:
    told = stages["without sessions"]
    assert (told["status"], told["state"], told["peers_count"]) == ("idle", "ONLINE", 2)
    rows = sorted(told["servers"], key=lambda row: row["start_block"])
    assert [(row["name"], row["here"], row["start_block"], row["end_block"]) for row in rows] == [
        ("server0", True, 0, 2),
        ("server1", True, 2, 4),
    ]
    assert rows[0]["next_ping_seconds"] > 0
    assert rows[1]["next_ping_seconds"] is None  # after the last block there is no next server
    assert {row["throughput"] for row in rows} == {1.0}


def test_the_machines_side_shows_processes_ports_and_traffic(stages: Stages) -> None:
    told = stages["machine"]
    assert told["server_processes_count"] == 2
    assert told["orphans_count"] == 0
    assert told["listening_ports"] == [31330, 31331]
    assert 0 < told["cpu_percent"] < 100
    # Both servers are here: what one sends over loopback the other receives.
    assert 0 < told["network_bytes_sent_per_second"] < 2 * 1024 * 1024
    assert 0 < told["network_bytes_received_per_second"] < 2 * 1024 * 1024


def test_a_session_takes_room_in_the_caches_and_gives_it_back(stages: Stages) -> None:
    before, during = stages["without sessions"], stages["with a session"]
    assert before["cache_tokens_left"] - during["cache_tokens_left"] == 2 * 2 * 200  # two blocks, keys and values
    assert during["status"] == "running"
    assert stages["after the session"]["cache_tokens_left"] == before["cache_tokens_left"]


def test_plain_hivemind_observes_the_same_swarm(stages: Stages) -> None:
    (model,) = stages["plain hivemind"]["models"]
    assert (model["prefix"], model["blocks"]) == ("llama-hf", 4)
    assert sorted((one["name"], one["state"]) for one in model["servers"]) == [
        ("server0", "ONLINE"),
        ("server1", "ONLINE"),
    ]


def test_orphans_of_a_server_serve_nothing(stages: Stages) -> None:
    told = stages["one left"]
    assert told["orphans_count"] > 0
    assert told["served_blocks"] == 2
    assert told["listening_ports"] == [31330]
    assert told["state"] == "ONLINE"
    assert {row["name"]: row["state"] for row in told["servers"]} == {"server0": "ONLINE", "server1": "OFFLINE"}
    assert [row["state"] for row in told["blocks"]] == ["ONLINE", "ONLINE", "OFFLINE", "OFFLINE"]


def test_state_leaves_online_within_15_s_though_orphans_keep_the_command_line(stages: Stages) -> None:
    told = stages["none left"]
    assert told["alike"] > 0
    assert told["orphans_count"] == told["alike"]
    assert told["status"] not in ("running", "idle")
    assert "belong to none that lives" in told["reason"]
    assert told["state"] is None
    # Once the records have expired, the swarm has nothing to tell either.
    assert told["reasons"]["ai.components.petals.state"] in (
        "no server lives on this machine",
        "the swarm announces no model",
    )
    assert not told["served_blocks"]
    assert told["after_seconds"] <= 15


def test_the_observer_and_its_daemon_do_not_outlive_an_appliance_that_is_killed(stages: Stages) -> None:
    assert stages["observers"] >= 1
    assert stages["outlived"] == []
    assert stages["left in /tmp"] == []
