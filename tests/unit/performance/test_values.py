"""Shares and scores as numbers: exact, six digits, and what lacks is left out."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from gridwitness.performance.comparison import compare
from gridwitness.performance.dictionary import Count, Dictionary, bundled_dictionary
from gridwitness.performance.figures import Figure, decimal_text, figures, score_of
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_six_digits_half_to_even(above: int, below: int) -> None:
    exact = Decimal(above * 10**12 // below) / 10**12
    text = decimal_text(Fraction(above, below))
    assert len(text.partition(".")[2]) == 6
    assert abs(Decimal(text) - exact) <= Decimal("0.00000050001")


def test_halves() -> None:
    for value in ("0.0000005", "0.0000015", "2.0000025", "1"):
        assert Decimal(decimal_text(Fraction(value))) == Decimal(value).quantize(
            Decimal("0.000001"), rounding=ROUND_HALF_EVEN
        )
    assert decimal_text(Fraction(-1, 3)) == "-0.333333"


def test_a_score_as_published() -> None:
    """处置率 0.95, 按期处置率 0.9, 返工率 0.1, 超期待处置率 0.05, 延期率 0.2 by the example's weights."""
    dictionary = bundled_dictionary()
    tally = _tally(
        dictionary,
        handling_rate=(95, 100),
        handling_in_time_rate=(90, 100),
        rework_rate=(3, 30),
        handling_open_late_rate=(5, 100),
        extension_rate=(20, 100),
    )
    score = score_of(dictionary.scores["overall"], dictionary, tally)
    assert score == Fraction("28.5") + 18 + 18 + 19 + 8


def test_a_part_without_a_value_is_left_out() -> None:
    dictionary = bundled_dictionary()
    score = dictionary.scores["overall"]
    assert score_of(score, dictionary, {}) is None
    tally = _tally(dictionary, rework_rate=(1, 4))
    assert score_of(score, dictionary, tally) == 75


def test_what_stands() -> None:
    dictionary = bundled_dictionary()
    found = figures(dictionary, {("unit", "U1"): {}}, "330100CG", ("agency", "unit", "post"))
    assert {one.by for one in found} == {"agency", "post"}
    whole = [one for one in found if one.by == "agency"]
    assert len(whole) == len(dictionary.metrics) + len(dictionary.scores)
    assert all(one.value in (None, "0") for one in whole)


def test_people_have_metrics_of_their_posts_and_no_scores() -> None:
    dictionary = bundled_dictionary()
    every = {count: 1 for count in dictionary.counts()}
    found = {one.metric for one in figures(dictionary, {("worker", "w"): every}, "330100CG", ("worker",))}
    assert found == dictionary.personal()


def test_beside_the_others() -> None:
    now, then = (Figure("unit", "U1", "rate", 1, 2, value) for value in ("0.500000", "0.750000"))
    (one,) = compare([now], [then], [])
    assert (one.before, one.change, one.year_before, one.year_change) == ("0.750000", "-0.250000", None, None)


def _tally(dictionary: Dictionary, **shares: tuple[int, int]) -> dict[Count, int]:
    found: dict[Count, int] = {}
    for name, (above, below) in shares.items():
        metric = dictionary.metrics[name]
        assert metric.denominator is not None
        found |= {metric.numerator: above, metric.denominator: below}
    return found
