"""The examples of docs/client.md run."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.process import TIMEOUT_SECONDS, Appliance, clean_environment
from zeropoint.client import StateChanged, Timing
from zeropoint.client.events import StateName
from zeropoint.client.inbox import MOST_BYTES, MOST_EVENTS
from zeropoint.client.parser import LONGEST_EVENT_BYTES
from zeropoint.client.polling import LONGEST_ANSWER_BYTES

PAGE = (Path(__file__).parents[2] / "docs/client.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
MIB = 1024 * 1024


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_prints_what_it_reads(appliance: Appliance, example: str):
    assert "http://127.0.0.1:3001" in example
    script = example.replace("http://127.0.0.1:3001", appliance.url)
    command = [sys.executable, "-u", "-W", "error", "-c", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=clean_environment()) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(1 if "next(" in example else 4)]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert all(lines), errors
    # One that reads on and on ends by Ctrl-C, and with nothing else to complain of.
    assert errors == "" or errors.rstrip().endswith("KeyboardInterrupt"), errors
    assert "Warning" not in errors


def test_the_page_names_every_state():
    named = re.findall(r"^\| `([a-z-]+)` \|", PAGE.partition("## States")[2], re.MULTILINE)
    assert named == list(StateName.__args__)
    assert set(StateChanged.__struct_fields__) == {"name", "reason", "retry_at"}


def test_the_page_names_the_limits_that_hold():
    timing = Timing()
    for words in (
        f"at most {timing.backoff_cap_seconds:.0f} s; a minute",
        f"at least {timing.silence_min_seconds:.0f} s and at most {2.5 * timing.heartbeat_seconds:.0f} s",
        f"after {timing.probe_base_seconds / 2:g} to {timing.probe_base_seconds:g} s",
        f"up to {timing.probe_cap_seconds / 60:g} min",
        f"An event of more than {LONGEST_EVENT_BYTES // MIB} MiB",
        f"a poll of more than {LONGEST_ANSWER_BYTES // MIB} MiB",
        f"more than {MOST_EVENTS} events, and not more than {MOST_BYTES // MIB} MiB",
    ):
        assert words in " ".join(PAGE.split()), words
    assert (timing.failures_before_polling, timing.good_connection_seconds) == (3, 60)
