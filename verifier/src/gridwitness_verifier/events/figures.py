"""Figures from counts, with exact fractions (docs/format.md section 27)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .metrics import Count, Dictionary, Metric, Part
from .standing import Standing

FORMAT = "gridwitness-figures/1"
_PLACES = 6
_SCORED = ("agency", "unit", "grid")

Figure = tuple[int | None, int | None, str | None]
"""Numerator, denominator, value."""


@dataclass
class Tallies:
    """Rows counted, by (`by`, `of`); `events`: how many had a row in any count."""

    dictionary: Dictionary
    agency: str
    events: int = 0
    _found: dict[tuple[str, str], Counter[Count]] = field(default_factory=lambda: defaultdict(Counter))
    _counts: dict[str, list[Count]] = field(init=False)

    def __post_init__(self) -> None:
        self._counts = {of: counts for of, counts in self.dictionary.counts().items() if counts}

    def add(self, standing: Standing) -> None:
        """Count the rows of one event."""
        counted = False
        for of, counts in self._counts.items():
            for row in standing.there(of):
                meant = [count for count in counts if _belongs(standing, count, row)]
                if not meant:
                    continue
                counted = True
                for owner in [("agency", self.agency), *standing.owners(of, row)]:
                    self._found[owner].update(meant)
        self.events += counted

    def figures(self) -> dict[tuple[str, str, str], Figure]:
        """All figures of a snapshot by (`by`, `of`, `metric`)."""
        whole = self._found.get(("agency", self.agency), Counter())
        found = self._of("agency", self.agency, whole)
        for post, names in self.dictionary.posts.items():
            for name in names:
                found["post", post, name] = _figure(self.dictionary.metrics[name], whole)
        for (by, of), tally in self._found.items():
            if by != "agency":
                found |= {key: figure for key, figure in self._of(by, of, tally).items() if _stands(figure)}
        return found

    def _of(self, by: str, of: str, tally: Mapping[Count, int]) -> dict[tuple[str, str, str], Figure]:
        shown = frozenset().union(*self.dictionary.posts.values()) if by == "worker" else None
        found = {
            (by, of, name): _figure(metric, tally)
            for name, metric in self.dictionary.metrics.items()
            if shown is None or name in shown
        }
        if by in _SCORED:
            for name, parts in self.dictionary.scores.items():
                found[by, of, name] = (None, None, _score(self.dictionary, parts, tally))
        return found


def as_figures(document: Any) -> tuple[list[str], dict[tuple[str, str, str], Figure]] | None:
    """Period and figures of a snapshot's file, None where it has not its form."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return None
    period, figures = document.get("period"), document.get("figures")
    if not isinstance(period, list) or len(period) != 2 or not isinstance(figures, list):
        return None
    found: dict[tuple[str, str, str], Figure] = {}
    for one in figures:
        if not isinstance(one, dict):
            return None
        key = tuple(one.get(name) for name in ("by", "of", "metric"))
        if (
            len(one) != 6
            or not all(isinstance(part, str) for part in key)
            or True in map(_is_flag, one.values())
        ):
            return None
        found[str(key[0]), str(key[1]), str(key[2])] = (
            one.get("numerator"), one.get("denominator"), one.get("value"),
        )  # fmt: skip
    return (period, found) if [*found] == sorted(found) and len(found) == len(figures) else None


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _belongs(standing: Standing, count: Count, row: Mapping[str, str | None]) -> bool:
    if count.day is not None and not standing.period.holds(standing.day(count.of, row, count.day)):
        return False
    return all(one.holds(standing.value(count.of, row, one.column)) for one in count.where)


def _figure(metric: Metric, tally: Mapping[Count, int]) -> Figure:
    above = tally.get(metric.numerator, 0)
    if metric.denominator is None:
        return above, None, str(above)
    below = tally.get(metric.denominator, 0)
    return above, below, _decimal(Fraction(above, below)) if below else None


def _score(dictionary: Dictionary, parts: tuple[Part, ...], tally: Mapping[Count, int]) -> str | None:
    weighed, weights = Fraction(0), 0
    for part in parts:
        metric = dictionary.metrics[part.metric]
        below = tally.get(metric.denominator, 0) if metric.denominator is not None else 0
        if below:
            share = Fraction(tally.get(metric.numerator, 0), below)
            weighed += part.weight * (1 - share if part.inverse else share)
            weights += part.weight
    return _decimal(100 * weighed / weights) if weights else None


def _decimal(value: Fraction) -> str:
    """Six digits after the point, half to even."""
    scaled = round(value * 10**_PLACES)
    whole, rest = divmod(abs(scaled), 10**_PLACES)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{_PLACES}d}"


def _stands(figure: Figure) -> bool:
    numerator, denominator, value = figure
    return bool(numerator or denominator or (numerator is None and value is not None))
