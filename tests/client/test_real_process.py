"""The client and `follow` against the real process."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.process import TIMEOUT_SECONDS, Appliance, running
from zeropoint.client import FeedRefusedError, Gap, Hello, MetricsClient, Sample, StateChanged, Timing, follow

MODULES = "import sys; print([name for name in sys.modules if name.startswith('zeropoint.client')])"


def number(id: str) -> int:
    return int(id.rpartition("-")[2])


async def read_samples(client: MetricsClient, count: int) -> list[Sample]:
    samples: list[Sample] = []
    while len(samples) < count:
        event = await anext(client)
        if isinstance(event, Sample):
            samples.append(event)
    return samples


async def test_samples_come_each_once_and_in_order_with_what_the_ai_components_tell(appliance: Appliance):
    async with MetricsClient(appliance.first_line.split()[-1]) as client:
        samples = await read_samples(client, 10)
        assert client.hello is not None
        assert samples[0].id.startswith(client.hello.epoch)
    first = number(samples[0].id)
    assert [number(sample.id) for sample in samples] == list(range(first, first + 10))
    assert samples[-1].system.memory.total_bytes > 0
    assert samples[-1].ai.components.wondercraft.scenes_count == 0


async def test_sections_narrow_the_sample(appliance: Appliance):
    async with MetricsClient(appliance.url, sections=["system.memory"]) as client:
        (sample,) = await read_samples(client, 1)
    assert set(sample.system) == {"memory"}
    assert "server" not in sample


async def test_a_section_that_does_not_exist_is_refused(appliance: Appliance):
    async with MetricsClient(appliance.url, sections=["system.nothing"]) as client:
        with pytest.raises(FeedRefusedError, match="refuses the request"):
            await read_samples(client, 1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_28_over_a_restart_no_sample_is_lost_unsaid_and_none_doubled(tmp_path: Path):
    arguments = ("--port", str(free_port()), "--interval", "0.1")
    quick = Timing(backoff_base_seconds=0.05, backoff_cap_seconds=0.1)
    with running(tmp_path / "data", *arguments) as appliance:
        client = MetricsClient(appliance.url, timing=quick)
        await client.__aenter__()
        before = await read_samples(client, 5)
        appliance.process.kill()
        appliance.process.wait(TIMEOUT_SECONDS)
    with running(tmp_path / "data", *arguments):
        after: list[Sample] = []
        gaps: list[Gap] = []
        while len(after) < 5:
            match await anext(client):
                case Sample() as sample if sample.id.startswith(before[0].id.split("-")[0]):
                    before.append(sample)
                case Sample() as sample:
                    after.append(sample)
                case Gap() as gap if gap.reason != "missed-ticks":
                    gaps.append(gap)
        await client.close()
    assert [number(sample.id) for sample in before] == list(range(number(before[0].id), number(before[-1].id) + 1))
    assert [number(sample.id) for sample in after] == list(range(1, 6))
    # What the first process took came out of the journal of the second.
    assert gaps == []


async def test_polling_is_as_complete_as_the_stream(appliance: Appliance):
    """With no failure allowed at all, it polls from the start."""
    async with MetricsClient(appliance.url, timing=Timing(failures_before_polling=0)) as client:
        samples = await read_samples(client, 10)
        assert client.state.name == "polling"
    first = number(samples[0].id)
    assert [number(sample.id) for sample in samples] == list(range(first, first + 10))


async def test_a_clean_stop_is_told(tmp_path: Path):
    with running(tmp_path / "data", "--interval", "0.2") as appliance:
        async with MetricsClient(appliance.url) as client:
            await read_samples(client, 1)
            appliance.process.send_signal(signal.SIGTERM)
            events = []
            while client.state.name == "live" or client.statistics().waiting:
                events.append(await anext(client))
        assert appliance.process.wait(TIMEOUT_SECONDS) == 0
    kinds = [type(event).__name__ for event in events if not isinstance(event, Sample | Hello)]
    assert kinds[:2] == ["Bye", "StateChanged"]
    assert isinstance(events[-1], StateChanged)
    assert events[-1].reason == "the server is shutting down"


def test_follow_yields_samples_in_order_and_ends_its_thread(appliance: Appliance):
    samples = follow(appliance.url, sections=["server"])
    seen = [number(next(samples).id) for _ in range(5)]
    samples.close()
    assert seen == list(range(seen[0], seen[0] + 5))


def test_follow_refuses_a_bad_address_at_once_and_raises_a_refusal(appliance: Appliance):
    with pytest.raises(ValueError, match="no http address"):
        follow("nowhere")
    with pytest.raises(FeedRefusedError, match="no appliance at this address"):
        next(follow(appliance.url + "/elsewhere"))


def test_follow_says_that_nothing_arrives(tmp_path: Path):
    script = f"from zeropoint.client import follow\nnext(follow('http://127.0.0.1:{free_port()}'))"
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("reconnecting: the server cannot be reached")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert errors.rstrip().endswith("KeyboardInterrupt")


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "samples.close()",
        "del samples",
        "import sys; sys.exit(0)",
        "for number, _ in enumerate(samples):\n    if number == 2: break",
    ],
)
def test_a_script_ends_however_it_leaves_its_samples(appliance: Appliance, ending: str):
    script = (
        f"from zeropoint.client import follow\nsamples = follow({appliance.url!r})\nprint(next(samples).id)\n{ending}"
    )
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "-" in finished.stdout


def test_serve_does_not_load_the_client():
    """What `zeropoint serve` loads before its first line is what every start costs."""
    script = f"import zeropoint.commands.main, zeropoint.commands.serve, zeropoint.appliance\n{MODULES}"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"


def test_the_client_loads_the_model_alone_of_the_rest():
    script = (
        "import sys, zeropoint.client\n"
        "print(sorted(name for name in sys.modules if name.startswith('zeropoint.') and '.client' not in name))"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout == "['zeropoint.model']\n"
