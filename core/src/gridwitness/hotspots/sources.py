"""What a snapshot is made of: the log's records below a size (docs/format.md section 21).

Rows only say which subjects to look at; what they say is read from the records, as a verifier reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridwitness_evidence import base64url, root_of, strict_json
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.hotspots.cells import family_of
from gridwitness.hotspots.periods import Period
from gridwitness.records import Log
from gridwitness.trucks.kinds import ANOMALY, REVIEW

# Where a row was written by a record beyond the size, the subject's newest below it may say another time.
_ANOMALIES = text("""
    WITH asked AS (
        SELECT a.sub FROM trucks.anomaly AS a
        WHERE a.agency = :agency AND a.occurred_at >= :begins AND a.occurred_at < :ends
        UNION
        SELECT r.sub FROM records.record AS r
        WHERE r.kind = :anomaly AND r.log = :log AND (r.leaf_index >= :size OR r.leaf_index IS NULL)
    )
    SELECT r.leaf_index, r.sub, r.kind, r.entry, r.disclosures
    FROM asked JOIN records.record AS r ON r.sub = asked.sub
    WHERE r.log = :log AND r.kind IN (:anomaly, :review) AND r.leaf_index < :size
    ORDER BY r.leaf_index
""")
_BATCHES = text("""
    SELECT r.leaf_index, r.entry
    FROM feeds.batch AS b JOIN feeds.feed AS f ON f.feed = b.feed JOIN records.record AS r ON r.jti = b.record
    WHERE f.agency = :agency AND b.captured_from < :ends AND b.captured_to >= :begins
        AND r.log = :log AND r.leaf_index < :size
""")
_FETCHED = 5_000


@dataclass(frozen=True, slots=True)
class Told:
    """An anomaly as its newest record tells it; `cell` as an integer."""

    cell: int | None
    plate: str | None
    carrier: str | None
    occurred_at: datetime
    rule: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Leaf hashes in the log's order, and the anomalies that count."""

    leaves: tuple[bytes, ...]
    anomalies: tuple[Told, ...]

    @property
    def root(self) -> str:
        """b64u RFC 9162 root over the leaves."""
        return base64url.encode(root_of(self.leaves))


@dataclass(slots=True)
class _Subject:
    leaves: list[tuple[int, bytes]]
    fields: Mapping[str, Any] | None = None
    outcome: str | None = None


def read_sources(session: Session, log: Log, size: int, family: str, period: Period) -> Sources:
    """What a snapshot of this family and period is made of, of the log's first `size` leaves."""
    given = {
        "agency": log.agency,
        "log": log.name,
        "size": size,
        "begins": period.begins,
        "ends": period.ends,
        "anomaly": ANOMALY,
        "review": REVIEW,
    }
    subjects: dict[str, _Subject] = {}
    records = session.execute(_ANOMALIES, given, execution_options={"yield_per": _FETCHED})
    for leaf, sub, kind, entry, disclosures in records:
        subject = subjects.setdefault(sub, _Subject([]))
        subject.leaves.append((leaf, _leaf_hash(entry)))
        fields = shown_fields(disclosures)
        if kind == ANOMALY:
            subject.fields = fields
        else:
            subject.outcome = fields.get("outcome")
    leaves = [(leaf, _leaf_hash(entry)) for leaf, entry in session.execute(_BATCHES, given)]
    anomalies = []
    for subject in subjects.values():
        found = subject.fields
        if found is None or not _belongs(found, family, period):
            continue
        leaves += subject.leaves
        if found["state"] == "suspected" and subject.outcome != "excluded":
            anomalies.append(_told(found))
    return Sources(tuple(digest for _, digest in sorted(leaves)), tuple(anomalies))


def shown_fields(disclosures: Sequence[str | None]) -> dict[str, Any]:
    """Fields of a stored record by name; erased ones are absent."""
    read = (strict_json.loads(base64url.decode(text)) for text in disclosures if text is not None)
    return {name: value for _, name, value in read}


def _belongs(fields: Mapping[str, Any], family: str, period: Period) -> bool:
    when = datetime.fromisoformat(fields["occurred_at"])
    return period.begins <= when < period.ends and family_of(fields["rule"], fields["checkpoint"]) == family


def _told(fields: Mapping[str, Any]) -> Told:
    cell = fields["cell"]
    return Told(
        None if cell is None else int(cell, 16),
        fields.get("plate"),
        fields["carrier"],
        datetime.fromisoformat(fields["occurred_at"]),
        fields["rule"],
    )


def _leaf_hash(entry: str) -> bytes:
    return hashlib.sha256(b"\0" + entry.encode("ascii")).digest()
