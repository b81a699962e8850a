"""What a register's record says, checked, as columns of its row (docs/format.md section 20)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from gridwitness.coordinates import to_wgs84
from gridwitness.errors import InvalidInput
from gridwitness.trucks.plates import COLORS, is_plate
from gridwitness.trucks.shapes import check_area, check_corridor
from gridwitness.trucks.windows import parse_windows

_LONGEST_NUMBER = 64
_LONGEST_TEXT = 256
_HEAVIEST_KG = 200_000
_MOST_PLATES, _MOST_PLACES = 500, 100
Fields = Mapping[str, Any]


def check_number(value: str, name: str) -> str:
    """A number of a register. Raises InvalidInput `number`."""
    if not value or value != value.strip() or not value.isprintable() or len(value) > _LONGEST_NUMBER:
        raise InvalidInput(
            "number", f"`{name}` is no number: printable, 1 to {_LONGEST_NUMBER} characters.", None
        )
    if name == "permit" and ("@" in value or "/" in value):
        raise InvalidInput("number", "A permit's number has no @ and no /.", None)
    return value


def check_plate(value: str) -> str:
    """A plate in its normal form. Raises InvalidInput `plate`."""
    if not is_plate(value):
        raise InvalidInput(
            "plate", f"{value[:_LONGEST_NUMBER]!r} is no plate in its normal form.", "no dots, no spaces"
        )
    return value


def carrier_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `trucks.carrier` but its number, subject and agency."""
    return {
        "name": _text(fields, "name"),
        "licence": _text(fields, "licence"),
        **_period(fields),
    }


def truck_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `trucks.truck`. Raises InvalidInput `fields`, `period`."""
    check_plate(fields["plate"])
    if fields["plate_color"] not in COLORS:
        raise InvalidInput("fields", f"`plate_color` is none of {', '.join(COLORS)}.", None)
    return {
        "plate_color": fields["plate_color"],
        "carrier": check_number(fields["carrier"], "carrier"),
        "vehicle_class": _text(fields, "vehicle_class"),
        "brand": _text(fields, "brand"),
        "color": _text(fields, "color"),
        "rated_kg": _kilograms(fields, "rated_kg"),
        **_period(fields),
    }


def site_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `trucks.site`. Raises InvalidInput `area`, `coordinate-range`, `period`."""
    check_area(fields["area"])
    return {
        "category": fields["category"],
        "name": _text(fields, "name"),
        "area": fields["area"],
        **_period(fields),
    }


def checkpoint_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `trucks.checkpoint`, its place also in WGS 84.

    Raises InvalidInput `coordinate-range`, `coordinate-null`, `datum-unknown`, `period`.
    """
    latitude, longitude = Decimal(fields["latitude"]), Decimal(fields["longitude"])
    if max(len(fields["latitude"]), len(fields["longitude"])) > 24:
        raise InvalidInput("fields", "A coordinate has at most 24 characters.", "seven decimals are enough")
    north, east = to_wgs84(float(latitude), float(longitude), fields["datum"])
    return {
        "name": _text(fields, "name"),
        "device": check_number(fields["device"], "device"),
        "latitude": latitude,
        "longitude": longitude,
        "datum": fields["datum"],
        "lat_e6": round(north * 1_000_000),
        "lon_e6": round(east * 1_000_000),
        "road": _text(fields, "road"),
        "direction": _text(fields, "direction"),
        **_period(fields),
    }


def terminal_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `trucks.terminal`. Raises InvalidInput `plate`, `period`."""
    return {"plate": check_plate(fields["plate"]), **_period(fields)}


def permit_columns(fields: Fields) -> dict[str, Any]:
    """Columns of `trucks.permit`. Raises InvalidInput `plate`, `number`, `corridor`, `windows`, `period`."""
    parse_windows(fields["windows"])
    if fields["corridor"] is not None:
        check_corridor(fields["corridor"])
    checkpoints = fields["checkpoints"]
    plates = _different(fields["plates"], "plates", _MOST_PLATES)
    return {
        "carrier": check_number(fields["carrier"], "carrier"),
        "plates": [check_plate(plate) for plate in plates],
        "site": check_number(fields["site"], "site"),
        "dumps": [check_number(n, "dumps") for n in _different(fields["dumps"], "dumps", _MOST_PLACES)],
        "checkpoints": None
        if checkpoints is None
        else [check_number(n, "checkpoints") for n in _different(checkpoints, "checkpoints", _MOST_PLACES)],
        "corridor": fields["corridor"],
        "windows": fields["windows"],
        "state": fields["state"],
        **_period(fields),
    }


def issued_columns(fields: Fields) -> dict[str, Any]:
    """What `manifest.issued.v1` puts into `trucks.manifest`. Raises InvalidInput `plate`, `number`."""
    return {
        "permit": check_number(fields["permit"], "permit"),
        "plate": check_plate(fields["plate"]),
        "site": check_number(fields["site"], "site"),
        "dump": check_number(fields["dump"], "dump"),
        "left_at": instant(fields["left_at"]),
        "load_kg": _kilograms(fields, "load_kg"),
    }


def received_columns(fields: Fields) -> dict[str, Any]:
    """What `manifest.received.v1` puts into `trucks.manifest`. Raises InvalidInput `number`."""
    return {
        "received_dump": check_number(fields["dump"], "dump"),
        "received_at": instant(fields["received_at"]),
        "received_load_kg": _kilograms(fields, "load_kg"),
    }


def instant(value: str) -> datetime:
    """A record's time."""
    return datetime.fromisoformat(value).astimezone(UTC)


def _period(fields: Fields) -> dict[str, Any]:
    since = instant(fields["valid_from"])
    until = None if fields["valid_to"] is None else instant(fields["valid_to"])
    if until is not None and until <= since:
        raise InvalidInput("period", "The entry is valid for no time.", "give valid_from before valid_to")
    return {"valid_from": since, "valid_to": until}


def _text(fields: Fields, name: str) -> str | None:
    value: str | None = fields[name]
    if value is None:
        return None
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST_TEXT:
        raise InvalidInput(
            "fields", f"`{name}` is no text: printable, 1 to {_LONGEST_TEXT} characters.", None
        )
    return value


def _kilograms(fields: Fields, name: str) -> int | None:
    value: int | None = fields[name]
    if value is not None and not 0 <= value <= _HEAVIEST_KG:
        raise InvalidInput("fields", f"`{name}` is 0 to {_HEAVIEST_KG} kilograms.", None)
    return value


def _different(values: list[str], name: str, most: int) -> list[str]:
    if not 0 < len(values) <= most or len(set(values)) != len(values):
        raise InvalidInput("fields", f"`{name}` holds 1 to {most} numbers, each once.", None)
    return values
