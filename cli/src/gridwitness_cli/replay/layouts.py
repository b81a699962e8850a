"""How the two cities write their service requests: columns, words, and what a promised day means there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from gridwitness.errors import InvalidInput

from gridwitness_cli.replay.service_request import End, ServiceRequest

Row = Mapping[str, str]
_TIME = "%m/%d/%Y %I:%M:%S %p"
_DAYS_END = time(23, 59, 59)
_LA_ZONE, _NY_ZONE = ZoneInfo("America/Los_Angeles"), ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Layout:
    """A city. `bodies`: its agencies by their code; `channels`: a channel's category by the file's word.

    `created`: the column that only this city has.
    """

    city: str
    agency: str
    zone: ZoneInfo
    created: str
    bodies: Mapping[str, str]
    channels: Mapping[str, str]
    request: Callable[[int, Row], ServiceRequest]


def layout_of(columns: list[str]) -> Layout:
    """The city whose columns these are. Raises InvalidInput `replay-columns`."""
    for layout in (LOS_ANGELES, NEW_YORK):
        if layout.created in columns:
            return layout
    raise InvalidInput(
        "replay-columns",
        "These are neither Los Angeles' nor New York's service requests.",
        f"give a file with the column {LOS_ANGELES.created} or {NEW_YORK.created!r}",
    )


def _los_angeles(row: int, cells: Row) -> ServiceRequest:
    promised = _instant(cells["ServiceDate"], _LA_ZONE)
    district = cells["CD"]
    return ServiceRequest(
        row=row,
        key=cells["SRNumber"],
        kind=cells["RequestType"],
        channel=cells["RequestSource"],
        created=_required(cells["CreatedDate"], _LA_ZONE, row),
        # A day was promised: whatever its time says, the whole of it counts.
        promised=None if promised is None else datetime.combine(promised.date(), _DAYS_END, _LA_ZONE),
        closed=_instant(cells["ClosedDate"], _LA_ZONE),
        end=_LA_ENDS.get(cells["Status"], "open"),
        unit="-".join(part for part in (cells["Owner"], cells["AssignTo"]) if part),
        grid=f"LA-CD-{int(district):02}" if district else "",
        latitude=_degrees(cells["Latitude"]),
        longitude=_degrees(cells["Longitude"]),
        address=cells["Address"],
        result=cells["Status"],
    )


def _new_york(row: int, cells: Row) -> ServiceRequest:
    borough = cells["Borough"]
    return ServiceRequest(
        row=row,
        key=cells["Unique Key"],
        kind=f"{cells['Complaint Type']}: {cells['Descriptor']}",
        channel=cells["Open Data Channel Type"],
        created=_required(cells["Created Date"], _NY_ZONE, row),
        promised=_instant(cells["Due Date"], _NY_ZONE),
        closed=_instant(cells["Closed Date"], _NY_ZONE),
        end="done" if cells["Status"] == "Closed" else "open",
        unit=cells["Agency"],
        grid=f"NY-{borough.replace(' ', '-')}" if borough in _BOROUGHS else "",
        latitude=_degrees(cells["Latitude"]),
        longitude=_degrees(cells["Longitude"]),
        address=cells["Incident Address"],
        result=cells["Resolution Description"] or cells["Status"],
    )


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    """Local time without zone; of an hour that comes twice in autumn the first one."""
    return datetime.strptime(text, _TIME).replace(tzinfo=zone) if text else None


def _required(text: str, zone: ZoneInfo, row: int) -> datetime:
    found = _instant(text, zone)
    if found is None:
        raise InvalidInput("replay-created", f"Row {row} does not say when it was created.", None)
    return found


def _degrees(text: str) -> float | None:
    return float(text) if text else None


_LA_ENDS: Mapping[str, End] = {"Closed": "done", "Cancelled": "cancelled", "Referred Out": "referred"}
_BOROUGHS = ("BRONX", "BROOKLYN", "MANHATTAN", "QUEENS", "STATEN ISLAND")

LOS_ANGELES = Layout(
    city="Los Angeles",
    agency="LOSANGELES",
    zone=_LA_ZONE,
    created="CreatedDate",
    bodies={
        "BOS": "Bureau of Sanitation",
        "BSL": "Bureau of Street Lighting",
        "BSS": "Bureau of Street Services",
        "ITA": "Information Technology Agency",
        "LADWP": "Department of Water and Power",
        "OCB": "Office of Community Beautification",
    },
    channels={
        "Call": "hotline",
        "Council's Office": "department",
        "Driver Self Report": "sanitation",
        "Email": "web",
        "Fax": "hotline",
        "Mobile App": "public_app",
        "Self Service": "web",
        "Voicemail": "hotline",
        "Walk-in": "department",
    },
    request=_los_angeles,
)
NEW_YORK = Layout(
    city="New York",
    agency="NEWYORK",
    zone=_NY_ZONE,
    created="Created Date",
    bodies={"DOHMH": "Department of Health and Mental Hygiene"},
    channels={"ONLINE": "web", "PHONE": "hotline", "UNKNOWN": "import"},
    request=_new_york,
)
