"""Notices to real programs and a real receiver: what they get, what fails, what hangs, what finds no room."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.alerts.readings import at, rules
from tests.alerts.receiver import Receiver
from zeropoint.alerts.channel import Target
from zeropoint.alerts.engine import Engine
from zeropoint.alerts.line import CAPACITY, Line, Patience
from zeropoint.alerts.notice_facts import NoticeFacts, facts_of
from zeropoint.alerts.program import Program
from zeropoint.alerts.sending import SendingError, send
from zeropoint.model import Notice

LIMIT_SECONDS = 60.0
CANARY = "canary-5b1f"


def facts(id: int = 1, **changes: Any) -> NoticeFacts:
    given: dict[str, Any] = {
        "event": "fired",
        "id": id,
        "name": "busy",
        "severity": "critical",
        "subject": "system.cpu.usage_percent",
        "value": 97.25,
        "level": "above 90",
        "for_seconds": 300.0,
        "says": "system.cpu.usage_percent is 97.25, above 90 for 5 min",
        "evidence": ["one", "two"],
        "since": "2026-11-24T09:50:48.000Z",
        "time": "2026-11-24T09:50:48.000Z",
        "host": "gpubox",
    }
    return NoticeFacts(**{**given, **changes})


def script(text: str, *arguments: str) -> Target:
    return Target(channel="log", kind="command", command=("/bin/sh", "-c", text, "sh", *arguments))


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it has not come to that"
        time.sleep(0.01)


class Told:
    """What a line tells of its notices."""

    def __init__(self) -> None:
        self.notices: list[tuple[int, Notice]] = []

    def tell(self, id: int, notice: Notice) -> None:
        self.notices.append((id, notice))

    def of(self, id: int) -> list[str]:
        return [notice.status for of, notice in self.notices if of == id]


@contextmanager
def line(target: Target, told: Told, **patience: float) -> Iterator[Line]:
    usual: dict[str, Any] = {"limit_seconds": LIMIT_SECONDS, "wait_seconds": 0.01, "tries": 4, **patience}
    made = Line(target, told.tell, threading.BoundedSemaphore(4), Patience(**usual))
    yield made
    made.close()
    made.join(LIMIT_SECONDS)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_command_gets_the_facts_as_variables_and_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZEROPOINT_TOKEN", CANARY)
    send(script('env > "$1/env"; cat > "$1/json"', str(tmp_path)), facts(), Program())
    assert json.loads((tmp_path / "json").read_text()) == {
        name: getattr(facts(), name) for name in NoticeFacts.__struct_fields__
    }
    variables = (tmp_path / "env").read_text()
    for wanted in (
        "ZP_ALERT_EVENT=fired", "ZP_ALERT_NAME=busy", "ZP_ALERT_SEVERITY=critical", "ZP_ALERT_VALUE=97.25",
        "ZP_ALERT_LEVEL=above 90", "ZP_ALERT_FOR_SECONDS=300.0", "ZP_ALERT_EVIDENCE=one\ntwo\n", "ZP_ALERT_HOST=gpubox",
    ):  # fmt: skip
        assert wanted in variables
    assert CANARY not in variables, "our own settings are nobody else's business"


def test_hostile_names_are_one_line_of_text_to_a_command(tmp_path: Path):
    hostile = "/a\n\x1b[31m\0$(touch $1/x)`id`\udcff<b>" + "y" * 65_536
    engine = Engine(rules({"name": "full", "metric": "system.disk.filesystems.*.usage_percent", "above": 90}))
    (step,) = engine.look(at(0, disks={hostile: 95.0}, verdicts=[hostile]))
    send(
        script('printf "%s" "$ZP_ALERT_SAYS" > "$1/says"; cat > "$1/json"', str(tmp_path)),
        facts_of(step.event, hostile),
        Program(),
    )
    says, told = (tmp_path / "says").read_text(), json.loads((tmp_path / "json").read_text())
    assert says == told["says"] and says.isprintable() and len(says) <= 200
    assert told["host"].isprintable() and told["subject"].isprintable()
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"echo {CANARY}; echo {CANARY} >&2; exit 3", "it ended with exit code 3"),
        ("kill -TERM $$", "it ended with signal 15"),
    ],
)
def test_a_command_that_fails_says_how_without_its_words(text: str, reason: str):
    with pytest.raises(SendingError) as failed:
        send(script(text), facts(), Program())
    assert str(failed.value) == reason


def test_a_command_that_is_no_program_says_so(tmp_path: Path):
    file = tmp_path / CANARY
    file.write_text("not a program")
    file.chmod(0o755)
    with pytest.raises(SendingError) as failed:
        send(Target(channel="log", kind="command", command=(str(file),)), facts(), Program())
    assert str(failed.value) == "it cannot be started: Exec format error"


def test_a_command_that_does_not_read_and_writes_without_end_is_no_trouble():
    send(script("exec <&-; head -c 50000000 /dev/zero; exit 0"), facts(evidence=["x" * 60_000]), Program())


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path):
    text = 'sleep 1000 & echo $! > "$1/child.new"; mv "$1/child.new" "$1/child"; echo $$ > "$1/own"; wait'
    with pytest.raises(SendingError, match=r"^it was not done after 5 s, and was ended$"):
        send(script(text, str(tmp_path)), facts(), Program(), 5.0)
    pids = [int((tmp_path / name).read_text()) for name in ("child", "own")]
    wait_for(lambda: not any(map(is_alive, pids)))


def test_the_end_of_the_appliance_ends_what_runs(tmp_path: Path):
    told = Told()
    with line(script('echo $$ > "$1/new"; mv "$1/new" "$1/pid"; exec sleep 1000', str(tmp_path)), told) as started:
        started.put(facts())
        wait_for((tmp_path / "pid").exists)
    pid = int((tmp_path / "pid").read_text())
    wait_for(lambda: not is_alive(pid))
    assert told.notices == [], "it stays as it was: it is sent after the next start"


def test_what_fails_is_tried_again_and_then_given_up(tmp_path: Path):
    told = Told()
    with line(script('echo >> "$1"; exit 1', str(tmp_path / "tries")), told) as started:
        started.put(facts())
        wait_for(lambda: started.failed_total)
        wait_for(lambda: not started.waiting)
        assert started.trouble == "log (command): it ended with exit code 1"
    assert told.of(1) == ["waiting", "waiting", "waiting", "failed"]
    assert told.notices[-1][1].attempts == 4
    assert (tmp_path / "tries").read_text() == "\n" * 4


def test_notices_come_in_their_order_and_trouble_ends_with_one_that_gets_through(tmp_path: Path):
    told = Told()
    text = 'echo "$ZP_ALERT_ID" >> "$1/ids"; test -e "$1/open"'
    with line(script(text, str(tmp_path)), told, tries=1000, longest_wait_seconds=0.05) as started:
        for id in (1, 2, 3):
            started.put(facts(id))
        wait_for(lambda: started.trouble)
        (tmp_path / "open").touch()
        wait_for(lambda: not started.waiting)
        assert (started.trouble, started.delivered_total) == (None, 3)
    ids = (tmp_path / "ids").read_text().split()
    assert ids == sorted(ids) and told.of(3)[-1] == "delivered"


def test_a_full_line_drops_the_oldest_and_tells_it(tmp_path: Path):
    told = Told()
    text = 'touch "$1/begun"; while ! test -e "$1/open"; do sleep 0.02; done'
    with line(script(text, str(tmp_path)), told) as started:
        started.put(facts(1))
        wait_for((tmp_path / "begun").exists)
        for id in range(2, CAPACITY + 4):
            started.put(facts(id))
        assert (started.waiting, started.dropped_total) == (CAPACITY, 3)
        assert [told.of(id) for id in (1, 2, 3, 4, 5)] == [[], ["dropped"], ["dropped"], ["dropped"], []]
        (tmp_path / "open").touch()
        wait_for(lambda: not started.waiting)
    assert started.delivered_total == CAPACITY


def test_apprise_posts_to_a_receiver():
    with Receiver() as receiver:
        send(Target(channel="web", kind="json", address=receiver.address("/hook")), facts(), Program())
    ((path, body),) = receiver.got
    assert path == "/hook"
    assert (body["title"], body["type"]) == ("busy fires on gpubox", "failure")
    assert body["message"].splitlines()[:3] == [facts().says, "one", "two"]


def test_a_refusal_is_told_by_its_status_without_the_address():
    with Receiver(status=403) as receiver, pytest.raises(SendingError) as failed:
        send(Target(channel="web", kind="json", address=receiver.address(f"/{CANARY}")), facts(), Program())
    assert str(failed.value) == "it was answered with HTTP 403"


def test_a_receiver_that_hangs_is_left_in_time():
    with Receiver(hangs=True) as receiver, pytest.raises(SendingError, match="was ended"):
        send(Target(channel="web", kind="json", address=receiver.address("/")), facts(), Program(), 2.5)


def test_an_address_stands_in_no_list_of_processes():
    """The sender's command line and variables are what others on the machine, or all programs of its user, may read."""
    program = Program()
    with Receiver(hangs=True) as receiver:
        target = Target(channel="web", kind="json", address=receiver.address(f"/{CANARY}"))
        thread = threading.Thread(target=_send_quietly, args=(target, program))
        thread.start()
        wait_for(receiver.is_asked)
        shown = b"".join(
            Path(f"/proc/{pid}/{file}").read_bytes()
            for pid in _children(os.getpid())
            for file in ("cmdline", "environ")
        )
        program.close()
        thread.join(LIMIT_SECONDS)
    assert b"apprise_sender" in shown and CANARY.encode() not in shown


def _send_quietly(target: Target, program: Program) -> None:
    with pytest.raises(SendingError):
        send(target, facts(), program)


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found
