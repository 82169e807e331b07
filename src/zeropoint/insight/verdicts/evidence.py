"""Evidence: the numbers of a look in words, each with the name of its metric."""

from collections.abc import Callable

from zeropoint.insight.verdicts.look import Look
from zeropoint.insight.verdicts.words import in_bytes, in_percent

# What would be told as 0.
LEAST_PERCENT = 0.1


def told(look: Look, *names: str) -> list[str]:
    """These numbers of a look, each once; those that are not known are left out."""
    return [text for name in dict.fromkeys(names) if (text := _TEXTS[name](look)) is not None]


def _percent(
    words: str, of: Callable[[Look], float | None], metric: str, *, but_zero: bool = False
) -> Callable[[Look], str | None]:
    """`but_zero`: of interest only where there is some of it."""

    def text(look: Look) -> str | None:
        value = of(look)
        return (
            None
            if value is None or (but_zero and value < LEAST_PERCENT)
            else f"{words} {in_percent(value)} ({_path(metric, look)})"
        )

    return text


def _looks(words: str, of: Callable[[Look], int], metric: str) -> Callable[[Look], str | None]:
    def text(look: Look) -> str | None:
        return (
            f"{words} in {of(look)} of {look.waits_looks} looks ({_path(metric, look)})" if look.waits_looks else None
        )

    return text


def _bytes(words: str, of: Callable[[Look], float | None], metric: str, unit: str = "") -> Callable[[Look], str | None]:
    def text(look: Look) -> str | None:
        value = of(look)
        return None if not value else f"{words} {in_bytes(value)}{unit} ({_path(metric, look)})"

    return text


def _path(metric: str, look: Look) -> str:
    return metric if "." in metric and not metric.startswith("waits.") else f"ledger.workloads.{look.workload}.{metric}"


def _busiest_gpu(look: Look) -> str | None:
    if look.busiest_gpu_percent is None:
        return None
    which = "the GPU" if look.held_gpus == 1 else f"the busiest of the {look.held_gpus} GPUs"
    path = f"system.gpus.{look.busiest_gpu}.utilization_percent"
    return f"{which} that it holds is busy {in_percent(look.busiest_gpu_percent)} of the time ({path})"


_TEXTS: dict[str, Callable[[Look], str | None]] = {
    "cpu": _percent("it uses of a core", lambda look: look.cpu_percent, "cpu_percent"),
    "gpu": _percent("it uses of a GPU", lambda look: look.gpu_percent, "gpu_percent"),
    "gpu-memory": _bytes("it holds GPU memory", lambda look: look.gpu_memory_bytes, "gpu_memory_bytes"),
    "busiest-gpu": _busiest_gpu,
    "memory": _bytes("it holds memory", lambda look: look.memory_bytes, "memory_bytes"),
    "read": _bytes("it reads", lambda look: look.read_bytes_per_second, "read_bytes_per_second", "/s"),
    "write": _bytes("it writes", lambda look: look.write_bytes_per_second, "write_bytes_per_second", "/s"),
    "stopped": _looks("processes are stopped", lambda look: look.stopped_looks, "waits.stopped_count"),
    "disk": _looks("a process waits for a disk", lambda look: look.disk_looks, "waits.disk_count"),
    "network": _looks("a process waits on a socket", lambda look: look.network_looks, "waits.network_count"),
    "runnable": _looks("a process could run", lambda look: look.runnable_looks, "waits.runnable_count"),
    "cpu-wait": _percent(
        "of the time in which it could run it waited for a processor",
        lambda look: look.cpu_wait_share_percent,
        "waits.cpu_wait_share_percent",
    ),
    "own-cpu": _percent(
        "PSI cpu of its control group", lambda look: look.own_cpu_percent, "waits.pressure_cpu_percent"
    ),
    "own-memory": _percent(
        "PSI memory of its control group", lambda look: look.own_memory_percent, "waits.pressure_memory_percent"
    ),
    "own-io": _percent("PSI io of its control group", lambda look: look.own_io_percent, "waits.pressure_io_percent"),
    "machine-cpu": _percent(
        "the machine's processors are busy", lambda look: look.machine_cpu_percent, "system.cpu.usage_percent"
    ),
    "steal": _percent(
        "the hypervisor takes", lambda look: look.steal_percent, "system.cpu.times_percent.steal", but_zero=True
    ),
    "quota": _percent(
        "periods of the CPU quota that were throttled",
        lambda look: look.quota_percent,
        "system.host.container.cpu_throttled_percent",
        but_zero=True,
    ),
    "psi-cpu": _percent("PSI cpu", lambda look: look.cpu_some_percent, "system.cpu.pressure.some.now_percent"),
    "psi-io": _percent("PSI io", lambda look: look.io_some_percent, "system.disk.pressure.some.now_percent"),
    "psi-memory-some": _percent(
        "PSI memory", lambda look: look.memory_some_percent, "system.memory.pressure.some.now_percent"
    ),
    "psi-memory": _percent(
        "PSI memory, all tasks", lambda look: look.memory_full_percent, "system.memory.pressure.full.now_percent"
    ),
    "swap": _bytes(
        "in and out of swap",
        lambda look: look.swap_bytes_per_second,
        "system.memory.swap.in_bytes_per_second and out_bytes_per_second",
        "/s",
    ),
}
