"""What a report says, before it has a form: tables, rankings and courses, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gridwitness.performance.comparison import Compared
from gridwitness.performance.dictionary import Dictionary, Group, Metric, Score
from gridwitness.performance.figures import Figure
from gridwitness.performance.naming import Names
from gridwitness.performance.ranking import Ranked, rank

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Course:
    """A figure over periods that follow each other; a value is None where there is none."""

    label: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """How one stage went: in time, overtime, overdue and open."""

    label: str
    in_time: int
    overtime: int
    open_late: int


@dataclass(frozen=True)
class Report:
    """All of a report. `compared`: of the agency; `figures`: of everything else."""

    language: Language
    agency: str
    first: str
    last: str
    dictionary: Dictionary
    names: Names
    compared: Sequence[Compared]
    figures: Sequence[Figure]
    periods: Sequence[str]
    courses: Sequence[Course]

    def say(self, zh: str, en: str) -> str:
        """The word of the report's language."""
        return zh if self.language == "zh" else en

    def label(self, word: Metric | Score | Group) -> str:
        """What a metric, a score or a group is called."""
        return self.say(word.zh, word.en)

    def metric_label(self, name: str) -> str:
        """What a metric or a score is called."""
        found: Metric | Score | None = self.dictionary.metrics.get(name) or self.dictionary.scores.get(name)
        return name if found is None else self.label(found)

    @property
    def title(self) -> str:
        """The title."""
        return self.say(f"{self.agency} 考核报告", f"Performance report of {self.agency}")

    @property
    def subtitle(self) -> str:
        """The period."""
        return self.say(f"周期 {self.first} 至 {self.last}", f"{self.first} to {self.last}, both included")

    def by_name(self) -> Mapping[str, Compared]:
        """The agency's figures by metric."""
        return {one.figure.metric: one for one in self.compared}

    def stages(self) -> list[Stage]:
        """The stages of which anything was due, as far as the dictionary counts them."""
        found = self.by_name()
        stages = []
        for name, metric in self.dictionary.metrics.items():
            stem = name.removesuffix("_in_time")
            names = [f"{stem}_{part}" for part in ("in_time", "overtime", "open_late")]
            if stem == name or metric.denominator is not None or any(one not in found for one in names):
                continue
            numbers = [found[one].figure.numerator or 0 for one in names]
            if any(numbers):
                need = self.dictionary.metrics.get(f"{stem}_need", metric)
                stages.append(Stage(self.label(need), *numbers))
        return stages

    def ranking(self, score: Score, by: str) -> list[Ranked]:
        """Bodies or places by their score."""
        return rank((one for one in self.figures if one.by == by), score)

    def rows(self, by: str, metrics: Iterable[str]) -> dict[str, dict[str, Figure]]:
        """By body, place or person (ascending) the figures of some metrics, where it has any."""
        wanted = set(metrics)
        found: dict[str, dict[str, Figure]] = {}
        for one in self.figures:
            if one.by == by and one.metric in wanted:
                found.setdefault(one.of, {})[one.metric] = one
        return dict(sorted(found.items()))


def shown(figure: Figure | None, metric: Metric | None) -> str:
    """A value as people read it: shares in percent with two digits."""
    if figure is None or figure.value is None:
        return "–"
    if metric is not None and metric.denominator is not None:
        return f"{100 * Decimal(figure.value):.2f}%"
    return figure.value if metric is not None else f"{Decimal(figure.value):.2f}"


def shown_change(change: str | None, metric: Metric | None) -> str:
    """A change: of shares in percentage points."""
    if change is None:
        return "–"
    if metric is not None and metric.denominator is not None:
        return f"{100 * Decimal(change):+.2f}"
    return f"{Decimal(change):+f}" if metric is not None else f"{Decimal(change):+.2f}"
