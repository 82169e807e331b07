"""The processes of a system without /proc, by psutil."""

from zeropoint.processes.machine_cpu import MachineCpu
from zeropoint.processes.process import Process, Processes


def list_by_psutil(now: float) -> Processes:
    """`now` is the table's clock. Children's times are told on Linux alone."""
    import psutil  # noqa: PLC0415 - Linux does without

    found: dict[int, Process] = {}
    ended: dict[int, Process] = {}
    for process in psutil.process_iter(
        ["ppid", "name", "create_time", "cmdline", "status", "cpu_times", "memory_info"]
    ):
        told = process.info
        times, memory = told["cpu_times"], told["memory_info"]
        group = ended if told["status"] == psutil.STATUS_ZOMBIE else found
        group[process.pid] = Process(
            process.pid,
            told["ppid"] or 0,
            told["name"] or "",
            told["create_time"] or 0.0,
            times.user + times.system if times else 0.0,
            tuple(told["cmdline"] or ()),
            resident_bytes=memory.rss if memory else 0,
        )
    times = psutil.cpu_times()
    interrupts = getattr(times, "irq", getattr(times, "interrupt", 0.0)) + getattr(times, "dpc", 0.0)
    busy = times.user + times.system + getattr(times, "nice", 0.0)
    return Processes(found, None, now, ended, MachineCpu(busy, times.idle, interrupts, 0.0, psutil.cpu_count() or 1))
