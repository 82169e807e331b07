"""What becomes of who is let in when the file of tokens is taken away, or its disk does not answer."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.process import TIMEOUT_SECONDS, Appliance, running
from tests.support.stream import Stream, messages
from tests.support.tokens import bearer, made, token


def wait_for(look: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    while not look():
        assert time.monotonic() < end, f"it did not come in {TIMEOUT_SECONDS} s"
        time.sleep(0.05)


def status(appliance: Appliance, text: str = "") -> int:
    return appliance.get("/metrics/json", **bearer(text)).status


def test_on_loopback_too_it_stays_closed_when_the_file_is_gone(tmp_path: Path):
    text = made(tmp_path, "read")
    file = tmp_path / "tokens.json"
    with running(tmp_path, "--interval", "0.2") as started:
        with Stream(started, **bearer(text)) as stream:
            stream.samples(1)
            file.rename(tmp_path / "elsewhere")
            assert stream.to_the_end()[-1].type == "bye"
        assert (status(started), status(started, text)) == (401, 401)
        assert started.get("/health").json["status"] == "degraded"
        (tmp_path / "elsewhere").rename(file)
        wait_for(lambda: status(started, text) == 200)
        assert status(started) == 401


def test_a_disk_that_does_not_answer_holds_up_nobody_and_tokens_hold_as_they_were(tmp_path: Path):
    """A pipe that nobody writes to stands for the disk: to open it hangs."""
    text = made(tmp_path, "read", "--name", "reader")
    file = tmp_path / "tokens.json"
    with running(tmp_path, "--interval", "0.2") as started, Stream(started, **bearer(text)) as stream:
        seen = len(stream.samples(2))
        os.mkfifo(tmp_path / "pipe")
        os.link(file, tmp_path / "elsewhere")
        (tmp_path / "pipe").rename(file)

        def told() -> bool:
            reasons = started.get("/health", **bearer(text)).json.get("reasons", [])
            return any("the disk has not answered" in reason for reason in reasons)

        wait_for(told)
        stream.until(lambda events: len(messages(events)) > seen + 5)
        assert (status(started), status(started, text)) == (401, 200)
        # What waits for the pipe reads its end, and next time the file.
        with file.open("wb"):
            (tmp_path / "elsewhere").rename(file)
        wait_for(lambda: not told())
        assert token(tmp_path, "revoke", "reader").returncode == 0
        assert stream.to_the_end()[-1].type == "bye"
