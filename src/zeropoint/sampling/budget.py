"""What collecting may cost: probes are read less often while all of them together cost more CPU than the budget.

A policy over costs that it is told, without a clock of its own. What a probe costs is the CPU time of a reading over
the time between two, so what a longer period saves is known before it is tried: one decision is enough.
"""

import math
from collections.abc import Mapping

from msgspec import Struct

from zeropoint.sampling.cost import WINDOW_SECONDS, Cost

LONGEST_PERIOD_SECONDS = 60.0
# What starting costs, to see all processes and files for the first time, is no cost that comes again.
SETTLE_SECONDS = 3 * WINDOW_SECONDS
# To review costs a tenth of a tick; more often than this it would be a part of what it limits.
REVIEW_SECONDS = 1.0
# A probe recovers when its shorter period leaves a fifth of the budget free: costs that vary by less change nothing.
ROOM_SHARE = 0.8
# Where the budget can't be kept at all, a probe that costs less than this share of what remains is left as it is.
WORTH_SHARE = 0.1
# How long there must be room before anything recovers. It doubles each time that a recovery was too early, so a cost
# that comes and goes ends with a slower probe, and not with one that goes to and fro.
LEAST_PATIENCE_SECONDS, MOST_PATIENCE_SECONDS = WINDOW_SECONDS, 600.0


class Review(Struct, frozen=True):
    """What collecting costs, in percent of one core; `tick_percent` is the part of it that belongs to no probe.

    `slowed` and `recovered` are the new periods, in seconds, of the probes for which they were changed; one of the two
    is empty.
    """

    overhead_percent: float
    tick_percent: float
    slowed: Mapping[str, float] = {}
    recovered: Mapping[str, float] = {}


class Pace(Struct, frozen=True):
    """How often a probe is read now, how many times longer that is than its own period, and what that costs (None
    before its first reading)."""

    period_seconds: float
    slowdown: float
    cpu_percent: float | None


class Source:
    """One probe: what it costs, and how many times longer than its own its period is."""

    def __init__(self) -> None:
        self.cost = Cost()
        self.slowdown = 1
        self.own_period_seconds = 0.0

    def period(self, times: float = 1) -> float:
        """Its period in seconds; with `times`, if it were so many times longer."""
        longest = max(self.own_period_seconds, LONGEST_PERIOD_SECONDS)
        return min(self.own_period_seconds * self.slowdown * times, longest)

    def percent(self, now: float, times: float = 1) -> float:
        return self.cost.percent(self.period(times), now)

    def saving(self, now: float) -> float:
        """What twice its period would save."""
        return self.percent(now) - self.percent(now, 2)

    def rise(self, now: float) -> float:
        """What half its period would cost more. It would be read again by then, so the age of its last reading, which
        grows to nearly the whole period, makes it no cheaper."""
        return self.cost.percent(self.period(0.5)) - self.percent(now)


class Budget:
    """Keeps `percent` of one core; 0 is no limit. Times are monotonic seconds, those of ticks."""

    def __init__(self, percent: float = 0.0, interval_seconds: float = 1.0) -> None:
        self.percent = percent
        self._interval = interval_seconds
        self._sources: dict[str, Source] = {}
        self._tick = Cost()
        self._began_at: float | None = None
        self._reviewed_at = float("-inf")
        self._last = Review(0.0, 0.0)
        self._percents: Mapping[str, float] = {}
        self._room_since: float | None = None
        self._recovered_at = float("-inf")
        self._patience = LEAST_PATIENCE_SECONDS

    def charge(self, name: str, at: float, cpu_seconds: float, own_period_seconds: float) -> None:
        """A probe has been read. `own_period_seconds` is how often that is worth it by now, 0 for each tick."""
        source = self._sources.setdefault(name, Source())
        source.own_period_seconds = max(own_period_seconds, self._interval)
        source.cost.add(at, cpu_seconds)

    def charge_tick(self, at: float, cpu_seconds: float) -> None:
        """A sample was put together, which costs the same whatever the probes do."""
        self._began_at = at if self._began_at is None else self._began_at
        self._tick.add(at, cpu_seconds)

    def period_seconds(self, name: str, own_period_seconds: float) -> float:
        """How long a probe should wait from one reading to the next."""
        source = self._sources.get(name)
        if source is None or source.slowdown == 1:
            return own_period_seconds
        return source.period()

    def pace(self, name: str, own_period_seconds: float, now: float) -> Pace:
        """What it costs is as of the last review, where there was one."""
        source = self._sources.get(name)
        if source is None:
            return Pace(max(own_period_seconds, self._interval), 1.0, None)
        period = source.period()
        percent = self._percents[name] if name in self._percents else source.percent(now)
        return Pace(period, period / source.own_period_seconds, percent)

    def review(self, now: float) -> Review | None:
        """To be asked once a tick; None in the first one, when it is not known yet what a tick costs. Within a second
        it tells the same again, and changes nothing."""
        if self._began_at is None:
            return None
        if now - self._reviewed_at >= REVIEW_SECONDS:
            self._reviewed_at = now
            review = self._review(now)
            self._last = Review(review.overhead_percent, review.tick_percent)
            return review
        return self._last

    def _review(self, now: float) -> Review:
        tick = self._tick.percent(self._interval, now)
        self._percents = {name: source.percent(now) for name, source in self._sources.items()}
        total = tick + sum(self._percents.values())
        if not self.percent or self._began_at is None or now - self._began_at < SETTLE_SECONDS:
            return Review(total, tick)
        if total > self.percent:
            return Review(total, tick, slowed=self._slow(now, tick, total))
        return Review(total, tick, recovered=self._recover(now, total))

    def _slow(self, now: float, tick: float, total: float) -> dict[str, float]:
        """Doubles the period of the dearest, again and again, until all fits."""
        sources = self._sources
        least = tick + sum(source.percent(now, math.inf) for source in sources.values())
        worth = WORTH_SHARE * least if least > self.percent else 0.0
        slowed: dict[str, float] = {}
        while total > self.percent:
            slowable = [name for name, source in sources.items() if source.saving(now) > 0]
            name = max(slowable, key=lambda name: sources[name].percent(now), default=None)
            if name is None or sources[name].percent(now) <= worth:
                break
            total -= sources[name].saving(now)
            sources[name].slowdown *= 2
            slowed[name] = sources[name].period()
        self._room_since = None
        if slowed:
            is_too_early = now - self._recovered_at < MOST_PATIENCE_SECONDS
            self._patience = min(2 * self._patience, MOST_PATIENCE_SECONDS) if is_too_early else LEAST_PATIENCE_SECONDS
        return slowed

    def _recover(self, now: float, total: float) -> dict[str, float]:
        """Halves the periods for which there has been room for long enough, those first that cost least."""
        slowed = [(source.rise(now), name) for name, source in self._sources.items() if source.slowdown > 1]
        room = ROOM_SHARE * self.percent - total
        if not slowed or min(slowed)[0] > room:
            self._room_since = None
            return {}
        self._room_since = now if self._room_since is None else self._room_since
        if now - self._room_since < self._patience:
            return {}
        self._room_since, self._recovered_at = now, now
        recovered: dict[str, float] = {}
        for rise, name in sorted(slowed):
            if (room := room - rise) < 0:
                break
            self._sources[name].slowdown //= 2
            recovered[name] = self._sources[name].period()
        return recovered
