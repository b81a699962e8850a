"""Rows of outside systems: which subject each became, so that an import can be repeated without doubling."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridwitness_evidence import Record, strict_json
from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput
from gridwitness.records.effects import RowChange, change, put_new
from gridwitness.records.logs import Log
from gridwitness.records.models import SourceRow

MAXIMUM_KEY = 512
"""Most characters of a row's key in its outside system: it has to be unique, and an index holds so much."""

SourceKey = tuple[str, str, str]
"""Agency code, kind without version, key in the outside system."""

_KEY_COLUMNS = tuple_(SourceRow.agency, SourceRow.kind, SourceRow.source_key)


def row_digest(row: Mapping[str, str]) -> str:
    """Digest of an outside row: hex SHA-256 of its RFC 8785 bytes."""
    return hashlib.sha256(strict_json.canonical(dict(row))).hexdigest()


def find_sources(session: Session, keys: Iterable[SourceKey]) -> dict[SourceKey, SourceRow]:
    """Rows imported before, by key."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    rows = session.scalars(
        select(SourceRow).where(_KEY_COLUMNS.in_(wanted)).execution_options(populate_existing=True)
    )
    return {(row.agency, row.kind, row.source_key): row for row in rows}


def kind_family(kind: str) -> str:
    """`event.reported.v1` → `event.reported`."""
    return kind.rpartition(".")[0]


@dataclass(slots=True)
class _Loaded:
    """Rows known already, by key: subject, digest, log; and whose a subject is."""

    rows: dict[SourceKey, tuple[str, str, str]]
    owners: dict[str, SourceKey]


class SourceHandler:
    """Keeps `records.source` for what is imported (`src` = `import`) of kinds that have a `source` field.

    What somebody signs on a device of their own names a source too, but takes no outside system's key.
    """

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """(sub, row digest) of the outside rows known already, and the subjects taken by others."""
        imported = [record for record in records if record.claims.src == "import" and _has_source(record)]
        keys = list({_key(record, _checked_source(record)) for record in imported})
        subs = list({record.claims.sub for record in imported})
        if not keys:
            return _Loaded({}, {})
        wanted = or_(_KEY_COLUMNS.in_(keys), SourceRow.sub.in_(subs))
        found = session.scalars(select(SourceRow).where(wanted).execution_options(populate_existing=True))
        rows = {(row.agency, row.kind, row.source_key): (row.sub, row.row_digest, row.log) for row in found}
        return _Loaded(rows, {sub: key for key, (sub, *_) in rows.items()})

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The row's subject and newest digest.

        Raises Conflict `source-subject`, `source-unchanged`; InvalidInput `fields`, `source-key-too-long`.
        """
        source = _checked_source(record)
        if record.claims.src != "import":
            return []
        key, sub, digest = _key(record, source), record.claims.sub, row_digest(source["row"])
        known = loaded.rows.get(key)
        if known is not None and known[0] != sub:
            raise Conflict(
                "source-subject", f"Row {key[2]!r} belongs to subject {known[0]}.", "continue that subject"
            )
        if loaded.owners.get(sub, key) != key:
            raise Conflict(
                "source-subject", f"Subject {sub} is that of row {loaded.owners[sub][2]!r}.", "open a new one"
            )
        if known is not None and known[1] == digest:
            raise Conflict(
                "source-unchanged", f"Row {key[2]!r} has been recorded with these values already.", None
            )
        loaded.rows[key], loaded.owners[sub] = (sub, digest, log.name), key
        names = dict(zip(("agency", "kind", "source_key"), key, strict=True))
        if known is None:
            return [put_new(SourceRow, **names, sub=sub, row_digest=digest, log=log.name)]
        # After a succession the subject goes on in the successor.
        moved = {} if known[2] == log.name else {"log": log.name}
        return [change(SourceRow, names, row_digest=digest, **moved)]


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
