"""Row bytes of one passage or position (docs/format.md section 19): what its digest and its leaf are of.

Without polars, so that doors and the API may use it; a frame at a time is `row_frames`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

from gridwitness.errors import InvalidInput
from gridwitness.text_form import canonical_json

CONTENTS = ("passages", "positions")

_COLUMNS = {
    "passages": "serial item device checkpoint lane plate plate_color vehicle_class brand color captured_at "
    "speed_kmh reliability marks images",
    "positions": "serial item terminal plate fixed_at lat_e6 lon_e6 speed_dkmh direction alarms status "
    "mileage_hm cover lift load weight_kg backfill extra",
}
ROW_COLUMNS = {content: tuple(names.split()) for content, names in _COLUMNS.items()}
"""Columns of a row by content, in the order of the tables; the feed is named by what names the row."""
TIME_COLUMN = {"passages": "captured_at", "positions": "fixed_at"}


def row_bytes(content: str, row: Mapping[str, object]) -> bytes:
    """RFC 8785 bytes of one row; further columns are left out, and so is what is null.

    Times must have a zone. Raises InvalidInput `row-form` for a value that no such column holds.
    """
    return canonical_json(row_object(content, row)).encode()


def row_object(content: str, row: Mapping[str, object]) -> dict[str, int | str]:
    """The row as the object that is hashed."""
    return {name: _form(name, value) for name in ROW_COLUMNS[content] if (value := row.get(name)) is not None}


def row_digest(content: str, row: Mapping[str, object]) -> bytes:
    """SHA-256 of the row bytes: how an anomaly names what it rests on."""
    return sha256(row_bytes(content, row)).digest()


def reference(feed: str, serial: int, item: int) -> str:
    """The name of one row: `<feed>:<serial>:<item>`."""
    return f"{feed}:{serial}:{item}"


def _form(name: str, value: object) -> int | str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | str():
            return value
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)
    raise InvalidInput("row-form", f"A {type(value).__name__} can't stand in column {name} of a row.", None)
