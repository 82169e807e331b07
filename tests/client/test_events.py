"""Samples as scripts see them."""

import copy
import json
import pickle

import msgspec
import pytest

from tests.support import samples
from zeropoint.client import Gap, Record, Sample
from zeropoint.client.wire import decode_batch, decode_sample, decode_told
from zeropoint.model import Gap as GapOfTheModel
from zeropoint.model import GapReason, Hello, Section


def names(kind: type[Section]) -> set[str]:
    """Names of all fields of all parts of a sample."""
    found = set(kind.__struct_encode_fields__)
    for inner in kind.__subclasses__():
        found |= names(inner)
    return found


def test_keys_are_attributes_at_every_depth_and_in_lists():
    sample = decode_sample('{"id":"e-1","system":{"gpus":[{"name":"A"},{"name":"B"}],"cpu":{"usage_percent":7.5}}}')
    assert sample.system.cpu.usage_percent == 7.5
    assert [gpu.name for gpu in sample.system.gpus] == ["A", "B"]
    assert sample["system"]["cpu"]["usage_percent"] == 7.5


def test_a_key_that_is_not_there_says_what_is():
    sample = decode_sample('{"id":"e-1","system":{"memory":{},"disk":{}}}')
    with pytest.raises(AttributeError, match="no 'cpu' here, but memory, disk"):
        _ = sample.system.cpu
    assert sample.system.get("cpu") is None


def test_no_field_of_a_sample_is_hidden_by_a_method_of_a_dictionary():
    assert names(Section)
    assert {name for name in names(Section) if hasattr(Record, name)} == set()


def test_a_record_is_a_dictionary_for_all_who_take_one():
    sample = decode_sample('{"id":"e-1","system":{"cpu":{"load_1m":0.5}},"unavailable":[]}')
    assert json.loads(json.dumps(sample)) == sample
    assert msgspec.json.decode(msgspec.json.encode(sample)) == sample
    assert copy.deepcopy(sample) == sample
    assert pickle.loads(pickle.dumps(sample)).system.cpu.load_1m == 0.5  # noqa: S301 - it was pickled here
    assert type(copy.deepcopy(sample)) is Sample


def test_nothing_can_be_set_by_a_slip():
    with pytest.raises(AttributeError):
        decode_sample('{"id":"e-1"}').system = 1


def test_why_finds_the_nearest_reason():
    sample = decode_sample(
        '{"id":"e-1","unavailable":[{"path":"system.gpus","reason":"a"},{"path":"system.gpus[0].fan_percent","reason":"b"},'
        '{"path":"system.gpu","reason":"c"},{"path":"ledger.workloads[*].gpu_percent","reason":"d"},'
        '{"path":"ledger.workloads[7].gpu_percent","reason":"e"}]}'
    )
    assert sample.why("system.gpus") == "a"
    assert sample.why("system.gpus[0].power_watts") == "a"
    assert sample.why("system.gpus[0].fan_percent") == "b"
    assert sample.why("ledger.workloads[12].gpu_percent") == "d"
    assert sample.why("ledger.workloads[7].gpu_percent") == "e"
    assert sample.why("ledger.workloads[12].gpu_percent_of") is None
    assert sample.why("ledger.workloads") is None
    assert sample.why("system.cpu") is None
    assert decode_sample('{"id":"e-1"}').why("system.cpu") is None


def test_a_whole_sample_of_the_appliance_comes_through_unchanged():
    encoded = msgspec.json.encode(samples.sample(7))
    assert decode_sample(encoded.decode()) == msgspec.json.decode(encoded)
    ((decoded, size_bytes),) = decode_batch(f'{{"samples":[{encoded.decode()}],"gap":null}}').samples
    assert decoded == msgspec.json.decode(encoded)
    assert size_bytes == len(encoded)


@pytest.mark.parametrize("reason", GapReason.__args__)
def test_a_gap_of_the_model_is_a_gap_here(reason: str):
    given = GapOfTheModel(since="e-1", until="e-3", lost=1, reason=reason)  # type: ignore[arg-type]
    assert decode_told(msgspec.json.encode(given).decode(), Gap) == Gap(reason, "e-1", "e-3", 1)


def test_a_hello_of_the_model_is_the_clients():
    given = Hello(contract=1, epoch="e", interval_seconds=1.0, newest_id=None, server_time="")
    assert decode_told(msgspec.json.encode(given).decode(), Hello) == given
