"""How many other facts about a plate stand by one: counts within a time, over whole columns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl


def within_time(
    facts: pl.DataFrame, others: pl.DataFrame, time: str, before: timedelta, after: timedelta
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """For each fact the places in `others` (first, behind the last) of its plate's rows within the time.

    Both have `plate` and `time`; `others` is sorted by (plate, time). Both ends are included.
    """
    ends = (before // _MICRO, after // _MICRO)
    times, places = _micros(facts, time), _micros(others, time)
    plates = others["plate"].unique(maintain_order=True)
    codes = pl.DataFrame({"plate": plates, "code": np.arange(len(plates), dtype=np.int64)})
    known = others.select("plate").join(codes, on="plate", how="left", maintain_order="left")["code"]
    asked = facts.select("plate").join(codes, on="plate", how="left", maintain_order="left")["code"]
    asked_codes = asked.fill_null(-1).to_numpy()
    least = min((int(column.min()) for column in (times, places) if column.size), default=0)
    most = max((int(column.max()) for column in (times, places) if column.size), default=0)
    stride = (most - least) + ends[0] + ends[1] + 2
    keys = known.to_numpy() * stride + (places - least) + ends[0]
    at = asked_codes * stride + (times - least) + ends[0]
    first = np.searchsorted(keys, at - ends[0], side="left")
    behind = np.searchsorted(keys, at + ends[1], side="right")
    missing = asked_codes < 0
    first[missing] = behind[missing] = 0
    return first, behind


_MICRO = timedelta(microseconds=1)


def _micros(frame: pl.DataFrame, time: str) -> np.ndarray[Any, Any]:
    return frame[time].dt.timestamp("us").to_numpy()
