"""Times as devices tell them: `yyyyMMddHHmmss` by the clock of China, RFC 3339, or seconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))
"""GA/T 1400 times are local (GMT+8), whatever the deployment's zone; China has no summer time."""

_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})?", re.ASCII)
_WRITTEN = re.compile(
    r"(\d{4})[-/](\d\d?)[-/](\d\d?)[Tt ]+(\d\d?):(\d\d):(\d\d)(?:[.,](\d{1,9}))? ?([Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_SINCE_1970 = re.compile(r"\d{10}|\d{13}", re.ASCII)


def told_time(told: Any) -> datetime | None:
    """The instant in UTC, to the millisecond; None where `told` is no time. Without an offset: GMT+8."""
    if isinstance(told, bool) or not isinstance(told, str | int):
        return None
    text = str(told)[:40].strip()
    try:
        if found := _COMPACT.fullmatch(text):
            *parts, thousandths = found.groups()
            return _instant(parts, thousandths, None)
        if found := _WRITTEN.fullmatch(text):
            *parts, fraction, offset = found.groups()
            return _instant(parts, fraction, offset)
        if _SINCE_1970.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), UTC) + timedelta(milliseconds=int(text[10:] or 0))
    except (ValueError, OverflowError):
        return None
    return None


def rfc3339(instant: datetime) -> str:
    """As items and answers of our own write it: UTC, `Z`, thousandths only where there are any."""
    text = instant.astimezone(UTC).replace(tzinfo=None)
    return text.isoformat(timespec="milliseconds" if text.microsecond else "seconds") + "Z"


def compact(instant: datetime) -> str:
    """As the standard writes it: `yyyyMMddHHmmss`, GMT+8."""
    return instant.astimezone(CHINA).strftime("%Y%m%d%H%M%S")


def _instant(parts: list[str | None], fraction: str | None, offset: str | None) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    thousandths = int((fraction or "0")[:3].ljust(3, "0"))
    local = datetime(year, month, day, hour, minute, second, thousandths * 1000, tzinfo=_zone(offset))
    return local.astimezone(UTC)


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return CHINA
    if offset in "Zz":
        return UTC
    digits = offset[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-ahead if offset[0] == "-" else ahead)
