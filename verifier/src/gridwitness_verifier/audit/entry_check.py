"""One entry: its grammar (format §2, §3), and the columns of its row that only repeat what it says."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from gridwitness_verifier.audit.disclosure_check import Fields
from gridwitness_verifier.audit.stored_record import StoredRecord
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.jwk import parse_jwk
from gridwitness_verifier.kinds import KINDS, OFFER, check_fields, check_source
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.merkle import hash_leaf
from gridwitness_verifier.record import Entry, parse_entry

_REPEATED = ("jti", "kind", "iss", "kid", "sub", "seq", "iat", "identity")
_repeated_by = attrgetter(*_REPEATED)


class EntryCheck:
    """Checks one stored entry after the other; what is wrong with one is one located failure."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def parse(self, stored: StoredRecord, log: AuditedLog) -> Entry | None:
        """The entry when it obeys the grammar; its columns, log, kind and source are compared."""
        self._tally.checked += 1
        try:
            entry = parse_entry(stored.entry or "")
        except VerificationError as error:
            self._tally.fail(error.code, f"entry: {error.message}", **stored.at("entry"))
            return None
        if _repeated_by(stored) != _repeated_by(entry):
            self._name_columns(stored, entry)
        if entry.aud != log.pin.origin:
            self._tally.fail("foreign", f"the entry is addressed to {entry.aud}", **_where(stored, entry))
        try:
            check_source(entry.kind, entry.src)
        except VerificationError as error:
            self._tally.fail(error.code, error.message, **_where(stored, entry))
        return entry

    def _name_columns(self, stored: StoredRecord, entry: Entry) -> None:
        where = _where(stored, entry)
        for column in _REPEATED:
            if getattr(stored, column) != getattr(entry, column):
                detail = f"column {column} is {getattr(stored, column)!r}, the entry says otherwise"
                self._tally.fail("column-differs", detail, **{**where, **stored.at(column)})

    def check_fields(self, stored: StoredRecord, entry: Entry, fields: Fields) -> None:
        """The disclosed fields are just those of the kind, each of its type."""
        if entry.kind not in KINDS:
            return
        try:
            check_fields(entry.kind, fields.values, complete=fields.complete)
            if entry.kind == OFFER:
                _check_own_key(entry, fields.values.get("jwk"))
        except VerificationError as error:
            self._tally.fail(error.code, error.message, **_where(stored, entry))


def _where(stored: StoredRecord, entry: Entry) -> dict[str, Any]:
    return {**stored.where, "sub": entry.sub, "seq": entry.seq}


def leaf_hash_of(stored: StoredRecord) -> bytes | None:
    """Leaf hash of the stored bytes, whatever they are; None when there are none."""
    return None if stored.entry is None else hash_leaf(stored.entry.encode("utf-8", "surrogatepass"))


def missing_names(entry: Entry, fields: Fields) -> list[str] | None:
    """Names of the fields whose disclosure is missing, where the kind fixes them all."""
    kind = KINDS.get(entry.kind)
    if kind is None or not kind.fields or fields.broken:
        return None
    return sorted(kind.fields.keys() - fields.values.keys())


def _check_own_key(entry: Entry, jwk: Any) -> None:
    if jwk is not None and parse_jwk(jwk).thumbprint != entry.kid:
        raise VerificationError("offer-key", "the offered key is not the one that signed")
