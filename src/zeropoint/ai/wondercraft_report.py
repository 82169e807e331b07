"""What is told of Wondercraft."""

from typing import Annotated

from zeropoint.model import Component, Count, Real, Section, Text, key, metric, text


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
