"""Figures as the command line shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gridwitness.performance import Dictionary
from gridwitness.performance.comparison import Compared
from gridwitness.performance.naming import Names, names_of
from gridwitness.performance.report_content import shown, shown_change
from gridwitness.platform import Platform
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session


def figure_document(one: Compared, names: Names) -> dict[str, Any]:
    """All of a figure."""
    figure = one.figure
    return {
        "by": figure.by,
        "of": figure.of,
        "name": names.of(figure.by, figure.of),
        "metric": figure.metric,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.value,
        "before": one.before,
        "change": one.change,
        "year_before": one.year_before,
        "year_change": one.year_change,
    }


def named(platform: Platform, session: Session, dictionary: Dictionary, found: Iterable[Compared]) -> Names:
    """What the figures are of, by name."""
    figures = [one.figure for one in found]
    return names_of(session, figures, dictionary, platform.territories.at(session))


def print_figures(dictionary: Dictionary, found: Iterable[Compared], names: Names) -> None:
    """A table of figures on the terminal."""
    table = Table("对象 of", "指标 metric", "分子", "分母", "值 value", "环比 change", "同比 on the year")
    for one in found:
        figure = one.figure
        metric = dictionary.metrics.get(figure.metric)
        word = metric or dictionary.scores.get(figure.metric)
        numbers = ("" if number is None else str(number) for number in (figure.numerator, figure.denominator))
        table.add_row(
            names.of(figure.by, figure.of),
            figure.metric if word is None else f"{word.zh} {word.en}",
            *numbers,
            shown(figure, metric),
            shown_change(one.change, metric),
            shown_change(one.year_change, metric),
        )
    Console(highlight=False).print(table)
