"""Reading the registers and the list: pages of entries, all periods of a number, versions of a matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from gridwitness_evidence import base64url
from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import NotFound
from gridwitness.grids import kinds
from gridwitness.grids.models import AddressRow, GridRow, MatterRow, UnitRow
from gridwitness.records.models import RecordRow

REGISTERS: dict[str, tuple[Any, str]] = {
    "grids": (GridRow, "grid"),
    "units": (UnitRow, "unit"),
    "addresses": (AddressRow, "address"),
}
"""Register by its name in addresses: table and column of the number."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: `at` what holds then; the others as the columns are named, None: any."""

    agency: str
    at: datetime | None = None
    category: str | None = None
    level: int | str | None = None
    parent: str | None = None


def register_page(
    session: Session, register: str, wanted: Wanted, after: tuple[str, str] | None, limit: int
) -> Sequence[Any]:
    """Entries by (number, subject), from the one behind `after` on; ask for one more to see an end."""
    model, column = REGISTERS[register]
    number = getattr(model, column)
    query = select(model).where(model.agency == wanted.agency)
    if wanted.at is not None:
        query = query.where(model.valid_from <= wanted.at)
        query = query.where(or_(model.valid_to.is_(None), model.valid_to > wanted.at))
    for name in ("category", "level", "parent"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(model, name) == value)
    if after is not None:
        query = query.where(tuple_(number, model.sub) > after)
    return session.scalars(query.order_by(number, model.sub).limit(limit)).all()


def entries(session: Session, register: str, number: str) -> Sequence[Any]:
    """All periods of a number, oldest first. Raises NotFound `<column>-unknown`."""
    model, column = REGISTERS[register]
    rows = session.scalars(
        select(model).where(getattr(model, column) == number).order_by(model.valid_from)
    ).all()
    if not rows:
        raise NotFound(f"{column}-unknown", f"{number} is not registered.", "see the list of the register")
    return rows


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version with `jti` and entry digest (b64u) of its proposal: what a decision names."""

    row: MatterRow
    statement: str
    digest: str


def matter_versions(session: Session, matter: str) -> list[ListedVersion]:
    """All versions of a matter, oldest first. Raises NotFound `matter-unknown`."""
    rows = session.scalars(
        select(MatterRow).where(MatterRow.matter == matter).order_by(MatterRow.version)
    ).all()
    if not rows:
        raise NotFound("matter-unknown", f"There is no matter {matter}.", "see the list of matters")
    proposals = _proposals(session, [rows[0].sub])[rows[0].sub]
    return [ListedVersion(row, *proposals[row.version - 1]) for row in rows]


def open_proposals(session: Session, agency: str, limit: int) -> list[ListedVersion]:
    """Proposals that wait for a decision, by matter."""
    rows = session.scalars(
        select(MatterRow)
        .where(MatterRow.agency == agency, MatterRow.state == "proposed")
        .order_by(MatterRow.matter, MatterRow.version)
        .limit(limit)
    ).all()
    proposals = _proposals(session, [row.sub for row in rows])
    return [ListedVersion(row, *proposals[row.sub][row.version - 1]) for row in rows]


def _proposals(session: Session, subs: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Statement and entry digest of each proposal of a subject: the n-th is that of version n."""
    found: dict[str, list[tuple[str, str]]] = {sub: [] for sub in subs}
    query = select(RecordRow.sub, RecordRow.jti, RecordRow.entry).where(
        RecordRow.sub.in_(subs), RecordRow.kind == kinds.PROPOSED
    )
    for sub, jti, entry in session.execute(query.order_by(RecordRow.sub, RecordRow.accept_order)):
        found[sub].append((str(jti), base64url.encode(sha256(entry.encode("ascii")).digest())))
    return found
