"""Snapshots as they stand: which there are, and what of them the chain has."""

from __future__ import annotations

from dataclasses import dataclass

from gridwitness_evidence import base64url
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from gridwitness.errors import NotFound
from gridwitness.hotspots.cells import Cell, unpack
from gridwitness.hotspots.models import PublicationRow, SnapshotRow

_TOGETHER = and_(PublicationRow.agency == SnapshotRow.agency, PublicationRow.number == SnapshotRow.number)


@dataclass(frozen=True, slots=True)
class Standing:
    """A snapshot, and where the chain has it, or None."""

    row: SnapshotRow
    publication: PublicationRow | None

    @property
    def cells(self) -> list[Cell]:
        """Its shown cells."""
        return unpack(base64url.decode(self.row.cells))


def snapshot_page(
    session: Session, agency: str, family: str | None, before: int | None, limit: int
) -> list[Standing]:
    """Snapshots of an agency, newest first, from the one before this number on."""
    query = select(SnapshotRow, PublicationRow).join(PublicationRow, _TOGETHER, isouter=True)
    query = query.where(SnapshotRow.agency == agency)
    if family is not None:
        query = query.where(SnapshotRow.family == family)
    if before is not None:
        query = query.where(SnapshotRow.number < before)
    rows = session.execute(query.order_by(SnapshotRow.number.desc()).limit(limit))
    return [Standing(row, publication) for row, publication in rows]


def find_snapshot(session: Session, agency: str, number: int) -> Standing:
    """One snapshot. Raises NotFound `snapshot-unknown`."""
    found = session.get(SnapshotRow, (agency, number))
    if found is None:
        raise NotFound(
            "snapshot-unknown", f"Agency {agency} has no snapshot {number}.", "see the list of hotspots"
        )
    return Standing(found, session.get(PublicationRow, (agency, number)))
