"""Reading the registers: pages of entries, all periods of a number, permits that hold for a plate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.errors import NotFound
from gridwitness.paging import check_limit, cursor_invalid, make_cursor, read_cursor
from gridwitness.trucks.models import (
    CarrierRow,
    CheckpointRow,
    PermitRow,
    SiteRow,
    TerminalRow,
    TruckRow,
)

REGISTERS: dict[str, tuple[Any, str]] = {
    "carriers": (CarrierRow, "carrier"),
    "trucks": (TruckRow, "plate"),
    "sites": (SiteRow, "site"),
    "checkpoints": (CheckpointRow, "checkpoint"),
    "terminals": (TerminalRow, "terminal"),
    "permits": (PermitRow, "permit"),
}
"""Register by its name in addresses: table and column of the number."""


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Entries by number, and where the next page begins (None: this was the last)."""

    rows: Sequence[Any]
    cursor: str | None


def register_page(
    session: Session,
    register: str,
    agency: str,
    *,
    at: datetime | None = None,
    after: str | None = None,
    limit: int = 100,
) -> RegisterPage:
    """Entries of an agency (those that hold at a time). Raises InvalidInput `cursor-invalid`, `limit`."""
    check_limit(limit)
    model, column = REGISTERS[register]
    number, second = getattr(model, column), model.version if register == "permits" else model.sub
    query = select(model).where(model.agency == agency)
    if at is not None:
        query = query.where(model.valid_from <= at, model.valid_to.is_(None) | (at < model.valid_to))
    if after is not None:
        query = query.where(_behind(number, second, read_cursor(after, 2), register))
    rows = [*session.scalars(query.order_by(number, second).limit(limit + 1))]
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    place = None if last is None else make_cursor(getattr(last, column), str(getattr(last, second.key)))
    return RegisterPage(rows[:limit], place)


def entries(session: Session, register: str, number: str) -> Sequence[Any]:
    """All periods (of a permit: versions) of a number, oldest first. Raises NotFound `<column>-unknown`."""
    model, column = REGISTERS[register]
    order = model.version if register == "permits" else model.valid_from
    rows = [*session.scalars(select(model).where(getattr(model, column) == number).order_by(order))]
    if not rows:
        raise NotFound(f"{column}-unknown", f"{number} is not registered.", "see the list of the register")
    return rows


def permits_of(session: Session, plate: str, at: datetime) -> Sequence[PermitRow]:
    """The permits that hold for a plate at a time, each in the version that governs then, if it is valid."""
    named = select(PermitRow.permit).where(PermitRow.plates.contains([plate])).distinct()
    query = select(PermitRow).where(PermitRow.permit.in_(named), PermitRow.valid_from <= at)
    versions = session.scalars(query.order_by(PermitRow.permit, PermitRow.version))
    governing = {row.permit: row for row in versions}  # the last one stays
    return [
        row
        for row in governing.values()
        if row.state == "valid" and at < row.valid_to and plate in row.plates
    ]


def _behind(number: Any, second: Any, place: Sequence[str | None], register: str) -> Any:
    at_number, at_second = place
    if at_number is None or at_second is None:
        raise cursor_invalid()
    mark: Any = at_second
    if register == "permits":
        if not at_second.isdecimal() or len(at_second) > 9:
            raise cursor_invalid()
        mark = int(at_second)
    return (number > at_number) | ((number == at_number) & (second > mark))
