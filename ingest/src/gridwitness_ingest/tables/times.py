"""Times as files write them, a column at once."""

from __future__ import annotations

import polars as pl

_LOCAL = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y%m%d%H%M%S",
    "%Y%m%d%H%M%S%3f",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S%.f",
    "%Y年%m月%d日 %H:%M:%S%.f",
    "%Y年%m月%d日%H时%M分%S秒",
)
_ZONED = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y/%m/%d %H:%M:%S%.f%#z")
_SECONDS, _MILLISECONDS = r"\A\d{10}\z", r"\A\d{13}\z"


def instants(texts: pl.Series, zone: str) -> pl.Series:
    """Each text as UTC, microseconds; null where it is no time. `zone`: of times that name none.

    A local time that the clocks went through twice is the first of the two; one they left out is no time.
    """
    found = pl.Series(texts.name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, len(texts))
    for pattern in (*_LOCAL, *_ZONED):
        rest = found.is_null() & texts.is_not_null()
        if not rest.any():
            return found
        found = _filled(found, _read(texts.set(~rest, None), pattern, zone))
    return _filled(_filled(found, _epoch(texts, _SECONDS, 1_000_000)), _epoch(texts, _MILLISECONDS, 1_000))


def _read(texts: pl.Series, pattern: str, zone: str) -> pl.Series:
    if pattern in _ZONED:
        return texts.str.to_datetime(pattern, time_unit="us", time_zone="UTC", strict=False)
    local = texts.str.to_datetime(pattern, time_unit="us", strict=False)
    fixed = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return fixed.dt.convert_time_zone("UTC")


def _epoch(texts: pl.Series, pattern: str, micros: int) -> pl.Series:
    numbers = texts.set(~texts.str.contains(pattern).fill_null(value=False), None).cast(
        pl.Int64, strict=False
    )
    return (numbers * micros).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _filled(found: pl.Series, more: pl.Series) -> pl.Series:
    return found.zip_with(found.is_not_null(), more)
