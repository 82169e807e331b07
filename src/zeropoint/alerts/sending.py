"""Sends one notice to one target, within its time."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from zeropoint.alerts.channel import Target
from zeropoint.alerts.notice_facts import PREFIX, NoticeFacts, json_of, message_of, variables_of
from zeropoint.alerts.program import Program, ProgramError
from zeropoint.texts import clean

LIMIT_SECONDS = 10.0
SENDER = (sys.executable, "-P", str(Path(__file__).with_name("apprise_sender.py")))
# Our own settings are nobody else's business: they may hold a token.
PRIVATE = ("ZEROPOINT_", PREFIX)


class SendingError(Exception):
    """It was not delivered. The message says why, and holds nothing of an address or a command line."""


def send(target: Target, facts: NoticeFacts, program: Program, limit_seconds: float = LIMIT_SECONDS) -> None:
    """Raises SendingError."""
    try:
        if target.address is None:
            environment = {**inherited(), **variables_of(facts)}
            program.run(target.command, json_of(facts), environment, limit_seconds)
        else:
            given = message_of(facts, target.address)
            program.run(SENDER, given, inherited(), limit_seconds, reads_output=True)
    except ProgramError as error:
        # What our own sender prints is a sentence of ours.
        said = clean(error.output.decode(errors="replace").strip())
        raise SendingError(said or str(error)) from None


def inherited() -> Mapping[str, str]:
    """This process's variables without those of its settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PRIVATE)}
