"""Gi* of a city's cells, beside `esda` on the same values and the same weights."""

from __future__ import annotations

import time
from importlib.util import find_spec
from statistics import median
from typing import Any

import h3.api.basic_int as h3
import numpy as np
from gridwitness.hotspots.geography import neighbours_of
from gridwitness.hotspots.gi_star import Floats, Places, gi_star

from gridwitness_cli.bench.measurement import Measurement

_MIDDLE = (30.25, 120.2)
_RESOLUTION = 8
_SEED = 20_261_118
_ALIKE = 1e-9


def gi_star_row(count: int, repeats: int) -> Measurement:
    """Cells a second: z-values of `count` cells in one piece, from values and neighbours that are there.

    `esda` is a tool of development: where it is not installed, the row says so. Raises ValueError where the
    two do not say the same.
    """
    cells = _cells(count)
    neighbours = neighbours_of(cells)
    values = np.random.default_rng(_SEED).poisson(3, count).astype(np.float64)
    ours = []
    for _ in range(max(repeats, 3)):
        began = time.perf_counter()
        scores = gi_star(values, neighbours)
        ours.append(count / (time.perf_counter() - began))
    name = f"Gi* of {count:,} cells / 高发区域统计"
    if find_spec("esda") is None:
        return Measurement(f"{name} (esda is not installed)", median(ours), "cells/s")
    beside = count / _esda(values, neighbours, scores)
    return Measurement(name, median(ours), "cells/s", "esda G_Local, star, binary", beside)


def _cells(count: int) -> list[int]:
    """So many cells in one piece, ascending."""
    rings = 0
    while 3 * rings * (rings + 1) + 1 < count:
        rings += 1
    return sorted(h3.grid_disk(h3.latlng_to_cell(*_MIDDLE, _RESOLUTION), rings))[:count]


def _esda(values: Floats, neighbours: Places, scores: Floats) -> float:
    """Seconds that `esda` takes, its weights already made."""
    from esda.getisord import G_Local  # noqa: PLC0415 - a tool of development
    from libpysal.weights import W  # noqa: PLC0415

    rows: list[list[Any]] = neighbours.tolist()
    near = {at: [other for other in row if other >= 0 and other != at] for at, row in enumerate(rows)}
    weights = W(near, silence_warnings=True)
    began = time.perf_counter()
    found = G_Local(values, weights, star=True, transform="B", permutations=0)
    seconds = time.perf_counter() - began
    if float(np.abs(found.Zs - scores).max()) > _ALIKE:
        raise ValueError("esda has other z-values")
    return seconds
