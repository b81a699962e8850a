"""What records of grids, units and addresses change (docs/format.md section 23)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridwitness_evidence import Record
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.grids import kinds
from gridwitness.grids.codes import CITY
from gridwitness.grids.register_columns import (
    ADDRESS_LEVELS,
    address_columns,
    check_number,
    grid_columns,
    unit_columns,
)
from gridwitness.grids.register_loading import REGISTERS, Loaded, Period, load
from gridwitness.members import check_registrar
from gridwitness.records import Log, RowChange, change, put_new

COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    kinds.GRID: grid_columns,
    kinds.UNIT: unit_columns,
    kinds.ADDRESS: address_columns,
}
"""What a record of a register says, as columns of its row."""


class GridRegisterHandler:
    """`StepHandler` of all three registers, so that a batch may hold units and the grids they answer for."""

    def load(self, session: Session, records: Sequence[Record]) -> Loaded:
        """The registers as far as these records speak of them; held until the transaction ends."""
        return load(session, records)

    def decide(self, record: Record, log: Log, loaded: Loaded) -> list[RowChange]:
        """The register's row. Raises Conflict, Forbidden, InvalidInput, NotFound."""
        check_registrar(record, log, loaded.signers)
        kind, fields, sub = record.claims.kind, record.fields, record.claims.sub
        model, column = REGISTERS[kind]
        number = check_number(fields[column], column)
        _check_subject(record, (kind, number), loaded)
        columns = COLUMNS[kind](fields)
        period = Period(
            columns["valid_from"],
            columns["valid_to"],
            columns.get("category") if kind == kinds.GRID else None,
            columns.get("level"),
            columns["parent"],
            log.agency,
        )
        _CHECKS[kind](number, sub, columns, period, loaded)
        _check_free(kind, number, sub, period, loaded)
        known = sub in loaded.subjects
        loaded.add(kind, number, sub, period)
        if known:
            return [change(model, {"sub": sub}, **columns)]
        return [put_new(model, sub=sub, agency=log.agency, **{column: number}, **columns)]


def _check_grid(number: str, sub: str, columns: Mapping[str, Any], period: Period, loaded: Loaded) -> None:
    before = loaded.known(kinds.GRID, number).get(sub)
    if before is not None and (before.category, before.level) != (period.category, period.level):
        raise Conflict(
            "grid-fixed",
            f"Grid {number} is a {before.category} grid of level {before.level}, and others lie below it.",
            "end its period and register the new one",
        )
    if columns["unit"] is not None:
        _require(loaded, kinds.UNIT, columns["unit"], "unit")
    parent, level = columns["parent"], columns["level"]
    if parent is not None:
        above = _require(loaded, kinds.GRID, parent, "parent")
        if not any(
            isinstance(entry.level, int)
            and entry.level < level
            and (period.category != "base" or entry.category == "base")
            for entry in above
        ):
            raise InvalidInput(
                "grid-level",
                f"`parent`: {parent} is no grid of a lower level than {level}, base under base.",
                "a district lies in a city, a street in a district",
            )
    elif period.category == "base" and level != CITY and loaded.roots.get(period.agency or "", set()) - {sub}:
        raise Conflict(
            "grid-root",
            f"Grid {number} names no parent, and {period.agency} has a grid at the top already.",
            "name its parent",
        )


def _check_unit(number: str, sub: str, columns: Mapping[str, Any], period: Period, loaded: Loaded) -> None:  # noqa: ARG001 - as the others
    parent = columns["parent"]
    if parent is None:
        return
    if parent != number:
        _require(loaded, kinds.UNIT, parent, "parent")
    waiting, seen = [parent], set()
    while waiting:
        above = waiting.pop()
        if above == number:
            raise Conflict("unit-circle", f"Unit {parent} lies below {number}.", "name another parent")
        if above not in seen:
            seen.add(above)
            waiting += [e.parent for e in loaded.known(kinds.UNIT, above).values() if e.parent is not None]


def _check_address(number: str, sub: str, columns: Mapping[str, Any], period: Period, loaded: Loaded) -> None:
    before = loaded.known(kinds.ADDRESS, number).get(sub)
    if before is not None and before.level != period.level:
        raise Conflict(
            "address-fixed",
            f"Address {number} is a {before.level}.",
            "end its period and register the new one",
        )
    if columns["grid"] is not None:
        _require(loaded, kinds.GRID, columns["grid"], "grid")
    parent = columns["parent"]
    if parent is None:
        return
    rank = ADDRESS_LEVELS.index(columns["level"])
    above = _require(loaded, kinds.ADDRESS, parent, "parent")
    if not any(ADDRESS_LEVELS.index(str(entry.level)) < rank for entry in above):
        raise InvalidInput(
            "address-level",
            f"`parent`: {parent} is no wider address than a {columns['level']}.",
            f"from the widest: {', '.join(ADDRESS_LEVELS)}",
        )


_CHECKS: Mapping[str, Callable[[str, str, Mapping[str, Any], Period, Loaded], None]] = {
    kinds.GRID: _check_grid,
    kinds.UNIT: _check_unit,
    kinds.ADDRESS: _check_address,
}


def _check_subject(record: Record, named: tuple[str, str], loaded: Loaded) -> None:
    """A subject is of one number of one register, from its first record on."""
    taken = loaded.subjects.get(record.claims.sub)
    if taken is not None and taken != named:
        raise Conflict(
            "subject-taken", f"Subject {record.claims.sub} is that of {taken[1]}.", "open a new subject"
        )
    if taken is None and record.claims.seq != 0:
        raise Conflict(
            "subject-taken",
            f"Subject {record.claims.sub} has records of something else.",
            "open a new subject",
        )


def _check_free(kind: str, number: str, sub: str, period: Period, loaded: Loaded) -> None:
    """No two entries of a number at one time."""
    for other, taken in loaded.known(kind, number).items():
        if other != sub and taken.overlaps(period):
            raise Conflict(
                f"{REGISTERS[kind][1]}-taken",
                f"{number} is registered already for some of that time, as subject {other}.",
                "continue that subject, or end its period first",
                sub=other,
            )


def _require(loaded: Loaded, kind: str, number: str, name: str) -> Sequence[Period]:
    """What is referred to is registered, whenever. Raises NotFound."""
    entries = loaded.known(kind, number)
    if not entries:
        raise NotFound(
            f"{REGISTERS[kind][1]}-unknown", f"`{name}`: {number} is not registered.", "register it first"
        )
    return [*entries.values()]
