"""zeropoint token: makes, lists and revokes access tokens of a data directory."""

import os
import re
import time
from datetime import timedelta
from pathlib import Path

import click

from zeropoint.server.audit_file import AuditFile, Row, encode
from zeropoint.server.tokens import SCOPES, Scope, Token, TokenStore, digest, utc_now
from zeropoint.settings import Settings, SettingsError, load
from zeropoint.texts import rfc3339

LIFETIME = re.compile(r"([1-9][0-9]{0,4})([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
# Who asked, in the audit log: whoever may write in the data directory.
COMMAND_LINE = "command-line"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@click.group()
def token() -> None:
    """Make, list and revoke access tokens."""


def data_option(function: click.decorators.FC) -> click.decorators.FC:
    """Decorator: --data, as serve has it."""
    return click.option("--data", metavar="DIR", help="Directory of history and tokens")(function)


def settings_of(data: str | None) -> Settings:
    return load({"data": data}, os.environ, None)


def store_of(settings: Settings) -> TokenStore:
    return TokenStore(Path(settings.data))


@token.command()
@click.option("--scope", type=click.Choice(SCOPES), required=True, help="What the token may read")
@click.option("--name", help="Its name in lists and logs; letters, digits, dot, dash and underscore")
@click.option("--expires", metavar="TIME", help="After how long it ends, as in 30d, 12h or 90m; without it never")
@data_option
def create(scope: Scope, name: str | None, expires: str | None, data: str | None) -> None:
    """Make a token and print it, once."""
    if name is not None and not NAME.fullmatch(name):
        raise SettingsError(f"--name: {name[:80]!r} is not allowed; it is 1 to 64 letters, digits, dots, dashes and _")
    settings = settings_of(data)
    store = store_of(settings)
    text = store.create(scope, name, lifetime(expires), utc_now())
    click.echo(text)
    for made in store.load() or ():
        if made.sha256 == digest(text):
            write_down(settings, "token-created", made.name)


@token.command(name="list")
@data_option
def list_tokens(data: str | None) -> None:
    """List the tokens: names, scopes and times, nothing that lets anybody in."""
    for known in store_of(settings_of(data)).load() or ():
        click.echo("\t".join(_row(known)))


@token.command()
@click.argument("name")
@data_option
def revoke(name: str, data: str | None) -> None:
    """Revoke a token; a running process follows within a second."""
    settings = settings_of(data)
    store_of(settings).revoke(name)
    write_down(settings, "token-revoked", name)


def write_down(settings: Settings, event: str, name: str) -> None:
    """Tells the audit log of a token. A disk that does not take it undoes nothing."""
    if not settings.audit:
        return
    row = Row(rfc3339(time.time()), event, COMMAND_LINE, token=name)
    try:
        audit_file_of(settings).append(encode([row]))
    except OSError as error:
        click.echo(f"the audit log was not written: {error.strerror}", err=True)


def audit_file_of(settings: Settings) -> AuditFile:
    return AuditFile(Path(settings.data), settings.audit_size_mib * 1024 * 1024)


def lifetime(text: str | None) -> timedelta | None:
    """The time that 30d, 12h or 90m says. Raises SettingsError."""
    if text is None:
        return None
    matched = LIFETIME.fullmatch(text)
    if matched is None:
        raise SettingsError(f"--expires: {text[:80]!r} is not allowed; it is a number and m, h or d, as in 30d")
    return timedelta(**{UNITS[matched[2]]: int(matched[1])})


def _row(known: Token) -> tuple[str, ...]:
    if known.expires is None:
        ends = "never expires"
    else:
        ends = f"{'expires' if known.valid_at(utc_now()) else 'expired'} {known.expires:%Y-%m-%dT%H:%M:%SZ}"
    return known.name, known.scope, f"created {known.created:%Y-%m-%dT%H:%M:%SZ}", ends
