"""How readers learn that registers or matters changed: a number that moves, and never comes back."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridwitness.grids.models import RegisterRevisionRow

Watched = Literal["registers", "matters"]

_MOVE = text(
    "UPDATE grids.register_revision SET revision = greatest(revision + 1,"
    " (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) WHERE name = :name"
)
"""By the clock, and not by one: a number that was rolled back must not come again with other contents."""


def move_revision(session: Session, watched: Watched) -> None:
    """Hold it until the transaction ends: changes come one transaction after the other."""
    session.execute(_MOVE, {"name": watched})


def revision_of(session: Session, watched: Watched) -> int:
    """The number as this transaction sees it. One row is read."""
    return session.scalars(
        select(RegisterRevisionRow.revision).where(RegisterRevisionRow.name == watched)
    ).one()
