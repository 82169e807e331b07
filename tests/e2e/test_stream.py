"""The event stream of the real process over raw sockets."""

import signal
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.events import Event
from tests.support.process import TIMEOUT_SECONDS, Appliance, running
from tests.support.stream import Stream, messages


def test_the_head_is_that_of_an_event_stream(appliance: Appliance):
    with Stream(appliance, Accept_Encoding="gzip, br, zstd") as stream:
        head = stream.head
    assert head.status == 200
    assert head.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert head.headers["cache-control"] == "no-store, no-transform"
    assert head.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in head.headers
    assert head.headers["transfer-encoding"] == "chunked"
    assert head.headers["server"] == "zeropoint"


def test_it_begins_with_retry_and_hello_then_the_newest_sample(appliance: Appliance):
    with Stream(appliance) as stream:
        seen = stream.until(lambda seen: len(seen) >= 3)
    assert [one.type for one in seen[:3]] == ["retry", "hello", "message"]
    assert 1000 <= int(seen[0].data) <= 30_000
    hello = seen[1].json
    assert (hello["contract"], hello["interval_seconds"]) == (1, 0.2)
    assert seen[2].id == hello["newest_id"] == seen[2].json["id"]
    assert hello["epoch"] == seen[2].id.split("-")[0]


def test_there_is_no_byte_order_mark_and_only_line_feeds(appliance: Appliance):
    with Stream(appliance) as stream:
        stream.samples(2)
        body = stream.received.partition(b"\r\n\r\n")[2]
    assert body.partition(b"\r\n")[2].startswith(b"retry: ")
    assert b"\xef\xbb\xbf" not in body


def test_a_reader_that_comes_back_gets_what_it_missed(appliance: Appliance):
    with Stream(appliance) as stream:
        before = stream.samples(3)
    with Stream(appliance) as waiting:
        waiting.samples(5)
    with Stream(appliance, Last_Event_ID=before[0].id or "") as stream:
        after = stream.samples(6)
    with Stream(appliance, f"?last_event_id={before[0].id}") as stream:
        assert stream.samples(4)[:4] == after[:4]
    assert after[:2] == before[1:3]
    sequences = [int((one.id or "").split("-")[1]) for one in after]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    assert not [one for one in stream.events if one.type == "gap"]


@pytest.mark.parametrize("id", ["unknown", "zzzzzzzzzzz-1", "\xff\xfe", "a" * 4000, "1-99999999999999999999"])
def test_an_id_that_is_not_ours_gets_a_gap_and_the_newest(appliance: Appliance, id: str):
    with Stream(appliance, Last_Event_ID=id) as stream:
        seen = stream.until(lambda seen: len(messages(seen)) >= 2)
    assert seen[2].type == "gap"
    assert seen[2].json["reason"] == "unknown-id"
    assert seen[2].json["to"] == seen[3].id


def test_sections_narrow_the_samples(appliance: Appliance):
    with Stream(appliance, "?sections=system.cpu,ai") as stream:
        taken = stream.samples(2)[-1].json
    assert set(taken) == {"id", "timestamp", "interval_seconds", "system", "ai", "unavailable"}
    assert set(taken["system"]) == {"cpu"}


def test_http_1_0_gets_no_chunks_and_the_same_events(appliance: Appliance):
    with Stream(appliance, version="1.0") as stream:
        taken = stream.samples(3)
        assert "transfer-encoding" not in stream.head.headers
    assert [one.json["id"] for one in taken] == [one.id for one in taken]


