"""Parts of a feed's day by their rows and names; loads no frame library, for the worker needs them too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from gridwitness.trucks.archive.folder import PartName
from gridwitness.trucks.models_archive import ArchivePartRow


def parts_of(session: Session, feed: str, content: str, day: date) -> Sequence[ArchivePartRow]:
    """The parts of a feed's day, in order."""
    query = select(ArchivePartRow).where(
        ArchivePartRow.feed == feed, ArchivePartRow.content == content, ArchivePartRow.day == day
    )
    return session.scalars(query.order_by(ArchivePartRow.part)).all()


def name_of(part: ArchivePartRow) -> PartName:
    """A part's name."""
    return PartName(part.feed, part.content, part.day, part.part)


def is_part(name: PartName) -> tuple[ColumnElement[bool], ...]:
    """The conditions that choose a part's row."""
    return (
        ArchivePartRow.feed == name.feed,
        ArchivePartRow.content == name.content,
        ArchivePartRow.day == name.day,
        ArchivePartRow.part == name.part,
    )
