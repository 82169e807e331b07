"""What was used lately, of a bounded size."""

from zeropoint.history.recent import Recent


def test_what_was_not_used_for_longest_goes_first():
    recent: Recent[int, bytes] = Recent(30, len)
    for number in range(3):
        recent.keep(number, bytes(10))
    assert recent.get(0) == bytes(10)
    recent.keep(3, bytes(10))
    assert [recent.get(number) is not None for number in range(4)] == [True, False, True, True]


def test_what_is_larger_than_all_is_not_kept():
    recent: Recent[int, bytes] = Recent(30, len)
    recent.keep(0, bytes(10))
    recent.keep(1, bytes(31))
    assert recent.get(0) is None
    assert recent.get(1) is None
    recent.keep(2, bytes(30))
    assert recent.get(2) == bytes(30)
