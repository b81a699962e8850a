"""A night of a truck as legs: where it is at any time and what its sensors say, without noise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gridwitness_cli.simulate.city import Path, Place

Array = npt.NDArray[Any]

FAST_M = 3500.0
"""How long a fast stretch is."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of time with one state: knots of time and of metres along a way (or two at one place)."""

    t: Array
    along: Array
    x: Array
    y: Array
    load: float
    weight_kg: float
    cover: int
    lift: int
    acc: int
    checkpoints: tuple[tuple[int, float], ...] = ()

    @property
    def begin(self) -> float:
        """Epoch seconds."""
        return float(self.t[0])

    @property
    def end(self) -> float:
        """Epoch seconds."""
        return float(self.t[-1])

    def at(self, t: Array) -> tuple[Array, Array]:
        """Where the truck is at some times."""
        if len(self.x) == 1:
            return np.full(len(t), self.x[0]), np.full(len(t), self.y[0])
        along = np.interp(t, self.t, self.along)
        points = np.append(0.0, np.cumsum(np.hypot(np.diff(self.x), np.diff(self.y))))
        return np.interp(along, points, self.x), np.interp(along, points, self.y)

    def speed_kmh(self, t: Array) -> Array:
        """How fast it is at some times."""
        ways = np.interp(t + 2, self.t, self.along) - np.interp(t - 2, self.t, self.along)
        return ways / 4 * 3.6

    def passages(self) -> list[tuple[int, float]]:
        """Which checkpoints it passes, and when."""
        return [(number, float(np.interp(at, self.along, self.t))) for number, at in self.checkpoints]


@dataclass
class Night:
    """Legs one after the other; `load` and `weight_kg` are what the body holds now."""

    rng: np.random.Generator
    place: Place
    now: float
    legs: list[Leg] = field(default_factory=list)
    load: float = 0.0
    weight_kg: float = 0.0

    def stay(self, seconds: float, *, lift: int = 0, acc: int = 1, cover: int = 1) -> None:
        """Stand where it is."""
        last = self.legs[-1] if self.legs else None
        x, y = (
            (last.x[-1:], last.y[-1:])
            if last is not None
            else (np.array([self.place.x]), np.array([self.place.y]))
        )
        t = np.array([self.now, self.now + seconds])
        self.legs.append(Leg(t, np.zeros(2), x, y, self.load, self.weight_kg, cover, lift, acc))
        self.now += seconds

    def fill(self, weight_kg: float, rated_kg: float) -> None:
        """The body now holds this."""
        self.weight_kg, self.load = weight_kg, min(100.0, 100.0 * weight_kg / rated_kg)

    def drive(
        self, path: Path, *, cover: int = 0, halt_s: float = 0.0, fast_kmh: float = 0.0
    ) -> tuple[float, float]:
        """Along a way, with waits at lights; on request one long halt, or one fast stretch of 3 km.

        Gives when the halt or the fast stretch began and ended, else the drive.
        """
        steps = np.diff(path.along)
        pace, waits, begin, special = self._plan(path, steps, halt_s, fast_kmh)
        t, along, when = [self.now], [0.0], (0.0, 0.0)
        for n, (step, wait) in enumerate(zip(steps, waits, strict=True)):
            if wait:
                when = (t[-1], t[-1] + float(wait)) if n == special else when
                t.append(t[-1] + float(wait))
                along.append(along[-1])
            t.append(t[-1] + float(step / pace[n]))
            along.append(along[-1] + float(step))
        state = (self.load, self.weight_kg, cover, 0, 1)
        leg = Leg(np.array(t), np.array(along), path.x, path.y, *state, path.checkpoints)
        self.legs.append(leg)
        self.now = leg.end
        if fast_kmh:
            first, last = np.interp([begin, begin + FAST_M], leg.along, leg.t)
            return float(first), float(last)
        return when if halt_s else (leg.begin, leg.end)

    def _plan(
        self, path: Path, steps: Array, halt_s: float, fast_kmh: float
    ) -> tuple[Array, Array, float, int]:
        """Each step's pace (m/s) and wait before it; where the fast stretch begins; which wait is a halt."""
        rng, middle = self.rng, (path.along[:-1] + path.along[1:]) / 2
        pace = rng.uniform(28, 52, len(steps)) / 3.6
        begin, special = 0.0, -1
        if fast_kmh:
            begin = rng.uniform(0.2, 0.4) * path.length
            pace[(middle >= begin) & (middle <= begin + FAST_M)] = fast_kmh / 3.6
        lights = (rng.random(len(steps)) < 0.25) & (np.arange(len(steps)) % 2 == 1)
        waits = np.where(lights, rng.uniform(10, 75, len(steps)), 0.0)
        if fast_kmh:
            waits[(middle >= begin - 800) & (middle <= begin + FAST_M)] = 0.0
        if halt_s:  # at a bend, half a block from every crossing and what lies beside it
            special = 2 * int(rng.integers(max(1, len(steps) // 6), max(2, len(steps) // 3)))
            waits[special - 1 : special + 2] = 0.0
            waits[special] = halt_s
        return pace, waits, begin, special
