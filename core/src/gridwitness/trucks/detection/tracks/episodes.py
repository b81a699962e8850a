"""Episodes: stretches of a track in which something holds, and the findings made of them.

Whether and where an episode begins depends on the fixes around its beginning only; its length is told up to
a cap. So a window that holds beginning and cap gives the same episode as the whole history.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from gridwitness.trucks.detection.findings import FINDING_COLUMNS, MOST_INPUTS
from gridwitness.trucks.detection.tracks.track import Array, Track

FLAG, EVENT, SERIOUS = "flag", "event", "serious"


@dataclass(frozen=True, slots=True)
class Spans:
    """Index ranges [first, last], both inclusive, of a track."""

    first: Array
    last: Array

    def __len__(self) -> int:
        return len(self.first)

    def only(self, mask: Array) -> Spans:
        """The spans where the mask holds."""
        return Spans(self.first[mask], self.last[mask])


def runs(track: Track, mask: Array, gap_s: float, joins: Array | None = None) -> Spans:
    """Maximal runs of consecutive fixes of one truck in which the mask holds and no step exceeds the gap.

    `joins`: which fixes may go on with the run of the fix before, all by default.
    """
    if not len(track):
        return Spans(np.zeros(0, int), np.zeros(0, int))
    joined = np.append(False, mask[:-1]) & mask & (track.step_s <= gap_s)
    if joins is not None:
        joined &= joins
    first = np.flatnonzero(mask & ~joined)
    last = np.flatnonzero(mask & ~np.append(joined[1:], False))
    return Spans(first, last)


def seconds(track: Track, spans: Spans) -> Array:
    """From a span's first fix to its last."""
    return track.t[spans.last] - track.t[spans.first]


def merged(track: Track, spans: Spans, gap_s: float) -> Spans:
    """Spans of one truck that follow each other within the gap become one."""
    if not len(spans):
        return spans
    order = np.lexsort((spans.last, spans.first))
    first, last = spans.first[order], spans.last[order]
    ends = np.maximum.accumulate(last)
    same = track.plate[first[1:]] == track.plate[ends[:-1]]
    opens = np.append(True, ~(same & (track.t[first[1:]] - track.t[ends[:-1]] <= gap_s)))
    starts = np.flatnonzero(opens)
    return Spans(first[starts], np.maximum.reduceat(last, starts))


def capped(track: Track, spans: Spans, longest_s: float) -> Spans:
    """The spans up to the last fix within `longest_s` of their first."""
    last = [
        int(np.searchsorted(track.t[first : end + 1], track.t[first] + longest_s, side="right")) - 1 + first
        for first, end in zip(spans.first.tolist(), spans.last.tolist(), strict=True)
    ]
    return Spans(spans.first, np.array(last, dtype=int))


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule says about one span. `settles_s`: the moment when no later fix can change it."""

    level: str
    measured: Mapping[str, str]
    permit: str | None = None
    settles_s: float | None = None


def findings(
    rule: str, track: Track, spans: Spans, said: Sequence[Found | None], calm_s: float = 0.0
) -> pl.DataFrame:
    """One finding for each span that something is said of; place and key are those of its first fix.

    Where nothing else is said it settles `calm_s` after the span's end.
    """
    rows = [
        _row(rule, track, int(first), int(last), found, calm_s)
        for first, last, found in zip(spans.first, spans.last, said, strict=True)
        if found is not None
    ]
    return pl.DataFrame(rows, schema=FINDING_COLUMNS, orient="row")


def _row(rule: str, track: Track, first: int, last: int, found: Found, calm_s: float) -> dict[str, object]:
    frame = track.frame
    size = last - first + 1
    chosen = np.unique(np.linspace(first, last, min(size, MOST_INPUTS)).astype(int))
    begins = frame["fixed_at"][first]
    settles = track.t[last] + calm_s if found.settles_s is None else found.settles_s
    return {
        "rule": rule,
        "plate": frame["plate"][first],
        "plate_color": None,
        "checkpoint": None,
        "at": begins,
        "until": frame["fixed_at"][last],
        "lat_e6": frame["lat_e6"][first],
        "lon_e6": frame["lon_e6"][first],
        "level": found.level,
        "permit": found.permit,
        "refs": [frame["ref"][first]],
        "inputs": frame["ref"].gather(chosen).to_list(),
        "measured": _canonical(found.measured),
        "settles_at": _instant(settles),
    }


def _canonical(measured: Mapping[str, str]) -> str:
    """As filed (RFC 8785; names are ASCII), so that what did not change compares equal."""
    return json.dumps(dict(measured), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _instant(at: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(at * 1e6))
