"""Whether a process that is no child of the tests has ended."""

import os
import select

from tests.support.process import TIMEOUT_SECONDS


def has_ended(pid: int) -> bool:
    """Waits for its end: a signal that was sent is not yet one that was obeyed. A zombie has ended."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], TIMEOUT_SECONDS)[0])
    finally:
        os.close(watched)
