"""Evidence bundles: one file that carries a record's whole proof (`docs/format.md` section 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from sqlalchemy import func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, Misconfigured, NotFound
from gridwitness.records.logs import latest_anchor, logs_by_origin
from gridwitness.records.models import AnchorRow, KeyStateRow, RecordRow, TreeHeadRow
from gridwitness.records.signers import RegisteredKey, SignerDirectory

_COVERING = text("""
    SELECT r.jti, covering.size FROM records.record AS r,
        LATERAL (SELECT a.size FROM records.anchor AS a WHERE a.log = r.log AND a.size > r.leaf_index
                 ORDER BY a.size LIMIT 1) AS covering
    WHERE r.jti = ANY(CAST(:jtis AS uuid[]))
""")

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
        return self.make_many(session, [row])[0]

    def make_many(self, session: Session, rows: Sequence[RecordRow]) -> list[Bundle]:
        """The bundles of many records, in order; a handful of queries. Raises Conflict `not-anchored-yet`."""
        sizes = _covering_sizes(session, rows)
        for row in rows:
            if row.jti not in sizes:
                raise Conflict(
                    "not-anchored-yet",
                    f"Record {row.jti} is accepted but its tree head is not on the chain yet.",
                    "ask again shortly; the receipt names the time by which it will be",
                )
        heads = {(row.log, sizes[row.jti]) for row in rows}
        material = _Material.of(session, self._directory, rows, heads)
        trees = {head: self._tree_of(*head) for head in heads}
        return [_bundle(row, sizes[row.jti], material, trees[row.log, sizes[row.jti]]) for row in rows]


@dataclass(frozen=True, slots=True)
class _Material:
    """Stored proofs that bundles are made of, by log and size; many records share one."""

    anchors: Mapping[tuple[str, int], ReceiptProof]
    notes: Mapping[tuple[str, int], str]
    keys: Mapping[tuple[str, str], RegisteredKey]
    key_states: Mapping[tuple[str, int, str, str], KeyStateProof]
    records: Mapping[UUID, Record]

    @classmethod
    def of(
        cls,
        session: Session,
        directory: SignerDirectory,
        rows: Sequence[RecordRow],
        heads: set[tuple[str, int]],
    ) -> _Material:
        """Everything the records' bundles need."""
        records = {row.jti: stored_record(row) for row in rows}
        seen = {
            (row.log, claimed.size) for row in rows if (claimed := records[row.jti].claims.seen) is not None
        }
        anchors = session.scalars(
            select(AnchorRow).where(tuple_(AnchorRow.log, AnchorRow.size).in_(heads | seen))
        )
        notes = session.execute(
            select(TreeHeadRow.log, TreeHeadRow.size, TreeHeadRow.note).where(
                tuple_(TreeHeadRow.log, TreeHeadRow.size).in_(heads)
            )
        )
        states = session.scalars(
            select(KeyStateRow).where(
                tuple_(KeyStateRow.log, KeyStateRow.size).in_(heads),
                KeyStateRow.kid.in_({row.kid for row in rows}),
            )
        )
        return cls(
            {(row.log, row.size): ReceiptProof.from_value(row.proof) for row in anchors},
            {(log, size): note for log, size, note in notes},
            directory.find(session, {(row.iss, row.kid) for row in rows}),
            {(row.log, row.size, row.agency, row.kid): KeyStateProof.from_value(row.proof) for row in states},
            records,
        )


def _bundle(row: RecordRow, size: int, material: _Material, tree: TileTree) -> Bundle:
    assert row.leaf_index is not None
    record = material.records[row.jti]
    seen = record.claims.seen
    hashes = tree.inclusion_proof(row.leaf_index)
    key = material.keys.get((row.iss, row.kid))
    return Bundle(
        record=record.presentation,
        log_proof=LogProof(row.leaf_index, tuple(hashes), material.notes[row.log, size]).encode(),
        anchor=material.anchors[row.log, size],
        seen=None if seen is None else material.anchors[row.log, seen.size],
        signer=BundleSigner(
            jwk=record.fields["jwk"] if key is None else key.public_key.jwk,
            agency=row.iss,
            purpose=record.fields["purpose"] if key is None else key.purpose,
            key_state=material.key_states.get((row.log, size, row.iss, row.kid)),
        ),
        provenance=_provenance(row),
    )


def _covering_sizes(session: Session, rows: Iterable[RecordRow]) -> dict[UUID, int]:
    """The first anchored size over each record; those not anchored yet are left out."""
    found = session.execute(_COVERING, {"jtis": [str(row.jti) for row in rows]})
    return {jti: size for jti, size in found}


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
