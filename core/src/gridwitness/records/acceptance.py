"""Acceptance: records in, receipts out, in one transaction; nothing half-applied.

The steps, numbered here and in the code:

1. grammar, kind and fields (`docs/format.md` sections 1-3), without the database
2. the same bytes again give the same receipt; other bytes under a known identity or `jti` are a conflict
3. the log is ours; the key is registered, in force, of the right purpose; the signature verifies
4. signing time lies between the block of `seen` and now, with the tolerance
5. every file named is here
6. the subject is locked, `seq` and `prev` fit its head
7. the kind's handler decides which stated rows change; the service key signs the effect
8. records, effects and rows are written; receipts are signed
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from gridwitness_evidence import EvidenceError, Record, SigningKey, parse_presentation, verify_signature
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, Forbidden, GridWitnessError, InvalidInput
from gridwitness.records.effects import RowChange
from gridwitness.records.files import FileStore, known_files
from gridwitness.records.kinds import Kind, check_fields, kind_named, named_files
from gridwitness.records.logs import Log, anchor_times, first_anchor_times, latest_seen, logs_by_origin
from gridwitness.records.signers import OwnKeys, RegisteredKey, SignerDirectory
from gridwitness.records.subjects import SubjectHead, heads_of, lock_subjects
from gridwitness.records.writing import Accepted, Writer, find_known


class StepHandler(Protocol):
    """Decides what a kind's records change. `load` asks the database once a batch; `decide` is pure."""

    def load(self, session: Session, records: Sequence[Record]) -> Any:
        """What `decide` needs for these records."""
        ...

    def decide(self, record: Record, log: Log, loaded: Any) -> list[RowChange]:
        """Rows that change. Raises GridWitnessError where the record's step is not allowed."""
        ...


