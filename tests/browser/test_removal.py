"""What is taken out of the document leaves nothing behind: no chart, no listener, no stream."""

from collections.abc import Callable

import pytest

from tests.browser.heap import Heap
from tests.browser.subscribers import wait_for_clients
from tests.support.browser import Tab
from tests.support.process import Appliance
from tests.support.stream import Stream

pytestmark = pytest.mark.system

# A chart beside those of the page, as another site would embed it; only a weak reference to it is kept.
ADD_A_CHART = """() => {
  const { timeline, lines, axis } = inside.chart("CPU");
  const added = document.createElement("zp-chart");
  Object.assign(added, { timeline, lines, axis, heading: "added" });
  document.body.prepend(added);
  globalThis.removed = new WeakRef(added);
}"""
LISTENERS = "inside.timeline().statistics().listeners"


def test_a_removed_chart_frees_its_drawing_and_its_listeners(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    tab.next_sample(2)
    heap = Heap(tab.page)
    drawings = heap.drawings()
    listeners = tab.page.evaluate(LISTENERS)
    assert drawings.count() > 0
    before = drawings.count()
    tab.page.evaluate(ADD_A_CHART)
    tab.wait_until("inside.picture('added').count > 1")
    assert (drawings.count(), tab.page.evaluate(LISTENERS)) == (before + 1, listeners + 1)
    tab.page.evaluate("removed.deref().remove()")
    tab.next_sample(2)
    heap.collect()
    assert (drawings.count(), tab.page.evaluate(LISTENERS)) == (before, listeners)
    assert tab.page.evaluate("removed.deref() === undefined")


def test_a_chart_that_was_moved_draws_on(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    drawings = Heap(tab.page).drawings()
    before = drawings.count()
    tab.page.evaluate(ADD_A_CHART)
    tab.wait_until("inside.picture('added').count > 1")
    tab.page.evaluate("document.body.prepend(removed.deref())")
    count = tab.picture("added")["count"]
    tab.wait_until("inside.picture('added').count > argument + 2", count)
    assert drawings.count() == before + 1


def test_removing_the_page_ends_its_stream_and_frees_all_of_it(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    tab.next_sample()
    heap = Heap(tab.page)
    drawings = heap.drawings()
    wait_for_clients(appliance, 1)
    tab.page.evaluate("() => { globalThis.removed = new WeakRef(inside.dashboard()); inside.dashboard().remove(); }")
    wait_for_clients(appliance, 0)
    requested = len(tab.requested)
    with Stream(appliance) as stream:
        stream.samples(5)
    assert len(tab.requested) == requested
    heap.collect()
    assert drawings.count() == 0
    assert tab.page.evaluate("removed.deref() === undefined")
    assert heap.listeners("window") == []
    assert heap.listeners("document") == []


def test_a_page_that_was_moved_is_live_again(appliance: Appliance, visit: Callable[..., Tab]):
    tab = visit(appliance.url).live()
    tab.page.evaluate("document.body.append(inside.dashboard())")
    tab.next_sample(2)
    tab.reach("live")
    wait_for_clients(appliance, 1)
