"""Service requests as the two cities publish them, made up: with every oddity that the real files have."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LA = (
    "SRNumber", "CreatedDate", "Owner", "RequestType", "Status", "RequestSource", "AssignTo", "ServiceDate",
    "ClosedDate", "Address", "Latitude", "Longitude", "CD",
)  # fmt: skip
NY = (
    "Unique Key", "Created Date", "Closed Date", "Due Date", "Agency", "Complaint Type", "Descriptor",
    "Status", "Incident Address", "Resolution Description", "Borough", "Open Data Channel Type",
    "Latitude", "Longitude",
)  # fmt: skip
NOON = datetime(2018, 1, 10, 12, tzinfo=ZoneInfo("America/Los_Angeles"))


def said(moment: datetime | None) -> str:
    """As the cities write a time."""
    return "" if moment is None else moment.strftime("%m/%d/%Y %I:%M:%S %p")


def la_row(**cells: Any) -> dict[str, Any]:
    """A request of Los Angeles, closed within the day; `cells` override."""
    return {
        "SRNumber": "1-1", "CreatedDate": said(NOON), "Owner": "BOS", "AssignTo": "EV", "Status": "Closed",
        "RequestType": "Bulky Items", "RequestSource": "Call", "CD": "3", **cells,
    }  # fmt: skip


def ny_row(**cells: Any) -> dict[str, Any]:
    """A request of New York, not closed; `cells` override."""
    return {
        "Unique Key": "9", "Created Date": said(NOON), "Agency": "DOHMH", "Status": "Assigned",
        "Complaint Type": "Illegal Animal Sold", "Descriptor": "Snake", "Borough": "STATEN ISLAND",
        "Open Data Channel Type": "PHONE", **cells,
    }  # fmt: skip


def odd_rows() -> list[dict[str, Any]]:
    """One row each: in time, on the day's last second, late, promised before reported, no promise (soon,
    slowly), closed before created, cancelled, referred, open, no unit, no place, no district.
    """
    day, hour, midnight = timedelta(days=1), timedelta(hours=1), NOON.replace(hour=0)
    last = midnight + day - timedelta(seconds=1)
    soon = said(NOON + hour)
    cells: list[dict[str, Any]] = [
        {"ServiceDate": said(midnight + day), "ClosedDate": said(NOON + timedelta(hours=3))},
        {"ServiceDate": said(midnight), "ClosedDate": said(last)},
        {"ServiceDate": said(midnight), "ClosedDate": said(last + timedelta(seconds=1))},
        {"ServiceDate": said(midnight - 2 * day), "ClosedDate": soon},
        {"ClosedDate": said(NOON + 5 * day)},
        {"ClosedDate": said(NOON + 6 * day), "Owner": "BSL", "AssignTo": "NORTH"},
        {"ServiceDate": said(midnight), "ClosedDate": said(NOON - timedelta(minutes=1))},
        {"ServiceDate": said(midnight), "ClosedDate": soon, "Status": "Cancelled"},
        {"ServiceDate": said(midnight), "ClosedDate": said(NOON + day), "Status": "Referred Out"},
        {"ServiceDate": said(midnight), "Status": "Open"},
        {"ClosedDate": soon, "Owner": "LADWP", "AssignTo": "", "RequestType": "Report Water Waste"},
        {"Latitude": "34.05", "Longitude": "-118.25", "ClosedDate": soon, "AssignTo": "217, IED"},
        {"CD": "", "ClosedDate": soon, "RequestSource": "Driver Self Report"},
    ]  # fmt: skip
    return [
        la_row(**{"SRNumber": f"1-{place}", "CreatedDate": said(NOON + timedelta(seconds=place))} | one)
        for place, one in enumerate(cells)
    ]


def written(path: Path, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Path:
    """A file of these rows, gzipped where its name ends so."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path
