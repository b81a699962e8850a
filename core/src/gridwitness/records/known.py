"""Records that are stored already: the same bytes get the same receipt, others are a conflict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gridwitness_evidence import Record
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict
from gridwitness.records.submissions import Candidate

_KNOWN = text("""
    SELECT jti, identity, entry, receipt FROM records.record
    WHERE jti = ANY(CAST(:jtis AS uuid[])) OR identity = ANY(CAST(:identities AS bytea[]))
""")


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored already under the identities and `jti`s of a batch."""

    by_identity: Mapping[bytes, tuple[str, str]]
    jtis: frozenset[str]

    def receipt_of(self, record: Record) -> str | None:
        """The receipt of exactly these bytes, if they were accepted before."""
        entry, receipt = self.by_identity.get(record.identity, (None, None))
        return receipt if entry == record.entry else None

    def conflicts(self, record: Record) -> bool:
        """Whether other bytes stand under this identity or `jti`."""
        return record.identity in self.by_identity or record.claims.jti in self.jtis


def find_known(session: Session, records: Sequence[Record]) -> Known:
    """Look the whole batch up at once."""
    if not records:
        return Known({}, frozenset())
    rows = session.execute(
        _KNOWN, {"jtis": [r.claims.jti for r in records], "identities": [r.identity for r in records]}
    ).all()
    return Known(
        {bytes(identity): (entry, receipt) for _, identity, entry, receipt in rows},
        frozenset(str(jti) for jti, *_ in rows),
    )


def settle_known(session: Session, candidates: Iterable[Candidate]) -> None:
    """Answer what was accepted before with its receipt, and refuse other bytes under its identity or
    `jti`.
    """
    asked = list(candidates)
    known = find_known(session, [c.record for c in asked])
    for candidate in asked:
        receipt = known.receipt_of(candidate.record)
        if receipt is not None:
            candidate.outcome.receipt, candidate.outcome.replayed = receipt, True
        elif known.conflicts(candidate.record):
            candidate.outcome.error = _identity_conflict(candidate.record)


def answer_twin(candidate: Candidate, first: Candidate) -> None:
    """Twice in one batch: the same bytes share the receipt."""
    if candidate.record.entry == first.record.entry:
        candidate.outcome.receipt, candidate.outcome.replayed = first.outcome.receipt, True
    else:
        candidate.outcome.error = _identity_conflict(candidate.record)


def _identity_conflict(record: Record) -> Conflict:
    return Conflict(
        "identity-conflict",
        f"Another entry with jti {record.claims.jti} has been accepted already.",
        "sign the statement anew with a fresh jti",
    )
