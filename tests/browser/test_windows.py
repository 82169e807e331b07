"""The windows that the charts slide over, and the past that fills them."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.shown import assert_rows_are_samples, milliseconds, stretch_until
from tests.support.browser import Tab
from tests.support.process import Appliance, running
from tests.support.stream import Stream, messages

pytestmark = pytest.mark.system
PAST_SAMPLES = 80
INTERVAL_MILLISECONDS = 100


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """A server that has been running for a while, ten samples a second."""
    with running(tmp_path_factory.mktemp("data"), "--interval", "0.1") as started:
        with Stream(started) as stream:
            stream.samples(PAST_SAMPLES)
        yield started


def test_the_past_joins_the_live_edge_without_a_seam(quick: Appliance, visit: Callable[..., Tab]):
    tab = visit(quick.url).live()
    tab.page.keyboard.press("2")
    tab.wait_until("inside.timeline().rows.count > argument", PAST_SAMPLES)
    tab.next_sample(5)
    rows = tab.rows()
    assert len(rows["times"]) == int(rows["newest"].split("-")[1]), "all of the server's samples are there"
    assert_rows_are_samples(quick, rows)
    view = tab.view()
    assert len(view["times"]) == int(view["sample"].split("-")[1])


def test_the_past_is_whole_where_ticks_were_missed_and_its_line_is_broken_there(
    tmp_path: Path, visit: Callable[..., Tab]
):
    with running(tmp_path / "data", "--interval", "0.2") as started:
        with Stream(started) as stream:
            stream.samples(5)
            started.process.send_signal(signal.SIGSTOP)
            # A stopped process takes no sample; another one's clock says when enough ticks have gone by.
            with running(tmp_path / "other", "--interval", "0.2") as other, Stream(other) as clock:
                clock.samples(10)
            started.process.send_signal(signal.SIGCONT)
            stream.until(lambda seen: len(messages(seen)) >= 10)
            # A busy machine may have missed one before.
            gap = max((event.json for event in stream.events if event.type == "gap"), key=lambda gap: gap["lost"])
        tab = visit(started.url).live()
        tab.page.keyboard.press("2")
        tab.next_sample(5)
        rows = tab.rows()
        assert len(rows["times"]) == int(rows["newest"].split("-")[1]), "all of the server's samples are there"
        assert_rows_are_samples(started, rows)
        before, after = (
            next(event.json for event in messages(stream.events) if event.id == gap[end]) for end in ("from", "to")
        )
        assert rows["times"].index(milliseconds(before)) + 1 == rows["times"].index(milliseconds(after))
        assert rows["times"].index(milliseconds(after)) in rows["broken"]


def test_the_first_window_shows_twenty_points(quick: Appliance, visit: Callable[..., Tab]):
    tab = visit(quick.url).live()
    tab.wait_until("inside.timeline().rows.count > 20")
    tab.next_sample(2)
    view = tab.view()
    samples = stretch_until(quick, view["sample"], 20).samples
    assert view["endMilliseconds"] == milliseconds(samples[-1])
    assert view["endMilliseconds"] - view["startMilliseconds"] == pytest.approx(19 * INTERVAL_MILLISECONDS)
    # Of ticks that came late, or not at all, fewer fit in.
    begin = view["startMilliseconds"] - INTERVAL_MILLISECONDS / 2
    assert view["times"] == [milliseconds(sample) for sample in samples if milliseconds(sample) >= begin]
