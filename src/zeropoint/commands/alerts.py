"""zeropoint alerts: checks the rules of a settings file, and sends a notice to try a channel."""

import os
import platform
import time

import click

from zeropoint.alerts.channel import Channel
from zeropoint.alerts.durations import in_words
from zeropoint.alerts.notice_facts import NoticeFacts
from zeropoint.alerts.plan import Plan
from zeropoint.alerts.program import Program
from zeropoint.alerts.rule import Rule
from zeropoint.alerts.sending import SendingError, send
from zeropoint.alerts.sentences import level
from zeropoint.parts.alerts import alerts_plan
from zeropoint.settings import SettingsError, load
from zeropoint.texts import rfc3339

EXIT_NOT_DELIVERED = 1


@click.group()
def alerts() -> None:
    """Check the rules of alerts in a settings file, and try where notices go."""


def config_option(function: click.decorators.FC) -> click.decorators.FC:
    """Decorator: --config, as serve has it."""
    return click.option("--config", metavar="FILE", required=True, help="TOML file of settings")(function)


@alerts.command()
@config_option
def check(config: str) -> None:
    """Check the file as `serve` does when it starts, and print its rules and channels."""
    plan = _plan(config)
    for rule in plan.rules:
        click.echo("\t".join(("alert", rule.name, rule.severity, _condition(rule), ", ".join(rule.notify) or "nobody")))
    for channel in plan.channels:
        click.echo("\t".join(("notify", channel.name, ", ".join(target.kind for target in channel.targets))))


@alerts.command()
@config_option
@click.argument("name", metavar="CHANNEL")
def test(config: str, name: str) -> None:
    """Send a notice to a channel and say what became of it; exit code 1 where it was not delivered."""
    channels = {channel.name: channel for channel in _plan(config).channels}
    if name not in channels:
        raise SettingsError(
            f"there is no channel {name[:64]!r} in [[notify]]; there are: {', '.join(channels) or 'none'}"
        )
    if not _delivers(channels[name]):
        raise SystemExit(EXIT_NOT_DELIVERED)


def _plan(config: str) -> Plan:
    return alerts_plan(load({}, os.environ, config), config) or Plan((), ())


def _condition(rule: Rule) -> str:
    if rule.verdict is not None:
        what = "any verdict" if rule.verdict == "*" else f"verdict {rule.verdict}"
    else:
        what = f"{rule.metric} {level(rule)}"
    return f"{what} for {in_words(rule.for_seconds)}" if rule.for_seconds else what


def _delivers(channel: Channel) -> bool:
    """Whether all of its targets took the notice; says so of each."""
    now = rfc3339(time.time())
    facts = NoticeFacts(
        event="test",
        id=0,
        name="test",
        severity="info",
        subject="zeropoint alerts test",
        value=None,
        level=None,
        for_seconds=0.0,
        says="This is a test. Nothing is wrong.",
        evidence=[],
        since=now,
        time=now,
        host=platform.node(),
    )
    all_well = True
    for target in channel.targets:
        try:
            send(target, facts, Program())
        except SendingError as error:
            all_well = False
            click.echo(f"{channel.name} ({target.kind}): {error}")
        else:
            click.echo(f"{channel.name} ({target.kind}): delivered")
    return all_well
