"""What a terminal tells of a night's legs, a fix each interval, before anything goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gridwitness_cli.simulate.city import degrees
from gridwitness_cli.simulate.trips import Leg

Array = npt.NDArray[Any]
Columns = dict[str, Array]

ACC, FIXED, HALF, FULL = 1 << 0, 1 << 1, 1 << 8, 3 << 8


def sample(legs: Sequence[Leg], interval_s: float, phase_s: float) -> Columns:
    """Fixes in order of time as columns: t, lat, lon (degrees), speed, direction, sensors, mileage_m."""
    begin, end = legs[0].begin + phase_s, legs[-1].end
    grid = np.append(np.arange(np.ceil(begin), end, interval_s), np.floor(end))
    parts: list[Columns] = []
    driven = 0.0
    for leg in legs:
        t = grid[(grid >= leg.begin) & (grid < leg.end)] if leg is not legs[-1] else grid[grid >= leg.begin]
        x, y = leg.at(t)
        ahead = leg.at(t + 1.0)
        turn = np.degrees(np.arctan2(ahead[0] - x, ahead[1] - y)) % 360
        parts.append(
            {
                "t": t,
                "x": x,
                "y": y,
                "speed_kmh": leg.speed_kmh(t),
                "direction": turn.astype(int) % 360,
                "mileage_m": driven + np.interp(t, leg.t, leg.along),
                **{
                    name: np.full(len(t), getattr(leg, name))
                    for name in ("load", "weight_kg", "cover", "lift", "acc")
                },
            }
        )
        driven += float(leg.along[-1])
    found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    found["lat"], found["lon"] = degrees(found.pop("x"), found.pop("y"))
    bits = np.where(found["load"] >= 80, FULL, np.where(found["load"] >= 20, HALF, 0))
    found["status"] = (found.pop("acc") * ACC + FIXED + bits).astype(np.int64)
    found["alarms"] = np.zeros(len(found["t"]), dtype=np.int64)
    return found
