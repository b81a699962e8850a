"""One chunk of an import: looked up, signed, accepted and committed together."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gridwitness.errors import Conflict, GridWitnessError, InvalidInput, TooLarge
from gridwitness.platform import Platform
from gridwitness.records import (
    Kind,
    Log,
    SubjectHead,
    Submission,
    current_log,
    find_sources,
    heads_of,
    latest_seen,
)
from gridwitness.records.subjects import lock_subjects
from gridwitness_evidence import EvidenceError, Record, Seen, sign_record, uuid7
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness_ingest.row import BadRow
from gridwitness_ingest.row_reading import Pending

_ONE_IMPORT = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))")


@dataclass(slots=True)
class ChunkResult:
    """What became of a chunk's rows."""

    recorded: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row's record goes."""

    pending: Pending
    log: Log
    sub: str
    known: bool


class ChunkWriter:
    """Writes chunks for one agency and kind."""

    def __init__(self, platform: Platform, agency: str, kind: Kind) -> None:
        """Raises Misconfigured `key-missing` where the agency's service key is not here."""
        self._platform = platform
        self._agency = agency
        self._kind = kind
        self._family = kind.name.rpartition(".")[0]
        self._key = platform.keystore.service_key(agency)

    def write(self, chunk: Sequence[Pending]) -> ChunkResult:
        """Record the chunk in one transaction; keys are distinct. A row that is refused harms no other."""
        result = ChunkResult()
        if not chunk:
            return result
        with self._platform.transaction() as session:
            # One import of a kind at a time: two would both take the same row for a new one.
            session.execute(_ONE_IMPORT, {"name": f"import/{self._agency}/{self._family}"})
            places = self._places(session, chunk, result)
            # The very subjects that acceptance locks, so that heads stay and nobody waits crosswise.
            lock_subjects(session, {(place.log.name, place.sub) for place in places})
            signed = self._sign(session, places, result)
            outcomes = self._platform.acceptance.accept(
                session, [Submission(record.presentation) for _, record in signed]
            )
            for (place, _), outcome in zip(signed, outcomes, strict=True):
                _tally(place, outcome.error, result)
        return result

    def _places(self, session: Session, chunk: Sequence[Pending], result: ChunkResult) -> list[_Place]:
        """Subjects of the rows that have something to record."""
        current = current_log(session, self._agency)
        sources = find_sources(session, [(self._agency, self._family, pending.key) for pending in chunk])
        places = []
        for pending in chunk:
            source = sources.get((self._agency, self._family, pending.key))
            if source is None:
                places.append(_Place(pending, current, secrets.token_hex(16), known=False))
            elif source.row_digest == pending.digest:
                result.unchanged += 1
            else:
                # Where the row's log was closed, its subject begins again in the successor.
                places.append(_Place(pending, current, source.sub, known=True))
        return places

    def _sign(
        self, session: Session, places: Sequence[_Place], result: ChunkResult
    ) -> list[tuple[_Place, Record]]:
        now = self._platform.clock.now()
        seen = {name: latest_seen(session, name) for name in {place.log.name for place in places}}
        heads = heads_of(session, {(p.log.name, p.sub) for p in places if p.known})
        signed = []
        for place in places:
            try:
                head = heads.get((place.log.name, place.sub))
                signed.append((place, self._signed(place, head, seen[place.log.name], now)))
            except EvidenceError as error:
                result.bad.append(place.pending.refused(f"{error.code}: {error.message}"))
        return signed

    def _signed(self, place: _Place, head: SubjectHead | None, seen: Seen | None, now: datetime) -> Record:
        return sign_record(
            key=self._key,
            iss=self._agency,
            aud=place.log.origin,
            jti=uuid7(now, os.urandom),
            kind=self._kind.name,
            src="import",
            sub=place.sub,
            seq=0 if head is None else head.seq + 1,
            prev=None if head is None else head.digest,
            iat=int(now.timestamp()),
            seen=seen,
            fields=place.pending.fields,
        )


def _tally(place: _Place, error: GridWitnessError | None, result: ChunkResult) -> None:
    """Count a row, or raise what would refuse every other row too (the key, the deployment)."""
    if error is None:
        result.recorded += not place.known
        result.changed += place.known
    elif isinstance(error, InvalidInput | TooLarge | Conflict):
        result.bad.append(place.pending.refused(f"{error.code}: {error}"))
    else:
        raise error
