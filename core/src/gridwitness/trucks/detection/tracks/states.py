"""UNCOVERED, OVERLOAD, OVERSPEED: what a truck says of itself while it drives."""

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
    merged,
    runs,
    seconds,
)
from gridwitness.trucks.detection.tracks.scenery import (
    TrackRule,
    asked,
    moving_loaded,
    stretches,
    track_of,
)
from gridwitness.trucks.detection.tracks.track import Array, Track


class Uncovered(TrackRule):
    """Cover open while loaded and faster than `speed` for `duration` on end (AIR-116)."""

    code = "UNCOVERED"

    def find(self, scene: Scene) -> pl.DataFrame:
        """One finding for a drive, not for each halt at a light."""
        track = track_of(scene, self.code)
        opened = (track.frame["cover"] == 1).fill_null(False).to_numpy()
        drives = track.speed_kmh > scene.rules.number(self.code, "speed")
        spans = _lasting(scene, self.code, track, opened & track.loaded & drives)
        said = [Found(EVENT, {"open_s": f"{lasted:.0f}"}) for lasted in seconds(track, spans).tolist()]
        return self.told(scene, track, spans, said)


class Overspeed(TrackRule):
    """Faster than the limit and `percent` for `duration` on end, which the way driven must bear out."""

    code = "OVERSPEED"

    def find(self, scene: Scene) -> pl.DataFrame:
        """A speed that the places contradict by half is a faulty sensor's."""
        track = track_of(scene, self.code)
        limit = scene.rules.number(self.code, "limit")
        fast = track.speed_kmh > limit * (1 + scene.rules.number(self.code, "percent") / 100)
        with np.errstate(invalid="ignore", divide="ignore"):
            driven = np.where(np.isinf(track.step_s), np.inf, track.step_m / track.step_s * 3.6)
        driven = np.fmax(driven, np.append(driven[1:], 0.0))
        spans = _lasting(scene, self.code, track, fast & (driven >= limit / 2))
        said = [
            Found(FLAG, {"speed_kmh": f"{track.speed_kmh[a : b + 1].max():.1f}", "limit_kmh": f"{limit:g}"})
            for a, b in zip(spans.first.tolist(), spans.last.tolist(), strict=True)
        ]
        return self.told(scene, track, spans, said)


class Overload(TrackRule):
    """Load above what the truck is registered for, by the middle of the weighings of a drive."""

    code = "OVERLOAD"

    def find(self, scene: Scene) -> pl.DataFrame:
        """Weighed while it drives loaded: at the gate a body may still be filling."""
        track = track_of(scene, self.code)
        weight = track.frame["weight_kg"].cast(pl.Float64).to_numpy()
        weighed = moving_loaded(scene, self.code, track) & ~np.isnan(weight)
        if not weighed.any():
            return no_findings()
        spans = stretches(scene, self.code, track, weighed)
        rated = self._rated(scene, track, spans)
        flag, serious = (1 + scene.rules.number(self.code, name) / 100 for name in ("flag", "serious"))
        said: list[Found | None] = []
        for a, b, most in zip(spans.first.tolist(), spans.last.tolist(), rated.tolist(), strict=True):
            middle = float(np.median(weight[a : b + 1][weighed[a : b + 1]]))
            measured = {"weight_kg": f"{middle:.0f}", "rated_kg": f"{most:.0f}"}
            level = SERIOUS if middle > most * serious else FLAG
            said.append(Found(level, measured) if middle > most * flag else None)
        return self.told(scene, track, spans, said)

    def _rated(self, scene: Scene, track: Track, spans: Spans) -> Array:
        """What the register says of each span's truck at its beginning; infinite where it says nothing."""
        known = (
            asked(track, spans.first)
            .join(scene.book.trucks, on="plate")
            .filter(
                (pl.col("valid_from") <= pl.col("at"))
                & (pl.col("valid_to").is_null() | (pl.col("at") < pl.col("valid_to")))
                & pl.col("rated_kg").is_not_null()
            )
        )
        by_row = dict(known.select("row", "rated_kg").iter_rows())
        return np.array([by_row.get(row, np.inf) for row in spans.first.tolist()], dtype=float)


def _lasting(scene: Scene, code: str, track: Track, mask: Array) -> Spans:
    """Runs in which the mask holds for `duration` on end; those that follow each other soon are one."""
    spans = runs(track, mask, scene.rules.number(code, "gap_most"))
    spans = spans.only(seconds(track, spans) >= scene.rules.number(code, "duration"))
    spans = merged(track, spans, scene.rules.number(code, "episode"))
    return capped(track, spans, scene.rules.number(code, "longest"))
