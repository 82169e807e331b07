"""What one line of a training run costs: `run.log` of the SDK beside a print with flush of the same row.

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
OURS = "run.log"
PRINT_JSON = "print(json.dumps(row), flush=True)"
PRINT_TEXT = "print(f-string of the row, flush=True)"
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
# Each makes the same row: the time, the step, its loss, the tokens, and the two figures that follow from the clock.
LOOPS = {
    OURS: """
with zp.run("bench", artifacts=place) as run:
    begun = time.process_time()
    for step in range(rows):
        run.log(step=step, loss=0.5457 / (step + 1), tokens=128)
    assert run.lost_rows == 0
""",
    PRINT_JSON: """
for step in range(rows):
    now = time.perf_counter()
    seconds, last = now - last, now
    row = {"timestamp": datetime.now(timezone.utc).isoformat(timespec="milliseconds"), "step": step,
        "loss": 0.5457 / (step + 1), "tokens": 128, "tokens_s": 128 / seconds, "step_ms": seconds * 1000}
    print(json.dumps(row), file=file, flush=True)
""",
    PRINT_TEXT: """
for step in range(rows):
    now = time.perf_counter()
    seconds, last = now - last, now
    stamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    print(f'{{"timestamp": "{stamp}", "step": {step}, "loss": {0.5457 / (step + 1)}, "tokens": 128, '
        f'"tokens_s": {128 / seconds}, "step_ms": {seconds * 1000}}}', file=file, flush=True)
""",
    WRITE: """
line = b"x" * 150
for step in range(rows):
    os.write(file.fileno(), line)
""",
}


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
    to_print = {name: report.ratio(values, results[PRINT_JSON]) for name, values in results.items()}
    return report.Report(
        name="sdk",
        header=["one row", "CPU, microseconds", "to print of JSON"],
        rows=[[f"`{name}`", report.spread(values), f"{to_print[name]:.2f}"] for name, values in results.items()],
        goals=[
            report.Goal(f"less than a print of the row as JSON (it is {to_print[OURS]:.2f} of it)", to_print[OURS] < 1),
        ],
        notes=[f"{ROWS:,} rows of six values a run, to a file in the directory for temporary files."],
    )
