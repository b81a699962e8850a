"""Digests of the facts an anomaly rests on (docs/format.md sections 19 and 20), many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any

import polars as pl
from gridwitness_evidence import base64url
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridwitness.errors import NotFound
from gridwitness.text_form import canonical_json, text_form
from gridwitness.trucks.frames import INSTANT, PASSAGE_COLUMNS, POSITION_COLUMNS
from gridwitness.trucks.models import ManifestRow
from gridwitness.trucks.row_frames import frame_texts
from gridwitness.trucks.rows import ROW_COLUMNS

MANIFEST = "manifest::"
"""A reference to an e-manifest begins so, and its number follows."""
_TABLES = {"passages": "trucks.passage", "positions": "trucks.position"}
_TYPES: dict[str, Any] = {"serial": pl.Int64, **PASSAGE_COLUMNS, **POSITION_COLUMNS, "item": pl.Int32}
_MANIFEST_COLUMNS = [
    "manifest",
    "permit",
    "plate",
    "site",
    "dump",
    "left_at",
    "load_kg",
    "received_dump",
    "received_at",
    "received_load_kg",
]


def digests_of(session: Session, references: Iterable[str]) -> Mapping[str, str]:
    """b64u SHA-256 of the row bytes of each fact, by reference `<feed>:<serial>:<item>` or `manifest::…`.

    Raises NotFound `input-unknown`: a finding rests on facts that are stored.
    """
    wanted = set(references)
    manifests = {name for name in wanted if name.startswith(MANIFEST)}
    found = _manifests(session, manifests)
    rows = wanted - manifests
    for content in _TABLES:
        if rows - found.keys():
            found |= _facts(session, content, rows - found.keys())
    missing = wanted - found.keys()
    if missing:
        raise NotFound("input-unknown", f"There is no fact {min(missing)}.", "detection reads stored facts")
    return found


def parted(reference: str) -> tuple[str, int, int]:
    """Feed, serial and item of a reference."""
    feed, serial, item = reference.rsplit(":", 2)
    return feed, int(serial), int(item)


def _facts(session: Session, content: str, references: Collection[str]) -> dict[str, str]:
    feeds, serials, items = zip(*(parted(name) for name in references), strict=True)
    columns = ROW_COLUMNS[content]
    query = text(
        f"SELECT feed, {', '.join(columns)} FROM {_TABLES[content]} JOIN unnest("  # noqa: S608 - our names
        "CAST(:feeds AS text[]), CAST(:serials AS bigint[]), CAST(:items AS integer[])"
        ") AS wanted(feed, serial, item) USING (feed, serial, item)"
    )
    rows = session.execute(query, {"feeds": [*feeds], "serials": [*serials], "items": [*items]}).all()
    if not rows:
        return {}
    schema = {"feed": pl.String} | {name: _TYPES[name] for name in columns}
    frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    frame = frame.with_columns(pl.col(name).cast(INSTANT) for name, kind in schema.items() if kind == INSTANT)
    names = frame.select(pl.format("{}:{}:{}", "feed", "serial", "item")).to_series()
    return {
        name: base64url.encode(sha256(row.encode()).digest())
        for name, row in zip(names, frame_texts(content, frame), strict=True)
    }


def _manifests(session: Session, references: Collection[str]) -> dict[str, str]:
    numbers = [name.removeprefix(MANIFEST) for name in references]
    if not numbers:
        return {}
    columns = [ManifestRow.__table__.c[name] for name in _MANIFEST_COLUMNS]
    rows = session.execute(select(*columns).where(ManifestRow.manifest.in_(numbers))).mappings()
    return {f"{MANIFEST}{row['manifest']}": _manifest_digest(dict(row)) for row in rows}


def _manifest_digest(row: Mapping[str, Any]) -> str:
    told = {name: _told(row[name]) for name in _MANIFEST_COLUMNS if row[name] is not None}
    return base64url.encode(sha256(canonical_json(told).encode()).digest())


def _told(value: Any) -> str | int | None:
    return value if isinstance(value, str | int) else text_form(value, "timestamptz")
