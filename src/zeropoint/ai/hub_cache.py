"""The blocks of models in a cache that is laid out as the Hugging Face hub's, as Petals' is.

It holds models--ORG--NAME/{refs/main, snapshots/REVISION/FILE}, where FILE
is a link to ../../blobs/HASH. Such a link is read and the blob of that name opened; none is followed, so nothing leads
out of the model's folder. A block lies on disk when all files that the index names for it do; Petals removes files one
by one when space is short, and lays a file in its place when it is complete.
"""

import os
import re
import stat
import time

import msgspec
from msgspec import Struct

from zeropoint.ai.artifacts import open_file, open_inner, signature

MODEL = re.compile(r"models--[^/]{1,190}")
REVISION = re.compile(r"[0-9a-zA-Z._-]{1,100}")
BLOB = re.compile(r"\.\./\.\./blobs/([0-9a-zA-Z._-]{1,100})")
# petals/server/from_pretrained.py takes the first of these that is there.
INDEX_FILES = ("model.safetensors.index.json", "model.safetensors", "pytorch_model.bin.index.json", "pytorch_model.bin")
BLOCK = re.compile(
    r"(?:\w+\.)*?(?:layers|h)\.(\d{1,5})\."
)  # model.layers.3.mlp.up_proj.weight, transformer.h.3.ln.bias
# Indices of models that Petals serves have some 100 KiB and name some 200 files.
MOST_MODELS, MOST_BLOCKS, MOST_FILES, INDEX_BYTES, SMALL_BYTES = 64, 2048, 10_000, 1024 * 1024, 64 * 1024
# CPU time in which models are read in one look; the others wait for the next.
LOOK_SECONDS = 0.25

Shards = dict[int, frozenset[str]]


class Cached(Struct, frozen=True):
    """One model: its blocks on disk, and when the newest of their files was written."""

    repository: str  # ORG/NAME
    blocks: frozenset[int]
    newest: float | None

    @property
    def name(self) -> str:
        return self.repository.rpartition("/")[2]


class Index(Struct):
    weight_map: dict[str, str]


class Config(Struct):
    num_hidden_layers: int | None = None
    n_layer: int | None = None


def shards_of(index: bytes) -> Shards:
    """The files of each block out of an index: {0: {"model-00001-of-00002.safetensors"}}. Raises DecodeError, and
    OSError for one that names more files than a model has."""
    found: dict[int, set[str]] = {}
    for parameter, file in msgspec.json.decode(index, type=Index).weight_map.items():
        match = BLOCK.match(parameter)
        if match and int(match[1]) < MOST_BLOCKS:
            found.setdefault(int(match[1]), set()).add(file)
    if len(set().union(*found.values())) > MOST_FILES:
        raise OSError(f"the index names more than {MOST_FILES:,} files")
    return {block: frozenset(files) for block, files in found.items()}


def layers_of(config: bytes) -> int:
    """How many blocks a config.json tells; 0 where it does not. Raises DecodeError."""
    told = msgspec.json.decode(config, type=Config)
    return max(0, min(told.num_hidden_layers or told.n_layer or 0, MOST_BLOCKS))


