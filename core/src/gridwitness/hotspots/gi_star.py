"""Getis-Ord Gi* (Getis and Ord 1992) with binary weights, and which cells it finds significant.

`z = (Σ w x − x̄ W) / (S √((n W − W²)/(n − 1)))` over a cell and its neighbours, `S² = Σ x²/n − x̄²`
(docs/format.md section 21). Where nothing varies, or a neighbourhood is all there is, z is 0.
"""

from __future__ import annotations

from math import erfc, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.integer[Any]]
"""A row for each cell: positions of the cells that weigh in for it, itself among them; −1 fills up."""


def gi_star(values: Floats, neighbours: Places) -> Floats:
    """z of each cell. `values` (n), `neighbours` (n, k) as `Places` says; order of a row means nothing."""
    n = len(values)
    if n < 2 or values.min() == values.max():
        return np.zeros(n)
    mean = values.mean()
    # About the mean: S² as the difference of two large numbers would lose what varies.
    offsets = np.append(values - mean, 0.0)
    spread = sqrt(float(np.square(offsets).sum()) / n)
    weights = np.count_nonzero(neighbours >= 0, axis=1).astype(np.float64)
    above = np.zeros(n)
    for column in neighbours.T:  # −1 is the zero at the end
        above += offsets[column]
    scale = spread * np.sqrt(np.maximum(n * weights - weights * weights, 0.0) / (n - 1))
    return np.divide(above, scale, out=np.zeros(n), where=scale > 0)


def one_sided(z: Floats) -> Floats:
    """p = 1 − Φ(z): how likely so high a value is where nothing gathers."""
    return np.fromiter(map(erfc, (z / sqrt(2)).tolist()), np.float64, len(z)) / 2


def benjamini_hochberg(p: Floats, alpha: float) -> NDArray[np.bool_]:
    """Which are significant while at most `alpha` of those found are expected to be found by chance."""
    n = len(p)
    if n == 0:
        return np.zeros(0, dtype=np.bool_)
    below = np.sort(p) <= alpha * np.arange(1, n + 1) / n
    if not below.any():
        return np.zeros(n, dtype=np.bool_)
    greatest = np.sort(p)[np.flatnonzero(below)[-1]]
    return np.asarray(p <= greatest, dtype=np.bool_)
