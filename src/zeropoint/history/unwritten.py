"""Samples that the journal has and the columns do not yet, for whoever reads beside a running appliance."""

from collections.abc import Callable, Mapping
from pathlib import Path

from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.decode import SampleDecoder
from zeropoint.history.flatten import Flat, Flattener
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.run_buffer import Columns, columns_of
from zeropoint.model import Component

# Usually there are some minutes of them. Where columns could not be written for long, the rest can be read once they
# are.
MOST_ROWS = 10_000


def unwritten(
    directory: Path,
    components: Callable[[], Mapping[str, type[Component]]],
    now_ms: int,
    cut: Callable[[int], None],
    most_rows: int = MOST_ROWS,
) -> Columns | None:
    """The samples after the newest column, as columns; None where there are none. `components`, the reports of the AI
    components by name, are asked for only where there are some; where there are too many samples, `cut` is told the
    time of the last one that is taken, in milliseconds since 1970. Raises Fault."""
    reader = ColumnReader(directory)
    extent = reader.extent("samples")
    reader.close()
    decoder, flattener, interval_ms = None, Flattener(), 0
    rows: list[tuple[int, Flat]] = []
    journal = JournalReader(directory)
    try:
        for stored in journal.between(extent[1] + 1 if extent else 0, now_ms):
            if rows and stored.time_ms <= rows[-1][0]:
                continue  # the clock was set back: the columns will have both, as blocks of their own
            if len(rows) == most_rows:
                cut(rows[-1][0])
                break
            decoder = decoder or SampleDecoder(components())
            sample = decoder.decode(stored.payload)
            interval_ms = round(sample.interval_seconds * 1000)
            rows.append((stored.time_ms, flattener.flatten(sample)))
    finally:
        journal.close()
    return columns_of(rows, interval_ms) if rows else None
