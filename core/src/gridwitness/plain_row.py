"""A row as the values JSON knows: what every list and every page shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gridwitness.database import Base
from gridwitness.records import rfc3339


def plain(row: Base, without: Sequence[str] = ("sub", "effect")) -> dict[str, Any]:
    """A row's columns as JSON values: times RFC 3339, amounts as text."""
    return {
        column.name: plain_value(getattr(row, column.name))
        for column in row.__table__.columns
        if column.name not in without
    }


def plain_value(value: Any) -> Any:
    """A column's value as JSON."""
    match value:
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Decimal():
            return format(value, "f")
        case bytes():
            return value.hex()
        case _:
            return value
