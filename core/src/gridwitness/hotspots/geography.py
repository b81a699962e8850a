"""H3 cells as integers: parents, neighbours within one ring, and places as cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

ANOMALY_RESOLUTION = 10
"""Resolution of the cell that an anomaly's record names (docs/format.md section 20)."""


def parent(cell: int, resolution: int) -> int:
    """The cell of a coarser (or the same) resolution that holds this one."""
    return int(h3.cell_to_parent(cell, resolution))


def cell_at(lat_e6: int, lon_e6: int, resolution: int) -> int:
    """The cell of a place in millionths of a degree WGS 84."""
    return int(h3.latlng_to_cell(lat_e6 / 1e6, lon_e6 / 1e6, resolution))


def cells_at(places: Iterable[tuple[int, int]], resolution: int) -> list[int]:
    """As `cell_at`, for many."""
    return [int(h3.latlng_to_cell(lat / 1e6, lon / 1e6, resolution)) for lat, lon in places]


def ring(cell: int) -> list[int]:
    """The cells around a cell, without it: six, five around a pentagon."""
    return [int(other) for other in h3.grid_ring(cell, 1)]


def boundary(cell: int) -> list[tuple[float, float]]:
    """(longitude, latitude) of its corners in degrees, closed."""
    corners = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
    return [*corners, corners[0]]


def centre(cell: int) -> tuple[float, float]:
    """(latitude, longitude) in degrees."""
    lat, lon = h3.cell_to_latlng(cell)
    return lat, lon


def neighbours_of(cells: Sequence[int]) -> NDArray[np.int32]:
    """For `gi_star`: positions of each cell and of those around it that are among the cells."""
    positions: Mapping[int, int] = {cell: at for at, cell in enumerate(cells)}
    found: NDArray[np.int32] = np.full((len(cells), 7), -1, dtype=np.int32)
    for at, cell in enumerate(cells):
        near = [positions[other] for other in h3.grid_disk(cell, 1) if other in positions]
        found[at, : len(near)] = near
    return found


def is_cell(value: Any, resolution: int) -> bool:
    """Whether it is a cell of this resolution."""
    return isinstance(value, int) and bool(h3.is_valid_cell(value)) and h3.get_resolution(value) == resolution
