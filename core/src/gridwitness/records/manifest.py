"""The manifest: every column's class, recorded as a signed statement before the first row (`docs/format.md`
section 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, select
from sqlalchemy.orm import Session

from gridwitness.errors import Misconfigured
from gridwitness.manifest import manifest_of
from gridwitness.records.bundles import stored_record
from gridwitness.records.models import RecordRow

MANIFEST_KIND = "deployment.manifest.v1"


def declared_manifests(metadata: MetaData) -> dict[str, dict[str, Any]]:
    """What the code declares, by feature (= PostgreSQL schema): the `tables` field of its manifest record."""
    features: dict[str, dict[str, Any]] = {}
    for table, declared in manifest_of(metadata).items():
        feature = table.partition(".")[0]
        features.setdefault(feature, {})[table] = {"key": declared["key"], "columns": declared["columns"]}
    return features


def next_revision(
    recorded: Mapping[str, Any] | None, declared: Mapping[str, Any], feature: str
) -> int | None:
    """The revision to record now, or None where the newest recorded one says the same.

    Raises Misconfigured `manifest-shrinks` where a table, a column or a class would be taken away.
    """
    if recorded is None:
        return 1
    if recorded["tables"] == declared:
        return None
    for table, was in recorded["tables"].items():
        now = declared.get(table, {"key": None, "columns": {}})
        kept = now["key"] == was["key"] and all(now["columns"].get(c) == k for c, k in was["columns"].items())
        if not kept:
            raise Misconfigured(
                "manifest-shrinks",
                f"Table {table} of {feature} has lost a column since its manifest, or one changed its class.",
                "a manifest may only add: restore the column with its class",
            )
    return int(recorded["revision"]) + 1


@dataclass(frozen=True, slots=True)
class RecordedManifest:
    """The newest manifest record of a feature."""

    sub: str
    fields: Mapping[str, Any]


def recorded_manifests(session: Session) -> dict[str, RecordedManifest]:
    """The newest recorded manifest of every feature; one recovered without its disclosures says nothing."""
    rows = session.scalars(select(RecordRow).where(RecordRow.kind == MANIFEST_KIND))
    newest: dict[str, RecordedManifest] = {}
    for row in rows:
        fields = stored_record(row).fields
        if {"feature", "revision", "tables"} <= fields.keys():
            known = newest.get(fields["feature"])
            if known is None or known.fields["revision"] < fields["revision"]:
                newest[fields["feature"]] = RecordedManifest(row.sub, fields)
    return newest
