"""Where a truck is with respect to what the registers draw: sites, and the corridors of permits.

Distances are measured on a plane that touches the earth at the shape, so that a shape alone decides them.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.tracks.track import Array

_DEGREE_M = 111_194.93


def distance_m(shape: BaseGeometry, lat: Array, lon: Array) -> Array:
    """Metres from places (degrees) to a shape of (longitude, latitude); 0 inside an area."""
    if not len(lat):
        return np.zeros(0)
    west, south, _, north = shape.bounds
    east_m, north_m = _DEGREE_M * np.cos(np.radians((south + north) / 2)), _DEGREE_M
    plane = shapely.transform(shape, lambda at: (at - [west, south]) * [east_m, north_m])
    points = shapely.points((lon - west) * east_m, (lat - south) * north_m)
    shapely.prepare(plane)
    found: Array = shapely.distance(plane, points)
    return found


def site_of(
    book: Book, lat: Array, lon: Array, at: pl.Series, margin_m: float, category: str | None
) -> Array:
    """The nearest registered site that each place lies in, or within the margin of; None outside of all."""
    sites = book.sites if category is None else book.sites.filter(pl.col("category") == category)
    found, nearest = np.full(len(lat), None, dtype=object), np.full(len(lat), np.inf)
    for site, since, until in sites.sort("site").select("site", "valid_from", "valid_to").iter_rows():
        area = book.area(site, since)
        if area is None:
            continue
        held = _box(area.bounds, lat, lon, margin_m) & (at >= since).to_numpy()
        if until is not None:
            held &= (at < until).to_numpy()
        if held.any():
            away = np.full(len(lat), np.inf)
            away[held] = distance_m(area, lat[held], lon[held])
            closer = (away <= margin_m) & (away < nearest)
            found[closer], nearest[closer] = site, away[closer]
    return found


def _box(bounds: tuple[float, float, float, float], lat: Array, lon: Array, margin_m: float) -> Array:
    """Which places may lie within the margin of these bounds, cheaply."""
    west, south, east, north = bounds
    high = margin_m / _DEGREE_M
    wide = high / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.01)
    inside: Array = (
        (lat >= south - high) & (lat <= north + high) & (lon >= west - wide) & (lon <= east + wide)
    )
    return inside
