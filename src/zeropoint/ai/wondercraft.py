"""Wondercraft by its artifacts: scenes/, xr_overlay/, bridge/ and exports/ below wondercraft/, and runs of its kind.

A file counts as what its content is, not as what its name says. USD files are checked by header and structure.
"""

import json
import os
from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar

from zeropoint.ai.artifacts import Folder, Found, Seen, Verdict, open_file, rank
from zeropoint.ai.component import ArtifactsComponent, total
from zeropoint.ai.content import Content, of_descriptor
from zeropoint.ai.gltf_files import why_not_glb, why_not_gltf
from zeropoint.ai.overlay_files import why_not_overlay_json, why_not_png
from zeropoint.ai.rows import TAIL_BYTES, Row, number, parse_json_row
from zeropoint.ai.texts import clean, rfc3339
from zeropoint.ai.tree import Limits, Tree
from zeropoint.ai.usd_files import why_not_usd, why_not_usda, why_not_usdc, why_not_usdz
from zeropoint.model import Component, Count, Real, Section, Text, key, metric, text
from zeropoint.probe import Absent, Missing

WhyNot = Callable[[Content], str | None]

SCENES: Mapping[str, WhyNot] = {
    ".glb": why_not_glb,
    ".gltf": why_not_gltf,
    ".usd": why_not_usd,
    ".usda": why_not_usda,
    ".usdc": why_not_usdc,
    ".usdz": why_not_usdz,
}
OVERLAYS: Mapping[str, WhyNot] = {
    ".png": why_not_png,
    ".json": why_not_overlay_json,
    ".glb": why_not_glb,
    ".usdz": why_not_usdz,
}
EXPORTS = ("scene_config.json", "xr_config.json", "xr_pose_data.json")
# Unreal's CSV profiler writes at the end of a capture, and its traces have no reader that is kept outside of it.
PROFILES = (".csv", ".utrace")
PROFILE_UNREAD = "of a profile only presence, size and time are read"
FILES_TOLD = 32
LARGEST_METRICS_BYTES, LARGEST_EXPORT_BYTES = 256 * 1024, 1024 * 1024


class WondercraftLatest(Section, frozen=True, kw_only=True):
    """The newest metrics file."""

    scene: Annotated[Text, text("Scene that was rendered")] = None
    frames_per_second: Annotated[Real, metric("Frames rendered")] = None
    frame_time_seconds: Annotated[Real, metric("Time of a frame")] = None


class WondercraftFile(Section, frozen=True, kw_only=True):
    """A file that was written last, valid or not."""

    path: Annotated[str, key("Path below wondercraft/", "file.path")]
    kind: Annotated[Text, text("scene, overlay, metrics, export, log, or profile (of Unreal Engine)")] = None
    valid: Annotated[bool | None, text("Whether its content is what its place and name say; null: not checked")] = None
    reason: Annotated[Text, text("What is wrong with it, or why it is not checked")] = None
    size_bytes: Annotated[Count, text("Size")] = None
    modified: Annotated[Text, text("When it was last written")] = None


class WondercraftReport(Component, frozen=True, kw_only=True):
    scenes_count: Annotated[Count, metric("Scenes: files that are glTF or OpenUSD")] = None
    xr_overlays_count: Annotated[Count, metric("Overlays: PNG, calibration or pose JSON, GLB, USDZ")] = None
    invalid_count: Annotated[Count, metric("Scenes and overlays that are not what their names say")] = None
    invalid_reason: Annotated[Text, text("What is wrong with the newest of these")] = None
    usd_check: Annotated[Text, text("How far USD files are checked")] = None
    latest: Annotated[WondercraftLatest | None, text("The newest metrics file")] = None
    files: Annotated[list[WondercraftFile] | None, text("The files that were written last, invalid ones too")] = None


