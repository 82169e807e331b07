"""What `zeropoint run` writes: ARTIFACTS/runs/NAME/ID/run.json, as the SDK does.

The SDK has the like of it. It is a distribution of its own, which the appliance must do without, and which imports
nothing of ours; tests/commands/test_run_record.py holds the two against one another.
"""

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zeropoint.ai.processes import boot_of, start_ticks
from zeropoint.probe import Roots
from zeropoint.texts import rfc3339

LONGEST_NAME = 80
GIT_FILE_BYTES = 4 * 1024 * 1024
REVISION = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class Record:
    """One run on disk, from its start to its end. Raises OSError where its folder cannot be made."""

    def __init__(self, artifacts: Path, name: str, kind: str, command: Sequence[str] | None) -> None:
        """`command` is what may be told of the command line: None without consent."""
        now = datetime.now(UTC)
        parent = artifacts.absolute() / "runs" / safe(name)
        parent.mkdir(parents=True, exist_ok=True)
        self.folder = parent / f"{now:%Y%m%d-%H%M%S}-{os.urandom(4).hex()}"
        self.folder.mkdir()
        self._fields: dict[str, Any] = {
            "id": self.folder.name,
            "name": name[:200],
            "kind": kind[:200],
            "host": platform.node(),
            "pid": None,
            "boot_id": None,
            "start_ticks": None,
            "command": None if command is None else list(command),
            "started": rfc3339(now.timestamp()),
            "ended": None,
            "exit_code": None,
            "hyperparameters": {},
            "revision": revision(Path()),
        }

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def path(self) -> str:
        """NAME/ID, as the folder lies below ARTIFACTS/runs."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    def started(self, pid: int) -> None:
        """Raises OSError."""
        self._fields.update(pid=pid, boot_id=boot_of(Roots()), start_ticks=start_ticks(Roots(), pid))
        write(self.folder, self._fields)

    def ended(self, exit_code: int, receipt: Mapping[str, Any] | None = None) -> None:
        """`receipt` is what it took of the machine, where that was looked at. Raises OSError."""
        told = {} if receipt is None else {"receipt": receipt}
        self._fields.update(ended=rfc3339(datetime.now(UTC).timestamp()), exit_code=exit_code, **told)
        write(self.folder, self._fields)


def safe(name: str) -> str:
    """The name as that of a folder: no separators, no dots in front, nothing that a shell or a terminal minds."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:LONGEST_NAME].strip("-.") or "run"


def write(folder: Path, fields: Mapping[str, Any]) -> None:
    """Puts run.json in place of the one that is there, at once. Raises OSError."""
    beside = folder / f".run.json.{os.getpid()}"
    try:
        beside.write_text(json.dumps(fields), encoding="utf-8")
        beside.replace(folder / "run.json")
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def revision(start: Path) -> str | None:
    """The commit that is checked out where `start` lies, read out of Git's files; None where that can't be told."""
    # The directory may be gone, or one above it may not be looked into.
    with suppress(OSError):
        start = start.absolute()
        for folder in (start, *start.parents):
            git = folder / ".git"
            if git.is_file():  # a worktree or a submodule: "gitdir: PATH"
                git = folder / _read(git).partition("gitdir:")[2].strip()
            if git.is_dir():
                return _head(git)
    return None


def _head(git: Path) -> str | None:
    kind, _, reference = _read(git / "HEAD").strip().partition(": ")
    if kind != "ref":
        return kind if REVISION.fullmatch(kind) else None
    shared = git / _read(git / "commondir").strip()  # a worktree's branches are those of its repository
    for place in (git, shared):
        commit = _read(place / reference).strip()
        if REVISION.fullmatch(commit):
            return commit
    for row in _read(shared / "packed-refs").splitlines():
        commit, _, name = row.partition(" ")
        if name == reference and REVISION.fullmatch(commit):
            return commit
    return None


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(GIT_FILE_BYTES)
    except OSError:
        return ""
