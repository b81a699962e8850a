"""A scene's cleaned track and the numbers that all track rules share: made once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import polars as pl

from gridwitness.trucks.detection.findings import Family, Scene
from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.detection.tracks import track as tracks
from gridwitness.trucks.detection.tracks.episodes import Found, Spans, capped, findings, merged, runs
from gridwitness.trucks.detection.tracks.stops import Stops, stops
from gridwitness.trucks.detection.tracks.track import Array, Limits, Track

POSITIONS: frozenset[Family] = frozenset({"positions"})
SETTLING = timedelta(hours=2)
"""What an episode's surroundings may span, beside its own greatest length."""


class TrackRule:
    """What all rules on tracks have in common."""

    code: str
    family: Family = "positions"
    reads: frozenset[Family] = POSITIONS

    def reach(self, rules: TruckRules) -> timedelta:
        """An episode's greatest length, and what decides about its beginning and end."""
        return rules.span(self.code, "longest") + 2 * rules.span(self.code, "episode") + SETTLING

    def told(self, scene: Scene, track: Track, spans: Spans, said: Sequence[Found | None]) -> pl.DataFrame:
        """Findings of spans, which settle when nothing can go on with them any more."""
        return findings(self.code, track, spans, said, scene.rules.number(self.code, "episode"))


def limits_of(rules: TruckRules, code: str) -> Limits:
    """What is plausible, by these rules."""
    return Limits(
        jump_kmh=rules.number(code, "jump"),
        clock_offset_s=rules.number(code, "clock_offset"),
        loaded_percent=rules.number(code, "loaded"),
    )


def track_of(scene: Scene, code: str) -> Track:
    """The cleaned track of the scene's positions."""
    limits = limits_of(scene.rules, code)
    name = f"track {limits}"
    if name not in scene.derived:
        scene.derived[name] = tracks.clean(scene.positions, limits)
    found: Track = scene.derived[name]
    return found


def listened_to(scene: Scene, code: str) -> Track:
    """All that the scene's terminals said."""
    limits = limits_of(scene.rules, code)
    name = f"listened {limits}"
    if name not in scene.derived:
        scene.derived[name] = tracks.listened(scene.positions, limits)
    found: Track = scene.derived[name]
    return found


def stops_of(scene: Scene, code: str, track: Track) -> Stops:
    """All stops of the cleaned track."""
    gap, longest = scene.rules.number(code, "gap"), scene.rules.number(code, "longest")
    name = f"stops {limits_of(scene.rules, code)} {gap} {longest}"
    if name not in scene.derived:
        scene.derived[name] = stops(track, np.ones(len(track), bool), gap, longest)
    found: Stops = scene.derived[name]
    return found


def asked(track: Track, rows: Array) -> pl.DataFrame:
    """`row, plate, at` of some fixes, to ask the registers about."""
    chosen = track.frame[rows] if len(rows) else track.frame.clear()
    return chosen.select(pl.Series("row", rows, dtype=pl.Int64), "plate", at="fixed_at")


def moving_loaded(scene: Scene, code: str, track: Track) -> Array:
    """Where a truck drives with a load, which is what a permit is needed for."""
    mask: Array = track.loaded & (track.speed_kmh > scene.rules.number(code, "moving"))
    return mask


def stretches(scene: Scene, code: str, track: Track, mask: Array) -> Spans:
    """Episodes of fixes that count: `fixes` of them at least, none further than `episode` from the next."""
    rules = scene.rules
    spans = merged(track, runs(track, mask, rules.number(code, "gap")), rules.number(code, "episode"))
    spans = capped(track, spans, rules.number(code, "longest"))
    enough = np.append(0, np.cumsum(mask))
    return spans.only(enough[spans.last + 1] - enough[spans.first] >= rules.number(code, "fixes"))
