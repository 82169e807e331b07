"""Sends one notice by apprise; a program of its own, which the appliance runs and ends when its time is over.

Reads JSON from standard input: {"address", "title", "body", "type"}, or {"addresses"} to be told which of them apprise
does not know. On standard output it prints why it failed, or the places of those that are not known; the exit code is 1
then. It imports nothing of ours, and tells nothing of an address.
"""

import json
import logging
import re
import sys

import apprise

# Of apprise's own words, which may hold addresses, only the status that a server answered is told.
STATUS = re.compile(r"error=([1-5][0-9]{2})\b")


class Statuses(logging.Handler):
    """Keeps the last HTTP status that was logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        found = STATUS.search(record.getMessage())
        self.last = found[1] if found else self.last


def main() -> int:
    """The exit code."""
    statuses = Statuses()
    logger = logging.getLogger("apprise")
    logger.handlers, logger.propagate = [statuses], False
    asked = json.load(sys.stdin)
    if "addresses" in asked:
        unknown = [place for place, address in enumerate(asked["addresses"], 1) if not apprise.Apprise().add(address)]
        print(json.dumps(unknown))
        return 1 if unknown else 0
    sender = apprise.Apprise()
    if not sender.add(asked["address"]):
        print("apprise does not know such an address")
        return 1
    kind = apprise.NotifyType(asked["type"])
    if sender.notify(body=asked["body"], title=asked["title"], notify_type=kind, body_format=apprise.NotifyFormat.TEXT):
        return 0
    print("nobody answered, or not in time" if statuses.last is None else f"it was answered with HTTP {statuses.last}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
