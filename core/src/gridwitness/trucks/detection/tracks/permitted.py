"""NO_PERMIT, EXPIRED, TIME_WIN on tracks: moving loaded without a permit, or outside its hours (令139-14).

Every stretch of loaded driving is judged once: each of its fixes by the permits that hold at its time.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from gridwitness.trucks.detection.findings import Scene, no_findings
from gridwitness.trucks.detection.tracks.episodes import (
    EVENT,
    FLAG,
    Found,
    seconds,
)
from gridwitness.trucks.detection.tracks.holding import ended_by, held_at
from gridwitness.trucks.detection.tracks.scenery import (
    TrackRule,
    asked,
    moving_loaded,
    stretches,
    track_of,
)
from gridwitness.trucks.detection.tracks.track import Array, Track
from gridwitness.trucks.windows_arrays import windows_allow


class PermitMissing(TrackRule):
    """Moving loaded while no permit holds: NO_PERMIT, or EXPIRED where one ended not long before."""

    def __init__(self, code: str) -> None:
        self.code = code

    def find(self, scene: Scene) -> pl.DataFrame:
        """An episode is of the kind that its first fix is."""
        track = track_of(scene, self.code)
        rows = np.flatnonzero(moving_loaded(scene, self.code, track))
        if not len(rows):
            return no_findings()
        held = held_at(scene.book, asked(track, rows), scene.rules.number(self.code, "grace"))["row"]
        missing = np.zeros(len(track), bool)
        missing[np.setdiff1d(rows, held.to_numpy())] = True
        spans = stretches(scene, self.code, track, missing)
        ended = ended_by(scene.book, asked(track, spans.first))
        recent = scene.rules.number("EXPIRED", "recent") * 86_400
        by_row = {row[0]: row[1:] for row in ended.iter_rows()}
        said: list[Found | None] = []
        for first, drove in zip(spans.first.tolist(), seconds(track, spans).tolist(), strict=True):
            permit, version, until = by_row.get(first, (None, None, None))
            late = until is not None and track.t[first] - until.timestamp() <= recent
            if late != (self.code == "EXPIRED"):
                said.append(None)
                continue
            measured = {"loaded_driving_s": f"{drove:.0f}"}
            if late:
                measured["permit_ended"] = until.strftime("%Y-%m-%dT%H:%M:%SZ")
            said.append(Found(EVENT, measured, f"{permit}@{version}" if late else None))
        return self.told(scene, track, spans, said)


class OutsideHours(TrackRule):
    """TIME_WIN: moving loaded while every permit that holds is outside its windows."""

    code = "TIME_WIN"

    def find(self, scene: Scene) -> pl.DataFrame:
        """Fixes that no permit's windows allow, with the grace at both ends."""
        track = track_of(scene, self.code)
        rows = np.flatnonzero(moving_loaded(scene, self.code, track))
        held = held_at(scene.book, asked(track, rows))
        if not len(held):
            return no_findings()
        outside = np.zeros(len(track), bool)
        outside[held["row"].unique().to_numpy()] = True
        outside[held["row"].to_numpy()[self._allowed(scene, held)]] = False
        spans = stretches(scene, self.code, track, outside)
        named = held.sort("row", "permit").unique("row", keep="first").select("row", "permit", "version")
        permits = {row: f"{permit}@{version}" for row, permit, version in named.iter_rows()}
        said = [
            Found(
                FLAG,
                {"loaded_driving_s": f"{drove:.0f}", "local_time": _clock(scene, track, first)},
                permits[first],
            )
            for first, drove in zip(spans.first.tolist(), seconds(track, spans).tolist(), strict=True)
        ]
        return self.told(scene, track, spans, said)

    def _allowed(self, scene: Scene, held: pl.DataFrame) -> Array:
        local = held["at"].dt.convert_time_zone(scene.zone.key).dt.replace_time_zone(None).to_numpy()
        grace = int(scene.rules.number(self.code, "grace"))
        allowed = np.zeros(len(held), bool)
        keys = held.select(pl.struct("permit", "version").rank("dense").alias("k"))["k"].to_numpy()
        for key in np.unique(keys):
            chosen = np.flatnonzero(keys == key)
            windows = scene.book.windows(held["permit"][int(chosen[0])], held["version"][int(chosen[0])])
            allowed[chosen] = windows_allow(windows, local[chosen], grace, scene.holidays)
        return allowed


def _clock(scene: Scene, track: Track, row: int) -> str:
    return str(track.frame["fixed_at"][row].astimezone(scene.zone).strftime("%Y-%m-%d %H:%M"))
