"""The machine as a few lines: processors, memory, disks, network, and what waited for each. Pure."""

from typing import Any

from textual.content import Content

from zeropoint.client import Sample
from zeropoint.terminal.bars import bar, heights
from zeropoint.terminal.figures import of, percent, plain, rate
from zeropoint.terminal.values import at, number, rows

LABEL_CELLS = 6
PERCENT_CELLS = 7
MOST_CORES = 4096


def machine_lines(sample: Sample, width: int) -> list[Content]:
    """The machine in lines of at most `width` cells, or a little more: the terminal cuts them."""
    system = at(sample, "system")
    cpu, memory, disk, network = (at(system, name) for name in ("cpu", "memory", "disk", "network"))
    swap = at(memory, "swap")
    cells = bar_cells(width)
    return [
        share("CPU", number(cpu, "usage_percent"), cells, _load(cpu), _waits(cpu)),
        *core_lines(cpu, width),
        share("memory", number(memory, "usage_percent"), cells, _space(memory), _waits(memory)),
        share(
            "swap", number(swap, "usage_percent"), cells, _space(swap) if number(swap, "total_bytes") != 0 else "none"
        ),
        share("disk", number(disk, "usage_percent"), cells, f"{_space(disk)} on /"),
        share("I/O", number(disk, "busy_percent"), cells, _traffic(disk, "read", "write"), _waits(disk)),
        label("net") + Content(f"in {_rate(network, 'received')}   out {_rate(network, 'sent')}"),
    ]


def bar_cells(width: int) -> int:
    return max(8, min(30, width // 5))


def label(name: str) -> Content:
    return Content.assemble((f"{name:<{LABEL_CELLS}} ", "$text-muted"))


def share(name: str, value: float | None, cells: int, *notes: str) -> Content:
    """A label, a bar, its percentage, and what else is to be said."""
    return Content.assemble(
        label(name), bar(value, cells), f" {percent(value):>{PERCENT_CELLS}}", *(f"   {note}" for note in notes if note)
    )


def core_lines(cpu: Any, width: int) -> list[Content]:
    """A bar a core, as many lines as these take; none where the cores are not told."""
    cores = [number({"": value}, "") for value in rows(cpu, "per_core_percent", most=MOST_CORES) or []]
    a_line = max(8, width - LABEL_CELLS - 1)
    return [
        label("cores" if start == 0 else "") + heights(cores[start : start + a_line])
        for start in range(0, len(cores), a_line)
    ]


def _load(cpu: Any) -> str:
    return "load " + " ".join(plain(number(cpu, name)) for name in ("load_1m", "load_5m", "load_15m"))


def _space(section: Any) -> str:
    return of(number(section, "used_bytes"), number(section, "total_bytes"))


def _traffic(disk: Any, *ways: str) -> str:
    return "   ".join(f"{way} {rate(number(disk, f'{way}_bytes_per_second'))}" for way in ways)


def _rate(network: Any, way: str) -> str:
    return rate(number(network, f"bytes_{way}_per_second"))


def _waits(section: Any) -> str:
    """Pressure: the share of the last interval in which a task waited for it."""
    return f"waits {percent(number(section, 'pressure', 'some', 'now_percent'))}"
