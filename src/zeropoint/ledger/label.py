"""The label of a run: what `zeropoint run` and the SDK put into the environment that a job's processes inherit."""

import re

from zeropoint.probe import Roots, read_file

# Not as settings begin: a Zeropoint that is started within a run would refuse it.
LABEL = "ZP_RUN"
ENVIRONMENT_LIMIT_BYTES = 1024 * 1024
# NAME/ID, as the folder of the run lies below ARTIFACTS/runs.
PATH = re.compile(r"[A-Za-z0-9._-]{1,80}/[A-Za-z0-9._-]{1,80}")


def read_label(roots: Roots, pid: int) -> str | None:
    """NAME/ID of the run that a process was started in; None where there is none, or it may not be read.

    The rest of an environment may hold secrets, and goes no further.
    """
    try:
        content = read_file(f"{roots.proc}/{pid}/environ", ENVIRONMENT_LIMIT_BYTES)
    except OSError:
        return None
    _, found, rest = (b"\0" + content).partition(f"\0{LABEL}=".encode())
    path = rest.partition(b"\0")[0].decode(errors="replace") if found else ""
    return path if PATH.fullmatch(path) else None
