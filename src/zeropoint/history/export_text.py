"""Tables as CSV and as JSON lines. Rows go to bytes whole, some 30 ns a value."""

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO, Protocol

import msgspec

from zeropoint.history.export import Table
from zeropoint.history.moments import rfc3339


class Sink(Protocol):
    """Where tables go. `close` writes what belongs at the end; the file stays open."""

    def write(self, table: Table) -> None: ...
    def close(self) -> None: ...


class CsvSink:
    """`timestamp` in seconds since 1970 and a column a series (RFC 4180); a value that is not there is empty."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self._file = file
        head = io.StringIO()
        csv.writer(head).writerow(["timestamp", *names])
        file.write(head.getvalue().encode())

    def write(self, table: Table) -> None:
        rows = zip(table.times_ms.tolist(), table.values.T.tolist(), strict=True)
        lines = [msgspec.json.encode([time_ms / 1000, *values])[1:-1] for time_ms, values in rows]
        self._file.write(b"\r\n".join([*lines, b""]).replace(b"null", b""))

    def close(self) -> None:
        pass


class JsonLinesSink:
    """An object a row: `timestamp` in RFC 3339 and the series by their names; a value that is not there is null."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self._file = file
        self._names = ("timestamp", *names)

    def write(self, table: Table) -> None:
        rows = zip(table.times_ms.tolist(), table.values.T.tolist(), strict=True)
        objects = [dict(zip(self._names, [rfc3339(time_ms), *values], strict=True)) for time_ms, values in rows]
        self._file.write(msgspec.json.Encoder().encode_lines(objects))

    def close(self) -> None:
        pass
