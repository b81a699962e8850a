"""What a record of grids, units or addresses says, checked, as columns (docs/format.md section 23)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gridwitness.calendars.hours import Schedule
from gridwitness.coordinates import check_place
from gridwitness.errors import InvalidInput
from gridwitness.grids.areas import check_area
from gridwitness.grids.codes import CITY, LEVELS, check_code

ADDRESS_LEVELS = ("district", "street", "community", "road", "compound", "building", "room")
"""From the widest to the narrowest."""
_LONGEST_NUMBER = 32
_LONGEST_TEXT = 256
_LONGEST_COORDINATE = 24
Fields = Mapping[str, Any]


def check_number(value: str, name: str) -> str:
    """A number of a register. Raises InvalidInput `number`."""
    if (
        not 1 <= len(value) <= _LONGEST_NUMBER
        or value != value.strip()
        or not value.isprintable()
        or not {"/", "@"}.isdisjoint(value)
    ):
        raise InvalidInput(
            "number",
            f"`{name}` is no number: printable, 1 to {_LONGEST_NUMBER} characters, no / and no @.",
            None,
        )
    return value


def grid_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `grids.grid` but its number, subject and agency.

    Raises InvalidInput `area`, `coordinate-range`, `grid-code`, `grid-level`, `number`, `period`.
    """
    level, parent = fields["level"], _number(fields, "parent")
    if level not in LEVELS:
        raise InvalidInput("grid-level", f"`level` is 1 to {max(LEVELS)}, not {level}.", None)
    if fields["category"] == "base":
        if level == CITY and parent is not None:
            raise InvalidInput("grid-level", "A grid of level 1 has no parent.", None)
        check_code(fields["grid"], level, parent)
    if fields["area"] is not None:
        check_area(fields["area"])
    return {
        "category": fields["category"],
        "level": level,
        "parent": parent,
        "name": _text(fields, "name"),
        "unit": _number(fields, "unit"),
        "area": fields["area"],
        **_period(fields),
    }


def unit_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `grids.unit`. Raises InvalidInput `number`, `period`, `schedule-invalid`."""
    Schedule.parse(fields["calendar"], fields["hours"])
    return {
        "name": _text(fields, "name"),
        "category": fields["category"],
        "parent": _number(fields, "parent"),
        "grid": _number(fields, "grid"),
        "calendar": fields["calendar"],
        "hours": fields["hours"],
        **_period(fields),
    }


def address_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `grids.address`. Raises InvalidInput `coordinate-range`, `coordinate-null`, `fields`,
    `number`, `period`.
    """
    latitude, longitude = fields["latitude"], fields["longitude"]
    if (latitude is None) != (longitude is None):
        raise InvalidInput("fields", "`latitude` and `longitude` come together.", None)
    place: dict[str, int | None] = {"lat_e6": None, "lon_e6": None}
    if latitude is not None:
        place = {"lat_e6": _millionths(latitude), "lon_e6": _millionths(longitude)}
        check_place(float(latitude), float(longitude))
    return {
        "parent": _number(fields, "parent"),
        "level": fields["level"],
        "name": _text(fields, "name"),
        **place,
        "grid": _number(fields, "grid"),
        **_period(fields),
    }


def instant(value: str) -> datetime:
    """A record's time."""
    return datetime.fromisoformat(value).astimezone(UTC)


def _millionths(degrees: str) -> int:
    if len(degrees) > _LONGEST_COORDINATE:
        raise InvalidInput("fields", f"A coordinate has at most {_LONGEST_COORDINATE} characters.", None)
    return round(Decimal(degrees) * 1_000_000)


def _number(fields: Fields, name: str) -> str | None:
    value: str | None = fields[name]
    return None if value is None else check_number(value, name)


def _period(fields: Fields) -> dict[str, Any]:
    since = instant(fields["valid_from"])
    until = None if fields["valid_to"] is None else instant(fields["valid_to"])
    if until is not None and until <= since:
        raise InvalidInput("period", "The entry is valid for no time.", "give valid_from before valid_to")
    return {"valid_from": since, "valid_to": until}


def _text(fields: Fields, name: str) -> str:
    value: str = fields[name]
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST_TEXT:
        raise InvalidInput(
            "fields", f"`{name}` is no text: printable, 1 to {_LONGEST_TEXT} characters.", None
        )
    return value
