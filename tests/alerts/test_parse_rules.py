"""Rules and channels of the settings file: what is taken, and the one line for each that is not."""

import tomllib
from typing import Any

import pytest

from tests.alerts.readings import CPU, SPECS
from zeropoint.alerts.parse_channels import parse_channels
from zeropoint.alerts.parse_rules import VERDICTS, parse_rules
from zeropoint.alerts.table_reader import AlertsError
from zeropoint.insight.verdicts.registry import RULES

BUSY = {"name": "busy", "metric": CPU, "above": 90}


def parse(*tables: dict[str, Any]) -> Any:
    return parse_rules(list(tables), SPECS, ["phone"])


def test_a_rule_has_all_that_its_table_says():
    table = """
        name = "busy"
        metric = "system.gpus.*.power_watts"
        above = 300
        clear = 250.5
        for = "5m"
        clear_for = 30
        missing = "fire"
        severity = "critical"
        notify = "phone"
        repeat = "1h"
        quiet = ["22:00-07:00", "12:00-13:00"]
        timezone = "Europe/Berlin"
    """
    (rule,) = parse(tomllib.loads(table))
    assert (rule.above, rule.clear, rule.for_seconds, rule.clear_for_seconds) == (300, 250.5, 300, 30)
    assert (rule.missing, rule.severity, rule.notify, rule.repeat_seconds) == ("fire", "critical", ("phone",), 3600)
    assert (rule.quiet.written(), rule.quiet.zone) == (["22:00-07:00", "12:00-13:00"], "Europe/Berlin")


def test_it_ends_after_as_long_as_it_took_to_begin_unless_told():
    (rule,) = parse({**BUSY, "for": "90s"})
    assert (rule.clear_for_seconds, rule.severity, rule.missing) == (90, "warning", "ignore")


@pytest.mark.parametrize(
    "metric",
    [
        "system.cpu.usage_percent",
        "*.usage_percent",
        "system.gpus.GPU-1.power_watts",
        "system.disk.filesystems./srv/a.b.usage_percent",
        "system.cpu.per_core_percent.3",
        "system.*",
        "*",
        "ledger.workloads.run:*.memory_bytes",
        "ai.components.tinygrad.status",
    ],
)
def test_names_that_there_can_be(metric: str):
    table = {"name": "a", "metric": metric, "missing": "fire"}
    assert parse(table)[0].metric == metric


def test_the_names_of_verdicts_are_those_that_there_are():
    assert {rule.name for rule in RULES} == set(VERDICTS)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "[[alert]] number 1: name: it is needed; it is 1 to 64 letters"),
        ({**BUSY, "name": "a b"}, "number 1: name:"),
        ({**BUSY, "abov": 1}, "[[alert]] 'busy': there is no key 'abov'; allowed are name, metric"),
        ({"name": "a"}, "'a': metric: one of metric and verdict is needed"),
        ({**BUSY, "verdict": "*"}, "metric: one of metric and verdict is needed, and not both"),
        ({"name": "a", "verdict": "stuck"}, "verdict: 'stuck' is not allowed; it is * or one of stalled, "),
        ({"name": "a", "verdict": "*", "above": 1}, "above: it goes with metric alone"),
        ({"name": "a", "verdict": "*", "missing": "fire"}, "missing: it goes with metric alone"),
        ({"name": "a", "metric": CPU}, "above: one of above, below and is is needed"),
        ({**BUSY, "below": 5}, "below: one of above, below and is may stand"),
        ({**BUSY, "above": "90"}, "above: '90' is not allowed; it is a number"),
        ({**BUSY, "above": True}, "above: True is not allowed; it is a number"),
        ({**BUSY, "above": float("nan")}, "above: nan is not allowed; it is a number"),
        ({**BUSY, "above": 10**400}, "000 is not allowed; it is a number"),
        ({**BUSY, "clear": -(10**400)}, "000 is not allowed; it is a number"),
        ({**BUSY, "for": 10**400}, "000 is not allowed; it is seconds, or a number with s, m, h or d"),
        ({**BUSY, "for": float("nan")}, "for: nan is not allowed"),
        ({**BUSY, "clear": 95}, "clear: 95 is above 90, where it fires"),
        ({"name": "a", "metric": CPU, "below": 5, "clear": 4}, "clear: 4 is below 5, where it fires"),
        ({"name": "a", "metric": "server.health", "is": "degraded", "clear": 1}, "clear: it goes with above or below"),
        ({**BUSY, "metric": "system.cpu.usage_percnt"}, "metric: there is none that 'system.cpu.usage_percnt' stands"),
        ({**BUSY, "metric": "system.cpu.usage_percnt"}, "perhaps system.cpu.usage_percent"),
        ({**BUSY, "metric": "system.gpu.*.power_watts"}, "metric: there is none"),
        ({**BUSY, "metric": ""}, "metric: '' is not allowed"),
        ({**BUSY, "metric": "server.health"}, "metric: 'server.health' is a state"),
        ({"name": "a", "metric": CPU, "is": "high"}, f"is: '{CPU}' is a number"),
        ({"name": "a", "metric": "server.health", "is": "bad"}, "is: 'bad' is not allowed; it is one of healthy, "),
        ({**BUSY, "for": "5 minutes"}, "for: '5 minutes' is not allowed; it is seconds, or a number with s, m, h or d"),
        ({**BUSY, "for": -1}, "for: -1 is not allowed"),
        ({**BUSY, "for": "31d"}, "for: '31d' is not allowed"),
        ({**BUSY, "missing": "drop"}, "missing: 'drop' is not allowed; it is ignore or fire"),
        ({**BUSY, "severity": "fatal"}, "severity: 'fatal' is not allowed; it is info, warning or critical"),
        ({**BUSY, "repeat": 5}, "repeat: 5 s is too often; it is at least 60 s"),
        ({**BUSY, "quiet": "22-7"}, "quiet: '22-7' is not allowed; it is a list of spans"),
        ({**BUSY, "quiet": ["7:00-8:00"]}, "quiet: ['7:00-8:00'] is not allowed"),
        ({**BUSY, "quiet": ["08:00-08:00"]}, "quiet: ['08:00-08:00'] is not allowed"),
        ({**BUSY, "timezone": "Europe/Berlin"}, "timezone: it goes with quiet"),
        ({**BUSY, "quiet": ["22:00-07:00"], "timezone": "Mars/Base"}, "no time zone 'Mars/Base'"),
        ({**BUSY, "quiet": ["22:00-07:00"], "timezone": "../../etc/passwd"}, "no time zone"),
        ({**BUSY, "notify": ["phone", "pager"]}, "notify: there is no channel 'pager' in [[notify]]; there are: phone"),
        ({**BUSY, "notify": []}, "notify: [] is not allowed"),
    ],
)
def test_a_wrong_rule_is_one_line_that_names_it_with_its_key(table: dict[str, Any], message: str):
    with pytest.raises(AlertsError) as refused:
        parse(table)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_hostile_value_is_bounded():
    with pytest.raises(AlertsError) as refused:
        parse({**BUSY, "severity": "x\n\x1b[31m" * 100_000})
    assert len(str(refused.value)) < 300 and "\n" not in str(refused.value)


