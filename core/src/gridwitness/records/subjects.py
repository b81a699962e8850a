"""Subjects: what a record is about, and the head its next record must name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gridwitness_evidence import Claims, Seen, base64url
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict
from gridwitness.records.logs import Log, logs_by_origin, predecessors

_LOCKS = text("""
    SELECT pg_advisory_xact_lock(bucket)
    FROM (SELECT DISTINCT hashtextextended(sub, 0) & 4095 | 1::bigint << 40 AS bucket
          FROM unnest(CAST(:subs AS text[])) AS sub ORDER BY bucket) AS buckets
""")
_HEADS = text("""
    SELECT log.name, wanted.sub, newest.seq, sha256(convert_to(newest.entry, 'UTF8'))
    FROM unnest(CAST(:subs AS text[])) AS wanted(sub), records.log AS log,
        LATERAL (SELECT r.seq, r.entry FROM records.record AS r
                 WHERE r.sub = wanted.sub AND r.log = log.name ORDER BY r.seq DESC LIMIT 1) AS newest
""")


@dataclass(frozen=True, slots=True)
class SubjectHead:
    """The newest record of a subject: the next one is `seq` + 1 and names `digest` in `prev`."""

    seq: int
    digest: bytes


def lock_subjects(session: Session, subjects: Iterable[tuple[str, str]]) -> None:
    """Hold the subjects (log, sub) to the end of the transaction, in every log: a subject has one.

    Subjects share 4,096 locks, taken in order, so that a batch of any size neither fills the lock table nor
    deadlocks.
    """
    session.execute(_LOCKS, {"subs": [sub for _, sub in subjects]})


def heads_everywhere(session: Session, subs: Iterable[str]) -> dict[tuple[str, str], SubjectHead]:
    """Heads of subjects by (log, sub), in every log that has records of them; new subjects are left out."""
    rows = session.execute(_HEADS, {"subs": list(set(subs))})
    return {(log, sub): SubjectHead(seq, bytes(digest)) for log, sub, seq, digest in rows}


def heads_of(session: Session, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], SubjectHead]:
    """Heads by (log, sub); new subjects are left out."""
    wanted = set(subjects)
    found = heads_everywhere(session, (sub for _, sub in wanted)) if wanted else {}
    return {place: head for place, head in found.items() if place in wanted}


def head_view(log: Log, sub: str, head: SubjectHead, seen: Seen | None) -> dict[str, Any]:
    """What a signer needs for a subject's next record, as JSON: where it stands, and what to put into `seq`
    (`next_seq`), `prev` and `seen`. Digests are base64url.
    """
    return {
        "sub": sub,
        "log": log.name,
        "origin": log.origin,
        "seq": head.seq,
        "prev": base64url.encode(head.digest),
        "next_seq": head.seq + 1,
        "seen": None if seen is None else {"size": seen.size, "root": base64url.encode(seen.root)},
    }


def check_place(
    claims: Claims, log: Log, head: SubjectHead | None, seen_of: Callable[[str], Seen | None]
) -> None:
    """Raise Conflict `subject-moved` where `seq` or `prev` do not follow.

    Its context holds as `head` what signing again takes (`head_view`), or None where the subject is new.
    """
    expected = 0 if head is None else head.seq + 1
    if claims.seq == expected and claims.prev == (None if head is None else head.digest):
        return
    raise Conflict(
        "subject-moved",
        f"Subject {claims.sub} expects seq {expected}, not {claims.seq}, or another prev.",
        "sign again at the subject's head, keeping the first signing as capture statement",
        head=None if head is None else head_view(log, claims.sub, head, seen_of(log.name)),
    )


class Homes:
    """Where the subjects that a batch opens stand already: a subject lives in one line of logs."""

    def __init__(self, standing: Iterable[tuple[str, str]], logs: Mapping[str, Log]) -> None:
        """`standing`: (log, sub) of the subjects, held by `lock_subjects`; `logs` by origin."""
        self._logs = logs
        self._homes: dict[str, set[str]] = {}
        for name, sub in standing:
            self._homes.setdefault(sub, set()).add(name)

    def check(self, log: Log, sub: str) -> None:
        """Raise Conflict `subject-elsewhere` unless the subject may begin in this log."""
        before = {closed.name for closed in predecessors(self._logs, log)}
        others = sorted(self._homes.get(sub, set()) - before - {log.name})
        if others:
            raise Conflict(
                "subject-elsewhere",
                f"Subject {sub} lives in log {others[0]}.",
                "sign for that log, or open a new subject",
                log=others[0],
            )

    def add(self, log: Log, sub: str) -> None:
        """Note what the batch itself put there."""
        self._homes.setdefault(sub, set()).add(log.name)


def subject_log(session: Session, sub: str) -> str | None:
    """The log a subject lives in; of several in one line, the newest that has records of it."""
    names = {name for name, _ in heads_everywhere(session, [sub])}
    logs = logs_by_origin(session)
    homes = [log for log in logs.values() if log.name in names]
    return max(homes, key=lambda log: len(predecessors(logs, log))).name if homes else None
