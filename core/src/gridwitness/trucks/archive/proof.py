"""The proof of one archived row without the others: `gridwitness-passage/v1` (docs/format.md section 19)."""

from __future__ import annotations

from typing import Any

import polars as pl
from gridwitness_evidence import base64url
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, NotFound
from gridwitness.records import BundleMaker, record_row
from gridwitness.trucks.archive.folder import ArchiveFolder, PartName
from gridwitness.trucks.archive.leaves import Leaves, leaf_of, salt_of
from gridwitness.trucks.archive.parts import name_of
from gridwitness.trucks.models_archive import ArchivePartRow
from gridwitness.trucks.rows import reference, row_bytes, row_object

FORMAT = "gridwitness-passage/v1"


def prove_row(
    session: Session,
    bundles: BundleMaker,
    folder: ArchiveFolder,
    feed: str,
    serial: int,
    item: int,
    content: str,
) -> dict[str, Any]:
    """The proof of a row, out of the archive's own files.

    Raises NotFound `row-not-archived`, Conflict `not-anchored-yet`, Misconfigured `archive-damaged`.
    """
    for part in _parts(session, feed, content):
        name = name_of(part)
        leaves = folder.read_leaves(name, base64url.decode(part.root))
        index = leaves.index(serial, item)
        if index is not None:
            return _proof(session, bundles, folder, part, leaves, index)
    raise NotFound(
        "row-not-archived",
        f"No part of the archive holds {reference(feed, serial, item)} of {content}.",
        "its day is archived after it has ended: gridwitness archive run",
    )


def _parts(session: Session, feed: str, content: str) -> list[ArchivePartRow]:
    query = select(ArchivePartRow).where(
        ArchivePartRow.feed == feed, ArchivePartRow.content == content, ArchivePartRow.key.is_not(None)
    )
    return [*session.scalars(query.order_by(ArchivePartRow.day.desc(), ArchivePartRow.part))]


def _proof(
    session: Session,
    bundles: BundleMaker,
    folder: ArchiveFolder,
    part: ArchivePartRow,
    leaves: Leaves,
    index: int,
) -> dict[str, Any]:
    assert part.key is not None
    name = name_of(part)
    row = _row(folder, name, part.sha256, index)
    if leaf_of(part.key, index, row_bytes(part.content, row)) != leaves.hashes[index]:
        raise Conflict(
            "archive-damaged",
            f"Row {index} of part {name} does not give its leaf.",
            "`gridwitness-verify audit` says what was changed",
        )
    bundle = bundles.make(session, record_row(session, part.record))
    return {
        "format": FORMAT,
        "row": row_object(part.content, row),
        "salt": base64url.encode(salt_of(part.key, index)),
        "index": index,
        "size": part.rows,
        "path": [base64url.encode(hashed) for hashed in leaves.path(index)],
        "record": bundle.to_value(),
    }


def _row(folder: ArchiveFolder, name: PartName, digest: str, index: int) -> dict[str, object]:
    path = folder.check_parquet(name, digest)
    return pl.scan_parquet(path).slice(index, 1).collect().row(0, named=True)
