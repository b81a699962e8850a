"""What the registers hold of the numbers a batch of records speaks of, asked at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gridwitness_evidence import Record
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.database import Base, among
from gridwitness.grids import kinds
from gridwitness.grids.models import AddressRow, GridRow, UnitRow
from gridwitness.grids.revisions import move_revision
from gridwitness.members import Signer, signers_of

REGISTERS: dict[str, tuple[type[Base], str]] = {
    kinds.GRID: (GridRow, "grid"),
    kinds.UNIT: (UnitRow, "unit"),
    kinds.ADDRESS: (AddressRow, "address"),
}
"""By kind: table and column of the number."""
_DETAILS: dict[str, tuple[str, ...]] = {
    kinds.GRID: ("category", "level", "parent", "agency"),
    kinds.UNIT: ("parent",),
    kinds.ADDRESS: ("level",),
}


@dataclass(frozen=True, slots=True)
class Period:
    """When an entry holds, and what else others have to know of it."""

    since: datetime
    until: datetime | None
    category: str | None = None
    level: int | str | None = None
    parent: str | None = None
    agency: str | None = None

    def overlaps(self, other: Period) -> bool:
        """Whether both hold at some time."""
        return (self.until is None or other.since < self.until) and (
            other.until is None or self.since < other.until
        )


@dataclass(slots=True)
class Loaded:
    """Registers as far as a batch needs them; `decide` notes in them what the batch itself adds."""

    signers: dict[tuple[str, str], Signer] = field(default_factory=dict)
    entries: dict[str, dict[str, dict[str, Period]]] = field(default_factory=dict)
    """kind → number → subject → period"""
    subjects: dict[str, tuple[str, str]] = field(default_factory=dict)
    """subject → (kind, number)"""
    roots: dict[str, set[str]] = field(default_factory=dict)
    """agency → subjects of its base grids without a parent"""

    def known(self, kind: str, number: str) -> dict[str, Period]:
        """Entries of a number, by subject."""
        return self.entries.setdefault(kind, {}).setdefault(number, {})

    def add(self, kind: str, number: str, sub: str, period: Period) -> None:
        """Note an entry, in the place of the subject's former one."""
        self.known(kind, number)[sub] = period
        self.subjects[sub] = (kind, number)
        if kind == kinds.GRID and period.category == "base":
            roots = self.roots.setdefault(period.agency or "", set())
            roots.discard(sub)
            if period.parent is None:
                roots.add(sub)


def load(session: Session, records: Sequence[Record]) -> Loaded:
    """Hold the registers and read what the records need: registers change one transaction at a time."""
    move_revision(session, "registers")
    found = Loaded(signers=signers_of(session, records))
    subs = {record.claims.sub for record in records}
    for kind, numbers in _wanted(records).items():
        _read(session, found, kind, numbers, subs)
    return found


def _wanted(records: Sequence[Record]) -> dict[str, set[str]]:
    """Numbers by register, the records' own and those they refer to."""
    wanted = {kind: _all(records, kind, column) for kind, (_, column) in REGISTERS.items()}
    wanted[kinds.GRID] |= _all(records, kinds.GRID, "parent") | _all(records, kinds.ADDRESS, "grid")
    wanted[kinds.UNIT] |= _all(records, kinds.UNIT, "parent") | _all(records, kinds.GRID, "unit")
    wanted[kinds.ADDRESS] |= _all(records, kinds.ADDRESS, "parent")
    return wanted


def _all(records: Sequence[Record], kind: str, name: str) -> set[str]:
    found = {record.fields[name] for record in records if record.claims.kind == kind}
    return {value for value in found if value is not None}


def _read(
    session: Session, found: Loaded, kind: str, numbers: Collection[str], subs: Collection[str]
) -> None:
    model: Any
    model, column = REGISTERS[kind]
    names, number = _DETAILS[kind], getattr(model, column)
    where = among(number, numbers) | among(model.sub, subs)
    if kind == kinds.GRID:
        where |= (model.category == "base") & model.parent.is_(None)
    if kind == kinds.UNIT:
        where |= model.parent.is_not(None)  # a circle may close anywhere
    query = select(
        model.sub, number, model.valid_from, model.valid_to, *(getattr(model, name) for name in names)
    ).where(where)
    for sub, named, since, until, *details in session.execute(query):
        found.add(kind, named, sub, Period(since, until, **dict(zip(names, details, strict=True))))
