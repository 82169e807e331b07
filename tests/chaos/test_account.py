"""The account finds what it is there to find."""

import pytest

from tests.chaos.account import Gap, Sample, complaints

TRUTH = {f"{epoch}-{number}": {"id": f"{epoch}-{number}", "value": number} for epoch in "ef" for number in range(1, 9)}


def sample(id: str) -> Sample:
    return Sample(TRUTH[id])


@pytest.mark.parametrize(
    "told",
    [
        [sample("e-1"), sample("e-2")],
        [sample("e-1"), Gap("slow-subscriber", 2), sample("e-4")],
        [sample("e-1"), Gap("slow-subscriber", 1), Gap("beyond-replay", 1), sample("e-4")],
        [sample("e-1"), Gap("missed-ticks", 5), sample("e-2")],
        [sample("e-5"), Gap("unknown-id", None), sample("f-1"), sample("f-2")],
    ],
)
def test_what_is_whole_or_told_is_right(told: list[Sample | Gap]):
    assert list(complaints(told, TRUTH)) == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([sample("e-1"), sample("e-1")], "e-1 comes after e-1"),
        ([sample("e-2"), sample("e-1")], "e-1 comes after e-2"),
        ([sample("e-1"), sample("e-3")], "1 are missing, and 0 are told"),
        ([sample("e-1"), Gap("slow-subscriber", 1), sample("e-4")], "2 are missing, and 1 are told"),
        ([sample("e-1"), Gap("slow-subscriber", 1), sample("e-2")], "0 are missing, and 1 are told"),
        ([sample("e-1"), Gap("missed-ticks", 1), sample("e-3")], "1 are missing, and 0 are told"),
        ([sample("e-1"), Gap("unknown-id", None), sample("e-3")], "does not tell how much"),
        ([sample("e-1"), sample("f-1")], "the restart between e-1 and f-1 is not told"),
        ([Sample({"id": "e-1", "value": 2})], "e-1 is not what was sent"),
    ],
)
def test_what_is_not_is_found(told: list[Sample | Gap], words: str):
    found = list(complaints(told, TRUTH))
    assert len(found) == 1
    assert words in found[0]
