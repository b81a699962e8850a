"""Bodies and places by their score, best first, with the grade each has. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gridwitness.errors import NotFound
from gridwitness.performance.dictionary import Dictionary, Grade, Score
from gridwitness.performance.figures import Figure


@dataclass(frozen=True, slots=True)
class Ranked:
    """Equal scores share a place."""

    place: int
    by: str
    of: str
    value: str
    grade: Grade | None


def score_named(dictionary: Dictionary, name: str) -> Score:
    """Raises NotFound `score-unknown`."""
    found = dictionary.scores.get(name)
    if found is None:
        raise NotFound(
            "score-unknown", f"There is no score {name[:64]!r}.", f"one of {', '.join(dictionary.scores)}"
        )
    return found


def rank(found: Iterable[Figure], score: Score) -> list[Ranked]:
    """What has this score, best first; what has none is left out."""
    values = [
        (Decimal(one.value), one) for one in found if one.metric == score.name and one.value is not None
    ]
    values.sort(key=lambda pair: (-pair[0], pair[1].by, pair[1].of))
    ranked: list[Ranked] = []
    for at, (value, one) in enumerate(values, 1):
        place = ranked[-1].place if ranked and Decimal(ranked[-1].value) == value else at
        ranked.append(Ranked(place, one.by, one.of, str(one.value), score.grade(value)))
    return ranked
