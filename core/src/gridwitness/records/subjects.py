"""Subjects: what a record is about, and the head its next record must name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from gridwitness_evidence import Claims
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict
from gridwitness.records.models import RecordRow

_LOCKS = text("""
    SELECT pg_advisory_xact_lock(bucket)
    FROM (SELECT DISTINCT hashtextextended(subject, 0) & 4095 | 1::bigint << 40 AS bucket
          FROM unnest(CAST(:subjects AS text[])) AS subject ORDER BY bucket) AS buckets
""")
_HEADS = text("""
    SELECT DISTINCT ON (log, sub) log, sub, seq, entry
    FROM records.record WHERE (log, sub) IN (SELECT unnest(CAST(:logs AS text[])), unnest(CAST(:subs AS
    text[]))) ORDER BY log, sub, seq DESC
""")


@dataclass(frozen=True, slots=True)
class SubjectHead:
    """The newest record of a subject: the next one is `seq` + 1 and names `digest` in `prev`."""

    seq: int
    digest: bytes


def lock_subjects(session: Session, subjects: Iterable[tuple[str, str]]) -> None:
    """Hold the subjects (log, sub) to the end of the transaction.

    Subjects share 4,096 locks, taken in order, so that a batch of any size neither fills the lock table nor
    deadlocks.
    """
    session.execute(_LOCKS, {"subjects": [f"{log}/{sub}" for log, sub in subjects]})


def heads_of(session: Session, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], SubjectHead]:
    """Heads by (log, sub); new subjects are left out."""
    wanted = list(subjects)
    rows = session.execute(_HEADS, {"logs": [log for log, _ in wanted], "subs": [sub for _, sub in wanted]})
    return {
        (log, sub): SubjectHead(seq, hashlib.sha256(entry.encode()).digest()) for log, sub, seq, entry in rows
    }


def check_place(claims: Claims, head: SubjectHead | None) -> None:
    """Raise Conflict `subject-moved`, with the head in its context, where `seq` or `prev` do not follow
    it.
    """
    expected = 0 if head is None else head.seq + 1
    if claims.seq == expected and claims.prev == (None if head is None else head.digest):
        return
    raise Conflict(
        "subject-moved",
        f"Subject {claims.sub} expects seq {expected}, not {claims.seq}, or another prev.",
        "fetch the subject's head and sign again, keeping the first signing as capture statement",
        head=None if head is None else {"seq": head.seq, "digest": head.digest.hex()},
    )


def subject_log(session: Session, sub: str) -> str | None:
    """The log a subject lives in: its opener's."""
    return session.scalars(select(RecordRow.log).where(RecordRow.sub == sub).limit(1)).first()
