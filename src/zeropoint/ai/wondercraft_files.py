"""As what the files below wondercraft/ count: by their place and name, and by what they are.

scenes/ has scenes and final_metrics.json, xr_overlay/ overlays, bridge/ logs/messages_*.jsonl and
metrics/metrics_*.json, exports/ four files by name. Unreal Engine's captures and traces count wherever they lie.
"""

import json
import os
from collections.abc import Callable, Mapping

from zeropoint.ai.artifacts import Folder, Found, Verdict, open_file, open_folder, signature
from zeropoint.ai.content import Content, of_descriptor
from zeropoint.ai.gltf_files import why_not_glb, why_not_gltf
from zeropoint.ai.overlay_files import why_not_overlay_json, why_not_png
from zeropoint.ai.rows import TAIL_BYTES, parse_json_row
from zeropoint.ai.usd_files import why_not_usd, why_not_usda, why_not_usdc, why_not_usdz
from zeropoint.ai.usd_parser import LARGEST_BYTES, UsdParser
from zeropoint.ai.usd_worker import Parsed

WhyNot = Callable[[Content], str | None]

START = ("wondercraft",)
USD = {".usd": why_not_usd, ".usda": why_not_usda, ".usdc": why_not_usdc, ".usdz": why_not_usdz}
SCENES: Mapping[str, WhyNot] = {".glb": why_not_glb, ".gltf": why_not_gltf, **USD}
OVERLAYS: Mapping[str, WhyNot] = {
    ".png": why_not_png,
    ".json": why_not_overlay_json,
    ".glb": why_not_glb,
    ".usdz": why_not_usdz,
}
EXPORTS = ("scene_config.json", "xr_config.json", "xr_pose_data.json")
LARGEST_METRICS_BYTES, LARGEST_EXPORT_BYTES = 256 * 1024, 1024 * 1024
# Unreal's CSV profiler writes at the end of a capture, and its traces have no reader that is kept outside of it.
PROFILES = (".csv", ".utrace")
PROFILE_UNREAD = "of a profile only presence, size and time are read"
WAITS = "waits to be parsed by usd-core; it fits by header and structure"


def kind_of(folder: Folder, name: str) -> str | None:
    """As what a file would count by its place and name, if its content fits."""
    suffix = suffix_of(name)
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


class Checks:
    """Looks into files. USD layers are parsed as well, where usd-core is there, some time after."""

    def __init__(self, artifacts: str, usd: UsdParser) -> None:
        self._artifacts = artifacts
        self._usd = usd

    def check(self, found: Found, kind: str) -> Verdict:
        """As what the file counts. A scene or overlay that is none counts as invalid; other files as unfit."""
        if kind == "profile":
            return Verdict(kind, PROFILE_UNREAD)
        suffix = suffix_of(found.name)
        if suffix in USD and (told := self._of_parser(found, kind, suffix)):
            return told
        verdict = by_content(found, kind, suffix)
        if verdict.kind != kind or suffix not in USD or not self._usd.usable:
            return verdict
        if found.status.st_size > LARGEST_BYTES:
            return Verdict(kind, f"larger than {LARGEST_BYTES:,} bytes is not parsed; it fits by header and structure")
        folder, name = found.folder, found.name
        self._usd.ask(signature(found.status), suffix, lambda: self._opened(folder, name))
        return Verdict(kind, WAITS, is_final=False)

    def _of_parser(self, found: Found, kind: str, suffix: str) -> Verdict | None:
        file = signature(found.status)
        parsed = self._usd.known(file, suffix)
        if parsed is not None:
            return of_parsed(parsed, kind)
        return Verdict(kind, WAITS, is_final=False) if self._usd.is_waiting(file, suffix) else None

    def _opened(self, folder: Folder, name: str) -> int:
        descriptor = open_folder(self._artifacts, START + folder)
        try:
            return open_file(descriptor, name)
        finally:
            os.close(descriptor)


def of_parsed(parsed: Parsed, kind: str) -> Verdict:
    if parsed.valid is None:
        return Verdict(kind, f"{parsed.why}; it fits by header and structure")
    return Verdict(kind) if parsed.valid else Verdict("invalid", parsed.why)


def by_content(found: Found, kind: str, suffix: str) -> Verdict:
    is_asset = kind in ("scene", "overlay")
    try:
        descriptor = open_file(found.descriptor, found.name)
    except OSError as error:
        return Verdict("invalid" if is_asset else "unfit", f"cannot be read: {error.strerror}")
    try:
        content = of_descriptor(descriptor)
        if is_asset:
            why = (SCENES if kind == "scene" else OVERLAYS)[suffix](content)
            return Verdict(kind) if why is None else Verdict("invalid", why)
        fits, what = FITS[kind]
        return Verdict(kind) if fits(content) else Verdict("unfit", f"is not {what}")
    except OSError as error:
        return Verdict("unfit", f"cannot be read: {error.strerror}")
    finally:
        os.close(descriptor)


def suffix_of(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - a name, not a path


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
