"""Writing records: the one function by which entries, effects and rows reach the database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from gridwitness_evidence import (
    EvidenceError,
    NoteSigner,
    Receipt,
    Record,
    Seen,
    SigningKey,
    sign_receipt,
    sign_record,
    uuid7,
)
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from gridwitness.database import driver_connection
from gridwitness.errors import InvalidInput
from gridwitness.records.effects import EFFECT_KIND, RowChange, effect_fields, split
from gridwitness.records.logs import Log
from gridwitness.records.row_writing import write_rows
from gridwitness.records.signers import OwnKeys
from gridwitness.records.subjects import SubjectHead

Owner = TypeVar("Owner")

_COLUMNS = {
    "jti": "uuid",
    "log": "text",
    "identity": "bytea",
    "kind": "text",
    "iss": "text",
    "kid": "text",
    "sub": "text",
    "seq": "int8",
    "iat": "int8",
    "entry": "text",
    "disclosures": "text[]",
    "received_at": "timestamptz",
    "receipt": "text",
    "provenance": "jsonb",
}
_COPY = f"COPY records.record ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)"


@dataclass(slots=True)
class Accepted:
    """A record on its way into the database."""

    record: Record
    log: Log
    provenance: dict[str, Any]
    receipt: str = ""


class Writer(Generic[Owner]):
    """Collects one transaction's records and row changes and writes them together.

    Nothing reaches the database before `finish`, so a step that fails leaves nothing behind.
    """

    def __init__(
        self, session: Session, own_keys: OwnKeys, now: datetime, seen_of: Callable[[str], Seen | None]
    ) -> None:
        """`now` is the time of receipt, cut to whole seconds."""
        self._session = session
        self._own_keys = own_keys
        self._now = now.replace(microsecond=0)
        self._seen_of = seen_of
        self._seen: dict[str, Seen | None] = {}
        self._signers: dict[str, NoteSigner] = {}
        self._accepted: list[Accepted] = []
        self._owned: list[tuple[Accepted, Owner]] = []
        self._rows: list[tuple[RowChange, UUID]] = []

    def add_step(
        self, accepted: Accepted, changes: Sequence[RowChange], *, by: str | None, owner: Owner
    ) -> SubjectHead:
        """A statement and, where rows change, its effects right behind it. Gives the subject's new head."""
        claims = accepted.record.claims
        head = SubjectHead(claims.seq, accepted.record.digest)
        signed = self._signed_effects(accepted.log, claims.sub, head, claims.jti, by, changes)
        self._accepted.append(accepted)
        self._owned.append((accepted, owner))
        self._note_effects(accepted.log, signed)
        return _head_of(signed[-1][0]) if signed else head

    def sign_effects(
        self,
        log: Log,
        sub: str,
        head: SubjectHead | None,
        cause: str | None,
        by: str | None,
        changes: Sequence[RowChange],
    ) -> list[Record]:
        """Sign the effects of these changes with the log agency's service key and note all for writing."""
        signed = self._signed_effects(log, sub, head, cause, by, changes)
        self._note_effects(log, signed)
        return [effect for effect, _ in signed]

    def _signed_effects(
        self,
        log: Log,
        sub: str,
        head: SubjectHead | None,
        cause: str | None,
        by: str | None,
        changes: Sequence[RowChange],
    ) -> list[tuple[Record, list[RowChange]]]:
        signed: list[tuple[Record, list[RowChange]]] = []
        for part in split(changes):
            key = self._own_keys.service_key(log.agency)
            fields = effect_fields(cause, by, part)
            effect = self.sign(log, EFFECT_KIND, sub, head, fields, key=key, iss=log.agency)
            signed.append((effect, part))
            head = _head_of(effect)
        return signed

    def _note_effects(self, log: Log, signed: Iterable[tuple[Record, Sequence[RowChange]]]) -> None:
        for effect, part in signed:
            self._accepted.append(Accepted(effect, log, {}))
            self._rows += [(row, UUID(effect.claims.jti)) for row in part]

    def sign(
        self,
        log: Log,
        kind: str,
        sub: str,
        head: SubjectHead | None,
        fields: Mapping[str, Any],
        *,
        key: SigningKey,
        iss: str,
        src: str = "self",
    ) -> Record:
        """Sign a record of the platform's own at the subject's head.

        Raises InvalidInput with the format's code where a value can't be recorded (too large, a lone
        surrogate).
        """
        try:
            return sign_record(
                key=key,
                iss=iss,
                aud=log.origin,
                jti=uuid7(self._now, os.urandom),
                kind=kind,
                src=src,
                sub=sub,
                seq=0 if head is None else head.seq + 1,
                prev=None if head is None else head.digest,
                iat=int(self._now.timestamp()),
                seen=self.seen(log.name),
                fields=fields,
            )
        except EvidenceError as error:
            raise InvalidInput(
                error.code, f"{kind} can't be recorded: {error.message}", "change the value it speaks of"
            ) from error

    def seen(self, log: str) -> Seen | None:
        """The log's newest anchored head, the same throughout the transaction."""
        if log not in self._seen:
            self._seen[log] = self._seen_of(log)
        return self._seen[log]

    def finish(self) -> list[tuple[Accepted, Owner]]:
        """Sign receipts and write everything. Gives the statements with what they were added for."""
        for accepted in self._accepted:
            accepted.receipt = self._receipt(accepted)
        if self._accepted:
            self._copy(self._accepted)
        write_rows(self._session, self._rows)
        return self._owned

    def _receipt(self, accepted: Accepted) -> str:
        log = accepted.log
        if log.name not in self._signers:
            self._signers[log.name] = self._own_keys.log_signer(log.name)
        received = int(self._now.timestamp())
        receipt = Receipt(log.origin, accepted.record.leaf_hash, received, received + log.maximum_merge_delay)
        return sign_receipt(receipt, self._signers[log.name])

    def _copy(self, batch: Iterable[Accepted]) -> None:
        with driver_connection(self._session).cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(list(_COLUMNS.values()))
            for accepted in batch:
                copy.write_row(self._row(accepted))

    def _row(self, accepted: Accepted) -> tuple[Any, ...]:
        record = accepted.record
        claims = record.claims
        return (
            UUID(claims.jti),
            accepted.log.name,
            record.identity,
            claims.kind,
            claims.iss,
            record.kid,
            claims.sub,
            claims.seq,
            claims.iat,
            record.entry,
            [None if d is None else d.encoded for d in record.disclosures],
            self._now.astimezone(UTC),
            accepted.receipt,
            Jsonb(accepted.provenance),
        )


def _head_of(record: Record) -> SubjectHead:
    return SubjectHead(record.claims.seq, record.digest)
