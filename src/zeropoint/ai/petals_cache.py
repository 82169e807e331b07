"""What of Petals lies on disk: blocks in its own cache and in the original layout, and the throughput that it noted."""

import os
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from zeropoint.ai.artifacts import NOT_SUPPORTED, SUPPORTED, Folder, in_words, open_file, open_folder
from zeropoint.ai.hub_cache import MOST_BLOCKS, SMALL_BYTES, Cached, Models
from zeropoint.probe import Absent

# A look costs at most one in so many of the time.
AGAIN_SECONDS, DUTY = 5.0, 400
MOST_ENTRIES = 10_000

Rate = Annotated[float, Meta(ge=0)]


class Throughput(Struct, frozen=True):
    """An entry of throughput_v5.json. Petals writes defaults there where it could not measure, and does not say so."""

    inference_rps: Rate
    forward_rps: Rate
    network_rps: Rate


def default_folder(environ: Mapping[str, str]) -> str:
    """Where Petals has its cache by itself: petals/utils/disk_cache.py."""
    return environ.get("PETALS_CACHE") or os.path.join(os.path.expanduser("~"), ".cache", "petals")  # noqa: PTH111, PTH118


class PetalsCache:
    """The cache in `folder`, looked at again after AGAIN_SECONDS at the earliest."""

    def __init__(self) -> None:
        self._again_at = float("-inf")
        self._models = Models()
        self.models: tuple[Cached, ...] = ()
        self.shortfall: str | None = None
        self._throughput: bytes | None = None

    def look(self, folder: str, now: float) -> None:
        if now < self._again_at:
            return
        began = time.perf_counter()
        self.models, self._throughput, self.shortfall = (), None, None
        try:
            cache = open_folder(folder, ()) if SUPPORTED else None
        except FileNotFoundError:
            cache = None  # Petals has never run here
        except OSError as error:
            self.shortfall = in_words(error, folder)
            cache = None
        if cache is not None:
            try:
                self.models = self._models.look(cache)
                if waiting := self._models.waiting_count:
                    self.shortfall = f"{waiting:,} models of the cache have yet to be read"
                self._throughput = small_file(cache, "throughput_v5.json")
            except OSError as error:
                self.shortfall = in_words(error, folder)
            finally:
                os.close(cache)
        if not SUPPORTED:
            self.shortfall = NOT_SUPPORTED
        self._again_at = now + max(AGAIN_SECONDS, DUTY * (time.perf_counter() - began))

    @property
    def newest(self) -> float | None:
        return max((model.newest for model in self.models if model.newest is not None), default=None)

    @property
    def blocks_count(self) -> int:
        return sum(len(model.blocks) for model in self.models)

    def blocks_of(self, names: Collection[str]) -> frozenset[int] | Absent:
        """The blocks on disk of the model that goes by these names."""
        if self.shortfall is not None:
            return Absent(self.shortfall)
        found = {name: model.blocks for model in self.models for name in (model.repository, model.name)}
        return next((found[name] for name in names if name in found), frozenset())

    def throughput(self, names: Collection[str] | None) -> Throughput | Absent:
        """What Petals noted for the model that goes by these names; None: whichever, if there is one alone."""
        if self._throughput is None:
            return Absent("the cache has no throughput_v5.json")
        try:
            told = msgspec.json.decode(self._throughput, type=dict[str, Throughput])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Absent("throughput_v5.json is not what Petals writes")
        own = [
            entry
            for title, entry in told.items()
            if names is None or any(title.startswith(f"model_{name}_device_") for name in names)
        ]
        if len(own) == 1:
            return own[0]
        return Absent(f"throughput_v5.json has {len(own)} entries for it")


class OriginalBlocks:
    """The blocks below ARTIFACTS/petals/cache, {model}:{index}.bin, of one model at a time."""

    def __init__(self, artifacts: str) -> None:
        self._artifacts = artifacts
        self._known: tuple[Collection[str], float, frozenset[int]] = ((), 0.0, frozenset())

    def blocks_of(self, names: Collection[str], now: float) -> frozenset[int]:
        """Looked for again after AGAIN_SECONDS."""
        known, looked_at, blocks = self._known
        if known != names or now - looked_at >= AGAIN_SECONDS:
            blocks = frozenset(index for name in names for index in self._find(name))
            self._known = (names, now, blocks)
        return blocks

    def _find(self, name: str) -> Iterator[int]:
        *folders, model = name.split("/")
        wanted = re.compile(rf"{re.escape(model)}:(\d{{1,5}})\.bin")
        with suppress(OSError):
            for file in files_in(self._artifacts, ("petals", "cache", *folders)):
                match = wanted.fullmatch(file)
                if match and int(match[1]) < MOST_BLOCKS:
                    yield int(match[1])


def files_in(root: str, below: Folder) -> Iterator[str]:
    """Names of the regular files there, of the first MOST_ENTRIES. Raises OSError."""
    folder = open_folder(root, below)
    try:
        with os.scandir(folder) as entries:
            for entry, _ in zip(entries, range(MOST_ENTRIES), strict=False):
                if entry.is_file(follow_symlinks=False):
                    yield entry.name
    finally:
        os.close(folder)


def small_file(folder: int, name: str) -> bytes | None:
    try:
        descriptor = open_file(folder, name)
    except OSError:
        return None
    try:
        content = os.pread(descriptor, SMALL_BYTES + 1, 0)
    finally:
        os.close(descriptor)
    return content if len(content) <= SMALL_BYTES else None
