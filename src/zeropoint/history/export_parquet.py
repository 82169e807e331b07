"""Tables as Parquet, by pyarrow, which is an extra."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from zeropoint.history.export import Table


class ParquetSink:
    """`timestamp` in milliseconds, UTC, and a column a series; a value that is not there is null. A table is a row
    group. Raises ImportError where there is no pyarrow."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        import pyarrow  # noqa: PLC0415 - it takes half a second, and may be missing
        import pyarrow.parquet  # noqa: PLC0415

        self._arrow: Any = pyarrow
        fields = [("timestamp", pyarrow.timestamp("ms", tz="UTC")), *((name, pyarrow.float64()) for name in names)]
        self._schema = pyarrow.schema(fields)
        self._writer = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, table: Table) -> None:
        columns = [table.times_ms, *table.values]
        arrays = [
            self._arrow.array(column, type=field.type, from_pandas=True)  # NaN becomes null
            for column, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        self._writer.close()
