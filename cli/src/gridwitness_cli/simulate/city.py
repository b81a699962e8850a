"""The district: roads, checkpoints, sites and depots on a plane in metres; seeded, without I/O."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

WIDE_M, HIGH_M = 25_000.0, 20_000.0
LAT, LON = 36.62, 117.02
_DEGREE_M = 111_194.93
_EAST_M = _DEGREE_M * float(np.cos(np.radians(LAT)))
_COLUMNS, _ROWS = 20, 17


@dataclass(frozen=True, slots=True)
class Place:
    """A site, a dump site or a depot: beside a crossing, with half its width and height."""

    name: str
    node: int
    x: float
    y: float
    wide: float
    high: float

    def ring(self) -> list[list[int]]:
        """Its outline, closed, as registers have it: millionths of a degree, longitude first."""
        corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
        return [_e6(self.x + a * self.wide, self.y + b * self.high) for a, b in corners]


@dataclass(frozen=True, slots=True)
class Path:
    """A way: its points, how far along each is, and which checkpoints (index, metres along) stand on it."""

    x: Array
    y: Array
    along: Array
    checkpoints: tuple[tuple[int, float], ...]

    @property
    def length(self) -> float:
        """Metres."""
        return float(self.along[-1])

    def line(self) -> list[list[int]]:
        """As a corridor."""
        return [_e6(x, y) for x, y in zip(self.x, self.y, strict=True)]

    def nearest_m(self, x: float, y: float) -> float:
        """How far a place is from the way, by points 100 m apart."""
        steps = np.append(np.arange(0.0, self.length, 100.0), self.length)
        ways = np.interp(steps, self.along, self.x) - x, np.interp(steps, self.along, self.y) - y
        return float(np.hypot(*ways).min())


@dataclass
class City:
    """Crossings with their roads; each road has a bend in its middle, where a checkpoint may stand."""

    x: Array
    y: Array
    bends: dict[tuple[int, int], tuple[float, float]]
    neighbours: list[list[tuple[int, float]]]
    checkpoints: list[tuple[int, int]] = field(default_factory=list)
    _trees: dict[int, list[int]] = field(default_factory=dict)

    def checkpoint_at(self, number: int) -> tuple[float, float]:
        """Where a checkpoint stands."""
        return self.bends[self.checkpoints[number]]

    def nodes(self, start: int, end: int) -> list[int]:
        """The shortest way's crossings."""
        if start not in self._trees:
            self._trees[start] = self._tree(start)
        way = [end]
        while way[-1] != start:
            way.append(self._trees[start][way[-1]])
        return way[::-1]

    def path(self, start: Place, end: Place, via: Sequence[int] = ()) -> Path:
        """From place to place over crossings, by the shortest ways between them."""
        stations = [start.node, *via, end.node]
        nodes = stations[:1]
        for one, other in pairwise(stations):
            nodes += self.nodes(one, other)[1:]
        points, marks = [(start.x, start.y), self._node(nodes[0])], []
        numbers = {edge: n for n, edge in enumerate(self.checkpoints)}
        for one, other in pairwise(nodes):
            edge = (min(one, other), max(one, other))
            points.append(self.bends[edge])
            if edge in numbers:
                marks.append((numbers[edge], len(points) - 1))
            points.append(self._node(other))
        points.append((end.x, end.y))
        x, y = np.array(points).T
        along = np.append(0.0, np.cumsum(np.hypot(np.diff(x), np.diff(y))))
        return Path(x, y, along, tuple((number, float(along[point])) for number, point in marks))

    def _node(self, node: int) -> tuple[float, float]:
        return float(self.x[node]), float(self.y[node])

    def _tree(self, start: int) -> list[int]:
        """For each crossing the one before it on the shortest way from `start`."""
        least, before = [np.inf] * len(self.x), [-1] * len(self.x)
        least[start] = 0.0
        queue = [(0.0, start)]
        while queue:
            way, node = heapq.heappop(queue)
            if way > least[node]:
                continue
            for other, length in self.neighbours[node]:
                if way + length < least[other]:
                    least[other], before[other] = way + length, node
                    heapq.heappush(queue, (way + length, other))
        return before


def degrees(x: Array, y: Array) -> tuple[Array, Array]:
    """Latitude and longitude of places on the plane."""
    return LAT + (y - HIGH_M / 2) / _DEGREE_M, LON + (x - WIDE_M / 2) / _EAST_M


def _e6(x: float, y: float) -> list[int]:
    return [
        round((LON + (x - WIDE_M / 2) / _EAST_M) * 1e6),
        round((LAT + (y - HIGH_M / 2) / _DEGREE_M) * 1e6),
    ]


def build_city(rng: np.random.Generator, checkpoints: int) -> City:
    """Roads about 1.3 km apart, no two alike; one in twelve was never built."""
    gx = np.sort(np.linspace(0, WIDE_M, _COLUMNS) + rng.normal(0, 120, _COLUMNS))
    gy = np.sort(np.linspace(0, HIGH_M, _ROWS) + rng.normal(0, 120, _ROWS))
    x = np.tile(gx, _ROWS) + rng.normal(0, 60, _COLUMNS * _ROWS)
    y = np.repeat(gy, _COLUMNS) + rng.normal(0, 60, _COLUMNS * _ROWS)
    edges = []
    for node in range(_COLUMNS * _ROWS):
        column, row = node % _COLUMNS, node // _COLUMNS
        inner = 0 < row < _ROWS - 1 and 0 < column < _COLUMNS - 1
        if column + 1 < _COLUMNS and not (inner and rng.random() < 1 / 12):
            edges.append((node, node + 1))
        if row + 1 < _ROWS and not (inner and rng.random() < 1 / 12):
            edges.append((node, node + _COLUMNS))
    neighbours: list[list[tuple[int, float]]] = [[] for _ in x]
    bends = {}
    for a, b in edges:
        off = rng.normal(0, 40, 2)
        bend = float((x[a] + x[b]) / 2 + off[0]), float((y[a] + y[b]) / 2 + off[1])
        bends[a, b] = bend
        length = float(np.hypot(x[a] - bend[0], y[a] - bend[1]) + np.hypot(x[b] - bend[0], y[b] - bend[1]))
        neighbours[a].append((b, length))
        neighbours[b].append((a, length))
    chosen = rng.choice(len(edges), size=checkpoints, replace=False)
    return City(x, y, bends, neighbours, [edges[n] for n in sorted(chosen.tolist())])


def build_places(
    rng: np.random.Generator, city: City, sites: int, dumps: int, depots: int
) -> tuple[list[Place], list[Place], list[Place]]:
    """Construction sites, dump sites and depots, each beside a crossing of its own."""
    nodes = rng.choice(len(city.x), size=sites + dumps + depots, replace=False).tolist()
    places = []
    for n, node in enumerate(nodes):
        dump = sites <= n < sites + dumps
        off = 260.0 if dump else 170.0
        turn = rng.uniform(0.2, 1.37) + rng.integers(0, 4) * np.pi / 2
        size = (
            (rng.uniform(140, 200), rng.uniform(110, 160))
            if dump
            else (rng.uniform(60, 90), rng.uniform(50, 80))
        )
        x, y = float(city.x[node] + off * np.cos(turn)), float(city.y[node] + off * np.sin(turn))
        kind = "GD" if n < sites else "XN" if dump else "TC"
        places.append(Place(f"{kind}{n + 1:03d}", node, x, y, *map(float, size)))
    return places[:sites], places[sites : sites + dumps], places[sites + dumps :]
