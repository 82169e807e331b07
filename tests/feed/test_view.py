import msgspec
import pytest

from tests.support.samples import sample
from zeropoint.feed.view import UnknownSectionError, View, parse_view
from zeropoint.model import Cpu, Memory, System, Unavailable


def encoded() -> bytes:
    whole = msgspec.structs.replace(
        sample(7),
        system=System(cpu=Cpu(usage_percent=12.5), memory=Memory(total_bytes=1)),
        unavailable=[
            Unavailable(path="system.cpu.load_1m", reason="a"),
            Unavailable(path="system.memory", reason="b"),
            Unavailable(path="system", reason="c"),
            Unavailable(path="system.cpu_more", reason="d"),
            Unavailable(path="system.gpus[0].power_watts", reason="e"),
        ],
    )
    return msgspec.json.encode(whole)


def test_without_sections_the_bytes_are_the_samples_own():
    payload = encoded()
    assert parse_view(None).narrow(payload) is payload


def test_only_the_named_sections_stay_with_id_time_and_interval():
    narrowed = msgspec.json.decode(parse_view("system.cpu").narrow(encoded()))
    assert set(narrowed) == {"id", "timestamp", "interval_seconds", "system", "unavailable"}
    assert set(narrowed["system"]) == {"cpu"}
    assert narrowed["system"]["cpu"]["usage_percent"] == 12.5


def test_reasons_stay_with_their_sections():
    narrowed = msgspec.json.decode(parse_view("system.cpu").narrow(encoded()))
    assert [row["path"] for row in narrowed["unavailable"]] == ["system.cpu.load_1m", "system"]


def test_reasons_of_list_items_belong_to_their_list():
    narrowed = msgspec.json.decode(parse_view("system.gpus").narrow(encoded()))
    assert [row["path"] for row in narrowed["unavailable"]] == ["system", "system.gpus[0].power_watts"]


def test_sections_are_one_view_however_they_are_written():
    assert parse_view("ai, system.cpu,system.cpu") == parse_view("system.cpu,ai") == View(("ai", "system.cpu"))
    assert parse_view("system,system.cpu") == View(("system",))


def test_a_component_that_is_not_there_is_just_not_there():
    narrowed = msgspec.json.decode(parse_view("ai.components.nobody").narrow(encoded()))
    assert narrowed["ai"]["components"] == {}


@pytest.mark.parametrize(
    "query", ["cpu", "system.cpu.usage_percent.x", "system..cpu", "__class__", "id", "ai.components.A"]
)
def test_an_unknown_section_is_named_with_those_that_there_are(query: str):
    with pytest.raises(UnknownSectionError, match=r"system\.cpu"):
        parse_view(query)
