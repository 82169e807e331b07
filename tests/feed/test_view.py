import msgspec
import pytest

from tests.support.samples import sample
from zeropoint.ai.runtime_report import RuntimeReport
from zeropoint.feed.public import NOT_TOLD
from zeropoint.feed.view import UnknownSectionError, View, parse_view
from zeropoint.model import Ai, Collector, Cpu, Gpu, GpuProcess, Memory, Server, System, Unavailable


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


def in_public(**sections: object) -> dict:
    whole = msgspec.structs.replace(sample(7), **sections)
    narrowed = View(tuple(name for name in sections if name != "unavailable"), public=True).narrow(
        msgspec.json.encode(whole)
    )
    told: dict = msgspec.json.decode(narrowed)
    return told


def test_in_public_a_reason_is_told_to_be_one_and_no_more():
    rows = [Unavailable(path="system.cpu.load_1m", reason="/home/alice/proc/loadavg: permission denied")]
    told = in_public(system=System(cpu=Cpu(usage_percent=12.5)), unavailable=rows)
    assert told["unavailable"] == [{"path": "system.cpu.load_1m", "reason": NOT_TOLD}]
    assert told["system"]["cpu"]["usage_percent"] == 12.5
    server = Server(collectors={"disk": Collector(status="failed", reason="/home/alice is gone"), "cpu": Collector()})
    collectors = in_public(server=server)["server"]["collectors"]
    assert (collectors["disk"]["reason"], collectors["cpu"]["reason"]) == (NOT_TOLD, None)


def test_in_public_programs_on_a_gpu_have_numbers_and_no_names():
    held = [GpuProcess(pid=7, name="alice-train", memory_bytes=9), GpuProcess(pid=8, memory_bytes=1)]
    told = in_public(system=System(gpus=[Gpu(uuid="a", processes=held)]))
    assert [(one["pid"], one["name"]) for one in told["system"]["gpus"][0]["processes"]] == [(7, None), (8, None)]
    assert {"path": "system.gpus[*].processes[*].name", "reason": NOT_TOLD} in told["unavailable"]


def test_in_public_nobody_learns_where_a_runtime_is_read():
    report = RuntimeReport(status="idle", runtime="vllm", endpoint="http://10.0.0.7:8000/metrics")
    told = in_public(ai=Ai(components={"vllm": report}))
    assert told["ai"]["components"]["vllm"]["endpoint"] is None
    assert told["ai"]["components"]["vllm"]["runtime"] == "vllm"
    assert {"path": "ai.components.vllm.endpoint", "reason": NOT_TOLD} in told["unavailable"]


def test_a_public_view_is_another_one_than_that_of_the_same_sections():
    view = parse_view("system.cpu")
    assert view.as_public() != view and view.as_public().sections == view.sections
    assert view.covers(view.as_public()) and view.holds("system.cpu.usage_percent")
    assert not view.holds("system.cpu") and not view.holds("system.cpu_more.x")
