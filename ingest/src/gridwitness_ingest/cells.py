"""Cells of outside rows read as instants and decimals."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_LOOSE_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?", re.ASCII)
_CLOCK = r"(?P<h>\d\d?):(?P<mi>\d\d)(:(?P<s>\d\d)(\.\d+)?)?"
_AMERICAN = re.compile(
    rf"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d{{4}})( +{_CLOCK}( ?(?P<half>[AaPp])\.?[Mm]\.?)?)?", re.ASCII
)
_ISO = re.compile(
    rf"(?P<y>\d{{4}})(?P<dash>[-/])(?P<m>\d\d?)(?P=dash)(?P<d>\d\d?)"
    rf"([Tt ]+{_CLOCK} ?(?P<zone>[Zz]|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)


class BadCellError(Exception):
    """The cell does not read as what its field needs."""


def instant(cell: str, zone: tzinfo) -> str:
    """A time as `YYYY-MM-DDTHH:MM:SSZ`; parts of a second are cut.

    Reads `MM/DD/YYYY hh:mm:ss AM` (or 24 hours) and ISO 8601 dates and times (also with `/`); a date alone is
    its midnight. Without an offset the time is local in `zone`. A local time that occurs twice (clocks
    set back) is the first of the two; one that does not occur (set forward) is read with the offset from
    before the change, as RFC 5545 section 3.3.5 does for both. Raises BadCellError.
    """
    text = cell.strip()
    found = _AMERICAN.fullmatch(text) or _ISO.fullmatch(text)
    if found is None:
        raise BadCellError(f"{_short(cell)} is no time that can be read")
    parts = found.groupdict()
    try:
        local = datetime(
            int(parts["y"]),
            int(parts["m"]),
            int(parts["d"]),
            _hour(parts),
            int(parts["mi"] or 0),
            int(parts["s"] or 0),
            tzinfo=_offset(parts.get("zone")) or zone,
        )
        return local.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except (ValueError, OverflowError) as error:
        raise BadCellError(f"{_short(cell)} is no time: {error}") from None


def decimal(cell: str) -> str:
    """A number as `-?[0-9]+(\\.[0-9]+)?`, every digit kept. Raises BadCellError."""
    text = cell.strip()
    if _DECIMAL.fullmatch(text):
        return text
    if not _LOOSE_DECIMAL.fullmatch(text):
        raise BadCellError(f"{_short(cell)} is no decimal number")
    return format(Decimal(text), "f")


def _hour(parts: dict[str, str | None]) -> int:
    hour, half = int(parts["h"] or 0), parts.get("half")
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("hour must be in 1..12 before AM and PM")
    return hour % 12 + (12 if half in "Pp" else 0)


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")
