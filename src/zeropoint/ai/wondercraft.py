"""Wondercraft by its artifacts, by the processes that write them, and by runs of its kind.

A file counts as what its content is, not as what its name says; wondercraft_files.py knows which lies where.
"""

import os
from typing import ClassVar

from zeropoint.ai.arrivals import Arrivals
from zeropoint.ai.artifacts import Seen, rank
from zeropoint.ai.component import ArtifactsComponent, Outside, total
from zeropoint.ai.holders import Holders
from zeropoint.ai.rows import Row, number, parse_json_row
from zeropoint.ai.tree import Limits, Tree
from zeropoint.ai.usd_parser import UsdParser
from zeropoint.ai.wondercraft_files import LARGEST_METRICS_BYTES, START, Checks, kind_of
from zeropoint.ai.wondercraft_report import WondercraftFile, WondercraftLatest, WondercraftReport
from zeropoint.model import Section
from zeropoint.probe import Absent, Missing
from zeropoint.texts import clean, rfc3339

FILES_TOLD = 32


class Wondercraft(ArtifactsComponent):
    name: ClassVar[str] = "wondercraft"
    section: ClassVar[str] = "ai.components.wondercraft"
    report: ClassVar[type[Section]] = WondercraftReport
    evidence: ClassVar[tuple[str, ...] | None] = ("scene", "overlay", "metrics", "export", "rows", "profile")
    # A scene that somebody copies there is no work under way; rows and metrics that arrive are, which the times of
    # files do not tell.
    work: ClassVar[tuple[str, ...] | None] = ()
    rows_suffice: ClassVar[bool] = True

    def _layout(self, artifacts: str, limits: Limits | None) -> tuple[Tree, ...]:
        self._usd = UsdParser()
        check = Checks(artifacts, self._usd).check
        self._files = Tree(artifacts, START, kind_of, check=check, newest_kept=FILES_TOLD, limits=limits)
        self._holders = Holders("/".join((os.path.realpath(artifacts), *START)), self._processes)
        self._arrivals = Arrivals(self._files, LARGEST_METRICS_BYTES)
        self._told: tuple[object, list[WondercraftFile], Missing] | None = None
        return (self._files,)

    @property
    def looked_in(self) -> str:
        return clean(f"wondercraft and runs of {self._artifacts}")

    def _report(self, wall: float, missing: Missing) -> WondercraftReport:
        self._arrivals.look(wall)
        common = self._common(wall, missing, outside=Outside(worked=self._arrivals.newest))
        return WondercraftReport(
            status=common.status,
            since=common.since,
            last_updated=common.last_updated,
            reason=common.reason,
            pids=common.pids,
            scenes_count=missing.take("scenes_count", total(("scene",), self._files)),
            xr_overlays_count=missing.take("xr_overlays_count", total(("overlay",), self._files)),
            invalid_count=missing.take("invalid_count", total(("invalid",), self._files)),
            invalid_reason=missing.take("invalid_reason", self._invalid_reason()),
            usd_check=usd_check(self._usd),
            latest=missing.take("latest", self._read_latest(wall, missing)),
            files=self._files_written_last(wall, missing),
        )

    def _files_written_last(self, wall: float, missing: Missing) -> list[WondercraftFile]:
        """The rows, put together anew when something has changed."""
        if self._told is None or self._told[0] != self._files.fingerprint:
            reasons = Missing()
            self._told = (self._files.fingerprint, rows_of(self._files, wall, reasons), reasons)
        missing.update(self._told[2])
        return self._told[1]

    def _invalid_reason(self) -> str | Absent:
        for file in self._files.newest.get("invalid", ()):
            return clean(f"{file.path} {file.why}")
        return Absent("nothing is known to be invalid")

    def _read_latest(self, wall: float, missing: Missing) -> WondercraftLatest | Absent:
        metrics = self._files.newest.get("metrics", ())
        file = max(metrics, key=lambda file: rank(file.mtime_ns, wall), default=None)
        if file is None:
            return Absent("no metrics have been written")
        row = self._read_metrics(file)
        return row if isinstance(row, Absent) else latest(row, missing)

    def _read_metrics(self, file: Seen) -> Row | Absent:
        try:
            with self._files.opened(file) as descriptor:
                row = parse_json_row(os.pread(descriptor, LARGEST_METRICS_BYTES, 0))
        except OSError as error:
            return Absent(f"{file.path} cannot be read: {error.strerror}")
        return Absent(f"{file.path} is no JSON object") if row is None else row


def usd_check(parser: UsdParser) -> str:
    """How far USD files are checked."""
    if parser.installed is None:
        return "by header and structure: usd-core is not installed (pip install 'zeropoint[usd]')"
    if parser.failure is not None:
        return f"by header and structure: {parser.failure}"
    waiting = f", {parser.waiting_count:,} waiting" if parser.waiting_count else ""
    return clean(f"parsed by usd-core {parser.installed}{waiting}")


def rows_of(tree: Tree, wall: float, missing: Missing) -> list[WondercraftFile]:
    """The files that were written last, the newest first."""
    seen = sorted(
        (file for newest in tree.newest.values() for file in newest),
        key=lambda file: (-rank(file.mtime_ns, wall), file.path),
    )
    # Two long paths may be alike once they are cut to a length that can be shown: the newer is told.
    files: dict[str, WondercraftFile] = {}
    for file in seen:
        if len(files) == FILES_TOLD:
            break
        if file.path not in files:
            files[file.path] = described(file, f"files[{len(files)}]", missing)
    return list(files.values())


def described(file: Seen, at: str, missing: Missing) -> WondercraftFile:
    """One row; `at` is its path in the report. A file that counts, but not for certain, has a reason beside it."""
    kind = kind_of(file.folder, file.name)
    assert kind is not None  # noqa: S101 - what has no kind is not kept
    valid = False if file.kind in ("invalid", "unfit") else None if file.why else True
    if valid is None and file.why:
        missing[f"{at}.valid"] = file.why
    return WondercraftFile(
        path=file.path,
        kind="log" if kind == "rows" else kind,
        valid=valid,
        reason=clean(file.why) if file.why else None,
        size_bytes=file.signature[2],
        modified=missing.take(f"{at}.modified", time_told(file.mtime_ns)),
    )


def time_told(mtime_ns: int) -> str | Absent:
    """A file's time, which its writer may have set to anything."""
    try:
        return rfc3339(mtime_ns / 1e9)
    except (ValueError, OverflowError, OSError):
        return Absent("its time lies beyond what a date can tell")


def latest(row: Row, missing: Missing) -> WondercraftLatest:
    scene = next((row[name] for name in ("scene", "scene_name") if isinstance(row.get(name), str)), None)
    time_name = "frame_time_ms" if row.get("frame_time_ms") is not None else "frame_time_seconds"
    return WondercraftLatest(
        scene=missing.take("latest.scene", clean(str(scene)) if scene else Absent("the last row names no scene")),
        frames_per_second=missing.take("latest.frames_per_second", number(row, "fps", "frames_per_second")),
        frame_time_seconds=missing.take(
            "latest.frame_time_seconds", number(row, time_name, scale=1e-3 if time_name == "frame_time_ms" else 1.0)
        ),
    )
