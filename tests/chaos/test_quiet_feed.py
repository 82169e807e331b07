"""The stream of an appliance that samples once a minute: what comes, comes without waiting for a sample."""

from collections.abc import Iterator

import pytest

from tests.support.process import Appliance, running
from tests.support.stream import Stream


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    with running(tmp_path_factory.mktemp("data"), "--interval", "60") as started:
        yield started


def test_the_first_bytes_wait_for_nothing(quiet: Appliance):
    for _ in range(3):
        with Stream(quiet) as stream:
            assert stream.head.status == 200
            seen = stream.until(lambda seen: len(seen) >= 3)
            assert [one.type for one in seen] == ["retry", "hello", "message"]
            assert seen[2].json["server"]["samples_total"] == 1, "a sample was waited for"


def test_silence_is_broken_by_heartbeats_which_are_events_without_an_id(quiet: Appliance):
    with Stream(quiet, "?sections=server") as one, Stream(quiet, "?sections=ai", version="1.0") as other:
        for stream in (one, other):
            seen = stream.until(lambda seen: seen[-1:] != [] and seen[-1].type == "heartbeat")
            assert [event.type for event in seen] == ["retry", "hello", "message", "heartbeat"]
            assert seen[-1].id is None
            assert seen[-1].json["server_time"] > seen[1].json["server_time"]
