"""Gi*: equal to esda, the same in any order, and never NaN."""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np
import pytest
from gridwitness.hotspots.gi_star import Floats, Places, benjamini_hochberg, gi_star, one_sided
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def grid(width: int, height: int) -> Places:
    """Rook neighbours on a grid, each cell among its own."""
    rows = []
    for at in range(width * height):
        x, y = at % width, at // width
        near = [at]
        near += [at - 1] if x > 0 else []
        near += [at + 1] if x < width - 1 else []
        near += [at - width] if y > 0 else []
        near += [at + width] if y < height - 1 else []
        rows.append(near + [-1] * (5 - len(near)))
    return np.array(rows)


def by_hand(values: Floats, neighbours: Places) -> list[float]:
    """The formula as it is printed."""
    n, mean = len(values), sum(values) / len(values)
    spread = sqrt(sum(x * x for x in values) / n - mean**2)
    scores = []
    for row in neighbours:
        near = [values[at] for at in row if at >= 0]
        weight = len(near)
        scores.append((sum(near) - mean * weight) / (spread * sqrt((n * weight - weight**2) / (n - 1))))
    return scores


def test_a_grid_by_hand() -> None:
    values = np.array([0.0, 0, 0, 0, 9, 1, 0, 0, 2])
    z = gi_star(values, grid(3, 3))
    assert z == pytest.approx(by_hand(values, grid(3, 3)))
    # x̄ = 4/3, S² = 86/9 − 16/9; the middle has five cells that sum to 10.
    assert z[4] == pytest.approx((10 - 5 * 4 / 3) / (sqrt(70 / 9) * sqrt((9 * 5 - 25) / 8)))
    assert int(z.argmax()) == 5 and z[0] < 0


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_esda_says(seed: int) -> None:
    esda, weights = pytest.importorskip("esda"), pytest.importorskip("libpysal.weights")
    values = np.random.default_rng(seed).poisson(1 + seed, 400).astype(float)
    near = grid(20, 20)
    w = weights.W({at: [o for o in row if o >= 0 and o != at] for at, row in enumerate(near.tolist())})
    found = esda.G_Local(values, w, star=True, transform="B", permutations=0)
    assert np.abs(gi_star(values, near) - found.Zs).max() < 1e-9


def test_conditional_permutations_agree_with_the_analytic_p() -> None:
    """The oracle: the cell keeps its value, the others change places; skewed counts agree roughly only."""
    random = np.random.default_rng(7)
    values = random.normal(10, 2, 100)
    values[44:47] += 4
    near = grid(10, 10)
    z, at = gi_star(values, near), 45
    others = np.delete(values, at)
    size = int((near[at] >= 0).sum()) - 1
    draws = np.array([random.choice(others, size, replace=False).sum() for _ in range(4_000)]) + values[at]
    observed = values[near[at][near[at] >= 0]].sum()
    permuted = (1 + (draws >= observed).sum()) / (1 + len(draws))
    conditional = (observed - draws.mean()) / draws.std()
    assert z[at] > 2 and permuted < 0.05
    assert erfc(conditional / sqrt(2)) / 2 == pytest.approx(permuted, abs=0.02)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 1_000), min_size=16, max_size=16), st.permutations(range(16)))
def test_the_order_of_cells_means_nothing(values: list[int], order: list[int]) -> None:
    near = grid(4, 4)
    given_values = np.array(values, dtype=float)
    moved_to = {old: new for new, old in enumerate(order)}
    moved = np.array([[moved_to[o] if o >= 0 else -1 for o in near[old][::-1]] for old in order])
    assert gi_star(given_values[order], moved) == pytest.approx(gi_star(given_values, near)[order], abs=1e-9)


@pytest.mark.parametrize("values", [[], [5.0], [0.1] * 9, [0.0] * 9])
def test_where_nothing_varies_nothing_stands_out(values: list[float]) -> None:
    near = grid(len(values), 1) if values else np.zeros((0, 5), dtype=int)
    z = gi_star(np.array(values), near)
    assert z.tolist() == [0.0] * len(values)
    assert one_sided(z).tolist() == [0.5] * len(values)
    assert not benjamini_hochberg(one_sided(z), 0.05).any()


def test_a_neighbourhood_of_everything_has_no_surroundings() -> None:
    assert gi_star(np.array([1.0, 5.0]), np.array([[0, 1], [1, 0]])).tolist() == [0.0, 0.0]


def test_benjamini_hochberg_by_hand() -> None:
    p = np.array([0.9, 0.001, 0.039, 0.041, 0.008])
    # Limits at 0.05: 0.01, 0.02, 0.03, 0.04, 0.05; the second smallest is the last below its own.
    assert benjamini_hochberg(p, 0.05).tolist() == [False, True, False, False, True]
    # The last one below its limit takes those before it with it.
    assert benjamini_hochberg(np.array([0.04, 0.045, 0.049]), 0.05).all()
    assert benjamini_hochberg(np.array([]), 0.05).tolist() == []
