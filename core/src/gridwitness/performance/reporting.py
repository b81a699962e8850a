"""Gathering what a report says: figures with their comparisons, the course of periods, and names."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from gridwitness.grids import Territory
from gridwitness.performance.dictionary import Dictionary, Metric, Score
from gridwitness.performance.figures import Figure
from gridwitness.performance.naming import names_of
from gridwitness.performance.periods import Days
from gridwitness.performance.report_content import Course, Language, Report
from gridwitness.performance.service import Performance
from gridwitness.performance.tallies import Selection

CUTS = ("agency", "unit", "grid", "worker", "post")
COURSE_PERIODS = 6


def make_report(
    performance: Performance,
    session: Session,
    dictionary: Dictionary,
    days: Days,
    selection: Selection,
    territory: Territory,
    *,
    language: Language = "zh",
    people: bool = True,
) -> Report:
    """A report of local days. `people`: with the figures of workers."""
    cuts = [cut for cut in CUTS if people or cut != "worker"]
    compared = performance.compared(session, dictionary, days, selection, ["agency"])
    present = replace(selection, period=performance.period(days))
    found = performance.figures(session, dictionary, present, cuts)
    names = names_of(session, found, dictionary, territory, language)
    periods, courses = _courses(performance, session, dictionary, days, selection, language)
    return Report(
        language=language,
        agency=names.of("agency", selection.agency),
        first=days.first.isoformat(),
        last=days.last.isoformat(),
        dictionary=dictionary,
        names=names,
        compared=compared,
        figures=found,
        periods=periods,
        courses=courses,
    )


def _courses(
    performance: Performance,
    session: Session,
    dictionary: Dictionary,
    days: Days,
    selection: Selection,
    language: Language,
) -> tuple[list[str], list[Course]]:
    """Scores and the shares they weigh, over the last periods, out of 100."""
    wanted = [days]
    while len(wanted) < COURSE_PERIODS:
        wanted.insert(0, wanted[0].before())
    weighed = {part.metric for score in dictionary.scores.values() for part in score.parts}
    metrics = [metric for metric in dictionary.metrics.values() if metric.name in weighed]
    told: list[dict[str, Figure]] = []
    for one in wanted:
        chosen = replace(selection, period=performance.period(one))
        found = performance.figures(session, dictionary, chosen, ["agency"], [*weighed, *dictionary.scores])
        told.append({figure.metric: figure for figure in found})
    words: list[tuple[Score | Metric, int]] = [
        *((score, 1) for score in dictionary.scores.values()),
        *((metric, 100) for metric in metrics),
    ]
    courses = [
        Course(
            word.zh if language == "zh" else word.en,
            tuple(None if (v := one[word.name].value) is None else points * Decimal(v) for one in told),
        )
        for word, points in words
    ]
    return [f"{one.first.isoformat()}…" for one in wanted], courses
