"""ROUTE_DEV on tracks: a loaded truck away from every corridor its permits allow (AIR-70, 令139-14).

A fix is off beyond buffer + accuracy, and on again within the hysteresis below the buffer; in between it is
what the last clear fix before it was, if that is no older than an episode's gap.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from gridwitness.trucks.detection.findings import Scene, no_findings
from gridwitness.trucks.detection.tracks.episodes import (
    EVENT,
    FLAG,
    SERIOUS,
    Found,
    Spans,
    capped,
    runs,
    seconds,
)
from gridwitness.trucks.detection.tracks.holding import held_at
from gridwitness.trucks.detection.tracks.places import distance_m
from gridwitness.trucks.detection.tracks.scenery import TrackRule, asked, track_of
from gridwitness.trucks.detection.tracks.track import Array, Track


class OffRoute(TrackRule):
    """At least `fixes` fixes in a row off the route; 10 min make it an event, 15 min serious."""

    code = "ROUTE_DEV"

    def find(self, scene: Scene) -> pl.DataFrame:
        """A permit without a corridor allows any road; sites of a permit belong to its route."""
        track = track_of(scene, self.code)
        rules = scene.rules
        rows = np.flatnonzero(track.loaded)
        held = held_at(scene.book, asked(track, rows)) if len(rows) else pl.DataFrame()
        if not len(held):
            return no_findings()
        away, permits = self._distances(scene, track, held)
        buffer = rules.number(self.code, "buffer")
        far = away > buffer + rules.number(self.code, "accuracy")
        off = _lasting(track, far, away < buffer - rules.number(self.code, "hysteresis"), self._memory(scene))
        off &= ~np.isnan(away)
        spans = capped(
            track, runs(track, off, rules.number(self.code, "gap")), rules.number(self.code, "longest")
        )
        spans = spans.only(_longest_row(far, spans) >= rules.number(self.code, "fixes"))
        greatest = [float(np.nanmax(away[a : b + 1])) for a, b in zip(spans.first, spans.last, strict=True)]
        said = [
            Found(
                self._level(scene, lasted),
                {"off_route_s": f"{lasted:.0f}", "distance_m": f"{most:.0f}"},
                permits[a],
            )
            for a, lasted, most in zip(
                spans.first.tolist(), seconds(track, spans).tolist(), greatest, strict=True
            )
        ]
        return self.told(scene, track, spans, said)

    def _memory(self, scene: Scene) -> float:
        return scene.rules.number(self.code, "episode")

    def _level(self, scene: Scene, lasted: float) -> str:
        if lasted >= scene.rules.number(self.code, "serious"):
            return SERIOUS
        return EVENT if lasted >= scene.rules.number(self.code, "event") else FLAG

    def _distances(self, scene: Scene, track: Track, held: pl.DataFrame) -> tuple[Array, dict[int, str]]:
        """Metres to the nearest place that a permit allows, NaN where none holds; and that permit."""
        away, nearest = np.full(len(track), np.nan), np.full(len(track), None, dtype=object)
        for (permit, version), part in held.group_by(["permit", "version"], maintain_order=True):
            rows = part["row"].to_numpy()
            road = scene.book.corridor(str(permit), int(version))
            if road is None:
                far = np.zeros(len(rows))
            else:
                far = distance_m(road, track.lat[rows], track.lon[rows])
                self._at_sites(scene, track, part, rows, far)
            closer = ~(away[rows] <= far)
            away[rows[closer]], nearest[rows[closer]] = far[closer], f"{permit}@{version}"
        return away, {int(row): nearest[row] for row in np.flatnonzero(~np.isnan(away))}

    def _at_sites(self, scene: Scene, track: Track, part: pl.DataFrame, rows: Array, far: Array) -> None:
        """Within a permit's own sites, or their margin, nothing is off the route."""
        margin = scene.rules.number(self.code, "site_margin")
        for site in (part["site"][0], *part["dumps"][0]):
            area = scene.book.area(site)
            suspect = np.flatnonzero(far > 0)
            if area is not None and len(suspect):
                chosen = rows[suspect]
                inside = distance_m(area, track.lat[chosen], track.lon[chosen]) <= margin
                far[suspect[inside]] = 0.0


def _lasting(track: Track, far: Array, near: Array, memory_s: float) -> Array:
    """Off the route: far, or neither far nor near while the last clear fix, not long ago, was far."""
    index = np.arange(len(track))
    clear = far | near
    last = np.maximum.accumulate(np.where(clear, index, -1))
    known = (last >= 0) & (track.plate[last] == track.plate) & (track.t - track.t[last] <= memory_s)
    off: Array = known & far[last]
    return off


def _longest_row(far: Array, spans: Spans) -> Array:
    """How many fixes in a row are far, at most, in each span."""
    index = np.arange(len(far))
    row = index - np.maximum.accumulate(np.where(far, -1, index))
    # What went before the span does not count: a row is at most as long as the span up to there.
    return np.array(
        [
            int(np.minimum(row[a : b + 1], index[a : b + 1] - a + 1).max())
            for a, b in zip(spans.first.tolist(), spans.last.tolist(), strict=True)
        ],
        dtype=int,
    )
