"""Open descriptors of a process, as the kernel counts them."""

import os
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path


def descriptors(pid: int) -> Counter[str]:
    """How many of each kind: `socket`, `pipe`, or a file's path. proc(5), /proc/PID/fd."""
    found: Counter[str] = Counter()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found[re.sub(r":\[\d+\]$", "", os.readlink(link))] += 1
    return found
