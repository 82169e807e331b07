"""Pairs as people read them."""

import re

import pytest
from msgspec.structs import replace

from zeropoint.insight.pair import Pair
from zeropoint.insight.sentence import CAVEAT, sentence
from zeropoint.insight.table import HEADINGS, MOST_SENTENCES, table

FOUND = Pair(
    a="tokens_per_second",
    b="temperature",
    lag_seconds=6.99997,
    coefficient=-0.614,
    low=-0.72,
    high=-0.48,
    n=600,
    n_effective=155.4,
    p_value=1e-12,
    q_value=3e-12,
    verdict="correlated",
    compared="levels",
)
NOT = replace(FOUND, b="disk", verdict="none", coefficient=0.1, p_value=0.7, q_value=0.8)
TOO_LITTLE = Pair(a="tokens_per_second", b="fan", n=12)


def test_a_sentence_has_the_direction_the_lag_and_what_it_rests_on():
    assert sentence(FOUND, "rank") == (
        "tokens_per_second and temperature go opposite ways, temperature 7 s after tokens_per_second: "
        "rank coefficient -0.61 (-0.72 to -0.48), 600 samples that are worth 155."
    )


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (replace(FOUND, lag_seconds=-2.5), "tokens_per_second 2.5 s after temperature"),
        (replace(FOUND, lag_seconds=0.0), "at the same time"),
        (replace(FOUND, coefficient=0.5), "go the same way"),
        (replace(FOUND, compared="changes"), "Changes of tokens_per_second and of temperature go"),
        (NOT, "Nothing tells that tokens_per_second and disk go together"),
        (TOO_LITTLE, "too little to tell: 12 common samples"),
    ],
)
def test_other_pairs_are_told_as_they_are(pair: Pair, words: str):
    assert words in sentence(pair, "rank")


def test_no_sentence_claims_a_cause_and_the_caveat_denies_it():
    for pair in (FOUND, NOT, TOO_LITTLE, replace(FOUND, compared="changes")):
        assert not re.search(r"caus|because|due to|drive|lead|effect|explain|influence", sentence(pair, "rank"))
    assert "does not tell whether one of them causes the other" in CAVEAT


def test_the_table_has_a_row_for_each_pair_with_the_found_ones_first():
    lines = table([TOO_LITTLE, NOT, FOUND], "rank")
    assert [line.split()[0] for line in lines[:4]] == [HEADINGS[0], "correlated", "none", "not-enough-data"]
    assert "1 correlated, 1 not, 1 with not enough data" in lines
    assert sentence(FOUND, "rank") in lines
    assert lines[-1] == CAVEAT


def test_where_nothing_is_found_there_is_nothing_to_warn_of():
    assert CAVEAT not in table([NOT], "rank")


def test_sentences_end_somewhere():
    lines = table([FOUND] * (MOST_SENTENCES + 5), "rank")
    assert "And 5 more." in lines
    assert sum(line.startswith("correlated") for line in lines) == MOST_SENTENCES + 5


def test_names_can_not_write_over_the_screen():
    hostile = replace(FOUND, a="\x1b[2J\u202eevil", b="x" * 500)
    lines = table([hostile], "rank")
    assert all(line.isprintable() for line in lines)
    assert len(lines[1]) < 250
