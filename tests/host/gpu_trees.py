"""Recorded GPUs of the kernel's own drivers, laid out as trees; what a test reads of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from zeropoint.host.gpu_drm import DrmGpus
from zeropoint.model import Gpu
from zeropoint.probe import Reading, Roots
from zeropoint.sampling.audit import Audited, audit

FIXTURES = Path(__file__).parent.parent / "fixtures"


def unpack(into: Path, *recordings: str) -> Roots:
    """Lays the recorded files out as a /sys of their own; in its folder proc is a /proc of the first PID
    namespace: number 1 is a process, without which it would hide others, and number 2 the kernel's."""
    proc = into / "proc"
    (proc / "1/fd").mkdir(parents=True)
    (proc / "2/fd").mkdir(parents=True)
    (proc / "2/stat").write_text("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0\n")
    for recording in recordings:
        for line in (FIXTURES / recording).read_text().splitlines():
            if line.startswith("#"):
                continue
            # A path ends at the first colon that a blank or the line's end follows.
            name, _, content = line.partition(": ")
            link, _, target = line.partition(" -> ")
            file = into / (link if target else name.removesuffix(":"))
            file.parent.mkdir(parents=True, exist_ok=True)
            if target:
                file.symlink_to(target)
            else:
                file.write_text(content.replace("\\n", "\n") + "\n")
    return Roots(proc=str(proc), sys=str(into))


def rewrite(file: Path, **lines: str) -> None:
    """Gives rows `KEY: VALUE` of a file other values; _ stands for - in the keys."""
    keys = {name.replace("_", "-"): value for name, value in lines.items()}
    rows = [row.partition(":") for row in file.read_text().splitlines()]
    file.write_text("".join(f"{key}:\t{keys.get(key, value.strip())}\n" for key, _, value in rows))


def read(probe: DrmGpus, roots: Roots, now: float = 100.0) -> tuple[list[Gpu], Mapping[str, str]]:
    """The GPUs and the reasons of nulls by the path below system.gpus, each null with one."""
    reading = probe.read(roots, now)
    assert isinstance(reading, Reading)
    assert isinstance(reading.report, Sequence)
    gpus = [gpu for gpu in reading.report if isinstance(gpu, Gpu)]
    for row, gpu in enumerate(gpus):
        for field in Gpu.__struct_fields__:
            null = getattr(gpu, field) is None
            assert null == (f"[{row}].{field}" in reading.missing), f"{field} of {gpu.uuid}"
    audited = audit(probe, reading)
    assert isinstance(audited, Audited)
    assert "not read, and its probe gives no reason" not in audited.reasons.values()
    return gpus, reading.missing