@pytest.mark.parametrize("given", [3, "x", {"name": "a"}, [3]])
def test_what_is_no_list_of_tables(given: object):
    with pytest.raises(AlertsError, match=r"^alert: it is a table for each, written \[\[alert\]\]$"):
        parse_rules(given, SPECS, [])


def test_names_are_given_once():
    with pytest.raises(AlertsError, match="'busy': name: there are two rules of that name"):
        parse(BUSY, BUSY)


def test_a_channel_has_its_addresses_apart_and_tells_their_kind_alone():
    addresses = ["ntfy://secret.example/a", "json://x/", "NTFY://other.example/b"]
    (channel,) = parse_channels([{"name": "phone", "apprise": addresses}])
    assert [target.kind for target in channel.targets] == ["ntfy", "json", "ntfy 2"]
    assert [target.address for target in channel.targets] == addresses
    assert "example" not in repr(channel)


def test_a_command_is_looked_for_when_the_file_is_read():
    (channel,) = parse_channels([{"name": "log", "command": ["sh", "-c", "secret"]}])
    assert channel.targets[0].command[0].startswith("/") and channel.targets[0].command[0].endswith("/sh")
    assert "secret" not in repr(channel)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"apprise": ["json://canary"]}, "[[notify]] number 1: name: it is needed"),
        ({"name": "a"}, "[[notify]] 'a': apprise: one of apprise and command is needed"),
        ({"name": "a", "apprise": ["json://canary"], "command": ["canary"]}, "and not both"),
        ({"name": "a", "apprise": "", "urls": "canary"}, "there is no key 'urls'; allowed are name, apprise, command"),
        ({"name": "a", "apprise": []}, "apprise: the value is not allowed; it is a list of addresses"),
        ({"name": "a", "apprise": ["json://x", "canary"]}, "apprise: number 2 is no address"),
        ({"name": "a", "command": [1, "canary"]}, "command: the value is not allowed; it is a program"),
        ({"name": "a", "command": ["/no/such/canary", "x"]}, "command: its program is not there"),
        ({"name": "a", "command": ["canary\0", "x"]}, "command: its program is not there"),
        ({"name": "a", "apprise": ["json://canary/"] * 17}, "have 17 addresses and commands together; 16 are allowed"),
    ],
)
def test_a_wrong_channel_is_one_line_without_its_secrets(table: dict[str, Any], message: str):
    with pytest.raises(AlertsError) as refused:
        parse_channels([table])
    assert message in str(refused.value)
    assert "canary" not in str(refused.value) and "\n" not in str(refused.value)
