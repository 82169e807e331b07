from tests.host.trees import recorded, report_of
from zeropoint.host.processes import Processes, parse_thread_count


def test_threads_are_the_fourth_field_of_loadavg():
    assert parse_thread_count(b"0.07 0.13 0.09 1/90 7358\n") == 90


def test_processes_are_the_numbers_in_proc():
    report = report_of(Processes(), recorded("golden"))
    assert report.process_count == 7
    assert report.thread_count == 642