class Snapshot:
    """The files of one model's revision, by descriptors."""

    def __init__(self, model: int, revision: str) -> None:
        self._folder = descend(model, "snapshots", revision)
        try:
            self._blobs = descend(model, "blobs")
        except OSError:
            os.close(self._folder)
            raise

    def close(self) -> None:
        os.close(self._folder)
        os.close(self._blobs)

    def where(self, name: str) -> tuple[int, str] | None:
        """The folder and name of what `name` stands for; None for a link that leads anywhere else."""
        if "/" in name or name in ("", ".", ".."):
            return None
        try:
            blob = BLOB.fullmatch(os.readlink(name, dir_fd=self._folder))
        except OSError:
            return self._folder, name  # no link: copied where the file system has none
        return (self._blobs, blob[1]) if blob else None

    def status(self, name: str) -> os.stat_result | None:
        """Of what `name` stands for; None if that is no file that holds something."""
        place = self.where(name)
        if place is None:
            return None
        try:
            status = os.stat(place[1], dir_fd=place[0], follow_symlinks=False)
        except (OSError, ValueError):
            return None
        return status if stat.S_ISREG(status.st_mode) and status.st_size else None

    def written(self, name: str) -> float | None:
        """When the file was written, in seconds since 1970; None if it is not there."""
        status = self.status(name)
        return None if status is None else status.st_mtime

    def state(self) -> tuple[object, ...]:
        """Another one when `cached` may tell something else: files come into the folders whole, and go."""
        told = (self.status(name) for name in (*INDEX_FILES, "config.json"))
        folders = (os.fstat(folder).st_mtime_ns for folder in (self._folder, self._blobs))
        return (*folders, *(None if status is None else signature(status) for status in told))

    def read(self, name: str, limit_bytes: int) -> bytes:
        """Raises OSError, also for what is larger."""
        place = self.where(name)
        if place is None:
            raise OSError(f"{name} is a link that leads elsewhere")
        descriptor = open_file(*place)
        try:
            content = os.pread(descriptor, limit_bytes + 1, 0)
        finally:
            os.close(descriptor)
        if len(content) > limit_bytes:
            raise OSError(f"{name} is too large")
        return content

    def shards(self) -> Shards:
        """The files of each block. Raises OSError, DecodeError."""
        name = next((name for name in INDEX_FILES if self.written(name) is not None), None)
        if name is None:
            return {}
        if name.endswith(".json"):
            return shards_of(self.read(name, INDEX_BYTES))
        return dict.fromkeys(range(layers_of(self.read("config.json", SMALL_BYTES))), frozenset({name}))

    def cached(self, repository: str) -> Cached:
        shards = self.shards()
        written = {name: self.written(name) for files in shards.values() for name in files}
        blocks = frozenset(block for block, files in shards.items() if all(written[name] is not None for name in files))
        times = [when for when in written.values() if when is not None]
        return Cached(repository, blocks, max(times, default=None))


def descend(folder: int, *names: str) -> int:
    """The folder that lies below by these names, none of them a link. Raises OSError."""
    here = os.dup(folder)
    for name in names:
        above = here
        try:
            here = open_inner(above, name)
        finally:
            os.close(above)
    return here


def revision_of(model: int) -> str | None:
    """What refs/main names."""
    try:
        refs = descend(model, "refs")
        try:
            descriptor = open_file(refs, "main")
        finally:
            os.close(refs)
        try:
            named = os.pread(descriptor, 200, 0).decode("ascii", "replace").strip()
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return named if REVISION.fullmatch(named) and named not in (".", "..") else None


class Known(Struct, frozen=True):
    """What was found of a model in a state; `is_settled` once it was found twice. Looks lie further apart than the
    clock of a file system is coarse, so what came in the same moment as the first is in the second."""

    state: tuple[object, ...]
    cached: Cached | None
    is_settled: bool


class Models:
    """The models of a cache. One is read again when its index or its folders have changed."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self._ends_at = 0.0
        # How many models have yet to be read.
        self.waiting_count = 0

    def look(self, cache: int) -> tuple[Cached, ...]:
        """Those of the cache, by its descriptor. Raises OSError."""
        self._ends_at, self.waiting_count = time.thread_time() + LOOK_SECONDS, 0
        names = sorted(name for name in os.listdir(cache) if MODEL.fullmatch(name))[:MOST_MODELS]
        self._known = {name: known for name in names if (known := self._look_at(cache, name)) is not None}
        return tuple(known.cached for known in self._known.values() if known.cached is not None)

    def _look_at(self, cache: int, name: str) -> Known | None:
        try:
            model = descend(cache, name)
        except OSError:
            return None
        try:
            revision = revision_of(model)
            if revision is None:
                return None
            snapshot = Snapshot(model, revision)
            try:
                return self._read(snapshot, name, (revision, *snapshot.state()))
            finally:
                snapshot.close()
        except OSError:
            return None
        finally:
            os.close(model)

    def _read(self, snapshot: Snapshot, name: str, state: tuple[object, ...]) -> Known | None:
        known = self._known.get(name)
        is_known = known is not None and known.state == state
        if known is not None and is_known and known.is_settled:
            return known
        if time.thread_time() >= self._ends_at:
            self.waiting_count += not is_known
            return known
        try:
            cached = snapshot.cached(name.removeprefix("models--").replace("--", "/", 1))
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            cached = None  # nothing of it can be told to be whole
        return Known(state, cached, is_known)
