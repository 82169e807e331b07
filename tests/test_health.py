from zeropoint.health import judge
from zeropoint.model import Collector


def test_all_is_well_when_samples_come_and_sources_work():
    assert judge(0.5, 1.0, {"cpu": Collector(status="ok")}).status == "healthy"


def test_hardware_that_is_absent_is_no_failure():
    verdict = judge(0.5, 1.0, {"gpu": Collector(status="absent", reason="NVML library not found")})
    assert (verdict.status, verdict.reasons) == ("healthy", [])


def test_a_source_that_fails_or_hangs_degrades_and_is_named():
    for status in ("failed", "hanging"):
        verdict = judge(0.5, 1.0, {"disk": Collector(status=status, reason="no answer for 9 s")})  # type: ignore[arg-type]
        assert verdict.status == "degraded"
        assert verdict.reasons == [f"disk: {status}: no answer for 9 s"]


def test_without_samples_it_is_unhealthy():
    assert judge(None, 1.0, {}).status == "unhealthy"
    assert judge(5.1, 1.0, {}).status == "unhealthy"
    assert judge(5.1, 60.0, {}).status == "healthy"
    assert judge(181.0, 60.0, {}).reasons == ["no sample for 181 s"]
