"""Stops: where a truck stays, told apart from crawling, jitter, silence and a frozen receiver.

A fix is still when the truck is as near a minute later, or was a minute before, as somebody on foot could
be. All of it looks at most ten minutes around a fix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridwitness.trucks.detection.tracks.episodes import Spans, capped, runs
from gridwitness.trucks.detection.tracks.track import Array, Track, metres

WITHIN_M = 50.0
MINUTE_S = 60.0
EXTENT_M = 150.0
SLOW_KMH = 5.0
BRIDGE_S = 120.0
_SMOOTH_S = 120.0
_FROZEN_KMH = 162.0
_FROZEN_MILEAGE_HM = 5


@dataclass(frozen=True, slots=True)
class Stops:
    """Stops as spans, with the middle of each."""

    spans: Spans
    lat: Array
    lon: Array

    def __len__(self) -> int:
        return len(self.spans)

    def only(self, mask: Array) -> Stops:
        """The stops where the mask holds."""
        return Stops(self.spans.only(mask), self.lat[mask], self.lon[mask])


def stops(track: Track, among: Array, gap_s: float, longest_s: float) -> Stops:
    """The stops among some fixes, none with a silence above `gap_s`, each up to its `longest_s`."""
    lat, lon = _smooth(track, track.lat), _smooth(track, track.lon)
    stays = np.append(False, metres(lat[:-1], lon[:-1], lat[1:], lon[1:]) <= WITHIN_M)[: len(track)]
    spans = runs(track, _still(track, lat, lon, gap_s) & among, gap_s, stays)
    spans = capped(track, _bridged(track, spans, lat, lon), longest_s)
    middles = np.array(
        [
            (np.median(track.lat[a : b + 1]), np.median(track.lon[a : b + 1]))
            for a, b in zip(spans.first.tolist(), spans.last.tolist(), strict=True)
        ]
    ).reshape(-1, 2)
    found = Stops(spans, middles[:, 0], middles[:, 1])
    return found.only(_stays(found, lat, lon) & ~_frozen(track, spans))


def _smooth(track: Track, axis: Array) -> Array:
    """Median of a fix and its two neighbours: one fix that jumps does not move a truck."""
    if len(axis) < 3:
        return axis
    near = (track.step_s[1:-1] <= _SMOOTH_S) & (track.step_s[2:] <= _SMOOTH_S)
    middle = np.median(np.stack([axis[:-2], axis[1:-1], axis[2:]]), axis=0)
    return np.concatenate([axis[:1], np.where(near, middle, axis[1:-1]), axis[-1:]])


def _still(track: Track, lat: Array, lon: Array, gap_s: float) -> Array:
    """Near where it is a minute later, or was a minute before, and not said to drive."""
    index, size = np.arange(len(track)), len(track)
    order = track.plate.astype(np.float64) * 1e11 + track.t  # one rising axis for all trucks
    later = np.minimum(np.searchsorted(order, order + MINUTE_S - 1e-3), size - 1)
    before = np.maximum(np.searchsorted(order, order - MINUTE_S + 1e-3, side="right") - 1, 0)
    still = np.zeros(size, bool)
    for other in (later, before):
        known = (
            (track.plate[other] == track.plate)
            & (other != index)
            & (np.abs(track.t[other] - track.t) <= gap_s)
        )
        still |= known & (metres(lat, lon, lat[other], lon[other]) <= WITHIN_M)
    told = track.frame["speed_dkmh"].fill_null(0).to_numpy() / 10
    found: Array = still & (told <= SLOW_KMH)
    return found


def _bridged(track: Track, spans: Spans, lat: Array, lon: Array) -> Spans:
    """Two stops at one place with a moment in between are one."""
    if not len(spans):
        return spans
    ends, begins = spans.last[:-1], spans.first[1:]
    same = (
        (track.plate[ends] == track.plate[begins])
        & (track.t[begins] - track.t[ends] <= BRIDGE_S)
        & (metres(lat[ends], lon[ends], lat[begins], lon[begins]) <= WITHIN_M)
    )
    opens = np.flatnonzero(np.append(True, ~same))
    return Spans(spans.first[opens], np.maximum.reduceat(spans.last, opens))


def _stays(found: Stops, lat: Array, lon: Array) -> Array:
    """Nothing further than the extent from the middle: a queue that crawls is no stop."""
    return np.array(
        [
            bool((metres(lat[a : b + 1], lon[a : b + 1], y, x) <= EXTENT_M).all())
            for a, b, y, x in zip(
                found.spans.first.tolist(), found.spans.last.tolist(), found.lat, found.lon, strict=True
            )
        ],
        dtype=bool,
    )


def _frozen(track: Track, spans: Spans) -> Array:
    """A place that never changes, and then: a leap that no truck makes, or kilometres on the counter."""
    mileage = track.frame["mileage_hm"].cast(float).to_numpy()
    frozen = np.zeros(len(spans), bool)
    for n, (a, b) in enumerate(zip(spans.first.tolist(), spans.last.tolist(), strict=True)):
        one_place = np.ptp(track.lat[a : b + 1]) == 0 and np.ptp(track.lon[a : b + 1]) == 0
        if one_place and b > a:
            after = b + 1
            leaps = (
                after < len(track)
                and np.isfinite(track.step_s[after])
                and track.step_m[after] > _FROZEN_KMH / 3.6 * track.step_s[after] + WITHIN_M
            )
            with np.errstate(invalid="ignore"):
                frozen[n] = bool(leaps) or bool(mileage[b] - mileage[a] >= _FROZEN_MILEAGE_HM)
    return frozen
