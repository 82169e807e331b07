"""The event stream through real proxies, held against the stream that comes directly."""

from pathlib import Path

from tests.proxies.configurations import OWN_NAME, Certificate, running_proxy
from tests.proxies.door import Door, ProxiedStream
from tests.support.events import Event
from tests.support.process import Appliance
from tests.support.stream import Stream, messages

SAMPLES = 5


def test_the_same_events_come_in_the_same_order_byte_for_byte(behind: Appliance, door: Door):
    with Stream(behind) as direct:
        direct.samples(1)
        with ProxiedStream(door) as proxied:
            came = proxied.samples(SAMPLES)
            assert [one.type for one in proxied.events[:3]] == ["retry", "hello", "message"]
        sent = messages(direct.until(lambda seen: came[-1].id in ids(messages(seen))))
    first = ids(sent).index(came[0].id)
    assert came == sent[first : first + len(came)]


def test_it_comes_uncompressed_and_with_the_headers_that_keep_it_live(door: Door):
    with ProxiedStream(door, Accept_Encoding="gzip, deflate, br, zstd") as stream:
        stream.samples(2)
        head = stream.head
    assert head.status == 200
    assert head.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert head.headers["cache-control"] == "no-store, no-transform"
    assert head.headers["transfer-encoding"] == "chunked"
    assert "content-encoding" not in head.headers
    assert "content-length" not in head.headers


def test_a_reader_that_comes_back_gets_what_it_missed(door: Door):
    with ProxiedStream(door) as stream:
        before = stream.samples(3)
    with ProxiedStream(door) as waiting:
        waiting.samples(4)
    for query, headers in (("", {"Last_Event_ID": before[0].id or ""}), (f"?last_event_id={before[0].id}", {})):
        with ProxiedStream(door, query, **headers) as stream:
            after = stream.samples(5)
            assert not [one for one in stream.events if one.type == "gap"]
        assert after[:2] == before[1:3]
        numbers = [int((one.id or "").split("-")[1]) for one in after]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_reader_that_leaves_is_forgotten_by_the_appliance(behind: Appliance, door: Door):
    with Stream(behind) as watching:
        with ProxiedStream(door) as leaving:
            leaving.samples(1)
            watching.until(lambda seen: messages(seen)[-1:] != [] and messages(seen)[-1].json["server"]["clients"] == 2)
        watching.until(lambda seen: messages(seen)[-1].json["server"]["clients"] == 1)


def test_haproxy_told_to_compress_streams_leaves_this_one_alone(
    behind: Appliance, certificate: Certificate, tmp_path: Path
):
    everything = {"compression type application/json": "compression type application/json text/event-stream"}
    with (
        running_proxy("haproxy", behind.port, certificate, tmp_path, everything) as port,
        ProxiedStream(Door(port, OWN_NAME, "/", certificate.chain), Accept_Encoding="gzip") as stream,
    ):
        assert "content-encoding" not in stream.head.headers
        stream.samples(2)


def ids(samples: list[Event]) -> list[str | None]:
    return [one.id for one in samples]
