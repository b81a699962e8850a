"""Records of the registers entered by the agency's own key, through acceptance as everything else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridwitness.platform import Platform
from gridwitness.records import Submission, current_log, heads_of, latest_seen
from gridwitness_evidence import SigningKey, sign_record, uuid7

from gridwitness_cli.simulate.arrivals import Record as Entry

_PIECE = 500
_IN_ONE_SUBJECT = {
    "permit.issued.v1": "permit",
    "manifest.issued.v1": "manifest",
    "manifest.received.v1": "manifest",
}
"""Kinds of which several records of a number stand in one subject."""


class Registrar:
    """Remembers in which subject each number stands."""

    def __init__(self, platform: Platform, agency: str) -> None:
        self._platform = platform
        self._agency = agency
        self._subjects: dict[tuple[str, str], str] = {}

    def enter(self, entries: Sequence[Entry]) -> None:
        """Enter records in order. Raises the first refusal: the world is wrong then."""
        key = self._platform.keystore.service_key(self._agency)
        for piece in _pieces(entries):
            self._accept([(entry.kind, entry.fields) for entry in piece], key, "import")

    def enter_signed(self, kind: str, fields: Mapping[str, Any], key: SigningKey) -> None:
        """Enter one record under an officer's key."""
        self._accept([(kind, fields)], key, "self")

    def _accept(self, entries: Sequence[tuple[str, Mapping[str, Any]]], key: SigningKey, source: str) -> None:
        with self._platform.transaction() as session:
            log = current_log(session, self._agency)
            seen = latest_seen(session, log.name)
            subjects = [self._subject(kind, fields) for kind, fields in entries]
            heads = heads_of(session, {(log.name, sub) for sub in subjects})
            now = self._platform.clock.now()
            submissions = []
            for (kind, fields), sub in zip(entries, subjects, strict=True):
                head = heads.get((log.name, sub))
                record = sign_record(
                    key=key,
                    iss=self._agency,
                    aud=log.origin,
                    jti=uuid7(now, os.urandom),
                    kind=kind,
                    src=source,
                    sub=sub,
                    seq=0 if head is None else head.seq + 1,
                    prev=None if head is None else head.digest,
                    iat=int(now.timestamp()),
                    seen=seen,
                    fields=fields,
                )
                submissions.append(Submission(record.presentation))
            outcomes = self._platform.acceptance.accept(session, submissions)
            for outcome in outcomes:
                if outcome.error is not None:
                    raise outcome.error

    def _subject(self, kind: str, fields: Mapping[str, Any]) -> str:
        number = _number(kind, fields)
        if number is None:
            return secrets.token_hex(16)
        return self._subjects.setdefault(number, secrets.token_hex(16))


def _number(kind: str, fields: Mapping[str, Any]) -> tuple[str, str] | None:
    column = _IN_ONE_SUBJECT.get(kind)
    return None if column is None else (column, str(fields[column]))


def _pieces(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Runs of a few hundred in which no subject comes twice: an effect stands between two statements."""
    piece: list[Entry] = []
    named: set[tuple[str, str]] = set()
    for entry in entries:
        number = _number(entry.kind, entry.fields)
        if len(piece) >= _PIECE or (number is not None and number in named):
            yield piece
            piece, named = [], set()
        piece.append(entry)
        if number is not None:
            named.add(number)
    if piece:
        yield piece
