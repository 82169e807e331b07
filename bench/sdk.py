"""What one line of a training run costs: `run.log` and `tinygrad.step` of the SDK, each beside prints with flush of the
same row.

All write to files of one directory, in processes of their own that are measured by their CPU time, which holds the
kernel's part of each write.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from bench import report

ROWS = 100_000
LOG, LOG_JSON, LOG_TEXT = "run.log", "print(json.dumps(row), flush=True)", "print(f-string of the row, flush=True)"
STEP, STEP_JSON, STEP_TEXT = (
    "with tinygrad.step",
    "print(json.dumps(row of a step), flush=True)",
    "print(f-string of the row of a step, flush=True)",
)
WRITE = "the write alone"
SOURCE = Path(__file__).parents[1] / "sdk/src"

HEAD = """
import json, os, sys, time
from datetime import datetime, timezone
import zeropoint_sdk as zp
rows, place = int(sys.argv[1]), sys.argv[2]
file = open(place + "/printed", "a")
last = time.perf_counter()
begun = time.process_time()
"""
TAIL = """
print(json.dumps((time.process_time() - begun) / rows))
"""
# The first three make the same row: the time, the step, its loss, the tokens, and the two figures that follow from the
# clock. So do the next three: a step's duration is measured, and what tinygrad does not tell is null.
LOOPS = {
    LOG: """
with zp.run("bench", artifacts=place) as run:
    begun = time.process_time()
    for step in range(rows):
        run.log(step=step, loss=0.5457 / (step + 1), tokens=128)
    assert run.lost_rows == 0
""",
    LOG_JSON: """
for step in range(rows):
    now = time.perf_counter()
    seconds, last = now - last, now
    row = {"timestamp": datetime.now(timezone.utc).isoformat(timespec="milliseconds"), "step": step,
        "loss": 0.5457 / (step + 1), "tokens": 128, "tokens_s": 128 / seconds, "step_ms": seconds * 1000}
    print(json.dumps(row), file=file, flush=True)
""",
    LOG_TEXT: """
for step in range(rows):
    now = time.perf_counter()
    seconds, last = now - last, now
    stamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    print(f'{{"timestamp": "{stamp}", "step": {step}, "loss": {0.5457 / (step + 1)}, "tokens": 128, '
        f'"tokens_s": {128 / seconds}, "step_ms": {seconds * 1000}}}', file=file, flush=True)
""",
    STEP: """
with zp.run("bench", artifacts=place) as run:
    begun = time.process_time()
    for step in range(rows):
        with zp.tinygrad.step(run, tokens=128) as s:
            s.loss = 0.5457 / (step + 1)
    assert run.lost_rows == 0
""",
    STEP_JSON: """
for step in range(rows):
    begin = time.perf_counter()
    loss = 0.5457 / (step + 1)
    seconds = time.perf_counter() - begin
    stamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    row = {"timestamp": stamp, "gflops": None, "kernels": None, "mem_used": None,
        "loss": loss, "tokens": 128, "step": step, "tokens_s": 128 / seconds, "step_ms": seconds * 1000}
    print(json.dumps(row), file=file, flush=True)
""",
    STEP_TEXT: """
for step in range(rows):
    begin = time.perf_counter()
    loss = 0.5457 / (step + 1)
    seconds = time.perf_counter() - begin
    stamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    print(f'{{"timestamp": "{stamp}", "gflops": null, "kernels": null, "mem_used": null, "loss": {loss}, '
        f'"tokens": 128, "step": {step}, "tokens_s": {128 / seconds}, "step_ms": {seconds * 1000}}}',
        file=file, flush=True)
""",
    WRITE: """
line = b"x" * 150
for step in range(rows):
    os.write(file.fileno(), line)
""",
}
PRINTS = ((LOG, LOG_JSON), (LOG, LOG_TEXT), (STEP, STEP_JSON), (STEP, STEP_TEXT))


def microseconds(name: str, place: str) -> float:
    """CPU time of one row."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + LOOPS[name] + TAIL, str(ROWS), place],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return 1e6 * float(json.loads(done.stdout))


def measure(runs: int) -> report.Report:
    with tempfile.TemporaryDirectory() as place:
        results = report.alternate({name: partial(microseconds, name, place) for name in LOOPS}, runs)
    to_print = {pair: report.ratio(results[pair[0]], results[pair[1]]) for pair in PRINTS}
    return report.Report(
        name="sdk",
        header=["one row", "CPU, microseconds"],
        rows=[[f"`{name}`", report.spread(values)] for name, values in results.items()],
        goals=[
            report.Goal(f"`{ours}` less than `{theirs}` (it is {share:.2f} of it)", share < 1)
            for (ours, theirs), share in to_print.items()
            if theirs != STEP_TEXT
        ],
        notes=[
            f"{ROWS:,} rows a run, to a file in the directory for temporary files.",
            f"`{STEP}` is {to_print[STEP, STEP_TEXT]:.2f} of `{STEP_TEXT}`: it is a context, and reads counters.",
        ],
    )
