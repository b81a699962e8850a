"""Figures counted anew in plain Python from whole tables, as docs/format.md section 27 says it: no SQL.

    recount(document, rows, agency, begins, ends) -> {(by, of, metric): (numerator, denominator, value)}

`rows`: by table name the rows as dicts. The code shares nothing with `gridwitness.performance`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]
Found = dict[tuple[str, str, str], tuple[int | None, int | None, str | None]]

TABLES = {
    "events": ("event", "reported_at"),
    "clocks": ("clock", "started_at"),
    "steps": ("step", "occurred_at"),
    "asks": ("ask", "asked_at"),
    "orders": ("order", "raised_at"),
    "checkins": ("checkin", "called_at"),
    "assignments": ("assignment", "assigned_at"),
}
HAPPENED = {
    "accepted_at", "filed_at", "dispatched_at", "answered_at", "closed_at", "ended_at", "decided_at",
    "replied_at", "lifted_at", "checked_in_at", "rated_at", "signed_at",
}  # fmt: skip


class Recount:
    """One agency's events in one period."""

    def __init__(self, rows: Rows, agency: str, begins: datetime, ends: datetime) -> None:
        self.begins, self.ends, self.agency = begins, ends, agency
        self.steps = {row["jti"]: row for row in rows["step"]}
        self.events = {row["sub"]: self._then(row) for row in rows["event"] if row["agency"] == agency}
        self.clocks = [self._clock(row) for row in rows["clock"] if row["sub"] in self.events]
        self.raw_clocks = rows["clock"]
        self._told: dict[str, Counter[tuple[str, str]]] = {}
        self.tables = {of: [*self._rows(of, rows[table])] for of, (table, _) in TABLES.items()}

    def _then(self, row: Row) -> Row:
        late = {name for name in HAPPENED & row.keys() if row[name] is not None and row[name] >= self.ends}
        return {**row, **dict.fromkeys(late)}

    def _clock(self, row: Row) -> Row:
        then = self._then(row)
        if row["ended_at"] is not None and then["ended_at"] is None:
            then["state"] = "running"
        if row["excused"] and then["state"] != "void":
            then["state"] = "met"
        due = row["due_at"]
        then["due_in"] = due is not None and self.begins <= due < self.ends
        then["late_open"] = then["state"] in ("running", "paused") and due is not None and due < self.ends
        return then

    def _rows(self, of: str, rows: list[Row]) -> Iterator[tuple[Row, Row, dict[str, list[str]]]]:
        for raw in rows:
            event = self.events.get(raw["sub"])
            if event is None:
                continue
            row = self._clock(raw) if of == "clocks" else self._then(raw)
            if of == "asks":
                row["asked_at"] = self.steps[raw["jti"]]["occurred_at"]
                if row["decided_at"] is None:
                    row |= {"state": "open", "decided_by": None}
            if row[TABLES[of][1]] >= self.ends:
                continue
            row["first_round"] = row.get("round") == 1
            if of == "events":
                row["in_time"] = not any(
                    clock["state"] == "late" or clock["late_open"]
                    for clock in self.clocks
                    if clock["sub"] == row["sub"] and clock["started_at"] < self.ends
                )
            if of == "steps":
                row["in_time"] = not any(self._ended_late(clock, row) for clock in self.raw_clocks)
            yield row, event, self._owners(of, row, event)

    def _ended_late(self, clock: Row, step: Row) -> bool:
        if clock["ended_by"] != step["jti"] or clock["sub"] != step["sub"] or clock["excused"]:
            return False
        return None not in (clock["ended_at"], clock["due_at"]) and clock["ended_at"] > clock["due_at"]

    def _owners(self, of: str, row: Row, event: Row) -> dict[str, list[str]]:
        grid = event["grid"] or ""
        grids = [grid] if grid else []
        if grid.isascii() and grid.isdigit():
            grids += [grid[:digits] for digits in (4, 6, 9, 12) if digits < len(grid)]
        worker = self._worker(of, row, event)
        return {
            "agency": [self.agency],
            "unit": [row["unit"]] if row["unit"] else [],
            "grid": grids,
            "worker": [] if worker is None else [str(worker)],
        }

    def _worker(self, of: str, row: Row, event: Row) -> Any:
        if of == "clocks":
            if row["ended_at"] is not None:
                return self.steps[row["ended_by"]]["actor"] if row["ended_by"] in self.steps else None
            raw_void = row["state"] == "void"
            its = event["round"] == row["round"] and event["unit"] == row["unit"]
            return event["handler"] if row["clock"] == "handle" and not raw_void and its else None
        column = {
            "events": "reported_by",
            "steps": "actor",
            "asks": "asked_by",
            "checkins": "checked_in_by",
            "assignments": "handler",
        }.get(of)
        return None if column is None else row[column]

    def belongs(self, count: Mapping[str, Any], row: Row, event: Row) -> bool:
        """Whether a row is one of a count's."""
        day = count.get("day")
        if day is not None and (row[day] is None or not self.begins <= row[day] < self.ends):
            return False
        for column, wanted in count.get("where", {}).items():
            side, name = (event, column[6:]) if column.startswith("event.") else (row, column)
            value = side[name]
            if isinstance(wanted, list):
                if value is None or value not in wanted:
                    return False
            elif "given" in wanted:
                if (value is not None) != wanted["given"]:
                    return False
            elif value is not None and value in wanted["not"]:
                return False
        return True

    def number(self, count: Mapping[str, Any], by: str, of: str) -> int:
        """Rows of a count that are `of`'s."""
        told = self._told.get(repr(count))
        if told is None:
            told = self._told[repr(count)] = Counter(
                (side, one)
                for row, event, owners in self.tables[count["of"]]
                if self.belongs(count, row, event)
                for side, names in owners.items()
                for one in names
            )
        return told[by, of]

    def names(self, by: str) -> set[str]:
        """All bodies, places and people any row is of."""
        return {of for rows in self.tables.values() for _, _, owners in rows for of in owners[by]}


