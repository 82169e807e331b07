"""run.json: what a run is, how it was started and how it ended; and where it lies."""

import contextlib
import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable, Optional

LONGEST_NAME = 80
LONGEST_VALUE = 4096
# The reader takes run.json files of up to 256 KiB.
HYPERPARAMETERS_BYTES = 128 * 1024
GIT_FILE_BYTES = 4 * 1024 * 1024
REVISION = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def safe(name: str) -> str:
    """The name as that of a folder: no separators, no dots in front, nothing that a shell or a terminal minds."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:LONGEST_NAME].strip("-.") or "run"


def new_id(now: float) -> str:
    """Sorts by time; the end tells runs of the same second apart."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{os.urandom(4).hex()}"


def make_folder(artifacts: Path, name: str, now: float) -> Path:
    """ARTIFACTS/runs/NAME/ID, which is new. Raises OSError."""
    parent = artifacts / "runs" / safe(name)
    parent.mkdir(parents=True, exist_ok=True)
    folder = parent / new_id(now)
    folder.mkdir()
    return folder


def mark_of(pid: int) -> "dict[str, Any]":
    """By what the process is the same one, whatever the clock says: proc_pid_stat(5), random(4). None where the system
    does not tell it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return {"boot_id": boot_id, "start_ticks": int(stat[19])}
    except (OSError, IndexError, ValueError):
        return {"boot_id": None, "start_ticks": None}


def discard(folder: Path) -> None:
    """Takes back a folder that make_folder has made, as far as nobody else has put anything there."""
    with contextlib.suppress(OSError):
        for name in ("run.json", "steps.jsonl"):
            with contextlib.suppress(FileNotFoundError):
                (folder / name).unlink()
        folder.rmdir()
        folder.parent.rmdir()


def write(folder: Path, fields: Mapping[str, Any]) -> None:
    """Puts run.json in place of the one that is there, at once: who reads sees the old one or the new one.

    Raises OSError.
    """
    beside = folder / f".run.json.{os.getpid()}"
    try:
        beside.write_text(json.dumps(fields), encoding="utf-8")
        beside.replace(folder / "run.json")
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def hyperparameters(given: Mapping[str, Any], complain: Callable[[str], None]) -> dict[str, Any]:
    """Those values that JSON has, others as text; within the size that a reader takes."""
    kept: dict[str, Any] = {}
    size = 0
    for name, value in given.items():
        try:
            text = json.dumps(value)
        except (TypeError, ValueError, RecursionError):
            text = json.dumps(as_text(value))
        if len(text) > LONGEST_VALUE:
            text = json.dumps(text[: LONGEST_VALUE // 4])
        size += len(name) + len(text)
        if size > HYPERPARAMETERS_BYTES:
            complain(f"hyperparameters are larger than {HYPERPARAMETERS_BYTES} bytes: {name!r} and others are left out")
            break
        kept[name] = json.loads(text)
    return kept


def as_text(value: Any) -> str:
    """What str() says of it, cut short; what it is where that raises."""
    try:
        return str(value)[: LONGEST_VALUE // 4]
    except Exception as error:  # noqa: BLE001 - other people's types raise whatever they like
        return f"{type(value).__name__} ({type(error).__name__})"


def revision(start: Path) -> Optional[str]:
    """The commit that is checked out where `start` lies, read out of Git's files; None where that can't be told."""
    try:
        start = start.absolute()
        for folder in (start, *start.parents):
            git = folder / ".git"
            if git.is_file():  # a worktree or a submodule: "gitdir: PATH"
                git = folder / _read(git).partition("gitdir:")[2].strip()
            if git.is_dir():
                return _head(git)
    except OSError:  # the directory is gone, or one above it may not be looked into
        pass
    return None


def _head(git: Path) -> Optional[str]:
    kind, _, reference = _read(git / "HEAD").strip().partition(": ")
    if kind != "ref":
        return kind if REVISION.fullmatch(kind) else None
    shared = git
    if (git / "commondir").is_file():  # a worktree's branches are those of its repository
        shared = git / _read(git / "commondir").strip()
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
