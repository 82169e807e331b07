"""Petals' own cache: the blocks that lie on disk in the hub's layout, and what its throughput file says."""

import json
import os
from pathlib import Path

import pytest

from zeropoint.ai.hub_cache import INDEX_BYTES, MOST_FILES, Cached, layers_of, shards_of
from zeropoint.ai.petals_cache import OriginalBlocks, PetalsCache, default_folder
from zeropoint.probe import Absent

REVISION = "f" * 40


class Hub:
    """A cache as huggingface_hub lays it out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, model: str, name: str, content: bytes | str = b"x", *, blob: str | None = None) -> Path:
        top = self.folder / ("models--" + model.replace("/", "--"))
        snapshot = top / "snapshots" / REVISION
        for folder in (snapshot, top / "blobs", top / "refs"):
            folder.mkdir(parents=True, exist_ok=True)
        (top / "refs/main").write_text(REVISION)
        blob = blob or f"hash-of-{name}"
        (top / "blobs" / blob).write_bytes(content.encode() if isinstance(content, str) else content)
        (snapshot / name).symlink_to(f"../../blobs/{blob}")
        return top

    def add_index(self, model: str, **files: str) -> Path:
        """`layer_0="a.bin"` for each parameter."""
        weights = {name.replace("__", "."): file for name, file in files.items()}
        return self.add(model, "model.safetensors.index.json", json.dumps({"weight_map": weights}))

    def look(self) -> PetalsCache:
        cache = PetalsCache()
        cache.look(str(self.folder), 0.0)
        return cache


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    (tmp_path / "petals").mkdir()
    return Hub(tmp_path / "petals")


def test_a_block_is_on_disk_when_all_its_files_are(hub: Hub) -> None:
    top = hub.add_index(
        "org/llama",
        model__embed__weight="1.safetensors",
        model__layers__0__up="1.safetensors",
        model__layers__0__down="2.safetensors",
        model__layers__1__up="2.safetensors",
        model__layers__2__up="3.safetensors",
    )
    hub.add("org/llama", "1.safetensors")
    hub.add("org/llama", "2.safetensors")
    assert hub.look().blocks_of(["org/llama"]) == {0, 1}
    hub.add("org/llama", "3.safetensors")
    assert hub.look().blocks_of(["org/llama"]) == {0, 1, 2}
    # Petals frees space by removing a file's link and its blob.
    (top / "blobs/hash-of-2.safetensors").unlink()
    assert hub.look().blocks_of(["org/llama"]) == {2}
    assert hub.look().blocks_count == 1


def test_a_model_in_one_file_has_as_many_blocks_as_its_config_says(hub: Hub) -> None:
    hub.add("org/small", "pytorch_model.bin")
    hub.add("org/small", "config.json", '{"n_layer": 3}')
    assert hub.look().blocks_of(["org/small"]) == {0, 1, 2}


def test_a_file_that_is_no_link_counts_too(hub: Hub) -> None:
    top = hub.add_index("org/copied", transformer__h__0__ln="a.bin")
    (top / "snapshots" / REVISION / "a.bin").write_bytes(b"x")
    assert hub.look().blocks_of(["org/copied"]) == {0}


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "../../../../outside", "../../blobs/../../../outside", "../../blobs/", "nowhere"]
)
def test_no_link_leads_out_of_the_model(hub: Hub, tmp_path: Path, target: str) -> None:
    (tmp_path / "outside").write_text("x")
    top = hub.add_index("org/odd", model__layers__0__up="a.bin")
    (top / "snapshots" / REVISION / "a.bin").symlink_to(target)
    assert hub.look().blocks_of(["org/odd"]) == frozenset()


def test_a_blob_that_is_a_link_or_a_pipe_is_none(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    top = hub.add_index("org/odd", model__layers__0__up="a.bin", model__layers__1__up="b.bin")
    hub.add("org/odd", "a.bin")
    hub.add("org/odd", "b.bin")
    for name, make in (("a.bin", lambda at: at.symlink_to(tmp_path / "outside")), ("b.bin", os.mkfifo)):
        blob = top / f"blobs/hash-of-{name}"
        blob.unlink()
        make(blob)
    assert hub.look().blocks_of(["org/odd"]) == frozenset()


def test_folders_that_are_links_are_not_entered(hub: Hub, tmp_path: Path) -> None:
    elsewhere = Hub(tmp_path / "elsewhere")
    elsewhere.add_index("org/llama", model__layers__0__up="a.bin")
    top = elsewhere.add("org/llama", "a.bin")
    (hub.folder / "models--org--llama").symlink_to(top)
    (hub.folder / "models--org--other").mkdir()
    for name in ("refs", "blobs", "snapshots"):
        (hub.folder / "models--org--other" / name).symlink_to(top / name)
    assert hub.look().models == ()


@pytest.mark.parametrize(
    "index",
    [b"", b"\xff\xfe", b"[" * 100_000, b'{"weight_map": 3}', b'{"weight_map": {"model.layers.0.a": 3}}', b"x" * 2**25],
)
def test_an_index_that_is_none_tells_of_no_block(hub: Hub, index: bytes) -> None:
    hub.add("org/odd", "model.safetensors.index.json", index)
    assert hub.look().blocks_count == 0


@pytest.mark.parametrize("revision", ["", "..", "../../x", "a" * 500, "\x00", "é"])
def test_a_reference_that_names_no_revision_is_left_alone(hub: Hub, revision: str) -> None:
    top = hub.add_index("org/odd", model__layers__0__up="a.bin")
    hub.add("org/odd", "a.bin")
    (top / "refs/main").write_text(revision)
    assert hub.look().models == ()


def test_file_names_of_an_index_never_become_paths(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    hub.add_index(
        "org/odd", model__layers__0__up="../../../../outside", model__layers__1__up="", model__layers__2__up=".."
    )
    assert hub.look().blocks_of(["org/odd"]) == frozenset()


def test_block_numbers_are_bounded() -> None:
    many = {f"model.layers.{number}.up": "a" for number in (0, 2047, 2048, 99_999)}
    assert set(shards_of(json.dumps({"weight_map": many}).encode())) == {0, 2047}
    assert layers_of(b'{"num_hidden_layers": 999999999}') == 2048
    assert layers_of(b'{"num_hidden_layers": -5}') == 0


def test_a_cache_that_is_not_there_holds_nothing_and_one_that_is_a_file_is_told(tmp_path: Path) -> None:
    assert Hub(tmp_path / "none").look().blocks_of(["org/llama"]) == frozenset()
    (tmp_path / "file").write_text("x")
    assert isinstance(Hub(tmp_path / "file").look().blocks_of(["org/llama"]), Absent)


def test_it_is_looked_at_again_after_a_while(hub: Hub) -> None:
    cache = hub.look()
    hub.add_index("org/llama", model__layers__0__up="a.bin")
    hub.add("org/llama", "a.bin")
    cache.look(str(hub.folder), 1.0)
    assert cache.blocks_count == 0
    cache.look(str(hub.folder), 3600.0)
    assert cache.blocks_count == 1


def test_an_index_that_names_more_than_a_model_has_or_is_larger_tells_of_no_block(hub: Hub) -> None:
    for model, count in (("org/as-many", MOST_FILES), ("org/too-many", MOST_FILES + 1)):
        weights = {f"model.layers.{number % 80}.{number}": f"{number}.bin" for number in range(count)}
        hub.add(model, "pytorch_model.bin.index.json", json.dumps({"weight_map": weights}))
    weights = {f"model.layers.0.{number:0100}": "0.bin" for number in range(INDEX_BYTES // 100)}
    hub.add("org/large", "pytorch_model.bin.index.json", json.dumps({"weight_map": weights}))
    assert [model.repository for model in hub.look().models] == ["org/as-many"]


def test_a_model_that_does_not_change_is_read_twice_and_then_when_it_changes(hub: Hub) -> None:
    top = hub.add_index("org/llama", model__layers__0__up="a.bin", model__layers__1__up="b.bin")
    hub.add("org/llama", "a.bin")
    cache = PetalsCache()
    read: list[Cached] = []
    for hour in range(4):
        cache.look(str(hub.folder), 3600.0 * hour)
        assert cache.blocks_of(["org/llama"]) == {0}
        read.append(cache.models[0])
    assert read[0] is not read[1]
    assert read[1] is read[2] is read[3]
    hub.add("org/llama", "b.bin")
    cache.look(str(hub.folder), 3600.0 * 5)
    assert cache.blocks_of(["org/llama"]) == {0, 1}
    (top / "blobs/hash-of-a.bin").unlink()
    cache.look(str(hub.folder), 3600.0 * 6)
    assert cache.blocks_of(["org/llama"]) == {1}
    (top / "blobs/hash-of-model.safetensors.index.json").write_text('{"weight_map": {"model.layers.7.up": "b.bin"}}')
    cache.look(str(hub.folder), 3600.0 * 7)
    assert cache.blocks_of(["org/llama"]) == {7}


def test_models_that_take_long_to_read_wait_for_a_later_look(hub: Hub) -> None:
    weights = {f"model.layers.{number % 80}.{number}": f"{number}.bin" for number in range(MOST_FILES)}
    for number in range(16):
        hub.add(f"org/m{number:02}", "pytorch_model.bin.index.json", json.dumps({"weight_map": weights}))
    cache, now = PetalsCache(), 0.0
    cache.look(str(hub.folder), now)
    assert cache.shortfall is not None
    assert cache.shortfall.endswith(" models of the cache have yet to be read")
    assert 0 < len(cache.models) < 16
    while cache.shortfall is not None:
        now += 3600.0
        cache.look(str(hub.folder), now)
    assert len(cache.models) == 16


def test_noted_throughput_is_of_the_model_that_is_told(hub: Hub) -> None:
    rates = {"inference_rps": 4.5, "forward_rps": 300.0, "network_rps": 120}
    other = {"inference_rps": 1, "forward_rps": 1, "network_rps": 1}
    noted = {"model_org/llama_device_CPU_dtype_float32": rates, "model_org/bloom_device_CPU_dtype_float32": other}
    (hub.folder / "throughput_v5.json").write_text(json.dumps(noted))
    told = hub.look().throughput(["org/llama"])
    assert not isinstance(told, Absent)
    assert (told.inference_rps, told.forward_rps, told.network_rps) == (4.5, 300.0, 120.0)
    assert hub.look().throughput(None) == Absent("throughput_v5.json has 2 entries for it")
    assert hub.look().throughput(["org/falcon"]) == Absent("throughput_v5.json has 0 entries for it")


@pytest.mark.parametrize(
    "content", ["[]", '{"a": 1}', '{"a": {"inference_rps": -1}}', "NaN", "{" * 5000, "x" * 100_000]
)
def test_a_throughput_file_that_petals_did_not_write_is_told(hub: Hub, content: str) -> None:
    (hub.folder / "throughput_v5.json").write_text(content)
    assert isinstance(hub.look().throughput(None), Absent)


def test_blocks_of_the_original_layout_are_of_the_model_by_its_names(tmp_path: Path) -> None:
    folder = tmp_path / "petals/cache"
    (folder / "bigscience").mkdir(parents=True)
    for name in ("bloom:0.bin", "bigscience/bloom:3.bin", "bloomz:1.bin", "bloom:x.bin", "bloom:99999.bin"):
        (folder / name).write_bytes(b"x")
    (folder / "bloom:7.bin").symlink_to("bloom:0.bin")
    assert OriginalBlocks(str(tmp_path)).blocks_of(("bigscience/bloom", "bloom"), 0.0) == {0, 3}
    assert OriginalBlocks(str(tmp_path)).blocks_of(("../../x", ".*"), 0.0) == frozenset()


def test_the_cache_is_where_petals_has_it() -> None:
    assert default_folder({"PETALS_CACHE": "/data/petals"}) == "/data/petals"
    assert default_folder({}) == str(Path("~/.cache/petals").expanduser())
