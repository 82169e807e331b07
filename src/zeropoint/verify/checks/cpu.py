"""How the metrics of the processors are checked."""

from collections.abc import Mapping

from zeropoint.verify.checks.pressure import pressure_checks
from zeropoint.verify.compare import Check, Level
from zeropoint.verify.growth import Counter, Rate, Share

MODES = ("user", "system", "nice", "iowait", "irq", "softirq", "steal", "idle")
IDLE = ("idle", "iowait")
# Times are told in hundredths of a second; the kernel takes iowait back when it wakes a task elsewhere.
TICK_SECONDS = 0.01
SLACK_SECONDS = 4 * TICK_SECONDS


def seconds_of(*modes: str) -> tuple[str, ...]:
    return tuple(f"system.cpu.times_seconds.{mode}_seconds_total" for mode in modes)


CPU: Mapping[str, Check] = {
    "system.cpu.usage_percent": Share(
        part=seconds_of(*(mode for mode in MODES if mode not in IDLE)), rest=seconds_of(*IDLE), slack=SLACK_SECONDS
    ),
    "system.cpu.per_core_percent": Share(part=("{name}.busy",), rest=("{name}.idle",), slack=SLACK_SECONDS),
    "system.cpu.count_logical": Level(moves=False),
    "system.cpu.count_physical": Level(moves=False),
    # From the slowest to the fastest core, which may be another one a moment later.
    "system.cpu.frequency_hz": Level(share=0.1),
    # The kernel computes them anew every 5 s, in hundredths.
    **{f"system.cpu.load_{span}": Level(floor=0.01) for span in ("1m", "5m", "15m")},
    **{
        f"system.cpu.times_percent.{mode}": Share(
            part=seconds_of(mode), rest=seconds_of(*(each for each in MODES if each != mode)), slack=SLACK_SECONDS
        )
        for mode in MODES
    },
    **{name: Counter(slack=SLACK_SECONDS) for name in seconds_of(*MODES)},
    "system.cpu.context_switches_total": Counter(),
    "system.cpu.context_switches_per_second": Rate(of=("{row}.context_switches_total",)),
    "system.cpu.interrupts_per_second": Rate(of=("{row}.interrupts_total",)),
    # Another moment has other tasks.
    "system.cpu.processes_running": Level(floor=8, share=0.5),
    "system.cpu.processes_blocked": Level(floor=8, share=0.5),
    **pressure_checks("system.cpu"),
}
