"""A record by the digest of its entry, as documents on paper print it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridwitness_evidence import hash_leaf
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness.records.models import AnchorRow, LogRow, RecordRow

PRINTED_KINDS = ("case.step.v2", "case.cosign.v1", "document.issued.v1")
"""Kinds whose entry digest stands on a document or in another record; index `ix_record_entry` holds these,
so that imports of millions of events do not pay for it.
"""


@dataclass(frozen=True, slots=True)
class EntryStanding:
    """What may be told of an entry to anyone: nothing of its content, nothing of whom it is about."""

    kind: str
    agency: str
    log: str
    origin: str
    leaf_hash: bytes
    received_at: datetime
    leaf_index: int | None
    anchor: AnchorRow | None
    """The first accepted head that covers it."""


def entry_standing(session: Session, digest: bytes) -> EntryStanding | None:
    """By SHA-256 of the entry; None where no record of `PRINTED_KINDS` has it."""
    # As the index has it: an entry has no backslash, so that `escape` decodes it to its own bytes.
    entry_digest = func.sha256(func.decode(RecordRow.entry, "escape"))
    found = session.execute(
        select(RecordRow, LogRow)
        .join(LogRow, LogRow.name == RecordRow.log)
        .where(entry_digest == digest, RecordRow.kind.in_(PRINTED_KINDS))
        .limit(1)
    ).first()
    if found is None:
        return None
    row, log = found
    return EntryStanding(
        kind=row.kind,
        agency=row.iss,
        log=row.log,
        origin=log.origin,
        leaf_hash=hash_leaf(row.entry.encode("ascii")),
        received_at=row.received_at,
        leaf_index=row.leaf_index,
        anchor=None if row.leaf_index is None else _covering(session, row.log, row.leaf_index),
    )


def _covering(session: Session, log: str, leaf_index: int) -> AnchorRow | None:
    return session.scalars(
        select(AnchorRow)
        .where(AnchorRow.log == log, AnchorRow.size > leaf_index)
        .order_by(AnchorRow.size)
        .limit(1)
    ).first()
