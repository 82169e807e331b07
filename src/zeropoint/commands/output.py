"""Standard output that cannot be written: an error like that of any other place that was asked for."""

import io
import sys
from typing import Any

from zeropoint.settings import SettingsError

STANDARD_OUTPUT = 1


class _Output(io.FileIO):
    _has_failed = False

    def write(self, content: Any, /) -> int:
        """Raises SettingsError once, and takes no more then: what is left in the buffers above comes again."""
        if self._has_failed:
            return memoryview(content).nbytes
        try:
            return super().write(content)
        except BrokenPipeError:
            raise  # who reads no further has what was wanted
        except OSError as error:
            self._has_failed = True
            raise SettingsError(f"standard output cannot be written: {error.strerror}") from None


def tell_of_full_output() -> None:
    """From here on, a full disk under standard output is a SettingsError for whoever writes there, in any command."""
    if sys.stdout is None or sys.stdout.isatty():
        return
    raw = io.BufferedWriter(_Output(STANDARD_OUTPUT, "w", closefd=False))
    sys.stdout = io.TextIOWrapper(raw, sys.stdout.encoding, sys.stdout.errors)
