"""What becomes of streams when nothing happens for long, and when the appliance stops and comes back."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.proxies.configurations import OWN_NAME, Certificate, running_proxy
from tests.proxies.door import Door, ProxiedStream
from tests.support.process import TIMEOUT_SECONDS, Appliance, running
from tests.support.stream import messages

# Shorter than any proxy's buffer, so that one that holds streams back gives nothing away of it.
SMALL = "?sections=ai.components.none"
OWN = ("--allowed-hosts", OWN_NAME)
SLOWEST = ("--interval", "60", *OWN)
Front = Callable[[Appliance], AbstractContextManager[Door]]


@pytest.fixture
def front(kind: str, certificate: Certificate, tmp_path: Path) -> Front:
    """A proxy of each kind before an appliance of the test's own."""

    @contextmanager
    def stand(appliance: Appliance) -> Iterator[Door]:
        (tmp_path / "proxy").mkdir()
        with running_proxy(kind, appliance.port, certificate, tmp_path / "proxy") as port:
            yield Door(port, OWN_NAME, "/", certificate.chain)

    return stand


def test_few_bytes_come_at_once_and_the_goodbye_comes_and_the_way_leads_to_the_next_start(front: Front, tmp_path: Path):
    with running(tmp_path / "data", *SLOWEST) as started, front(started) as door:
        with ProxiedStream(door, SMALL) as stream:
            # The next sample is a minute away: what comes was not held back until more came.
            seen = stream.until(lambda seen: len(seen) >= 3)
            assert [one.type for one in seen] == ["retry", "hello", "message"]
            assert len(stream.received) < 4096
            started.process.send_signal(signal.SIGTERM)
            assert [one.type for one in stream.to_the_end()[-2:]] == ["retry", "bye"]
        assert started.process.wait(TIMEOUT_SECONDS) == 0
        assert door.get("metrics/json").status in (502, 503)
        again = running(tmp_path / "data", *OWN, "--port", str(started.port))
        with again, ProxiedStream(door, SMALL, Last_Event_ID=seen[2].id or "") as stream:
            after = stream.until(lambda seen: bool(messages(seen)))
    # What was taken meanwhile is in the journal: nothing is missing.
    assert [one.type for one in after] == ["retry", "hello", "message"]
