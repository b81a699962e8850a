"""From a figure down to the events counted, and how many different ones a dictionary counts at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.errors import InvalidInput, NotFound
from gridwitness.performance import row_view
from gridwitness.performance.dictionary import Count, Dictionary
from gridwitness.performance.tallies import Clauses, Selection, known_cuts, view


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """An event behind a figure; `rows`: how many of its rows are counted (clocks, steps, …)."""

    sub: str
    number: str
    rows: int


def count_of(dictionary: Dictionary, metric: str, part: str) -> Count:
    """A metric's numerator or denominator. Raises NotFound `metric-unknown`, InvalidInput `metric-part`."""
    found = dictionary.metrics.get(metric)
    if found is None:
        raise NotFound(
            "metric-unknown",
            f"There is no metric {metric[:64]!r}.",
            "a score's parts are metrics of their own",
        )
    count = found.numerator if part == "numerator" else found.denominator
    if count is None:
        raise InvalidInput("metric-part", f"{metric} is a count: it has no denominator.", None)
    return count


def counted_events(
    session: Session,
    count: Count,
    selection: Selection,
    by: str,
    of: str,
    *,
    after: str | None = None,
    limit: int = 100,
) -> list[CountedEvent]:
    """The events a count has of one body, place or person, by number, from the one behind `after` on.

    The `rows` of all of them make the figure. Raises InvalidInput `cut-unknown`.
    """
    clauses = Clauses()
    owners = row_view.owners(count.of, known_cuts([by]) - {"agency", "post"})
    rows = view(count.of, [count], selection, owners, clauses)
    conditions = [clauses.count(count, inner=False)]
    given: dict[str, Any] = {"of": of, "after": after, "limit": limit}
    if owners:
        conditions.append("(" + " OR ".join(f'"by_{alias}" = :of' for alias in owners) + ")")
    if after is not None:
        conditions.append("event_number > :after")
    statement = (
        f"SELECT event_sub, event_number, count(*) FROM {rows} "  # noqa: S608 - names are ours
        f"WHERE {' AND '.join(conditions)} GROUP BY 1, 2 ORDER BY 2 LIMIT :limit"
    )
    found = session.execute(text(statement), {**selection.parameters(), **clauses.parameters, **given})
    return [CountedEvent(sub, number, number_of) for sub, number, number_of in found]


def events_counted(session: Session, counts: Iterable[Count], selection: Selection) -> int:
    """How many different events have a row in any of the counts."""
    by_table: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        by_table[count.of].append(count)
    clauses, parts = Clauses(), []
    for of, members in sorted(by_table.items()):
        rows = view(of, members, selection, {}, clauses)
        wanted = " OR ".join(f"({clauses.count(count, inner=False)})" for count in members)
        parts.append(f"SELECT event_sub FROM {rows} WHERE {wanted}")  # noqa: S608 - names are ours
    statement = f"SELECT count(*) FROM ({' UNION '.join(parts)}) AS counted"  # noqa: S608
    given = {**selection.parameters(), **clauses.parameters}
    return session.scalars(text(statement), given).one() if parts else 0
