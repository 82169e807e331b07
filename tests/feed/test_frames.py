"""What a frame keeps of itself, and until when."""

import msgspec

from tests.support.samples import sample
from zeropoint.feed.frames import MOST_NARROWED, Frame
from zeropoint.feed.view import WHOLE, View

CPU = View(("system.cpu",))


def frame() -> Frame:
    return Frame(1, "e1-1", msgspec.json.encode(sample(1)), None)


def test_of_the_newest_frame_each_view_is_made_once_and_the_public_one_is_another():
    newest = frame()
    assert newest.narrowed(CPU) is newest.narrowed(View(("system.cpu",)))
    assert newest.narrowed(CPU) == CPU.narrow(newest.payload)
    assert newest.narrowed(CPU) is not newest.narrowed(CPU.as_public())
    assert newest.narrowed(WHOLE) is newest.payload


def test_whatever_is_asked_for_it_keeps_a_bounded_number_and_none_once_it_is_retired():
    newest = frame()
    views = [View((f"ai.components.{number}",)) for number in range(2 * MOST_NARROWED)]
    narrowed = [newest.narrowed(view) for view in views]
    assert sum(newest.narrowed(view) is one for view, one in zip(views, narrowed, strict=True)) == MOST_NARROWED
    newest.retire()
    assert newest.narrowed(views[0]) == narrowed[0]
    assert newest.narrowed(views[0]) is not newest.narrowed(views[0])
