"""A truck's track without what GNSS and terminals get wrong: the one place that decides which fix counts.

Every decision looks at a fix and its few neighbours within a quarter of an hour, so that a window of the
history gives the same track as the whole of it, in whatever order the fixes arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Array = npt.NDArray[Any]

NEIGHBOURS = 3
"""Fixes on each side that judge a fix."""
NEIGHBOUR_SECONDS = 900.0
_JITTER_M = 100.0
_FROZEN_HM = 3
_CRAWL_KMH = 5.0
_FASTER, _SPURT_KMH, _SPURT_SECONDS = 1.5, 30.0, 60.0
_AHEAD_SECONDS = 300.0
_EARTH_M = 6_371_008.8

ACC, FIXED = 1 << 0, 1 << 1
_LOAD_SHIFT, _LOAD_PERCENT = 8, np.array([0.0, 50.0, 50.0, 100.0])


@dataclass(frozen=True, slots=True)
class Limits:
    """What is plausible: implied speed, km/h; a live fix's distance from its receipt, s; a loaded body, %."""

    jump_kmh: float = 162.0
    clock_offset_s: float = 3600.0
    loaded_percent: float = 20.0


@dataclass(frozen=True, slots=True)
class Track:
    """Fixes of many trucks, by plate and time. `t`: seconds; `step_*`: from the fix before, or inf."""

    frame: pl.DataFrame
    plate: Array
    t: Array
    lat: Array
    lon: Array
    step_s: Array
    step_m: Array
    speed_kmh: Array
    load: Array
    loaded: Array
    acc: Array

    def __len__(self) -> int:
        return len(self.t)

    @property
    def first(self) -> Array:
        """Where a truck's track begins."""
        return np.isinf(self.step_s)


def metres(lat1: Array, lon1: Array, lat2: Array, lon2: Array) -> Array:
    """Great-circle distance in metres between places in degrees."""
    one, two = np.radians(lat1), np.radians(lat2)
    half = np.sin((two - one) / 2) ** 2 + np.cos(one) * np.cos(two) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


