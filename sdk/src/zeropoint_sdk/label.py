"""The label of a run in the environment: children of the training that leave its process tree are known by it.

The environment is one for the whole process, so what stands here is as well. There is no lock, since a process that
forks while another thread holds one would keep it for ever; each step is one that Python does not interrupt.
"""

import os
from typing import Optional

# NAME/ID, as `zeropoint run` has it.
LABEL = "ZP_RUN"

_live: "list[str]" = []
_outside: "list[Optional[str]]" = [None]


def put(label: str) -> None:
    """Children that are started from now on bear it."""
    if not _live:
        _outside[0] = os.environ.get(LABEL)
    _live.append(label)
    os.environ[LABEL] = label


def take(label: str) -> None:
    """Puts back the label of the run that goes on, or what was there before the first. Runs may end in any order; what
    somebody else has put there in the meantime stays."""
    if label not in _live:
        return
    _live.remove(label)
    if os.environ.get(LABEL) != label:
        return
    before = _live[-1] if _live else _outside[0]
    if before is None:
        del os.environ[LABEL]
    else:
        os.environ[LABEL] = before
