"""What each process has of each GPU, by the kernel's accounts of its open files (drm_fdinfo.py)."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from zeropoint.host.drm_fdinfo import Engine, parse_fdinfo
from zeropoint.host.drm_holders import OpenDevice
from zeropoint.probe import Roots, read_file

FDINFO_LIMIT_BYTES = 64 * 1024
MOST_CLIENTS = 4096


class Use(Struct):
    """Of one process on one GPU. `engines` are shares of the time since the last reading in percent, None when none of
    its clients was there then; `on_the_card_bytes` is None where the GPU has no memory of its own."""

    on_the_card_bytes: int | None = None
    of_the_machine_bytes: int = 0
    tells_memory: bool = False
    engines: dict[str, float] | None = None


class DrmUsage:
    """Follows the clients of all GPUs. A client is counted once, for the lowest of the processes that share it.

    After read(), `silent` are the cards whose driver tells nothing of some descriptor: before Linux 5.14 to 5.19."""

    def __init__(self) -> None:
        self.silent: set[str] = set()
        self._last: dict[tuple[str, int], tuple[float, Mapping[str, Engine]]] = {}

    def read(
        self, roots: Roots, opened: Iterable[OpenDevice], cards: Mapping[str, str], now: float
    ) -> dict[str, dict[int, Use]]:
        """Use by card and process. `cards` gives the card of a node of /dev/dri, and of a PCI address."""
        found: dict[str, dict[int, Use]] = {}
        last, self._last = self._last, {}
        self.silent = set()
        for device in opened:
            try:
                content = read_file(f"{roots.proc}/{device.pid}/fdinfo/{device.descriptor}", FDINFO_LIMIT_BYTES)
            except OSError:  # closed, or its process has ended
                continue
            client = parse_fdinfo(content)
            card = cards.get((client.address if client else None) or device.node)
            if card is None or len(self._last) >= MOST_CLIENTS:
                continue
            if client is None:
                self.silent.add(card)
                continue
            key = (card, client.number)
            if key in self._last:
                continue
            use = found.setdefault(card, {}).setdefault(device.pid, Use())
            if client.on_the_card_bytes is not None:
                use.on_the_card_bytes = (use.on_the_card_bytes or 0) + client.on_the_card_bytes
            use.of_the_machine_bytes += client.of_the_machine_bytes
            use.tells_memory |= bool(client.memory_bytes)
            before = last.get(key)
            engines = client.engines if before is None else caught_up(before[1], client.engines)
            self._last[key] = (now, engines)
            if before is not None and now > before[0]:
                use.engines = added(use.engines or {}, shares(before[1], engines, now - before[0]))
        return found


def caught_up(before: Mapping[str, Engine], engines: Mapping[str, Engine]) -> dict[str, Engine]:
    """Counters may fall behind for a while; until they catch up the larger one holds, as the format asks for."""
    return {
        name: before[name] if name in before and engine.busy < before[name].busy else engine
        for name, engine in engines.items()
    }


def shares(before: Mapping[str, Engine], engines: Mapping[str, Engine], seconds: float) -> dict[str, float]:
    """Percent of the time in which each engine worked for one client. An engine that has just appeared began at 0."""
    percents: dict[str, float] = {}
    for name, engine in engines.items():
        start = before.get(name, Engine(0, None if engine.total is None else 0))
        if engine.total is None:
            whole = seconds * 1e9
        elif start.total is None or name not in before:
            continue
        else:
            whole = float(engine.total - start.total)
        busy = (engine.busy - start.busy) / whole / engine.capacity if whole > 0 else 0.0
        percents[name] = 100 * min(1.0, max(0.0, busy))
    return percents


def added(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Shares of the same engines added; together no more than the whole, which counters read in turn can exceed."""
    return {name: min(100.0, one.get(name, 0.0) + other.get(name, 0.0)) for name in one.keys() | other.keys()}
