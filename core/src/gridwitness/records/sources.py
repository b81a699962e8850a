"""Rows of outside systems: which subject each became, so that an import can be repeated without doubling."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridwitness_evidence import Record, strict_json
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput
from gridwitness.records.effects import RowChange, change, put_new
from gridwitness.records.logs import Log
from gridwitness.records.models import SourceRow

MAXIMUM_KEY = 512
"""Most characters of a row's key in its outside system: it has to be unique, and an index holds so much."""

SourceKey = tuple[str, str, str]
"""Agency code, kind without version, key in the outside system."""

# Arrays and not lists of parameters: taking a thousand keys apart cost more than looking them up.
_BY_KEY = text("""
    SELECT agency, kind, source_key, sub, row_digest, log
    FROM records.source JOIN unnest(
        CAST(:agencies AS text[]), CAST(:kinds AS text[]), CAST(:keys AS text[])
    ) AS wanted(agency, kind, source_key) USING (agency, kind, source_key)
""")
_BY_SUBJECT = text("""
    SELECT agency, kind, source_key, sub, row_digest, log
    FROM records.source WHERE sub = ANY(CAST(:subs AS text[]))
""")


@dataclass(frozen=True, slots=True)
class Source:
    """What an outside row became: its subject, the digest of its newest version, the log of that."""

    sub: str
    row_digest: str
    log: str


def row_digest(row: Mapping[str, str]) -> str:
    """Digest of an outside row: hex SHA-256 of its RFC 8785 bytes."""
    return hashlib.sha256(strict_json.canonical(dict(row))).hexdigest()


def find_sources(session: Session, keys: Iterable[SourceKey]) -> dict[SourceKey, Source]:
    """Rows imported before, by key."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    agencies, kinds, names = (list(part) for part in zip(*wanted, strict=True))
    return _sources(session.execute(_BY_KEY, {"agencies": agencies, "kinds": kinds, "keys": names}))


def kind_family(kind: str) -> str:
    """`event.reported.v1` → `event.reported`."""
    return kind.rpartition(".")[0]


@dataclass(slots=True)
class _Loaded:
    """Rows known already, by key; and whose a subject is."""

    rows: dict[SourceKey, Source]
    owners: dict[str, SourceKey]


class SourceHandler:
    """Keeps `records.source` for what is imported (`src` = `import`) of kinds that have a `source` field.

    What somebody signs on a device of their own names a source too, but takes no outside system's key.
    """

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """(sub, row digest) of the outside rows known already, and the subjects taken by others."""
        imported = [record for record in records if record.claims.src == "import" and _has_source(record)]
        if not imported:
            return _Loaded({}, {})
        subs = list({record.claims.sub for record in imported})
        rows = find_sources(session, (_key(record, _checked_source(record)) for record in imported))
        rows |= _sources(session.execute(_BY_SUBJECT, {"subs": subs}))
        return _Loaded(rows, {source.sub: key for key, source in rows.items()})

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The row's subject and newest digest.

        Raises Conflict `source-subject`, `source-unchanged`; InvalidInput `fields`, `source-key-too-long`.
        """
        source = _checked_source(record)
        if record.claims.src != "import":
            return []
        key, sub, digest = _key(record, source), record.claims.sub, row_digest(source["row"])
        known = loaded.rows.get(key)
        if known is not None and known.sub != sub:
            raise Conflict(
                "source-subject", f"Row {key[2]!r} belongs to subject {known.sub}.", "continue that subject"
            )
        if loaded.owners.get(sub, key) != key:
            raise Conflict(
                "source-subject", f"Subject {sub} is that of row {loaded.owners[sub][2]!r}.", "open a new one"
            )
        if known is not None and known.row_digest == digest:
            raise Conflict(
                "source-unchanged", f"Row {key[2]!r} has been recorded with these values already.", None
            )
        loaded.rows[key], loaded.owners[sub] = Source(sub, digest, log.name), key
        names = dict(zip(("agency", "kind", "source_key"), key, strict=True))
        if known is None:
            return [put_new(SourceRow, **names, sub=sub, row_digest=digest, log=log.name)]
        # After a succession the subject goes on in the successor.
        moved = {} if known.log == log.name else {"log": log.name}
        return [change(SourceRow, names, row_digest=digest, **moved)]


def _sources(rows: Iterable[Any]) -> dict[SourceKey, Source]:
    return {(agency, kind, key): Source(sub, digest, log) for agency, kind, key, sub, digest, log in rows}


def _has_source(record: Record) -> bool:
    try:
        _checked_source(record)
    except InvalidInput:
        return False
    return True


def _checked_source(record: Record) -> dict[str, Any]:
    source = record.fields.get("source")
    if (
        isinstance(source, dict)
        and source.keys() == {"system", "key", "row"}
        and isinstance(source["system"], str)
        and isinstance(source["key"], str)
        and "\0" not in source["key"]
        and isinstance(source["row"], dict)
        and all(isinstance(value, str) for value in source["row"].values())
    ):
        if len(source["key"]) > MAXIMUM_KEY:
            raise InvalidInput(
                "source-key-too-long",
                f"A row's key has at most {MAXIMUM_KEY} characters, not {len(source['key'])}.",
                "choose a shorter column as the key",
            )
        return source
    raise InvalidInput(
        "fields", "`source` is not {system: text, key: text, row: object of text}.", "see docs/format.md"
    )


def _key(record: Record, source: Mapping[str, Any]) -> SourceKey:
    return record.claims.iss, kind_family(record.claims.kind), source["key"]


SOURCE_HANDLERS = {"event.reported.v1": SourceHandler()}
