"""Events on a map: what lies in a rectangle, as GeoJSON (RFC 7946)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridwitness.events.listing import EventFilter, filtered
from gridwitness.events.models import OPEN, EventRow

LARGEST_MAP = 5_000
_SHOWN = ("sub", "number", "state", "round", "category", "urgency", "matter", "grid", "unit")
_MILLION = 1_000_000


def event_map(
    session: Session, wanted: EventFilter, limit: int, *, open_only: bool
) -> tuple[list[dict[str, Any]], bool]:
    """Features of the filter's box, at most `limit`, and whether there are more. Degrees WGS 84.

    `open_only`: what somebody still works on, by an index of its own.
    """
    columns = [getattr(EventRow, name) for name in _SHOWN]
    query = select(EventRow.lon_e6, EventRow.lat_e6, *columns).where(
        EventRow.agency.in_(list(wanted.agencies)), EventRow.lat_e6.is_not(None)
    )
    if open_only:
        query = query.where(text(OPEN))
    rows = session.execute(filtered(query, wanted).limit(limit + 1)).all()
    features = [
        {
            "type": "Feature",
            "id": row.sub,
            "geometry": {"type": "Point", "coordinates": [row[0] / _MILLION, row[1] / _MILLION]},
            "properties": {name: getattr(row, name) for name in _SHOWN},
        }
        for row in rows[:limit]
    ]
    return features, len(rows) > limit