class Wondercraft(ArtifactsComponent):
    name: ClassVar[str] = "wondercraft"
    section: ClassVar[str] = "ai.components.wondercraft"
    report: ClassVar[type[Section]] = WondercraftReport
    evidence: ClassVar[tuple[str, ...] | None] = ("scene", "overlay", "metrics", "export", "rows")
    rows_suffice: ClassVar[bool] = True

    def _layout(self, artifacts: str, limits: Limits | None) -> tuple[Tree, ...]:
        self._files = Tree(artifacts, ("wondercraft",), kind_of, check=check, newest_kept=FILES_TOLD, limits=limits)
        return (self._files,)

    @property
    def looked_in(self) -> str:
        return clean(f"wondercraft and runs of {self._artifacts}")

    def _report(self, wall: float, missing: Missing) -> WondercraftReport:
        common = self._common(wall, missing)
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
            usd_check="by header and structure",
            latest=missing.take("latest", self._read_latest(wall, missing)),
            files=self._files_written_last(wall, missing),
        )

    def _files_written_last(self, wall: float, missing: Missing) -> list[WondercraftFile]:
        seen = sorted(
            (file for newest in self._files.newest.values() for file in newest),
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


def described(file: Seen, at: str, missing: Missing) -> WondercraftFile:
    kind = kind_of(file.folder, file.name)
    assert kind is not None  # noqa: S101 - what has no kind is not kept
    if kind == "profile":
        missing[f"{at}.valid"] = PROFILE_UNREAD
    return WondercraftFile(
        path=file.path,
        kind="log" if kind == "rows" else kind,
        valid=None if kind == "profile" else file.kind not in ("invalid", "unfit"),
        reason=file.why,
        size_bytes=file.signature[2],
        modified=missing.take(f"{at}.modified", time_told(file.mtime_ns)),
    )


def time_told(mtime_ns: int) -> str | Absent:
    """A file's time, which its writer may have set to anything."""
    try:
        return rfc3339(mtime_ns / 1e9)
    except (ValueError, OverflowError):
        return Absent("its time lies beyond what a date can tell")


def kind_of(folder: Folder, name: str) -> str | None:
    """As what a file would count by its place and name, if its content fits."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - a name, not a path
    place = "/".join(folder)
    if suffix in PROFILES:
        return "profile"
    if place == "scenes" and name == "final_metrics.json":
        return "metrics"
    if folder[:1] == ("scenes",):
        return "scene" if suffix in SCENES else None
    if folder[:1] == ("xr_overlay",):
        return "overlay" if suffix in OVERLAYS else None
    if place == "bridge/metrics" and name.startswith("metrics_") and suffix == ".json":
        return "metrics"
    if place == "bridge/logs" and name.startswith("messages_") and suffix == ".jsonl":
        return "rows"
    if place == "exports":
        return "metrics" if name == "performance_metrics.json" else "export" if name in EXPORTS else None
    return None


def check(found: Found, kind: str) -> Verdict:
    """As what the file counts. A scene or overlay that is none counts as invalid; other files count as nothing then."""
    if kind == "profile":
        return Verdict(kind, PROFILE_UNREAD)
    try:
        descriptor = open_file(found.descriptor, found.name)
    except OSError as error:
        return Verdict("invalid" if kind in ("scene", "overlay") else "unfit", f"cannot be read: {error.strerror}")
    try:
        content = of_descriptor(descriptor)
        if kind in ("scene", "overlay"):
            suffix = os.path.splitext(found.name)[1].lower()  # noqa: PTH122 - a name, not a path
            why = (SCENES if kind == "scene" else OVERLAYS)[suffix](content)
            return Verdict(kind) if why is None else Verdict("invalid", why)
        fits, what = FITS[kind]
        return Verdict(kind) if fits(content) else Verdict("unfit", f"is not {what}")
    except OSError as error:
        return Verdict("unfit", f"cannot be read: {error.strerror}")
    finally:
        os.close(descriptor)


def is_json_object(content: Content) -> bool:
    return content.size <= LARGEST_METRICS_BYTES and parse_json_row(content.read(0, content.size)) is not None


def is_json(content: Content) -> bool:
    if content.size > LARGEST_EXPORT_BYTES:
        return False
    try:
        json.loads(content.read(0, content.size))
    except (ValueError, RecursionError):
        return False
    return True


def ends_in_rows(content: Content) -> bool:
    """Whether the last whole line is a row: it is what was written last."""
    start = max(0, content.size - TAIL_BYTES)
    lines = content.read(start, TAIL_BYTES).split(b"\n")
    return len(lines) > 1 and parse_json_row(lines[-2]) is not None


FITS: Mapping[str, tuple[Callable[[Content], bool], str]] = {
    "rows": (ends_in_rows, "a file whose last line is a JSON object"),
    "metrics": (is_json_object, f"a JSON object of at most {LARGEST_METRICS_BYTES:,} bytes"),
    "export": (is_json, f"JSON of at most {LARGEST_EXPORT_BYTES:,} bytes"),
}


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
