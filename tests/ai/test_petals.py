"""Petals by its artifacts."""

from pathlib import Path

import pytest

from tests.ai.watch import Put, Watch
from zeropoint.ai.petals import Petals
from zeropoint.ai.petals_observing import observing
from zeropoint.ai.petals_report import PetalsReport


@pytest.fixture
def watch(artifacts: Path, tmp_path: Path) -> Watch:
    return Watch(Petals, artifacts, cache=str(tmp_path / "petals"))


def read(watch: Watch, after: float = 0.0) -> PetalsReport:
    report = watch.read(after)
    assert isinstance(report, PetalsReport)
    return report


def test_counts_blocks_by_their_names(watch: Watch, put: Put, artifacts: Path, tmp_path: Path) -> None:
    for name in ("tiny-llama:0.bin", "tiny-llama:11.bin", "bigscience/bloom:3.bin", "odd\nname:1.bin"):
        put(f"petals/cache/{name}")
    for name in (
        "throughput_v5.json",
        "tiny-llama.bin",
        "tiny-llama:x.bin",
        ":1.bin",
        "tiny:1.bin.part",
        ".tiny:1.bin",
    ):
        put(f"petals/cache/{name}")
    put("petals/other:1.bin")
    (artifacts / "petals/cache/linked:1.bin").symlink_to(tmp_path)
    report = read(watch)
    assert report.cache_blocks == 4
    assert report.reason is not None
    assert "1 links in petals/cache left out" in report.reason


def test_a_cache_that_merely_exists_is_absent(watch: Watch, artifacts: Path) -> None:
    (artifacts / "petals/cache").mkdir(parents=True)
    report = read(watch)
    assert (report.status, report.cache_blocks) == ("absent", 0)


def test_blocks_alone_never_mean_running(watch: Watch, put: Put) -> None:
    put("petals/cache/tiny-llama:0.bin")
    assert read(watch).status == "unknown"
    assert read(watch, after=11).status == "stopped"


OF_THE_SWARM = (
    "served_blocks",
    "peers_count",
    "state",
    "throughput",
    "inference_per_second",
    "forward_per_second",
    "network_per_second",
    "cache_tokens_left",
    "model",
    "blocks_count",
    "blocks",
    "servers",
)


def test_what_the_swarm_alone_tells_is_null_and_names_the_settings(watch: Watch) -> None:
    report = read(watch)
    for field in OF_THE_SWARM:
        assert getattr(report, field) is None
        assert watch.missing[field] == "the swarm is not observed: petals_peers and petals_python are not set"


def test_a_setting_that_is_missing_is_named_alone(artifacts: Path) -> None:
    watch = Watch(Petals, artifacts, swarm=observing("/usr/bin/python3", ()))
    assert read(watch).state is None
    assert watch.missing["state"] == "the swarm is not observed: petals_peers is not set"