def test_head_gets_the_head_alone(appliance: Appliance):
    answer = appliance.request("/metrics/sse", "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_a_wrong_section_is_refused_before_the_stream_as_json(appliance: Appliance):
    answer = appliance.get("/metrics/sse?sections=system.gpu")
    assert answer.status == 400
    assert answer.headers["content-type"].startswith("application/json")
    assert "system.gpus" in answer.json["error"]["message"]


def test_a_reader_that_leaves_is_forgotten(appliance: Appliance):
    with Stream(appliance) as watching:
        with Stream(appliance) as leaving:
            leaving.samples(1)
            watching.until(lambda seen: messages(seen)[-1:] != [] and messages(seen)[-1].json["server"]["clients"] == 2)
        watching.until(lambda seen: messages(seen)[-1].json["server"]["clients"] == 1)


def test_at_the_limit_a_new_one_is_told_when_to_come_back(tmp_path: Path):
    with running(tmp_path, "--max-subscribers", "1", "--interval", "0.2") as started, Stream(started) as first:
        first.samples(1)
        refused = started.get("/metrics/sse")
        assert refused.status == 503
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert refused.json["error"]["code"] == "full"
        count = len(first.samples(1))
        first.samples(count + 2)


def test_it_says_goodbye_and_ends_when_it_is_told_to_stop(tmp_path: Path):
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(tmp_path, "--interval", "0.2") as started:
            with Stream(started) as stream:
                stream.samples(2)
                started.process.send_signal(number)
                seen = stream.to_the_end()
                assert stream.received.endswith(b"\r\n0\r\n\r\n")
            assert [one.type for one in seen[-2:]] == ["retry", "bye"]
            assert seen[-1].json == {"reason": "shutdown"}
            assert started.process.wait(TIMEOUT_SECONDS) == 0


def test_a_restart_changes_the_epoch_and_the_samples_of_both_are_one_feed(tmp_path: Path):
    with running(tmp_path, "--interval", "0.2") as started, Stream(started) as stream:
        last = stream.samples(3)[-1].id or ""
        assert started.stop() == 0
    with running(tmp_path, "--interval", "0.2") as started, Stream(started, Last_Event_ID=last) as stream:
        seen = stream.until(lambda seen: any(not (one.id or last).startswith(epoch(last)) for one in seen))
    assert "gap" not in {one.type for one in seen}
    *before, after = (one.id or "" for one in messages(seen))
    assert before == [f"{epoch(last)}-{int(last.split('-')[1]) + place}" for place in range(1, len(before) + 1)]
    assert epoch(after) != epoch(last)
    assert after.endswith("-1")


def test_a_restart_without_history_is_told_as_a_gap(tmp_path: Path):
    with running(tmp_path, "--interval", "0.2", "--history", "false") as started, Stream(started) as stream:
        last = stream.samples(3)[-1]
    with (
        running(tmp_path, "--interval", "0.2", "--history", "false") as started,
        Stream(started, Last_Event_ID=last.id or "") as stream,
    ):
        seen = stream.until(lambda seen: len(messages(seen)) >= 2)
    gap = next(one for one in seen if one.type == "gap").json
    assert (gap["from"], gap["reason"], gap["lost"]) == (last.id, "unknown-id", None)
    assert messages(seen)[0].id == gap["to"]
    assert epoch(messages(seen)[0].id or "") != epoch(last.id or "")


def epoch(id: str) -> str:
    return id.partition("-")[0]


def test_ticks_that_were_missed_are_told(tmp_path: Path):
    with running(tmp_path, "--interval", "0.1") as started, Stream(started) as stream:
        stream.samples(2)
        started.process.send_signal(signal.SIGSTOP)
        # A stopped process takes no sample; another process's clock says when enough ticks have gone by.
        with running(tmp_path / "other", "--interval", "0.1") as other, Stream(other) as clock:
            clock.samples(15)
        started.process.send_signal(signal.SIGCONT)
        seen = stream.until(lambda seen: any(one.type == "gap" for one in seen) and messages(seen)[-1] == seen[-1])
    at = next(index for index, one in enumerate(seen) if one.type == "gap")
    gap, before, after = seen[at].json, seen[at - 1], seen[at + 1]
    assert gap["reason"] == "missed-ticks"
    assert (gap["from"], gap["to"]) == (before.id, after.id)
    assert gap["lost"] >= 10
    sequence = [int((one.id or "").split("-")[1]) for one in (before, after)]
    assert sequence[1] == sequence[0] + 1, "a tick that was missed takes no number"
    moments = [datetime.fromisoformat(one.json["timestamp"]).timestamp() for one in (before, after)]
    assert abs((moments[1] - moments[0]) / 0.1 - gap["lost"] - 1) < 2
    assert after.json["server"]["missed_ticks_total"] >= gap["lost"]


def test_a_slow_reader_is_told_what_it_lost_and_others_lose_nothing(tmp_path: Path):
    with (
        running(tmp_path, "--interval", "0.1") as started,
        Stream(started) as quick,
        Stream(started, slow=True) as slow,
    ):
        quick.until(lambda seen: messages(seen)[-1:] != [] and messages(seen)[-1].json["server"]["dropped_total"] >= 5)
        seen = slow.until(
            lambda seen: "slow-subscriber" in reasons(seen) and seen[-1].type == "message" and len(seen) > 40
        )
        everything = numbers(quick.until(lambda seen: numbers(seen)[-1] >= numbers(slow.events)[-1]))
    assert everything == list(range(everything[0], everything[0] + len(everything)))
    for at, one in enumerate(seen):
        if one.type == "gap" and one.json["reason"] == "slow-subscriber":
            assert one.json["from"] == seen[at - 1].id
            assert one.json["to"] == seen[at + 1].id
            assert one.json["lost"] == numbers([seen[at + 1]])[0] - numbers([seen[at - 1]])[0] - 1
        elif one.type == "message" and seen[at - 1].type == "message":
            assert numbers([one])[0] == numbers([seen[at - 1]])[0] + 1, "what is missing is told"


def reasons(seen: list[Event]) -> set[str]:
    return {one.json["reason"] for one in seen if one.type == "gap"}


def numbers(seen: list[Event]) -> list[int]:
    return [int((one.id or "").split("-")[1]) for one in messages(seen)]
