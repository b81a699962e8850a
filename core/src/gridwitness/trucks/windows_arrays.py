"""Time windows of permits over a whole array of times; a test holds it equal to `windows_allow_one`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from gridwitness.trucks.windows import NO_HOLIDAYS, Window, shifts


def windows_allow(
    windows: Sequence[Window],
    local: np.ndarray[Any, Any],
    grace_seconds: int = 0,
    holidays: Mapping[date, bool] = NO_HOLIDAYS,
) -> np.ndarray[Any, Any]:
    """As `windows_allow_one` for an array of local times (`datetime64[us]`, without zone): a mask."""
    times = np.asarray(local, dtype="datetime64[us]")
    allowed = np.full(times.shape, not windows)
    if not windows or times.size == 0:
        return allowed
    days = times.astype("datetime64[D]")
    different, place = np.unique(days, return_inverse=True)
    grace = np.timedelta64(grace_seconds, "s")
    for window in windows:
        lasts = np.timedelta64(window.length, "s") + 2 * grace
        for shift in shifts(grace_seconds):
            step = np.timedelta64(shift, "D")
            opens = np.array([window.opens_on(day, holidays) for day in (different + step).tolist()])
            begins = (days + step).astype("datetime64[us]") + np.timedelta64(window.begin, "m") - grace
            allowed |= (begins <= times) & (times < begins + lasts) & opens[place]
    return allowed