@dataclass(frozen=True, slots=True)
class Submission:
    """One presentation, as received, and what the device claims about its making (never proof)."""

    presentation: str
    provenance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What became of one submission: a receipt or an error."""

    record: Record | None = None
    receipt: str | None = None
    replayed: bool = False
    error: GridWitnessError | None = None


@dataclass(slots=True)
class _Candidate:
    outcome: Outcome
    record: Record
    kind: Kind
    provenance: Mapping[str, Any]
    log: Log | None = None


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

    def accept_one(
        self, session: Session, submission: Submission, *, internal: bool = False, by: str | None = None
    ) -> Outcome:
        """Accept one record or raise its error."""
        outcome = self.accept(session, [submission], internal=internal, by=by)[0]
        if outcome.error is not None:
            raise outcome.error
        return outcome

    def accept(
        self,
        session: Session,
        submissions: Sequence[Submission],
        *,
        internal: bool = False,
        by: str | None = None,
    ) -> list[Outcome]:
        """Accept a batch: an outcome each, in order; a bad record never harms a good one beside it.

        The caller commits; only then do the receipts count. `internal` lets kinds through that only the platform
        writes; `by` is the account that asked, for the effects.
        """
        outcomes, candidates = self._parse(submissions, internal)  # 1
        candidates = self._without_known(session, candidates)  # 2
        self._check_signers(session, candidates)  # 3
        self._check_times(session, candidates)  # 4
        self._check_files(session, candidates)  # 5
        self._apply(session, [c for c in candidates if c.outcome.error is None], by)  # 6 7 8
        return outcomes

    def _parse(
        self, submissions: Sequence[Submission], internal: bool
    ) -> tuple[list[Outcome], list[_Candidate]]:
        outcomes: list[Outcome] = []
        candidates: list[_Candidate] = []
        for submission in submissions:
            outcome = Outcome()
            outcomes.append(outcome)
            try:
                record = parse_presentation(submission.presentation, complete=True)
                outcome.record = record
                kind = kind_named(record.claims.kind)
                if kind.internal and not internal:
                    raise Forbidden("kind-internal", f"Only the platform writes {kind.name}.", None)
                if kind.name != "state.effect.v1":
                    check_fields(kind, record.fields)
                candidates.append(_Candidate(outcome, record, kind, submission.provenance))
            except EvidenceError as error:
                outcome.error = InvalidInput(error.code, error.message, "see docs/format.md sections 1 and 2")
            except GridWitnessError as error:
                outcome.error = error
        return outcomes, candidates

    def _without_known(self, session: Session, candidates: list[_Candidate]) -> list[_Candidate]:
        known = find_known(session, [c.record for c in candidates])
        fresh: list[_Candidate] = []
        here: dict[str, _Candidate] = {}
        for candidate in candidates:
            claims = candidate.record.claims
            receipt = known.receipt_of(candidate.record)
            twin = here.get(claims.jti)
            if receipt is not None:
                candidate.outcome.receipt, candidate.outcome.replayed = receipt, True
            elif known.conflicts(candidate.record) or twin is not None:
                candidate.outcome.error = Conflict(
                    "identity-conflict",
                    f"Another entry with jti {claims.jti} has been accepted already.",
                    "sign the statement anew with a fresh jti",
                )
            else:
                here[claims.jti] = candidate
                fresh.append(candidate)
        return fresh

    def _check_signers(self, session: Session, candidates: list[_Candidate]) -> None:
        logs = logs_by_origin(session)
        keys = self._directory.find(session, {(c.record.claims.iss, c.record.kid) for c in candidates})
        for candidate in candidates:
            candidate.log = logs.get(candidate.record.claims.aud)
            key = keys.get((candidate.record.claims.iss, candidate.record.kid))
            with _keep_error(candidate):
                self._check_signer(candidate, key)

    def _check_signer(self, candidate: _Candidate, key: RegisteredKey | None) -> None:
        record, kind = candidate.record, candidate.kind
        if candidate.log is None:
            raise InvalidInput(
                "foreign-log",
                f"{record.claims.aud} is no log of this deployment.",
                "sign for the log you submit to",
            )
        if record.claims.src not in kind.sources:
            raise InvalidInput(
                "source", f"{kind.name} has src {sorted(kind.sources)}, not {record.claims.src!r}."
            )
        if kind.name == "key.offered.v1":
            return  # its handler checks the proof of possession
        if key is None:
            raise Forbidden(
                "key-unknown",
                f"Agency {record.claims.iss} has no key {record.kid}.",
                "register the key and have it confirmed",
            )
        key.check_usable(self._clock.now())
        if key.purpose not in kind.purposes:
            raise Forbidden(
                "key-purpose",
                f"A {key.purpose} key may not sign {kind.name}.",
                f"sign with one of {sorted(kind.purposes)}",
            )
        check_signature(record, key)

    def _check_times(self, session: Session, candidates: list[_Candidate]) -> None:
        live = [c for c in candidates if c.outcome.error is None and c.log is not None]
        heads = {
            (c.log.name, c.record.claims.seen.size, c.record.claims.seen.root)
            for c in live
            if c.log is not None and c.record.claims.seen is not None
        }
        times = anchor_times(session, heads)
        first = first_anchor_times(session)
        for candidate in live:
            with _keep_error(candidate):
                self._check_time(candidate, times, first)

    def _check_time(self, candidate: _Candidate, times: Mapping[Any, Any], first: Mapping[str, Any]) -> None:
        claims, log = candidate.record.claims, candidate.log
        assert log is not None
        latest = int((self._clock.now() + self._tolerance).timestamp())
        if claims.iat > latest:
            raise InvalidInput(
                "iat-in-future",
                f"iat {claims.iat} is after {latest}, the latest now allowed.",
                "set the clock",
            )
        if claims.seen is not None:
            block_time = times.get((log.name, claims.seen.size, claims.seen.root))
            if block_time is None:
                raise InvalidInput(
                    "seen-unknown",
                    f"No head of size {claims.seen.size} with that root is anchored.",
                    "fetch the subject's head",
                )
            if claims.iat < (block_time - self._tolerance).timestamp():
                raise InvalidInput(
                    "backdated",
                    f"iat {claims.iat} is before the block of the head it has seen.",
                    "set the device's clock",
                )
        elif log.name in first and claims.iat > (first[log.name] + self._tolerance).timestamp():
            raise InvalidInput(
                "seen-missing",
                "The log has been anchored; `seen` must name a head.",
                "fetch the subject's head",
            )

    def _check_files(self, session: Session, candidates: list[_Candidate]) -> None:
        named = {c.record.claims.jti: named_files(c.kind, c.record.fields) for c in candidates}
        known = known_files(session, {f["sha256"] for files in named.values() for f in files})
        for candidate in candidates:
            for file in named[candidate.record.claims.jti]:
                with _keep_error(candidate):
                    known.check(file, self._files)

    def _apply(self, session: Session, candidates: list[_Candidate], by: str | None) -> None:
        subjects = {(c.log.name, c.record.claims.sub) for c in candidates if c.log is not None}
        lock_subjects(session, subjects)
        heads = heads_of(session, subjects)
        loaded = self._load(session, candidates)
        writer = self.writer(session)
        for candidate in candidates:
            with _keep_error(candidate):
                self._step(candidate, heads, loaded, writer, by)
        for accepted, candidate in writer.finish():
            candidate.outcome.receipt = accepted.receipt

    def _load(self, session: Session, candidates: list[_Candidate]) -> dict[str, Any]:
        return {
            name: handler.load(session, [c.record for c in candidates if c.kind.name == name])
            for name, handler in self._handlers.items()
            if any(c.kind.name == name for c in candidates)
        }

    def _step(
        self,
        candidate: _Candidate,
        heads: dict[tuple[str, str], SubjectHead],
        loaded: Mapping[str, Any],
        writer: Writer[_Candidate],
        by: str | None,
    ) -> None:
        record, log = candidate.record, candidate.log
        assert log is not None
        place = (log.name, record.claims.sub)
        check_place(record, heads.get(place))  # 6
        handler = self._handlers.get(candidate.kind.name)
        changes = handler.decide(record, log, loaded[candidate.kind.name]) if handler else []  # 7
        heads[place] = writer.add_step(
            Accepted(record, log, dict(candidate.provenance)), changes, by=by, owner=candidate
        )

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
        """A step without a statement: only an effect, signed by the log's agency. Gives the effect's `jti`."""
        lock_subjects(session, [(log.name, sub)])
        writer = self.writer(session)
        effect = writer.sign_effect(
            log, sub, heads_of(session, [(log.name, sub)]).get((log.name, sub)), cause, by, changes
        )
        writer.finish()
        return effect.claims.jti

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
        src: str = "self",
    ) -> Submission:
        """Sign a statement of the platform's own at the subject's head, ready for `accept`."""
        lock_subjects(session, [(log.name, sub)])
        head = heads_of(session, [(log.name, sub)]).get((log.name, sub))
        record = self.writer(session).sign(log, kind, sub, head, fields, key=key, iss=iss, src=src)
        return Submission(record.presentation)


def check_signature(record: Record, key: RegisteredKey) -> None:
    """Raise InvalidInput `key-algorithm` or `signature`."""
    if record.alg != key.public_key.alg:
        raise InvalidInput(
            "key-algorithm",
            f"Key {key.kid} is an {key.public_key.alg} key, the header says {record.alg}.",
            None,
        )
    try:
        verify_signature(record, key.public_key)
    except EvidenceError as error:
        raise InvalidInput(
            error.code, error.message, "sign the statement anew; no byte may change after signing"
        ) from error


def check_place(record: Record, head: SubjectHead | None) -> None:
    """Raise Conflict `subject-moved`, with the head in its context, where `seq` or `prev` do not follow it."""
    claims = record.claims
    expected = 0 if head is None else head.seq + 1
    if claims.seq == expected and claims.prev == (None if head is None else head.digest):
        return
    raise Conflict(
        "subject-moved",
        f"Subject {claims.sub} expects seq {expected}, not {claims.seq}, or another prev.",
        "fetch the subject's head and sign again, keeping the first signing as capture statement",
        head=None if head is None else {"seq": head.seq, "digest": head.digest.hex()},
    )


@contextmanager
def _keep_error(candidate: _Candidate) -> Iterator[None]:
    """Keep a GridWitnessError as the candidate's outcome (the first one stays) and go on."""
    try:
        yield
    except GridWitnessError as error:
        candidate.outcome.error = candidate.outcome.error or error
