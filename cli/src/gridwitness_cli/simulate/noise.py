"""What goes wrong without anybody breaking a rule: receivers, radio, clocks, and plates misread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridwitness_cli.simulate.signals import FIXED, Array, Columns

_ALIKE = {
    "0": "DQ",
    "D": "0",
    "1": "7LT",
    "2": "Z",
    "Z": "2",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "Q": "0",
}
_CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_METRES = 1 / 111_194.93
BATCH = 20
"""Fixes of one batch upload."""


def disturb(rng: np.random.Generator, fixes: Columns, busy: Sequence[tuple[float, float]]) -> Columns:
    """A night's fixes with jitter, jumps, a frozen stretch, short silences, buffering and resent fixes.

    Adds `arrives`, `backfill`, `batch`. `busy`: times in which what is planted must stay to be seen.
    """
    count, t = len(fixes["t"]), fixes["t"]
    free = ~np.any([(t >= a - 300) & (t <= b + 300) for a, b in busy] or [np.zeros(count, bool)], axis=0)
    still = fixes["speed_kmh"] < 0.5
    wander = np.where(still, 3.0, 6.0)
    fixes["lat"] = fixes["lat"] + rng.normal(0, wander) * _METRES
    fixes["lon"] = fixes["lon"] + rng.normal(0, wander) * _METRES / 0.8
    fixes["speed_kmh"] = np.maximum(
        0, fixes["speed_kmh"] + np.where(still, rng.exponential(0.4, count), rng.normal(0, 1, count))
    )
    fixes["weight_kg"] = np.maximum(0, fixes["weight_kg"] * rng.normal(1, 0.012, count))
    fixes["load"] = np.clip(fixes["load"] + np.where(fixes["load"] > 0, rng.normal(0, 2, count), 0), 0, 100)
    _jump(rng, fixes)
    _freeze(rng, fixes, free)
    _flicker(rng, fixes)
    kept = _silences(rng, t, free)
    fixes["arrives"] = t + rng.exponential(1.5, count) + 0.5
    fixes["backfill"], fixes["batch"] = np.zeros(count, bool), np.full(count, -1)
    _buffer(rng, fixes)
    return {name: column[kept] for name, column in fixes.items()}


def _jump(rng: np.random.Generator, fixes: Columns) -> None:
    """Now and then a fix is kilometres off, and now and then there is none."""
    count = len(fixes["t"])
    off, turn = rng.uniform(1500, 15_000, count) * _METRES, rng.uniform(0, 2 * np.pi, count)
    jumps = rng.random(count) < 0.003
    fixes["lat"] = fixes["lat"] + np.where(jumps, off * np.sin(turn), 0)
    fixes["lon"] = fixes["lon"] + np.where(jumps, off * np.cos(turn), 0)
    lost = rng.random(count) < 0.002
    fixes["status"] = np.where(lost, fixes["status"] & ~FIXED, fixes["status"])
    fixes["lat"], fixes["lon"] = np.where(lost, 0.0, fixes["lat"]), np.where(lost, 0.0, fixes["lon"])


def _freeze(rng: np.random.Generator, fixes: Columns, free: Array) -> None:
    """One night in twelve a receiver repeats one place for some minutes while the truck drives on."""
    count = len(fixes["t"])
    if rng.random() > 1 / 12 or count < 80:
        return
    begin = int(rng.integers(10, count - 40))
    end = begin + int(rng.integers(6, 24))
    if free[begin:end].all():
        for name in ("lat", "lon"):
            fixes[name][begin:end] = fixes[name][begin]


def _flicker(rng: np.random.Generator, fixes: Columns) -> None:
    """Sensors that say the other thing for one fix."""
    for name, rate in (("cover", 0.002), ("lift", 0.001)):
        wrong = rng.random(len(fixes["t"])) < rate
        fixes[name] = np.where(wrong, 1 - fixes[name], fixes[name])
    wrong = rng.random(len(fixes["t"])) < 0.001
    fixes["load"] = np.where(wrong, 100 - fixes["load"], fixes["load"])


def _silences(rng: np.random.Generator, t: Array, free: Array) -> Array:
    """Which fixes come at all: single ones are lost, and once a night some minutes, below any threshold."""
    kept = (rng.random(len(t)) >= 0.004) | ~free
    if rng.random() < 0.4:
        begin = rng.uniform(t[0], t[-1])
        lost = (t >= begin) & (t < begin + rng.uniform(120, 480))
        if free[lost].all():
            kept &= ~lost
    kept[0] = kept[-1] = True
    return kept


def _buffer(rng: np.random.Generator, fixes: Columns) -> None:
    """Without a network a terminal keeps its fixes, and sends them in batches when there is one again."""
    t = fixes["t"]
    if rng.random() > 0.5:
        return
    begin = rng.uniform(t[0], t[-1])
    end = begin + rng.uniform(900, 5400)
    rows = np.flatnonzero((t >= begin) & (t < end))
    fixes["backfill"][rows] = True
    fixes["batch"][rows] = np.arange(len(rows)) // BATCH
    fixes["arrives"][rows] = end + 5 + np.arange(len(rows)) // BATCH * 2.0


def misread(rng: np.random.Generator, plate: str, registered: Sequence[str]) -> tuple[str, int]:
    """What a device makes of a plate it can't read well, and how sure it is of it.

    Mostly one character that looks alike, some a random one, and a few times another truck's plate.
    """
    kind = rng.random()
    if kind < 0.03:
        return registered[int(rng.integers(len(registered)))], int(rng.integers(70, 99))
    spots = [n for n in range(2, len(plate)) if plate[n] in _ALIKE]
    if kind < 0.75 and spots:
        spot = spots[int(rng.integers(len(spots)))]
        other = _ALIKE[plate[spot]]
        return plate[:spot] + other[int(rng.integers(len(other)))] + plate[spot + 1 :], int(
            rng.integers(55, 95)
        )
    spot = int(rng.integers(1, len(plate)))
    letters = "ABCDEFGHJKLM" if spot == 1 else _CHARACTERS
    return plate[:spot] + letters[int(rng.integers(len(letters)))] + plate[spot + 1 :], int(
        rng.integers(35, 92)
    )
