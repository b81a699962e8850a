"""Records of the registers entered by the agency's own key, through acceptance as everything else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from gridwitness.errors import GridWitnessError
from gridwitness.platform import Platform
from gridwitness.records import Submission, current_log, latest_seen
from gridwitness_evidence import Record, SigningKey, sign_record, uuid7

from gridwitness_cli.simulate.arrivals import Record as Entry

_PIECE = 500
_IN_ONE_SUBJECT = {
    "permit.issued.v1": "permit",
    "manifest.issued.v1": "manifest",
    "manifest.received.v1": "manifest",
}
"""Kinds of which several records of a number stand in one subject."""


class Registrar:
    """Remembers where each number's last record stands; the only one who writes those subjects."""

    def __init__(self, platform: Platform, agency: str) -> None:
        self._platform = platform
        self._agency = agency
        self._heads: dict[tuple[str, str], Record] = {}

    def enter(self, entries: Sequence[Entry]) -> None:
        """Enter records in order. Raises the first refusal: the world is wrong then."""
        key = self._platform.keystore.service_key(self._agency)
        for start in range(0, len(entries), _PIECE):
            piece = entries[start : start + _PIECE]
            self._accept([self._signed(entry.kind, entry.fields, key, "import") for entry in piece])

    def enter_signed(self, kind: str, fields: Mapping[str, Any], key: SigningKey) -> None:
        """Enter one record under an officer's key."""
        self._accept([self._signed(kind, fields, key, "self")])

    def _signed(self, kind: str, fields: Mapping[str, Any], key: SigningKey, source: str) -> Record:
        with self._platform.transaction() as session:
            log = current_log(session, self._agency)
            seen = latest_seen(session, log.name)
        now = self._platform.clock.now()
        column = _IN_ONE_SUBJECT.get(kind)
        number = None if column is None else (column, str(fields[column]))
        before = None if number is None else self._heads.get(number)
        record = sign_record(
            key=key,
            iss=self._agency,
            aud=log.origin,
            jti=uuid7(now, os.urandom),
            kind=kind,
            src=source,
            sub=secrets.token_hex(16) if before is None else before.claims.sub,
            seq=0 if before is None else before.claims.seq + 1,
            prev=None if before is None else before.digest,
            iat=int(now.timestamp()),
            seen=seen,
            fields=fields,
        )
        if number is not None:
            self._heads[number] = record
        return record

    def _accept(self, records: Sequence[Record]) -> None:
        submissions = [Submission(record.presentation) for record in records]
        with self._platform.transaction() as session:
            outcomes = self._platform.acceptance.accept(session, submissions)
        for outcome in outcomes:
            if outcome.error is not None:
                error: GridWitnessError = outcome.error
                raise error
