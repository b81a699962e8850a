"""Counting in SQL: one pass over each table gives every count of a dictionary, for every cut at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.errors import InvalidInput
from gridwitness.performance import row_view
from gridwitness.performance.countable import COUNTABLE
from gridwitness.performance.dictionary import Condition, Count
from gridwitness.performance.periods import Period

Tally = Mapping[Count, int]
Tallies = Mapping[tuple[str, str], Tally]
"""By (`by`, `of`): how many rows each count has; what is not there is 0."""

CUTS = ("agency", "unit", "grid", "worker", "post", "matter", "channel")
"""By what figures are told apart; `agency`: all together. A post is the agency, by metrics of its own."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Whose rows are counted: an agency's, in a period; of these grids, matters, channels only."""

    agency: str
    period: Period
    grids: frozenset[str] | None = None
    matters: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None

    def parameters(self) -> dict[str, Any]:
        """What the SQL is given."""
        return {
            "agency": self.agency,
            "begins": self.period.begins,
            "ends": self.period.ends,
            "grids": None if self.grids is None else sorted(self.grids),
            "matters": None if self.matters is None else list(self.matters),
            "channels": None if self.channels is None else list(self.channels),
        }

    def sql(self) -> str:
        """The condition on the event."""
        parts = ["e.agency = :agency"]
        parts += ["e.grid = ANY(:grids)"] if self.grids is not None else []
        parts += ["e.matter = ANY(:matters)"] if self.matters is not None else []
        parts += ["e.channel = ANY(:channels)"] if self.channels is not None else []
        return " AND ".join(parts)


@dataclass(slots=True)
class Clauses:
    """Conditions in SQL, their values bound apart."""

    parameters: dict[str, Any] = field(default_factory=dict)

    def count(self, count: Count, inner: bool) -> str:
        """When a row belongs to a count; `inner`: said of the tables, else of the view's columns."""
        parts = [self.condition(count.of, condition, inner) for condition in count.where]
        if count.day is not None:
            day = row_view.moment(count.of, count.day) if inner else _alias(count.day)
            parts.insert(0, f"{day} >= :begins AND {day} < :ends")
        return " AND ".join(parts) or "TRUE"

    def condition(self, of: str, condition: Condition, inner: bool) -> str:
        """What one column has to say."""
        at = f"({row_view.column(of, condition.column)})" if inner else _alias(condition.column)
        if condition.values is None:
            return f"{at} IS {'NOT ' if condition.wanted else ''}NULL"
        name = f"v{len(self.parameters)}"
        self.parameters[name] = list(condition.values)
        matches = f"{at} = ANY(:{name})"
        return matches if condition.wanted else f"({at} IS NULL OR NOT {matches})"


def tally(session: Session, counts: Iterable[Count], selection: Selection, cuts: Iterable[str]) -> Tallies:
    """All counts for all cuts, exactly; one query for each table that is counted.

    Raises InvalidInput `cut-unknown`.
    """
    found: dict[tuple[str, str], dict[Count, int]] = defaultdict(lambda: defaultdict(int))
    by_table: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        by_table[count.of].append(count)
    wanted = sorted(known_cuts(cuts) - {"agency", "post"})
    for of, members in sorted(by_table.items()):
        _tally_table(session, of, sorted(members, key=repr), selection, wanted, found)
    return found


def known_cuts(cuts: Iterable[str]) -> frozenset[str]:
    """The same. Raises InvalidInput `cut-unknown`."""
    wanted = frozenset(cuts)
    for unknown in sorted(wanted.difference(CUTS)):
        raise InvalidInput(
            "cut-unknown", f"Figures are not told apart by {unknown[:32]!r}.", f"one of {', '.join(CUTS)}"
        )
    return wanted


def view(
    of: str, counts: Iterable[Count], selection: Selection, owners: Mapping[str, str], clauses: Clauses
) -> str:
    """The rows that any of these counts has, with the columns they ask for, as a table `r`.

    `OFFSET 0` keeps each column worked out once and not once for every count.
    """
    counts = list(counts)
    names = {condition.column for count in counts for condition in count.where}
    names |= {count.day for count in counts if count.day is not None}
    columns = ["e.sub AS event_sub", "e.number AS event_number"]
    columns += [f"{row_view.column(of, name)} AS {_alias(name)}" for name in sorted(names)]
    columns += [f'{sql} AS "by_{alias}"' for alias, sql in owners.items()]
    begins = row_view.moment(of, COUNTABLE[of].begins)
    days = sorted({count.day for count in counts if count.day is not None})
    ranges = [_range(of, day, [count for count in counts if count.day == day], clauses) for day in days]
    ranges += [f"({clauses.count(count, inner=True)})" for count in counts if count.day is None]
    return (
        f"(SELECT {', '.join(columns)} FROM {row_view.source(of)} "  # noqa: S608 - names are ours
        f"WHERE {selection.sql()} AND {begins} < :ends AND ({' OR '.join(ranges)}) OFFSET 0) AS r"
    )


def _range(of: str, day: str, counts: list[Count], clauses: Clauses) -> str:
    """Rows of a day; where all counts of it name clocks or steps, only of these, for an index serves that."""
    at = row_view.moment(of, day)
    said = f"({at} >= :begins AND {at} < :ends"
    name = {"clocks": "clock", "steps": "step"}.get(of)
    named = [
        c for count in counts for c in count.where if c.column == name and c.wanted and c.values is not None
    ]
    if named and len(named) == len(counts):
        values = tuple(sorted({str(value) for condition in named for value in condition.values or ()}))
        union = Condition(str(name), values, True)
        said += f" AND {clauses.condition(of, union, inner=True)}"
    return said + ")"


def _tally_table(
    session: Session,
    of: str,
    counts: list[Count],
    selection: Selection,
    cuts: list[str],
    found: dict[tuple[str, str], dict[Count, int]],
) -> None:
    clauses = Clauses()
    owners = row_view.owners(of, cuts)
    rows_of = view(of, counts, selection, owners, clauses)
    filters = [
        f"count(*) FILTER (WHERE {clauses.count(count, inner=False)}) AS n{i}"
        for i, count in enumerate(counts)
    ]
    names = [f'"by_{alias}"' for alias in owners]
    grouping = f"GROUPING({', '.join(names)})" if names else "0"
    sets = ", ".join(["()", *(f"({name})" for name in names)])
    statement = (
        f"SELECT {', '.join([f'{grouping} AS lacking', *names, *filters])} "  # noqa: S608 - names are ours
        f"FROM {rows_of} GROUP BY GROUPING SETS ({sets})"
    )
    given = {**selection.parameters(), **clauses.parameters}
    whole = (1 << len(names)) - 1
    places = {whole ^ (1 << (len(names) - 1 - i)): (i, alias) for i, alias in enumerate(owners)}
    for lacking, *rest in session.execute(text(statement), given):
        if lacking == whole:
            key = ("agency", selection.agency)
        else:
            place, alias = places[lacking]
            if rest[place] is None:
                continue
            key = (alias.partition(":")[0], rest[place])
        for count, number in zip(counts, rest[len(names) :], strict=True):
            if number:
                found[key][count] += number


def _alias(name: str) -> str:
    return f'"c_{name}"'
