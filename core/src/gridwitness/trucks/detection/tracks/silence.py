"""OFFLINE and TERMINAL_TWICE: terminals that fall silent, and one that is at two places at once."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from gridwitness.trucks.detection.findings import Scene, no_findings
from gridwitness.trucks.detection.rules_document import TruckRules
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
from gridwitness.trucks.detection.tracks.scenery import SETTLING, TrackRule, limits_of, listened_to
from gridwitness.trucks.detection.tracks.track import Array, Track, listened

_TWICE = 1 << 32
"""Of `status`, set by the door: came on a connection that is not the terminal's newest one."""
_TAMPER = 1 << 5 | 1 << 6 | 1 << 8
"""JT/T 808 alarm bits: antenna cut, antenna shorted, main power cut."""


class Offline(TrackRule):
    """No word for `flag` seconds from a terminal whose last said: engine on, or loaded; or tampered with.

    A silence is told up to `event` seconds: from then on it is an event, however long it goes on.
    """

    code = "OFFLINE"

    def find(self, scene: Scene) -> pl.DataFrame:
        """Alarms of antenna or power, before the silence or for `fixes` fixes on end, make it serious."""
        track, rules = listened_to(scene, self.code), scene.rules
        if not len(track):
            return no_findings()
        most = rules.number(self.code, "event")
        busy = track.acc | track.loaded
        cut = (track.frame["alarms"].fill_null(0).to_numpy() & _TAMPER) != 0
        onward = np.append(track.step_s[1:], np.inf)
        silent = np.flatnonzero(busy & (onward >= rules.number(self.code, "flag")))
        ends = np.where(onward[silent] < most, np.minimum(silent + 1, len(track) - 1), silent)
        cuts = self._cuts(scene, track, cut & busy)
        both = Spans(np.append(silent, cuts.first), np.append(ends, cuts.last))
        spans = merged(track, both, rules.number(self.code, "episode"))
        spans = capped(track, spans, rules.number(self.code, "longest"))
        silence = np.zeros(len(track))
        silence[silent] = np.minimum(onward[silent], most)
        said = [
            self._said(
                scene, track, a, b, float(silence[a : b + 1].max()), bool(cut[max(a - 1, 0) : b + 1].any())
            )
            for a, b in zip(spans.first.tolist(), spans.last.tolist(), strict=True)
        ]
        return self.told(scene, track, spans, said)

    def _cuts(self, scene: Scene, track: Track, cut: Array) -> Spans:
        spans = runs(track, cut, scene.rules.number(self.code, "gap"))
        return spans.only(spans.last - spans.first + 1 >= scene.rules.number(self.code, "fixes"))

    def _said(self, scene: Scene, track: Track, a: int, b: int, silence: float, cut: bool) -> Found:
        most = scene.rules.number(self.code, "event")
        measured = {"silent_at_least_s" if silence >= most else "silent_s": f"{silence:.0f}"}
        if cut:
            measured["alarms"] = (
                f"0x{int(track.frame['alarms'][max(a - 1, 0) : b + 1].fill_null(0).max()):08x}"  # type: ignore[arg-type]
            )
        level = SERIOUS if cut else EVENT if silence >= most else FLAG
        settles = float(track.t[b]) + scene.rules.number(self.code, "episode")
        return Found(
            level, measured, settles_s=max(settles, float(track.t[b]) + most if silence >= most else 0.0)
        )


class TerminalTwice(TrackRule):
    """Fixes of one terminal that leap between two places, `jumps` times with never more than `calm` between.

    A receiver that errs leaps now and then; two terminals under one number leap with every second fix. What
    the door marked, as come over a connection that is not the terminal's newest, counts like a leap.
    """

    code = "TERMINAL_TWICE"

    def reach(self, rules: TruckRules) -> timedelta:
        """As others, with the calm between leaps."""
        return rules.span(self.code, "longest") + 2 * rules.span(self.code, "calm") + SETTLING

    def find(self, scene: Scene) -> pl.DataFrame:
        """Nothing is left out here: what cleaning drops is what this looks for."""
        rules = scene.rules
        by_terminal = scene.positions.filter(pl.col("terminal").is_not_null()).with_columns(
            carried=pl.col("plate"), plate=pl.concat_str("plate", pl.lit("\n"), "terminal")
        )
        track = listened(by_terminal, limits_of(rules, self.code))
        with np.errstate(invalid="ignore", divide="ignore"):
            leaps = (
                np.isfinite(track.step_m)
                & (track.step_m >= rules.number(self.code, "distance"))
                & (track.step_m / track.step_s * 3.6 > rules.number(self.code, "speed"))
            )
        status = track.frame["status"].fill_null(0).to_numpy()
        leaps |= (status & _TWICE) != 0
        at = np.flatnonzero(leaps)
        if not len(at):
            return no_findings()
        before = np.where(track.first[at], at, at - 1)
        spans = merged(track, Spans(before, at), rules.number(self.code, "calm"))
        spans = capped(track, spans, rules.number(self.code, "longest"))
        count = np.append(0, np.cumsum(leaps))
        times = count[spans.last + 1] - count[spans.first]
        spans, times = (
            spans.only(times >= rules.number(self.code, "jumps")),
            times[times >= rules.number(self.code, "jumps")],
        )
        said = [
            Found(SERIOUS, {"jumps": str(n), "lasted_s": f"{lasted:.0f}"})
            for n, lasted in zip(times.tolist(), seconds(track, spans).tolist(), strict=True)
        ]
        found = self.told(scene, track, spans, said)
        return found.with_columns(pl.col("plate").str.split("\n").list.first())
