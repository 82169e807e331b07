"""zeropoint watch: the live view in a terminal, of an appliance or of this machine."""

import asyncio
import os
import signal
import sys
from collections import deque
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from zeropoint.client import FeedRefusedError, MetricsClient, Timing
from zeropoint.commands.logs import set_up_logs
from zeropoint.commands.mocks import refuse_mocks
from zeropoint.commands.options import some_settings
from zeropoint.probe import read_file
from zeropoint.settings import TOKEN_VARIABLE, Settings, SettingsError, load

if TYPE_CHECKING:
    from zeropoint.terminal.app import Feed, WatchApp

SAMPLING = (
    "procfs",
    "sysfs",
    "rootfs",
    "interval",
    "artifacts",
    "petals_peers",
    "petals_python",
    "petals_cache",
    "openmetrics_targets",
    "log_level",
)
LONGEST_TOKEN_BYTES = 4096
# It shows the newest alone: what was sent during a night is nothing to it.
RESUMABLE_SECONDS = 60.0
MOST_LOG_PIECES = 400


@click.command()
@click.argument("url", required=False)
@click.option(
    "--token-file", metavar="FILE", help=f"File that holds the token; else the variable {TOKEN_VARIABLE} is it"
)
@some_settings(*SAMPLING)
def watch(url: str | None, token_file: str | None, config: str | None, **flags: Any) -> None:
    """Watch a machine in this terminal: the one that is served at URL, else this one, without a server."""
    refuse_mocks(os.environ.get("MOCKS_DISABLED"))
    refuse_no_terminal()
    if url is not None:
        given = [name for name, value in {"config": config, **flags}.items() if value]
        if given:
            raise SettingsError(
                f"--{given[0].replace('_', '-')}: with a URL that appliance samples, by its own settings"
            )
        run(client_of(url, token(token_file)), url)
    elif token_file is not None:
        raise SettingsError("--token-file: without a URL nobody is asked, so that there is nobody to give a token to")
    else:
        settings = load(flags, os.environ, config)
        kept = KeptLog()
        set_up_logs(settings.log_level, kept)
        try:
            run(local_feed(settings), "this machine, without a server")
        finally:
            click.echo(kept.text(), err=True, nl=False)


def refuse_no_terminal() -> None:
    """Raises SettingsError where there is nothing to draw on or nobody to press keys, or nothing that draws. textual
    draws on standard error and reads standard input; what is meant for a program goes to standard output."""
    if find_spec("textual") is None:
        raise SettingsError("watch needs textual, which is not installed: pip install 'zeropoint[watch]'")
    for name, stream in (("output", sys.stdout), ("input", sys.stdin), ("error", sys.stderr)):
        if stream is None or not stream.isatty():
            raise SettingsError(
                f"watch draws on a terminal, and standard {name} is none; /metrics/json is for programs"
            )


def token(file: str | None) -> str | None:
    """The token, never from the command line, where all users see it. What is wrong with it is told without it."""
    if file is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    try:
        content = read_file(file, LONGEST_TOKEN_BYTES)
    except OSError as error:
        raise SettingsError(f"--token-file: {file!r} cannot be read: {error.strerror or error}") from None
    found = content.decode(errors="replace").strip()
    if not found:
        raise SettingsError(f"--token-file: {file!r} is empty")
    return found


def client_of(url: str, token: str | None) -> MetricsClient:
    try:
        return MetricsClient(url, token, timing=Timing(resumable_seconds=RESUMABLE_SECONDS))
    except ValueError as error:
        raise SettingsError(f"{error}; an address is as in http://gpubox:3001") from None


def local_feed(settings: Settings) -> "Feed":
    # Not at the top: who watches another machine needs none of the probes.
    from zeropoint.commands.watch_local import LocalFeed  # noqa: PLC0415

    try:
        return LocalFeed(settings)
    except ValueError as error:
        raise SettingsError(f"openmetrics_targets: {error}") from None


def run(feed: "Feed", place: str) -> None:
    """Shows the feed until a key or a signal ends it. Raises SettingsError when the server refuses."""
    # refuse_no_terminal has seen that it is there.
    from zeropoint.terminal.app import WatchApp  # noqa: PLC0415

    ended = asyncio.run(_show(WatchApp(feed, place)))
    if isinstance(ended, FeedRefusedError):
        raise SettingsError(f"{place}: {ended.reason}")
    if ended is not None:
        raise ended


async def _show(app: "WatchApp") -> Exception | None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, app.exit)
    ended = await app.run_async()
    if app.return_code:
        # Our own failure: textual has told where.
        sys.exit(app.return_code)
    return ended


class KeptLog:
    """Where log lines wait while the terminal holds a picture: the last ones, for its end."""

    def __init__(self) -> None:
        self._pieces: deque[str] = deque(maxlen=MOST_LOG_PIECES)

    def write(self, text: str) -> int:
        self._pieces.append(text)
        return len(text)

    def flush(self) -> None:
        pass

    def text(self) -> str:
        return "".join(self._pieces)
