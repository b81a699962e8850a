"""STOP_ABN, WRONG_SITE, DUMP_SUS: what a truck does where it stops."""

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
from gridwitness.trucks.detection.tracks.holding import held_at
from gridwitness.trucks.detection.tracks.places import site_of
from gridwitness.trucks.detection.tracks.scenery import TrackRule, asked, stops_of, track_of
from gridwitness.trucks.detection.tracks.stops import Stops, stops
from gridwitness.trucks.detection.tracks.track import Array, Track

_AROUND_S = 600.0
_CALM_S = 120.0


class AbnormalStop(TrackRule):
    """STOP_ABN: stays outside all sites with the engine on or loaded; parked empty is no matter."""

    code = "STOP_ABN"

    def find(self, scene: Scene) -> pl.DataFrame:
        """5 min are a flag, 15 min an event."""
        track, rules = track_of(scene, self.code), scene.rules
        active = track.acc | track.loaded
        found = stops(track, active, rules.number(self.code, "gap"), rules.number(self.code, "longest"))
        found = found.only(seconds(track, found.spans) >= rules.number(self.code, "flag"))
        found = found.only(_site(scene, self.code, track, found, None) == np.array(None))
        event = rules.number(self.code, "event")
        said = [
            Found(EVENT if lasted >= event else FLAG, {"stop_s": f"{lasted:.0f}"})
            for lasted in seconds(track, found.spans).tolist()
        ]
        return self.told(scene, track, found.spans, said)


class WrongSite(TrackRule):
    """WRONG_SITE: loads at a site, or unloads at a dump site, that no permit that holds names."""

    code = "WRONG_SITE"

    def find(self, scene: Scene) -> pl.DataFrame:
        """Without any permit that holds it is NO_PERMIT's or EXPIRED's."""
        track, rules = track_of(scene, self.code), scene.rules
        found = stops_of(scene, self.code, track)
        found = found.only(seconds(track, found.spans) >= rules.number(self.code, "stop"))
        before, after = _loads(track, found.spans)
        least = rules.number(self.code, "load_change")
        rises, drops = after - before >= least, before - after >= least
        lifts = _any(found.spans, (track.frame["lift"] == 1).fill_null(False).to_numpy())
        loading = found.only(rises)
        unloading = found.only(drops | (lifts & ~rises))
        parts = [
            self._told(scene, track, loading, "construction"),
            self._told(scene, track, unloading, "dump"),
        ]
        return pl.concat(parts)

    def _told(self, scene: Scene, track: Track, found: Stops, category: str) -> pl.DataFrame:
        sites = _site(scene, self.code, track, found, category)
        found, sites = found.only(sites != np.array(None)), sites[sites != np.array(None)]
        if not len(found):
            return no_findings()
        allowed: dict[int, set[str]] = {}
        permits: dict[int, str] = {}
        for row in held_at(scene.book, asked(track, found.spans.first)).sort("permit").iter_rows(named=True):
            names = {row["site"]} if category == "construction" else set(row["dumps"])
            allowed.setdefault(row["row"], set()).update(names)
            permits.setdefault(row["row"], f"{row['permit']}@{row['version']}")
        said: list[Found | None] = []
        for first, site in zip(found.spans.first.tolist(), sites.tolist(), strict=True):
            wrong = first in allowed and site not in allowed[first]
            measured = {"site": site, "permitted": " ".join(sorted(allowed.get(first, ())))}
            said.append(Found(EVENT, measured, permits.get(first)) if wrong else None)
        return self.told(scene, track, found.spans, said)


class SuspectedDump(TrackRule):
    """DUMP_SUS: body up outside every dump site, or a stop out of all sites after which the load is gone."""

    code = "DUMP_SUS"

    def find(self, scene: Scene) -> pl.DataFrame:
        """Both of one place and time are one finding."""
        track, rules = track_of(scene, self.code), scene.rules
        lifts, drops = self._lifts(scene, track), self._drops(scene, track)
        both = Spans(np.append(lifts.first, drops.first), np.append(lifts.last, drops.last))
        spans = merged(track, both, rules.number(self.code, "episode"))
        spans = capped(track, spans, rules.number(self.code, "longest"))
        lifted = np.isin(np.arange(len(track)), _inside(lifts))
        before, after = _loads(track, spans)
        said = []
        for n, (a, b) in enumerate(zip(spans.first.tolist(), spans.last.tolist(), strict=True)):
            measured = {"lasted_s": f"{track.t[b] - track.t[a]:.0f}"}
            if lifted[a : b + 1].any():
                measured["lift_s"] = f"{track.step_s[a + 1 : b + 1][lifted[a + 1 : b + 1]].sum():.0f}"
            if np.isfinite(before[n]) and np.isfinite(after[n]):
                measured |= {
                    "load_before_percent": f"{before[n]:.0f}",
                    "load_after_percent": f"{after[n]:.0f}",
                }
            said.append(Found(SERIOUS if len(measured) == 4 else EVENT, measured))
        return self.told(scene, track, spans, said)

    def _lifts(self, scene: Scene, track: Track) -> Spans:
        slow = track.speed_kmh <= scene.rules.number(self.code, "speed")
        up = (track.frame["lift"] == 1).fill_null(False).to_numpy() & slow
        spans = runs(track, up, _CALM_S)
        spans = spans.only(seconds(track, spans) >= scene.rules.number(self.code, "lift"))
        found = Stops(spans, track.lat[spans.first], track.lon[spans.first])
        return found.only(_site(scene, self.code, track, found, "dump") == np.array(None)).spans

    def _drops(self, scene: Scene, track: Track) -> Spans:
        rules = scene.rules
        found = stops_of(scene, self.code, track)
        lasted = seconds(track, found.spans)
        found = found.only(
            (lasted >= rules.number(self.code, "stop_least"))
            & (lasted <= rules.number(self.code, "stop_most"))
        )
        before, after = _loads(track, found.spans)
        found = found.only(before - after >= rules.number(self.code, "load_change"))
        return found.only(_site(scene, self.code, track, found, None) == np.array(None)).spans


def _site(scene: Scene, code: str, track: Track, found: Stops, category: str | None) -> Array:
    at = track.frame["fixed_at"].gather(found.spans.first)
    return site_of(scene.book, found.lat, found.lon, at, scene.rules.number(code, "site_margin"), category)


def _loads(track: Track, spans: Spans) -> tuple[Array, Array]:
    """Load (%) just before and just after each span: middle of up to three fixes within ten minutes."""
    before, after = np.full(len(spans), np.nan), np.full(len(spans), np.nan)
    for n, (a, b) in enumerate(zip(spans.first.tolist(), spans.last.tolist(), strict=True)):
        early = np.arange(max(a - 2, 0), a + 1)
        late = np.arange(b, min(b + 3, len(track)))
        before[n] = _middle(track, early, a)
        after[n] = _middle(track, late, b)
    return before, after


def _middle(track: Track, rows: Array, of: int) -> float:
    near = rows[(track.plate[rows] == track.plate[of]) & (np.abs(track.t[rows] - track.t[of]) <= _AROUND_S)]
    known = track.load[near][~np.isnan(track.load[near])]
    return float(np.median(known)) if len(known) else np.nan


def _any(spans: Spans, mask: Array) -> Array:
    count = np.append(0, np.cumsum(mask))
    found: Array = count[spans.last + 1] > count[spans.first]
    return found


def _inside(spans: Spans) -> Array:
    parts = [np.arange(a, b + 1) for a, b in zip(spans.first.tolist(), spans.last.tolist(), strict=True)]
    return np.concatenate(parts) if parts else np.zeros(0, int)
