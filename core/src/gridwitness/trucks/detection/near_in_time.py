"""Which rows of a plate lie near another in time: for whole columns at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

Array = np.ndarray[Any, Any]
_MICRO = timedelta(microseconds=1)


def within_time(
    facts: pl.DataFrame,
    others: pl.DataFrame,
    time: str,
    before: timedelta,
    after: timedelta,
    others_time: str | None = None,
) -> tuple[Array, Array]:
    """For each fact the places in `others` (first, behind the last) of its plate's rows within the time.

    Both have `plate`; `others` is sorted by (plate, time). Both ends are included.
    """
    back, on = before // _MICRO, after // _MICRO
    times, places = _micros(facts, time), _micros(others, others_time or time)
    order = others["plate"].rle_id().to_numpy().astype(np.int64)
    codes = pl.DataFrame({"plate": others["plate"], "code": order}).unique("plate")
    asked = facts.select("plate").join(codes, on="plate", how="left", maintain_order="left")["code"]
    code = asked.fill_null(-1).to_numpy()
    if not len(times) or not len(places):
        return np.zeros(len(times), np.int64), np.zeros(len(times), np.int64)
    least, most = min(times.min(), places.min()), max(times.max(), places.max())
    stride = int(most - least) + back + on + 2
    keys = order * stride + (places - least) + back
    at = code * stride + (times - least) + back
    first = np.searchsorted(keys, at - back, side="left")
    behind = np.searchsorted(keys, at + on, side="right")
    first[code < 0] = behind[code < 0] = 0
    return first, behind


def _micros(frame: pl.DataFrame, time: str) -> Array:
    return frame[time].dt.timestamp("us").to_numpy()