def recount(document: Mapping[str, Any], rows: Rows, agency: str, begins: datetime, ends: datetime) -> Found:
    """All figures of a snapshot."""
    counted = Recount(rows, agency, begins, ends)
    personal = {name for post in document["posts"].values() for name in post["metrics"]}
    found: Found = {}
    for by in ("agency", "unit", "grid", "worker"):
        for of in {agency} if by == "agency" else counted.names(by):
            figures = {name: _figure(counted, one, by, of) for name, one in document["metrics"].items()}
            for name, figure in figures.items():
                if by == "agency" or ((figure[0] or figure[1]) and (by != "worker" or name in personal)):
                    found[by, of, name] = figure
            for name, score in {} if by == "worker" else document["scores"].items():
                value = _score(score, figures)
                if by == "agency" or value is not None:
                    found[by, of, name] = (None, None, value)
    for post, group in document["posts"].items():
        for name in group["metrics"]:
            found["post", post, name] = found["agency", agency, name]
    return found


def _figure(
    counted: Recount, metric: Mapping[str, Any], by: str, of: str
) -> tuple[int, int | None, str | None]:
    above = counted.number(metric["numerator"], by, of)
    if "denominator" not in metric:
        return above, None, str(above)
    below = counted.number(metric["denominator"], by, of)
    return above, below, _six(Fraction(above, below)) if below else None


def _score(score: Mapping[str, Any], figures: Mapping[str, tuple[int, int | None, str | None]]) -> str | None:
    share: Callable[[Any], Fraction] = lambda part: Fraction(*figures[part["metric"]][:2])  # noqa: E731
    parts = [part for part in score["parts"] if figures[part["metric"]][1]]
    if not parts:
        return None
    points = [
        part["weight"] * (1 - share(part) if part.get("inverse", False) else share(part)) for part in parts
    ]
    return _six(100 * sum(points, Fraction(0)) / sum(part["weight"] for part in parts))


def _six(value: Fraction) -> str:
    with localcontext(prec=60):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return str(exact.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN))
