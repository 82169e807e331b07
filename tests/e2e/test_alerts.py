"""Alerts of the real process: rules of a file, a real receiver, real commands, restarts."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.alerts.receiver import Receiver
from tests.alerts.test_delivery import is_alive, wait_for
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running
from tests.support.training import training

CANARY = "canary-9c4e"
COUNT = "ai.components.tinygrad.artifacts_count"


def config(folder: Path, *tables: str) -> str:
    file = folder / "zeropoint.toml"
    file.write_text("\n".join(tables))
    return str(file)


def alert(name: str, body: str) -> str:
    return f'[[alert]]\nname = "{name}"\n{body}\n'


def log_command(folder: Path) -> str:
    """A channel whose command appends the JSON that it gets, and the name that its variable has."""
    script = 'read -r line; printf "%s %s\\n" "$ZP_ALERT_NAME" "$line" >> "$0"'
    return f"[[notify]]\nname = 'log'\ncommand = ['/bin/sh', '-c', '{script}', '{folder / 'log'}']\n"


def logged(folder: Path) -> list[dict[str, Any]]:
    if not (folder / "log").exists():
        return []
    lines = [line.partition(" ") for line in (folder / "log").read_text().splitlines()]
    assert all(json.loads(facts)["name"] == name for name, _, facts in lines)
    return [json.loads(facts) for _, _, facts in lines]


def artifacts(folder: Path, count: int) -> None:
    """As many files below artifacts/train."""
    train = folder / "artifacts/train"
    train.mkdir(parents=True, exist_ok=True)
    for file in train.iterdir():
        file.unlink()
    for number in range(count):
        (train / f"{number}.json").write_text("{}")


def started(folder: Path, *tables: str, **environment: str) -> Any:
    arguments = ("--interval", "0.2", "--artifacts", str(folder / "artifacts"), "--config", config(folder, *tables))
    return running(folder / "data", *arguments, **environment)


def told(appliance: Appliance) -> Any:
    return appliance.get("/api/v1/alerts").json


def settled(appliance: Appliance) -> Callable[[], bool]:
    """Whether nothing waits to be delivered."""
    return lambda: all(
        notice["status"] == "delivered" for event in told(appliance)["events"] for notice in event["notices"]
    )


def test_a_rule_fires_and_ends_and_a_command_gets_the_facts(tmp_path: Path):
    artifacts(tmp_path, 1)
    rule = alert("many", f'metric = "{COUNT}"\nabove = 2\nfor = 0.5\nseverity = "critical"\nnotify = ["log"]')
    with started(tmp_path, rule, log_command(tmp_path)) as appliance:
        wait_for(lambda: told(appliance)["rules"] and told(appliance)["rules"][0]["instances"][0]["value"] == 1)
        assert told(appliance)["rules"][0]["state"] == "ok"
        artifacts(tmp_path, 3)
        wait_for(lambda: appliance.get("/metrics/json").json["alerts"])
        (shown,) = appliance.get("/metrics/json").json["alerts"]
        assert (shown["name"], shown["subject"], shown["severity"], shown["active"]) == ("many", COUNT, "critical", 1)
        assert shown["says"] == f"{COUNT} is 3, above 2"
        exposed = appliance.get("/metrics").body.decode()
        assert 'zeropoint_alerts_active{zeropoint_alert="many",' in exposed
        assert "zeropoint_server_alerts_firing 1.0" in exposed
        artifacts(tmp_path, 1)
        wait_for(lambda: len(logged(tmp_path)) == 2)
        wait_for(settled(appliance))
        answer = told(appliance)
    events = answer["events"][::-1]
    assert [event["kind"] for event in events] == ["fired", "cleared"]
    for facts, event in zip(logged(tmp_path), events, strict=True):
        assert facts["event"] == event["kind"]
        for key in ("id", "name", "severity", "subject", "value", "level", "says", "since", "time", "for_seconds"):
            assert facts[key] == event[key], key
    assert [(event["value"], event["level"]) for event in events] == [(3, "above 2"), (1, "above 2")]
    assert events[0]["notices"] == [
        {"channel": "log", "target": "command", "status": "delivered", "attempts": 1, "reason": None}
    ]


def test_the_value_of_an_event_is_that_of_its_sample(tmp_path: Path):
    with started(tmp_path, alert("cpu", 'metric = "system.cpu.usage_percent"\nabove = -1')) as appliance:
        wait_for(lambda: told(appliance)["events"])
        (event,) = told(appliance)["events"]
        wait_for(lambda: appliance.get(f"/api/v1/sample?at={event['time']}").status == 200)
        sample = appliance.get(f"/api/v1/sample?at={event['time']}").json["sample"]
    assert sample["timestamp"] == event["time"]
    assert (event["subject"], event["value"]) == ("system.cpu.usage_percent", sample["system"]["cpu"]["usage_percent"])


def test_a_verdict_is_told_with_its_evidence(tmp_path: Path):
    (tmp_path / "files").mkdir()
    tables = alert("stuck", 'verdict = "stalled"\nnotify = ["log"]'), log_command(tmp_path)
    with (
        started(tmp_path, *tables) as appliance,
        training(tmp_path / "artifacts", "digits", tmp_path / "files") as work,
    ):
        wait_for(
            lambda: any((run["step"] or 0) > 20 for run in appliance.get("/metrics/json").json["ai"]["runs"] or ())
        )
        work.signal(signal.SIGSTOP)
        wait_for(lambda: logged(tmp_path))
        work.signal(signal.SIGCONT)
        wait_for(lambda: len(logged(tmp_path)) == 2)
    fired, cleared = logged(tmp_path)
    assert (fired["subject"], fired["value"], fired["level"]) == (f"stalled {work.workload}", None, None)
    assert "digits has made no step for" in fired["says"]
    assert any(f"ledger.workloads.{work.workload}.waits.stopped_count" in text for text in fired["evidence"])
    assert (cleared["event"], cleared["subject"]) == ("cleared", fired["subject"])


def test_after_a_forced_end_it_is_not_told_again_and_its_end_is(tmp_path: Path):
    artifacts(tmp_path, 3)
    tables = alert("many", f'metric = "{COUNT}"\nabove = 2\nnotify = ["log"]'), log_command(tmp_path)
    with started(tmp_path, *tables) as appliance:
        wait_for(lambda: len(logged(tmp_path)) == 1)
        state = tmp_path / "data/alerts.json"
        wait_for(lambda: state.exists() and '"delivered"' in state.read_text())
        assert state.stat().st_mode & 0o777 == 0o600
        appliance.stop(signal.SIGKILL)
    with started(tmp_path, *tables) as appliance:
        wait_for(lambda: appliance.get("/metrics/json").json["alerts"])
        (event,) = told(appliance)["events"]
        artifacts(tmp_path, 1)
        wait_for(lambda: len(logged(tmp_path)) == 2)
        wait_for(settled(appliance))
        assert [one["kind"] for one in told(appliance)["events"]] == ["cleared", "fired"]
    assert [facts["event"] for facts in logged(tmp_path)] == ["fired", "cleared"]
    assert logged(tmp_path)[1]["since"] == event["since"]


def test_what_was_not_delivered_when_it_was_stopped_is_sent_after_the_next_start(tmp_path: Path):
    artifacts(tmp_path, 3)
    rule = alert("many", f'metric = "{COUNT}"\nabove = 2\nnotify = ["log"]')
    hanging = (
        f"[[notify]]\nname = 'log'\ncommand = ['/bin/sh', '-c', 'echo $$ > \"$0\"; sleep 1000', '{tmp_path}/pid']\n"
    )
    with started(tmp_path, rule, hanging) as appliance:
        wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
        before = appliance.get("/metrics/json").json["id"]
        wait_for(lambda: appliance.get("/metrics/json").json["id"] != before)  # it holds up nothing
        assert appliance.stop() == 0
    assert not is_alive(int((tmp_path / "pid").read_text()))
    with started(tmp_path, rule, log_command(tmp_path)) as appliance:
        wait_for(lambda: len(logged(tmp_path)) == 1)
    assert (logged(tmp_path)[0]["event"], logged(tmp_path)[0]["host"]) == ("fired", socket.gethostname())


def test_apprise_reaches_a_receiver_and_its_address_is_nowhere(tmp_path: Path):
    artifacts(tmp_path, 3)
    rule = alert("many", f'metric = "{COUNT}"\nabove = 2\nnotify = ["web", "log"]')
    with Receiver() as receiver:
        web = f'[[notify]]\nname = "web"\napprise = ["{receiver.address("/" + CANARY)}"]\n'
        script = f"[[notify]]\nname = 'log'\ncommand = ['/bin/sh', '-c', 'exit 7', '{CANARY}']\n"
        with started(tmp_path, rule, web, script) as appliance:
            wait_for(lambda: receiver.got)
            wait_for(lambda: [one["attempts"] for one in told(appliance)["events"][0]["notices"]] == [1, 1])
            notices = told(appliance)["events"][0]["notices"]
            # From the third try on it is a part of the appliance that fails.
            wait_for(lambda: appliance.get("/health").json["status"] == "degraded")
            assert appliance.get("/health").json["reasons"] == [
                "alerts: notices to log (command): it ended with exit code 7"
            ]
            answers = b"".join(
                appliance.get(path).body
                for path in ("/api/v1/alerts", "/metrics/json", "/metrics", "/openapi.json", "/health", "/version")
            )
            appliance.stop()
            assert appliance.process.stderr is not None
            logs = appliance.process.stderr.read()
    ((path, body),) = receiver.got
    assert (path, body["type"]) == (f"/{CANARY}", "warning")
    assert [(one["target"], one["status"], one["reason"]) for one in notices] == [
        ("json", "delivered", None),
        ("command", "waiting", "it ended with exit code 7"),
    ]
    kept = b"".join(file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file())
    assert CANARY.encode() not in answers + logs.encode() + kept
    assert "notice not delivered" in logs


def span(zone: str, *, holds: bool) -> str:
    """Quiet hours of a zone that hold now, and for some hours, or that do not."""
    now = datetime.now(ZoneInfo(zone))
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=4)
    return f"{begins:%H:%M}-{ends:%H:%M}" if holds else f"{ends:%H:%M}-{begins:%H:%M}"


def test_quiet_hours_are_those_of_a_time_zone_or_of_the_machine(tmp_path: Path):
    body = f'metric = "{COUNT}"\nabove = 2\nnotify = ["log"]\nquiet = '
    tables = (
        alert("tokyo-quiet", f'{body}["{span("Asia/Tokyo", holds=True)}"]\ntimezone = "Asia/Tokyo"'),
        alert("tokyo-loud", f'{body}["{span("Asia/Tokyo", holds=False)}"]\ntimezone = "Asia/Tokyo"'),
        alert("here-quiet", f'{body}["{span("Pacific/Auckland", holds=True)}"]'),
        alert("here-loud", f'{body}["{span("Pacific/Auckland", holds=False)}"]'),
    )
    artifacts(tmp_path, 3)
    with started(tmp_path, *tables, log_command(tmp_path), TZ="Pacific/Auckland") as appliance:
        wait_for(lambda: len(logged(tmp_path)) == 2)
        statuses = {event["name"]: event["notices"][0]["status"] for event in told(appliance)["events"]}
        wait_for(lambda: len(appliance.get("/metrics/json").json["alerts"]) == 4)
    assert {name for name, status in statuses.items() if status == "held"} == {"tokyo-quiet", "here-quiet"}
    assert {facts["name"] for facts in logged(tmp_path)} == {"tokyo-loud", "here-loud"}


def test_without_rules_there_is_nothing_and_it_says_so(tmp_path: Path):
    with running(tmp_path) as appliance:
        assert told(appliance) == {"rules": [], "events": [], "targets": []}
        sample = appliance.get("/metrics/json").json
        assert (sample["alerts"], sample["server"]["alerts"]) == ([], None)
        assert {"path": "server.alerts", "reason": "no rules of alerts are set"} in sample["unavailable"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PROGRAM, *arguments],
        check=False, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, env=clean_environment(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (['[[alert]]\nmetric = "x"'], "[[alert]] number 1: name: it is needed"),
        (
            [alert("a", 'metric = "system.cpu.use"\nabove = 1')],
            "[[alert]] 'a': metric: there is none that 'system.cpu.use'",
        ),
        ([alert("a", 'verdict = "*"\nnotify = "x"')], "[[alert]] 'a': notify: there is no channel 'x' in [[notify]]"),
        (
            [alert("a", 'metric = "system.*"\nabove = 1\nclear = 2')],
            "[[alert]] 'a': clear: 2 is above 1, where it fires",
        ),
        ([f'[[notify]]\nname = "a"\nurl = "{CANARY}"'], "[[notify]] 'a': there is no key 'url'; allowed are"),
        (
            [f'[[notify]]\nname = "a"\napprise = "nosuch://{CANARY}"'],
            "[[notify]] 'a': apprise: number 1 is none that apprise",
        ),
        ([f'[[notify]]\nname = "a"\ncommand = ["/{CANARY}"]'], "[[notify]] 'a': command: its program is not there"),
        (['alert = "x"'], "alert: it is a table for each, written [[alert]]"),
    ],
)
def test_a_wrong_table_is_one_line_and_exit_2(tmp_path: Path, tables: list[str], message: str):
    file = config(tmp_path, *tables)
    for command in (["serve", "--port", "0", "--data", str(tmp_path / "data")], ["alerts", "check"]):
        finished = run(*command, "--config", file)
        assert (finished.returncode, finished.stdout) == (2, "")
        assert finished.stderr.startswith(f"zeropoint: {file}: {message}") and finished.stderr.count("\n") == 1
        assert CANARY not in finished.stderr
    assert not (tmp_path / "data").exists()


def test_a_file_of_rules_can_be_checked_and_a_channel_tried(tmp_path: Path):
    rule = alert("busy", 'metric = "system.cpu.usage_percent"\nabove = 90\nfor = "5m"\nnotify = ["log"]')
    failing = "[[notify]]\nname = 'bad'\ncommand = ['/bin/sh', '-c', 'exit 1']\n"
    file = config(tmp_path, rule, log_command(tmp_path), failing)
    checked = run("alerts", "check", "--config", file)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "alert\tbusy\twarning\tsystem.cpu.usage_percent above 90 for 5 min\tlog\n" in checked.stdout
    tried = run("alerts", "test", "log", "--config", file)
    assert (tried.returncode, tried.stdout) == (0, "log (command): delivered\n")
    assert [facts["event"] for facts in logged(tmp_path)] == ["test"]
    tried = run("alerts", "test", "bad", "--config", file)
    assert (tried.returncode, tried.stdout) == (1, "bad (command): it ended with exit code 1\n")
    assert "there is no channel 'x'" in run("alerts", "test", "x", "--config", file).stderr


def test_without_apprise_a_channel_that_needs_it_says_how_it_is_installed(tmp_path: Path):
    file = config(tmp_path, f'[[notify]]\nname = "web"\napprise = ["json://{CANARY}/"]\n')
    without = "import sys; sys.modules['apprise'] = None; from zeropoint.commands.main import main; main()"
    finished = subprocess.run(
        [sys.executable, "-c", without, "serve", "--config", file, "--port", "0", "--data", str(tmp_path / "data")],
        check=False, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, env=clean_environment(),
    )  # fmt: skip
    needed = "it needs a package that is not installed: pip install 'zeropoint[notices]'"
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"zeropoint: {file}: [[notify]] 'web': apprise: {needed}\n"
