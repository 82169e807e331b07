import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from msgspec.structs import replace

from tests.support.samples import sample
from zeropoint.history.decode import SampleDecoder
from zeropoint.model import Ai, Component, Real, Sample, Section, metric
from zeropoint.sampler import Sampler
from zeropoint.settings import Settings


class Latest(Section, frozen=True, kw_only=True):
    loss: Annotated[Real, metric("Loss of the last step")] = None


class Report(Component, frozen=True, kw_only=True):
    latest: Latest | None = None


def test_a_sample_comes_back_with_the_fields_of_each_components_report():
    taken = replace(
        sample(3),
        ai=Ai(components={"a": Report(status="running", latest=Latest(loss=0.5)), "b": Report(status="idle")}),
    )
    decoded = SampleDecoder({"a": Report}).decode(msgspec.json.encode(taken))
    assert decoded.ai.components["a"] == Report(status="running", latest=Latest(loss=0.5))
    assert decoded.ai.components["b"] == Component(status="idle")
    assert replace(decoded, ai=taken.ai) == taken


def test_a_sample_of_this_machine_comes_back_to_the_byte(tmp_path: Path):
    taken: list[Sample] = []
    sampler = Sampler(Settings(artifacts=str(tmp_path)), "e1", lambda one, _: taken.append(one))
    asyncio.run(sampler.scheduler.first())
    reports = {probe.section.removeprefix("ai.components."): probe.report for probe in sampler.ai}
    payload = msgspec.json.encode(taken[0])
    decoded = SampleDecoder(reports).decode(payload)  # type: ignore[arg-type]
    assert decoded == taken[0]
    assert msgspec.json.encode(decoded) == payload


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b"\xff", b'{"id": 1}', msgspec.json.encode(sample(1))[:-1]])
def test_what_is_no_sample_is_a_decode_error(payload: bytes):
    with pytest.raises(msgspec.DecodeError):
        SampleDecoder({}).decode(payload)


def test_a_component_that_is_none_is_a_decode_error():
    payload = msgspec.json.encode(sample(1)).replace(b'"components":{}', b'"components":{"a":{"status":"asleep"}}')
    with pytest.raises(msgspec.DecodeError):
        SampleDecoder({}).decode(payload)
