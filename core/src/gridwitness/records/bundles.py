"""Evidence bundles: one file that carries a record's whole proof (`docs/format.md` section 9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from gridwitness_evidence import (
    Bundle,
    BundleSigner,
    EvidenceError,
    KeyStateProof,
    LogProof,
    Provenance,
    ReceiptProof,
    Record,
    TileTree,
    parse_presentation,
)
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, Misconfigured, NotFound
from gridwitness.records.logs import latest_anchor, logs_by_origin
from gridwitness.records.models import AnchorRow, KeyStateRow, RecordRow, TreeHeadRow
from gridwitness.records.signers import SignerDirectory

PROVENANCE = ("captured", "device", "clock_source", "capture")
"""What a device may claim beside a record: kept, shown, never proof."""


def record_row(session: Session, jti: UUID) -> RecordRow:
    """One accepted record. Raises NotFound `record-unknown`."""
    row = session.get(RecordRow, jti)
    if row is None:
        raise NotFound("record-unknown", f"There is no record {jti}.", "the receipt's sender knows its jti")
    return row


def presentation(row: RecordRow) -> str:
    """The stored record with every disclosure that is still there."""
    shown = [disclosure for disclosure in row.disclosures if disclosure is not None]
    return "~".join([row.entry, *shown]) + "~"


def stored_record(row: RecordRow) -> Record:
    """The stored record, read. Raises Misconfigured `record-damaged`: it is not what was accepted."""
    try:
        return parse_presentation(presentation(row))
    except EvidenceError as error:
        raise Misconfigured(
            "record-damaged",
            f"Record {row.jti} is not stored as it was accepted: {error.message}.",
            "somebody changed the database; `gridwitness-verify audit` says what and where",
        ) from error


def record_state(session: Session, row: RecordRow) -> str:
    """`accepted`, `sequenced` or `anchored`."""
    if row.leaf_index is None:
        return "accepted"
    return "sequenced" if _covering_anchor(session, row.log, row.leaf_index) is None else "anchored"


def unanchored(session: Session, agency: str, kid: str, *, but: str) -> bool:
    """Whether records of a key, of other kinds than `but`, are accepted and not anchored yet.

    Those of this very transaction do not count.
    """
    for log in logs_by_origin(session).values():
        newest = latest_anchor(session, log.name)
        found = select(RecordRow.jti).where(
            RecordRow.log == log.name,
            or_(RecordRow.leaf_index.is_(None), RecordRow.leaf_index >= (newest.size if newest else 0)),
            RecordRow.iss == agency,
            RecordRow.kid == kid,
            RecordRow.kind != but,
            RecordRow.accepted_in != func.pg_current_xact_id(),
        )
        if session.scalar(found.limit(1)) is not None:
            return True
    return False


class BundleMaker:
    """Makes bundles from what the anchoring worker stored."""

    def __init__(self, tree_of: Callable[[str, int], TileTree], directory: SignerDirectory) -> None:
        """`tree_of`: a log's tree at a size whose tiles are durable."""
        self._tree_of = tree_of
        self._directory = directory

    def make(self, session: Session, row: RecordRow) -> Bundle:
        """The bundle of one record. Raises Conflict `not-anchored-yet`."""
        anchor = None if row.leaf_index is None else _covering_anchor(session, row.log, row.leaf_index)
        if anchor is None or row.leaf_index is None:
            raise Conflict(
                "not-anchored-yet",
                f"Record {row.jti} is accepted but its tree head is not on the chain yet.",
                "ask again shortly; the receipt names the time by which it will be",
            )
        record = stored_record(row)
        head = session.get_one(TreeHeadRow, (row.log, anchor.size))
        hashes = self._tree_of(row.log, anchor.size).inclusion_proof(row.leaf_index)
        return Bundle(
            record=record.presentation,
            log_proof=LogProof(row.leaf_index, tuple(hashes), head.note).encode(),
            anchor=ReceiptProof.from_value(anchor.proof),
            seen=self._seen(session, row.log, record),
            signer=self._signer(session, row, anchor, record),
            provenance=_provenance(row),
        )

    def _seen(self, session: Session, log: str, record: Record) -> ReceiptProof | None:
        seen = record.claims.seen
        return (
            None
            if seen is None
            else ReceiptProof.from_value(session.get_one(AnchorRow, (log, seen.size)).proof)
        )

    def _signer(self, session: Session, row: RecordRow, anchor: AnchorRow, record: Record) -> BundleSigner:
        key = self._directory.find(session, [(row.iss, row.kid)]).get((row.iss, row.kid))
        state = session.get(KeyStateRow, (row.log, anchor.size, row.iss, row.kid))
        return BundleSigner(
            jwk=record.fields["jwk"] if key is None else key.public_key.jwk,
            agency=row.iss,
            purpose=record.fields["purpose"] if key is None else key.purpose,
            key_state=None if state is None else KeyStateProof.from_value(state.proof),
        )


def _covering_anchor(session: Session, log: str, leaf_index: int) -> AnchorRow | None:
    return session.scalars(
        select(AnchorRow)
        .where(AnchorRow.log == log, AnchorRow.size > leaf_index)
        .order_by(AnchorRow.size)
        .limit(1)
    ).first()


def _provenance(row: RecordRow) -> Provenance:
    claimed = {name: row.provenance.get(name) for name in PROVENANCE}
    return Provenance(received=rfc3339(row.received_at), receipt=row.receipt, **claimed)


def rfc3339(when: datetime) -> str:
    """Whole seconds, UTC, `Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
