"""Acceptance: records in, receipts out, in one transaction; nothing half-applied.

The steps, numbered here and in the code:

1. grammar, kind, fields and log (`docs/format.md` sections 1-3)
2. the same bytes again give the same receipt; other bytes under a known identity or `jti` are a conflict
3. the log is open; the key is registered, in force, of the right purpose; the signature verifies
4. signing time lies between the block of `seen` and now, with the tolerance
5. every file named is here
6. the subject is locked and lives in no other line of logs; `seq` and `prev` fit its head; the key is held
   as it is
7. the kind's handler decides which stated rows change; the service key signs the effects
8. records, effects and rows are written; receipts are signed

2 to 8 run under a savepoint: where another transaction wrote the same record at the same moment, they run
once more and find it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import psycopg
from gridwitness_evidence import Record, SigningKey
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, Unavailable
from gridwitness.records.effects import RowChange
from gridwitness.records.files import FileStore, known_files
from gridwitness.records.kinds import named_files
from gridwitness.records.known import answer_twin, settle_known
from gridwitness.records.logs import Log, latest_seen, logs_by_origin, open_log
from gridwitness.records.signers import OwnKeys, SignerDirectory, check_signer
from gridwitness.records.signing_time import signing_times
from gridwitness.records.subjects import (
    Homes,
    SubjectHead,
    check_place,
    heads_everywhere,
    heads_of,
    lock_subjects,
)
from gridwitness.records.submissions import Candidate, Outcome, StepHandler, Submission, read_submission
from gridwitness.records.writing import Accepted, Writer

_OFFER_KIND = "key.offered.v1"
_RACES = frozenset({"23505", "40P01"})
"""SQLSTATEs of what only another transaction at the same moment can bring about: unique violation,
deadlock.
"""


class Acceptance:
    """Accepts signed records; holds no state of its own between calls."""

    def __init__(
        self,
        *,
        clock: Clock,
        tolerance_seconds: int,
        directory: SignerDirectory,
        own_keys: OwnKeys,
        files: FileStore,
        handlers: Mapping[str, StepHandler],
    ) -> None:
        """`handlers` by kind; a kind without one changes no stated row."""
        self._clock = clock
        self._tolerance = timedelta(seconds=tolerance_seconds)
        self._directory = directory
        self._own_keys = own_keys
        self._files = files
        self._handlers = handlers

    def accept_one(self, session: Session, submission: Submission, *, internal: bool = False) -> Outcome:
        """Accept one record or raise its error."""
        outcome = self.accept(session, [submission], internal=internal)[0]
        if outcome.error is not None:
            raise outcome.error
        return outcome

    def accept(
        self,
        session: Session,
        submissions: Sequence[Submission],
        *,
        internal: bool = False,
    ) -> list[Outcome]:
        """Accept a batch: an outcome each, in order; a bad record never harms a good one beside it.

        The caller commits; only then do the receipts count. `internal` lets kinds through that only the
        platform writes.
        """
        logs = logs_by_origin(session)
        outcomes = [Outcome() for _ in submissions]
        read = [
            read_submission(submission, outcome, logs, internal=internal)  # 1
            for submission, outcome in zip(submissions, outcomes, strict=True)
        ]
        candidates = [candidate for candidate in read if candidate is not None]
        if not self._attempt(session, candidates, logs) and not self._attempt(session, candidates, logs):
            raise Unavailable(
                "acceptance-contended", "Other transactions write the same records.", "send them again"
            )
        return outcomes

    def _attempt(self, session: Session, candidates: Sequence[Candidate], logs: Mapping[str, Log]) -> bool:
        """Steps 2 to 8, all or nothing; False where another transaction was in the way."""
        try:
            with session.begin_nested():
                settle_known(session, candidates)  # 2
                self._check_signers(session, candidates, logs)  # 3
                self._check_times(session, candidates)  # 4
                self._check_files(session, candidates)  # 5
                self._apply(session, [c for c in candidates if c.open], logs)  # 6 7 8
        except (DBAPIError, psycopg.Error) as error:
            if _sqlstate(error) not in _RACES:
                raise
            for candidate in candidates:
                candidate.begin_again()
            return False
        return True

    def _check_signers(
        self, session: Session, candidates: Sequence[Candidate], logs: Mapping[str, Log]
    ) -> None:
        keys = self._directory.find(session, {c.signer for c in candidates})
        successors = {log.predecessor: log for log in logs.values() if log.predecessor is not None}
        now = self._clock.now()
        for candidate in filter(_is_open, candidates):
            with candidate.keep_error():
                log, kind = candidate.log, candidate.kind
                if log.origin in successors:
                    raise Conflict(
                        "log-closed",
                        f"{log.origin} was closed.",
                        f"begin the subject again, with seq 0, in {successors[log.origin].origin}",
                    )
                if kind.name != _OFFER_KIND:  # whose handler checks the proof of possession
                    delay = timedelta(seconds=log.maximum_merge_delay)
                    check_signer(candidate.record, kind, keys.get(candidate.signer), now, delay)

    def _check_times(self, session: Session, candidates: Sequence[Candidate]) -> None:
        live = [c for c in candidates if c.open]
        times = signing_times(session, ((c.log.name, c.record.claims) for c in live), self._tolerance)
        now = self._clock.now()
        for candidate in live:
            with candidate.keep_error():
                times.check(candidate.log.name, candidate.record.claims, now)

    def _check_files(self, session: Session, candidates: Sequence[Candidate]) -> None:
        named = [(c, file) for c in candidates if c.open for file in named_files(c.kind, c.record.fields)]
        known = known_files(session, {file["sha256"] for _, file in named})
        for candidate, file in named:
            with candidate.keep_error():
                known.check(file, self._files)

    def _apply(self, session: Session, candidates: Sequence[Candidate], logs: Mapping[str, Log]) -> None:
        if not candidates:
            return
        places = {c.place for c in candidates}
        lock_subjects(session, places)
        heads = heads_everywhere(session, (sub for _, sub in places))
        homes = Homes(heads, logs)
        # A subject that moved since step 2 may have been moved by these very records, sent twice at once.
        settle_known(session, [c for c in candidates if _is_behind(c, heads)])
        self._hold_keys(session, candidates)
        live = [c for c in candidates if c.open]
        loaded = self._load(session, live)
        writer: Writer[Candidate] = self.writer(session)
        taken: dict[str, Candidate] = {}
        twins: list[tuple[Candidate, Candidate]] = []
        for candidate in live:
            first = taken.get(candidate.record.claims.jti)
            if first is not None:
                twins.append((candidate, first))
                continue
            with candidate.keep_error():
                if candidate.place not in heads:
                    homes.check(candidate.log, candidate.record.claims.sub)
                heads[candidate.place] = self._step(candidate, heads, loaded, writer)
                homes.add(candidate.log, candidate.record.claims.sub)
                taken[candidate.record.claims.jti] = candidate
        for accepted, candidate in writer.finish():
            candidate.outcome.receipt = accepted.receipt
        for candidate, first in twins:
            answer_twin(candidate, first)

    def _hold_keys(self, session: Session, candidates: Sequence[Candidate]) -> None:
        """A key that is revoked meanwhile signs nothing more: the revocation waits for us, or we see it."""
        live = [c for c in candidates if c.open and c.kind.name != _OFFER_KIND]
        keys = self._directory.find(session, {c.signer for c in live}, hold=True)
        now = self._clock.now()
        for candidate in live:
            with candidate.keep_error():
                delay = timedelta(seconds=candidate.log.maximum_merge_delay)
                keys[candidate.signer].check_usable(now, now + delay)

    def _load(self, session: Session, candidates: Sequence[Candidate]) -> dict[str, Any]:
        """By kind; kinds that share a handler share what it loaded, so that a batch may hold both."""
        shared: dict[int, tuple[StepHandler, list[Record]]] = {}
        for candidate in candidates:
            handler = self._handlers.get(candidate.kind.name)
            if handler is not None:
                shared.setdefault(id(handler), (handler, []))[1].append(candidate.record)
        loaded = {key: handler.load(session, records) for key, (handler, records) in shared.items()}
        return {
            kind: loaded[id(handler)] for kind, handler in self._handlers.items() if id(handler) in loaded
        }

    def _step(
        self,
        candidate: Candidate,
        heads: Mapping[tuple[str, str], SubjectHead],
        loaded: Mapping[str, Any],
        writer: Writer[Candidate],
    ) -> SubjectHead:
        record, log = candidate.record, candidate.log
        check_place(record.claims, log, heads.get(candidate.place), writer.seen)  # 6
        handler = self._handlers.get(candidate.kind.name)
        changes = handler.decide(record, log, loaded[candidate.kind.name]) if handler else []  # 7
        submission = candidate.submission
        accepted = Accepted(record, log, dict(submission.provenance))
        return writer.add_step(accepted, changes, by=submission.by, owner=candidate)

    def writer(self, session: Session) -> Writer[Any]:
        """A writer for this transaction, at the present time."""
        return Writer(session, self._own_keys, self._clock.now(), lambda log: latest_seen(session, log))

    def machine_step(
        self,
        session: Session,
        log: Log,
        sub: str,
        changes: Sequence[RowChange],
        *,
        by: str | None,
        cause: str | None = None,
    ) -> str:
        """A step without a statement: only effects, signed by the log's agency. Gives the first effect's
        `jti`.
        """
        log = open_log(session, log)
        lock_subjects(session, [(log.name, sub)])
        writer = self.writer(session)
        head = heads_of(session, [(log.name, sub)]).get((log.name, sub))
        effects = writer.sign_effects(log, sub, head, cause, by, changes)
        writer.finish()
        return effects[0].claims.jti

    def sign_own(
        self,
        session: Session,
        log: Log,
        kind: str,
        sub: str,
        fields: Mapping[str, Any],
        *,
        key: SigningKey,
        iss: str,
        by: str | None = None,
    ) -> Submission:
        """Sign a statement of the platform's own at the subject's head, ready for `accept`.

        A subject whose log was closed begins again in the successor.
        """
        log = open_log(session, log)
        lock_subjects(session, [(log.name, sub)])
        head = heads_of(session, [(log.name, sub)]).get((log.name, sub))
        record = self.writer(session).sign(log, kind, sub, head, fields, key=key, iss=iss)
        return Submission(record.presentation, by=by)


def _is_open(candidate: Candidate) -> bool:
    return candidate.open


def _is_behind(candidate: Candidate, heads: Mapping[tuple[str, str], SubjectHead]) -> bool:
    head = heads.get(candidate.place)
    return head is not None and head.seq >= candidate.record.claims.seq


def _sqlstate(error: DBAPIError | psycopg.Error) -> str | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None)
