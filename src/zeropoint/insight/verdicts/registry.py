"""The rules, in the order in which they look."""

from zeropoint.insight.verdicts.contention import Contention
from zeropoint.insight.verdicts.disk_full import DiskFull
from zeropoint.insight.verdicts.input_bound import InputBound
from zeropoint.insight.verdicts.memory_creep import MemoryCreep
from zeropoint.insight.verdicts.rule import Rule
from zeropoint.insight.verdicts.saturated import Saturated
from zeropoint.insight.verdicts.slow_since import SlowSince
from zeropoint.insight.verdicts.stalled import Stalled
from zeropoint.insight.verdicts.throttled import Throttled

RULES: tuple[Rule, ...] = (
    Stalled(),
    InputBound(),
    Throttled(),
    MemoryCreep(),
    Contention(),
    SlowSince(),
    Saturated(),
    DiskFull(),
)
