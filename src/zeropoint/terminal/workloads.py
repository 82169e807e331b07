"""The ledger as a table: its columns, and its rows sorted and filtered. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from zeropoint.client import Sample
from zeropoint.terminal.figures import amount, count, percent, watts
from zeropoint.terminal.values import at, number, rows, text

NAME_CELLS = 24
LEAST_NAME_CELLS = 14
MOST_NAME_CELLS = 48


class Column(Struct, frozen=True):
    """`key` sorts by it; `field` is the value's name in a row of the ledger; `cells` is its width."""

    key: str
    field: str
    title: str
    cells: int
    show: Callable[[float | None], str] = count
    is_text: bool = False


NAME = Column("n", "name", "NAME", NAME_CELLS, is_text=True)
COLUMNS = (
    NAME,
    Column("k", "kind", "KIND", 9, is_text=True),
    Column("c", "cpu_percent", "CPU", 7, percent),
    Column("m", "memory_bytes", "MEMORY", 8, amount),
    Column("r", "read_bytes_per_second", "READ/s", 8, amount),
    Column("w", "write_bytes_per_second", "WRITE/s", 8, amount),
    Column("g", "gpu_percent", "GPU", 7, percent),
    Column("v", "gpu_memory_bytes", "GPU MEM", 8, amount),
    Column("p", "power_watts", "POWER", 6, watts),
    Column("o", "pids_count", "PROCS", 5, count),
)
BY_KEY = {column.key: column for column in COLUMNS}
# What goes first where the terminal is narrow: without GPUs LEAST_WANTED, else the other.
GPU_FIELDS = ("power_watts", "gpu_memory_bytes", "gpu_percent")
OTHER_FIELDS = ("kind", "pids_count", "write_bytes_per_second", "read_bytes_per_second")
LEAST_WANTED = (*GPU_FIELDS, *OTHER_FIELDS)
LEAST_WANTED_WITH_GPUS = (*OTHER_FIELDS, *GPU_FIELDS)


class Row(Struct, frozen=True):
    """`path` is where it stands in the sample, `id` what it is known by from one to the next. `values` are by field."""

    id: str
    path: str
    name: str
    kind: str
    values: dict[str, float | None]


class Order(Struct, frozen=True):
    """What the table is sorted by. Figures begin with the largest, texts with A; `reversed` is the other way."""

    key: str = "c"
    reversed: bool = False

    def pressed(self, key: str) -> "Order":
        """The order after another press: the other way round if it is this one's key."""
        return Order(key, not self.reversed) if key == self.key else Order(key)


def workload_rows(sample: Sample, order: Order, words: str = "") -> list[Row]:
    """The workloads that `words` is part of, in the order; then `other` and `unattributed`, and `over-attributed` where
    something is. Values that are not known come after those that are, whichever way they are sorted."""
    ledger = at(sample, "ledger")
    if not isinstance(ledger, dict):
        return []
    found = [_row(one, f"ledger.workloads[{place}]") for place, one in enumerate(rows(ledger, "workloads") or [])]
    wanted = [row for row in found if words.casefold() in f"{row.name}\n{row.kind}".casefold()]
    return [*_sorted(wanted, order), *rest_rows(ledger)]


def rest_rows(ledger: Any) -> list[Row]:
    parts = [_rest(ledger, "other"), _rest(ledger, "unattributed")]
    over = _rest(ledger, "over_attributed")
    return [*parts, over] if any(value for value in over.values.values()) else parts


def _row(told: Any, path: str) -> Row:
    return Row(
        id=text(told, "id") or path,
        path=path,
        name=text(told, "name") or "?",
        kind=text(told, "kind", longest=12) or "?",
        values={column.field: number(told, column.field) for column in COLUMNS if not column.is_text},
    )


def _rest(ledger: Any, name: str) -> Row:
    row = _row(at(ledger, name), f"ledger.{name}")
    return Row(id=row.path, path=row.path, name=name.replace("_", "-"), kind="", values=row.values)


def _sorted(found: Sequence[Row], order: Order) -> list[Row]:
    column = BY_KEY[order.key]
    if column.is_text:
        return sorted(found, key=lambda row: (getattr(row, column.field).casefold(), row.id), reverse=order.reversed)
    known = [row for row in found if row.values[column.field] is not None]
    known.sort(key=lambda row: (row.values[column.field], row.name), reverse=not order.reversed)
    return [*known, *(row for row in found if row.values[column.field] is None)]


def fitting(width: int, sorted_by: str, gpus: bool) -> list[Column]:
    """The columns for a terminal, the name's as wide as there is room; the one that is sorted by is never left out."""
    columns = list(COLUMNS)
    for field in LEAST_WANTED_WITH_GPUS if gpus else LEAST_WANTED:
        if _name_cells(columns, width) >= LEAST_NAME_CELLS + 4:
            break
        columns = [column for column in columns if column.field != field or column.key == sorted_by]
    cells = min(max(LEAST_NAME_CELLS, _name_cells(columns, width)), MOST_NAME_CELLS)
    return [Column(NAME.key, NAME.field, NAME.title, cells, is_text=True), *columns[1:]]


def _name_cells(columns: Sequence[Column], width: int) -> int:
    """What is left for the name: each column has a gap of one cell behind it."""
    return width - 1 - sum(column.cells + 1 for column in columns[1:])


def summary(sample: Sample, shown: Sequence[Row], words: str) -> str:
    """The table's title: how many workloads, the machine's totals that they are held against, and what nobody is
    known to use of these, which in a small terminal would be out of sight. CPU is of one core, as in the table."""
    ledger = at(sample, "ledger")
    listed = sum(row.path.startswith("ledger.workloads") for row in shown)
    all_of_them = count(number(ledger, "workloads_count"))
    which = f"{listed} of {all_of_them} workloads" + (f" with “{words}”" if words else "")
    totals, nobody = at(ledger, "totals"), at(ledger, "unattributed")
    machine = f"CPU {_of_core(totals)}, memory {amount(number(totals, 'memory_bytes'))}"
    return f"{which}   {machine}   unattributed {_of_core(nobody)}, {amount(number(nobody, 'memory_bytes'))}"


def _of_core(usage: Any) -> str:
    return percent(number(usage, "cpu_percent"))
