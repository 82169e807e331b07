"""GPUs as lines, each with the processes that hold it. Pure."""

from typing import Any

from textual.content import Content

from zeropoint.client import Sample
from zeropoint.terminal.figures import DASH, amount, celsius, of, percent, watts
from zeropoint.terminal.machine import bar_cells, label, share
from zeropoint.terminal.values import at, number, reasons, rows, text

MOST_GPUS = 64
MOST_PROCESSES = 4


def gpu_lines(sample: Sample, width: int) -> list[Content]:
    """Two lines a GPU and one a process of it; a single one with the reason where there is no GPU."""
    found = rows(sample, "system", "gpus", most=MOST_GPUS)
    if not found:
        why = reasons(sample).why("system.gpus") or "none is told of"
        return [label("GPU") + Content(f"{DASH} {why}")]
    return [line for place, gpu in enumerate(found) for line in _lines_of(gpu, place, width)]


def _lines_of(gpu: Any, place: int, width: int) -> list[Content]:
    index = number(gpu, "index")
    name = f"GPU {place if index is None else int(index)}"
    uses = number(gpu, "utilization_percent")
    memory = of(number(gpu, "memory_used_bytes"), number(gpu, "memory_total_bytes"))
    power = f"{watts(number(gpu, 'power_watts'))} of {watts(number(gpu, 'power_limit_watts'))}"
    notes = [f"memory {memory}", celsius(number(gpu, "temperature_celsius")), power]
    held_down = [text({"": reason}, "") or "" for reason in rows(gpu, "throttle_reasons", most=8) or []]
    product = text(gpu, "name") or DASH
    lines = [
        share(name, uses, bar_cells(width), *notes),
        label("") + Content(", ".join([product, *(f"held down: {reason}" for reason in held_down)])),
    ]
    processes = rows(gpu, "processes") or []
    processes.sort(key=lambda process: -(number(process, "memory_bytes") or 0.0))
    lines.extend(label("") + Content(process_text(process)) for process in processes[:MOST_PROCESSES])
    if len(processes) > MOST_PROCESSES:
        lines.append(label("") + Content(f"and {len(processes) - MOST_PROCESSES} processes more"))
    return lines


def process_text(process: Any) -> str:
    pid = number(process, "pid")
    name = text(process, "name", longest=24) or DASH
    uses, memory = number(process, "utilization_percent"), number(process, "memory_bytes")
    return f"{DASH if pid is None else int(pid):>8} {name:<24} {percent(uses):>7} {amount(memory):>9}"


def has_gpus(sample: Sample) -> bool:
    return bool(at(sample, "system", "gpus"))
