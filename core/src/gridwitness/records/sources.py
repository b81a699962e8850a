"""Rows of outside systems: which subject each became, so that an import can be repeated without doubling."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridwitness_evidence import Record, strict_json
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput
from gridwitness.records.effects import RowChange, change, put_new
from gridwitness.records.logs import Log
from gridwitness.records.models import SourceRow

SourceKey = tuple[str, str, str]
"""Agency code, kind without version, key in the outside system."""


def row_digest(row: Mapping[str, str]) -> str:
    """Digest of an outside row: hex SHA-256 of its RFC 8785 bytes."""
    return hashlib.sha256(strict_json.canonical(dict(row))).hexdigest()


def find_sources(session: Session, keys: Iterable[SourceKey]) -> dict[SourceKey, SourceRow]:
    """Rows imported before, by key."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    columns = tuple_(SourceRow.agency, SourceRow.kind, SourceRow.source_key)
    rows = session.scalars(select(SourceRow).where(columns.in_(wanted)))
    return {(row.agency, row.kind, row.source_key): row for row in rows}


def kind_family(kind: str) -> str:
    """`event.reported.v1` → `event.reported`."""
    return kind.rpartition(".")[0]


class SourceHandler:
    """Keeps `records.source` for kinds that have a `source` field."""

    def load(self, session: Session, records: Sequence[Record]) -> dict[SourceKey, tuple[str, str]]:
        """(sub, row digest) of the outside rows known already."""
        keys = [_key(record, _checked_source(record)) for record in records if _has_source(record)]
        return {key: (row.sub, row.row_digest) for key, row in find_sources(session, keys).items()}

    def decide(self, record: Record, log: Log, loaded: dict[SourceKey, tuple[str, str]]) -> list[RowChange]:
        """The row's subject and newest digest. Raises Conflict `source-subject`, `source-unchanged`."""
        source = _checked_source(record)
        key = _key(record, source)
        digest = row_digest(source["row"])
        known = loaded.get(key)
        loaded[key] = (record.claims.sub, digest)
        if known is None:
            return [
                put_new(
                    SourceRow,
                    agency=key[0],
                    kind=key[1],
                    source_key=key[2],
                    sub=record.claims.sub,
                    row_digest=digest,
                    log=log.name,
                )
            ]
        loaded[key] = known
        if known[0] != record.claims.sub:
            raise Conflict(
                "source-subject", f"Row {key[2]!r} belongs to subject {known[0]}.", "continue that subject"
            )
        if known[1] == digest:
            raise Conflict(
                "source-unchanged", f"Row {key[2]!r} has been recorded with these values already.", None
            )
        loaded[key] = (record.claims.sub, digest)
        columns = {"agency": key[0], "kind": key[1], "source_key": key[2]}
        return [change(SourceRow, columns, row_digest=digest)]


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
        and isinstance(source["row"], dict)
        and all(isinstance(value, str) for value in source["row"].values())
    ):
        return source
    raise InvalidInput(
        "fields", "`source` is not {system: text, key: text, row: object of text}.", "see docs/format.md"
    )


def _key(record: Record, source: Mapping[str, Any]) -> SourceKey:
    return record.claims.iss, kind_family(record.claims.kind), source["key"]


SOURCE_HANDLERS = {"event.reported.v1": SourceHandler()}
