"""Reads the NVIDIA GPUs whenever it is told to, in a process that loads the driver's library by its usual way.

A line on standard input holds the monotonic time of a reading; the answer is a line of JSON.
"""

import sys

import msgspec

from zeropoint.host.gpu_nvidia import NvidiaGpus
from zeropoint.probe import Absent, Roots
from zeropoint.sampling.audit import audit

probe = NvidiaGpus()
roots = Roots(proc=sys.argv[1], sys=sys.argv[2])
for line in sys.stdin:
    try:
        audited = audit(probe, probe.read(roots, float(line)))
    except RuntimeError as error:
        answer = {"failed": str(error)}
    else:
        if isinstance(audited, Absent):
            answer = {"absent": audited.reason}
        else:
            answer = {"gpus": audited.rows, "missing": audited.reasons}
    print(msgspec.json.encode(answer).decode(), flush=True)
