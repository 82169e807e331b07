import threading

import numpy as np
from msgspec.structs import replace

from tests.history.records import NOON_MS
from tests.support.samples import sample
from zeropoint.history.flatten import Flat, Flattener
from zeropoint.history.run_buffer import MOST_ROWS, MOST_SERIES, RunBuffer, columns_of
from zeropoint.model import BlockDevice, Disk, Sample, System


def with_disks(**reads: int) -> Sample:
    devices = [BlockDevice(name=name, reads_total=total) for name, total in reads.items()]
    return replace(sample(1), system=System(disk=Disk(devices=devices)))


def test_rows_become_columns_and_what_is_null_is_nan():
    buffer = RunBuffer(Flattener())
    assert buffer.columns() is None
    for second, taken in enumerate([with_disks(a=1, b=2), with_disks(a=3), with_disks(c=4, a=5)]):
        buffer.add(taken, NOON_MS + 1000 * second)
    columns = buffer.columns()
    assert columns is not None
    assert columns.times_ms.tolist() == [NOON_MS, NOON_MS + 1000, NOON_MS + 2000]
    assert columns.interval_ms == 1000
    found = dict(zip(columns.names, columns.values.tolist(), strict=True))
    nan = np.nan
    for name, expected in {"a": [1, 3, 5], "b": [2, nan, nan], "c": [nan, nan, 4]}.items():
        assert np.array_equal(found[f"system.disk.devices.{name}.reads_total"], expected, equal_nan=True)
    assert "system.disk.devices.a.writes_total" not in found


def test_what_was_given_out_does_not_change():
    buffer = RunBuffer(Flattener())
    buffer.add(sample(1), NOON_MS)
    before = buffer.columns()
    buffer.add(sample(2), NOON_MS + 1000)
    assert before is not None
    assert before.values.shape[1] == 1


def test_a_run_ends_with_the_block_and_where_the_clock_is_set_back():
    buffer = RunBuffer(Flattener())
    assert buffer.takes(NOON_MS + 30_000)
    buffer.add(sample(1), NOON_MS + 30_000)
    assert buffer.takes(NOON_MS + 299_999)
    assert not buffer.takes(NOON_MS + 30_000)
    assert not buffer.takes(NOON_MS + 29_000)
    assert not buffer.takes(NOON_MS + 300_000)
    assert not buffer.takes(NOON_MS - 1)


def test_a_run_has_an_end_however_fast_samples_come():
    buffer = RunBuffer(Flattener())
    for row in range(MOST_ROWS):
        buffer.add(sample(1), NOON_MS + row)
    assert not buffer.takes(NOON_MS + MOST_ROWS)


def test_of_two_rows_with_one_name_the_later_stands():
    values = np.array([1.0, 2.0, 3.0])
    columns = columns_of([(NOON_MS, Flat((("a", "b"), ("a",)), values))], 1000)
    assert columns.names == ("a", "b")
    assert columns.values.tolist() == [[3.0], [2.0]]


def test_series_that_are_too_many_are_left_out_and_counted():
    names = tuple(f"s{number}" for number in range(MOST_SERIES + 7))
    columns = columns_of([(NOON_MS, Flat((names,), np.ones(len(names))))], 1000)
    assert len(columns.names) == MOST_SERIES
    assert columns.left_out == 7


def test_another_thread_reads_whole_rows_while_samples_are_added():
    buffer = RunBuffer(Flattener())
    wrong: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            columns = buffer.columns()
            if columns is not None:
                row = columns.values[columns.names.index("server.clients")]
                if row.tolist() != [float(number) for number in range(len(row))]:
                    wrong.append(str(row))

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(MOST_ROWS):
        buffer.add(sample(number), NOON_MS + number)
    done.set()
    thread.join()
    assert not wrong
