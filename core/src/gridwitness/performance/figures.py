"""From counts to figures: shares, counts and scores, exactly (format section 27). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gridwitness.performance.dictionary import Dictionary, Metric, Score
from gridwitness.performance.periods import Period
from gridwitness.performance.tallies import Tallies, Tally
from gridwitness.records import rfc3339

FORMAT = "gridwitness-figures/1"
PLACES = 6
SCORED = ("agency", "unit", "grid", "matter", "channel")
"""By what scores are given: never for a person."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric (or score) of one body, place, person; `value` as decimal text."""

    by: str
    of: str
    metric: str
    numerator: int | None
    denominator: int | None
    value: str | None


def figures(
    dictionary: Dictionary,
    tallies: Tallies,
    agency: str,
    cuts: Iterable[str],
    metrics: Collection[str] | None = None,
) -> list[Figure]:
    """Figures of these cuts (of `tallies.CUTS`), ascending by (by, of, metric); of all metrics and scores,
    or of some.
    """
    wanted = set(cuts)
    found: list[Figure] = []
    if "agency" in wanted:
        found += _of(dictionary, "agency", agency, tallies.get(("agency", agency), {}))
    if "post" in wanted:
        tally = tallies.get(("agency", agency), {})
        for post in dictionary.posts.values():
            found += [
                _figure(dictionary.metrics[name], "post", post.name, tally) for name in set(post.metrics)
            ]
    for (by, of), tally in tallies.items():
        if by != "agency" and by in wanted:
            found += [one for one in _of(dictionary, by, of, tally) if _stands(one)]
    chosen = found if metrics is None else [one for one in found if one.metric in metrics]
    return sorted(chosen, key=lambda one: (one.by, one.of, one.metric))


def as_document(period: Period, found: Iterable[Figure]) -> dict[str, Any]:
    """`gridwitness-figures/1`."""
    return {
        "format": FORMAT,
        "period": [rfc3339(period.begins), rfc3339(period.ends)],
        "figures": [
            {
                "by": one.by,
                "of": one.of,
                "metric": one.metric,
                "numerator": one.numerator,
                "denominator": one.denominator,
                "value": one.value,
            }
            for one in found
        ],
    }


def score_of(score: Score, dictionary: Dictionary, tally: Tally) -> Fraction | None:
    """Out of 100 (or a little beyond, where a share is over 1); None where no part has a value."""
    weighed, weights = Fraction(0), 0
    for part in score.parts:
        metric = dictionary.metrics[part.metric]
        assert metric.denominator is not None
        below = tally.get(metric.denominator, 0)
        if below:
            share = Fraction(tally.get(metric.numerator, 0), below)
            weighed += part.weight * (1 - share if part.inverse else share)
            weights += part.weight
    return 100 * weighed / weights if weights else None


def decimal_text(value: Fraction) -> str:
    """Six digits after the point, half to even."""
    scaled = round(value * 10**PLACES)
    whole, rest = divmod(abs(scaled), 10**PLACES)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{PLACES}d}"


def share_text(above: int, below: int) -> str:
    """As `decimal_text` of the two, without a fraction: there are many."""
    scaled, rest = divmod(above * 10**PLACES, below)
    if 2 * rest > below or (2 * rest == below and scaled % 2):
        scaled += 1
    whole, parts = divmod(scaled, 10**PLACES)
    return f"{whole}.{parts:0{PLACES}d}"


def _of(dictionary: Dictionary, by: str, of: str, tally: Tally) -> Iterator[Figure]:
    personal = dictionary.personal() if by == "worker" else None
    for metric in dictionary.metrics.values():
        if personal is None or metric.name in personal:
            yield _figure(metric, by, of, tally)
    if by in SCORED:
        for score in dictionary.scores.values():
            value = score_of(score, dictionary, tally)
            yield Figure(by, of, score.name, None, None, None if value is None else decimal_text(value))


def _figure(metric: Metric, by: str, of: str, tally: Tally) -> Figure:
    above = tally.get(metric.numerator, 0)
    if metric.denominator is None:
        return Figure(by, of, metric.name, above, None, str(above))
    below = tally.get(metric.denominator, 0)
    return Figure(by, of, metric.name, above, below, share_text(above, below) if below else None)


def _stands(one: Figure) -> bool:
    return bool(one.numerator or one.denominator or (one.numerator is None and one.value is not None))
