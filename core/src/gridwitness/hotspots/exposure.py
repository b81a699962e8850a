"""Exposure: how many passages or fixes there were in a period, by cell; what rates are counted against."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

from gridwitness_evidence import base64url
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.hotspots.geography import cell_at, cells_at
from gridwitness.hotspots.periods import Period

# A device that fires twice at one vehicle within a minute saw one: as detection counts them.
_PASSAGES = text("""
    SELECT c.lat_e6, c.lon_e6, count(*)
    FROM (
        SELECT p.checkpoint, p.captured_at, p.plate, p.captured_at - lag(p.captured_at) OVER (
            PARTITION BY p.plate, p.checkpoint, p.lane ORDER BY p.captured_at, p.feed, p.serial, p.item
        ) AS since
        FROM trucks.passage AS p
        WHERE p.captured_at >= CAST(:begins AS timestamptz) - interval '60 seconds'
            AND p.captured_at < :ends
            AND p.feed IN (SELECT f.feed FROM feeds.feed AS f WHERE f.agency = :agency)
    ) AS p
    JOIN trucks.checkpoint AS c ON c.checkpoint = p.checkpoint AND c.agency = :agency
        AND c.valid_from <= p.captured_at AND (c.valid_to IS NULL OR p.captured_at < c.valid_to)
    WHERE p.captured_at >= :begins
        AND (p.plate IS NULL OR p.since IS NULL OR p.since > interval '60 seconds')
    GROUP BY c.lat_e6, c.lon_e6
""")
_POSITIONS = text("""
    SELECT p.lat_e6, p.lon_e6 FROM trucks.position AS p
    WHERE p.fixed_at >= :begins AND p.fixed_at < :ends
        AND p.feed IN (SELECT f.feed FROM feeds.feed AS f WHERE f.agency = :agency)
""")
_FETCHED = 50_000


def exposure_in(
    session: Session, agency: str, family: str, period: Period, resolution: int
) -> dict[int, int]:
    """Passages (near-duplicates once) or fixes of the agency's feeds in the period, by cell."""
    given = {"agency": agency, "begins": period.begins, "ends": period.ends}
    counts: Counter[int] = Counter()
    if family == "passages":
        for lat, lon, count in session.execute(_PASSAGES, given):
            counts[cell_at(lat, lon, resolution)] += count
        return dict(counts)
    fixes = session.execute(_POSITIONS, given, execution_options={"yield_per": _FETCHED})
    for part in fixes.partitions():
        counts.update(cells_at(((lat, lon) for lat, lon in part), resolution))
    return dict(counts)


def exposure_bytes(exposure: Mapping[int, int]) -> bytes:
    """`cell ‖ count` of 8 and 4 bytes, ascending by cell."""
    return b"".join(
        cell.to_bytes(8, "big") + min(count, 0xFFFF_FFFF).to_bytes(4, "big")
        for cell, count in sorted(exposure.items())
    )


def exposure_digest(data: bytes) -> str:
    """What the record names: b64u SHA-256."""
    return base64url.encode(hashlib.sha256(data).digest())