def heard(positions: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """The fixes whose clock can be trusted, one for each truck and moment, by truck and time.

    A live fix far from its receipt has a wrong clock; a backfilled one may be old, but not of the future,
    and not between live ones of a wrong clock.
    """
    age = (pl.col("received_at") - pl.col("fixed_at")).dt.total_microseconds() / 1e6
    early = (age < -_AHEAD_SECONDS).fill_null(False)
    wrong = early | (age > limits.clock_offset_s).fill_null(False)
    live = ~pl.col("backfill").fill_null(False)
    told = pl.when(live).then(wrong)
    when = pl.when(live).then(pl.col("fixed_at"))
    near = pl.duration(microseconds=round(NEIGHBOUR_SECONDS * 4e6))
    ordered = positions.sort("plate", "fixed_at", "feed", "serial", "item").with_columns(
        _before=pl.when(pl.col("fixed_at") - when.forward_fill().over("plate") <= near).then(
            told.forward_fill().over("plate")
        ),
        _after=pl.when(when.backward_fill().over("plate") - pl.col("fixed_at") <= near).then(
            told.backward_fill().over("plate")
        ),
    )
    among_wrong = pl.max_horizontal("_before", "_after").fill_null(False)
    distrusted = pl.when(live).then(wrong).otherwise(early | among_wrong)
    return (
        ordered.filter(~distrusted)
        .drop("_before", "_after")
        .unique(["plate", "fixed_at"], keep="first", maintain_order=True)
    )


def clean(positions: pl.DataFrame, limits: Limits) -> Track:
    """The track that rules on places and speeds work on."""
    frame = heard(positions, limits).filter(
        (pl.col("status").is_null() | (pl.col("status") & FIXED != 0))
        & ((pl.col("lat_e6") != 0) | (pl.col("lon_e6") != 0))
        & pl.col("lat_e6").is_between(-90_000_000, 90_000_000)
        & pl.col("lon_e6").is_between(-180_000_000, 180_000_000)
    )
    frame = frame.filter(pl.Series(~_frozen(frame)))
    frame = frame.filter(pl.Series(_agrees(frame, limits.jump_kmh)))
    return _track(frame, limits)


def listened(positions: pl.DataFrame, limits: Limits) -> Track:
    """The track of everything a terminal said, also without a fix: for rules on silence."""
    return _track(heard(positions, limits), limits)


def _frozen(frame: pl.DataFrame) -> Array:
    """A place repeated to a millionth of a degree while speed (twice) or counter say that the truck drives.

    The first of such a run counts: there the truck was.
    """
    plate, t, lat, lon = _axes(frame)
    if len(t) < 2:
        return np.zeros(len(t), bool)
    again = np.append(False, (plate[1:] == plate[:-1]) & (lat[1:] == lat[:-1]) & (lon[1:] == lon[:-1]))
    drives = again & (frame["speed_dkmh"].fill_null(0).to_numpy() > _CRAWL_KMH * 10)
    run = np.cumsum(~again)
    begins = np.flatnonzero(~again)
    first, last = begins[run - 1], np.append(begins[1:], len(t))[run - 1]
    axis = plate * 1e11 + t
    early = np.maximum(first, np.searchsorted(axis, axis - NEIGHBOUR_SECONDS))
    late = np.minimum(last, np.searchsorted(axis, axis + NEIGHBOUR_SECONDS, side="right"))
    count = np.append(0, np.cumsum(drives))
    counter = frame["mileage_hm"].cast(pl.Float64).to_numpy()
    with np.errstate(invalid="ignore"):
        driven = counter[late - 1] - counter[early] >= _FROZEN_HM
    frozen: Array = again & ((count[late] - count[early] >= 2) | driven)
    return frozen


def _axes(frame: pl.DataFrame) -> tuple[Array, Array, Array, Array]:
    plate = frame["plate"].rle_id().to_numpy()
    t = frame["fixed_at"].to_physical().to_numpy() / 1e6
    return plate, t, frame["lat_e6"].to_numpy() / 1e6, frame["lon_e6"].to_numpy() / 1e6


def _agrees(frame: pl.DataFrame, jump_kmh: float) -> Array:
    """Which fixes can be reached from at least as many of their neighbours as not.

    One that neither neighbour can be reached from, while they can from each other, is out by that alone.
    """
    axes = _axes(frame)
    told = frame["speed_dkmh"].cast(pl.Float64).to_numpy() / 10
    size = len(told)
    votes, lone, side = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    for apart in range(1, min(NEIGHBOURS, size - 1) + 1):
        vote = _reached(axes, told, apart, jump_kmh)
        votes[apart:] += vote
        votes[:-apart] += vote
        if apart == 1:
            lone[1:] += vote
            lone[:-1] += vote
        elif apart == 2:
            side[1:-1] = vote
    return (votes >= 0) & ~((lone == -2) & (side == 1))


def _reached(axes: tuple[Array, Array, Array, Array], told: Array, apart: int, jump_kmh: float) -> Array:
    """For any two fixes so many apart: 1 if one can be reached from the other, else -1; 0 if long apart.

    Between fixes at most a minute apart that say how fast they are, nothing much faster is believed.
    """
    plate, t, lat, lon = axes
    far = metres(lat[:-apart], lon[:-apart], lat[apart:], lon[apart:])
    seconds = t[apart:] - t[:-apart]
    own = np.fmax(told[apart:], told[:-apart]) * _FASTER + _SPURT_KMH
    fastest = np.where(seconds <= _SPURT_SECONDS, np.fmin(own, jump_kmh), jump_kmh)
    near = (plate[apart:] == plate[:-apart]) & (seconds <= NEIGHBOUR_SECONDS)
    return np.where(near, np.where(far <= _JITTER_M + fastest / 3.6 * seconds, 1, -1), 0)


def _track(frame: pl.DataFrame, limits: Limits) -> Track:
    plate, t, lat, lon = _axes(frame)
    step_s, step_m = np.full(len(t), np.inf), np.full(len(t), np.inf)
    if len(t) > 1:
        same = plate[1:] == plate[:-1]
        step_s[1:] = np.where(same, t[1:] - t[:-1], np.inf)
        step_m[1:] = np.where(same, metres(lat[:-1], lon[:-1], lat[1:], lon[1:]), np.inf)
    load = _load(frame)
    status = frame["status"].fill_null(0).to_numpy()
    return Track(
        frame=frame,
        plate=plate,
        t=t,
        lat=lat,
        lon=lon,
        step_s=step_s,
        step_m=step_m,
        speed_kmh=_speed(frame, step_s, step_m),
        load=load,
        loaded=_settled(load >= limits.loaded_percent, step_s),
        acc=(status & ACC) != 0,
    )


def _speed(frame: pl.DataFrame, step_s: Array, step_m: Array) -> Array:
    """As the terminal says, else the lesser of the speeds to and from the fix: a jump is no speed."""
    told = frame["speed_dkmh"].cast(pl.Float64).to_numpy() / 10
    with np.errstate(invalid="ignore"):
        to = np.where(np.isinf(step_s), np.nan, step_m / step_s * 3.6)
    onward = np.append(to[1:], np.nan) if len(to) else to
    return np.where(np.isnan(told), np.nan_to_num(np.fmin(to, onward)), told)


def _load(frame: pl.DataFrame) -> Array:
    """Percent of the body filled: as measured, else by status bits 8-9, NaN where neither is told."""
    told = frame["load"].cast(pl.Float64).to_numpy()
    status = frame["status"].fill_null(0).to_numpy()
    bits = np.where(frame["status"].is_null().to_numpy(), np.nan, _LOAD_PERCENT[(status >> _LOAD_SHIFT) & 3])
    return np.where(np.isnan(told), bits, told)


def _settled(state: Array, step_s: Array) -> Array:
    """A state that one fix alone does not change: the majority of it and two neighbours.

    One on each side; at an end of a track two on the other.
    """
    size = len(state)
    if size < 3:
        return state
    joined = np.append(False, step_s[1:] <= NEIGHBOUR_SECONDS)  # with the fix before
    index, most = np.arange(size), size - 1
    back, onward = joined, np.append(joined[1:], False)
    back_two = back & joined[np.maximum(index - 1, 0)]
    onward_two = onward & np.append(joined[2:], [False, False])
    two = [
        (back & onward, index - 1, index + 1),
        (back_two, index - 1, index - 2),
        (onward_two, index + 1, index + 2),
    ]
    settled = state.copy()
    for known, one, other in reversed(two):
        votes = state.astype(int) + state[np.clip(one, 0, most)] + state[np.clip(other, 0, most)]
        settled = np.where(known, votes >= 2, settled)
    return settled
