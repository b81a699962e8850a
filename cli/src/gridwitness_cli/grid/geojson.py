"""Outlines from GeoJSON (RFC 7946) as grids: any datum, and what crosses itself is mended and told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from gridwitness.coordinates import to_wgs84
from gridwitness.errors import InvalidInput
from gridwitness_ingest.row import BadRow, Row

from gridwitness_cli.grid.whole_file import read_whole

_MILLION = 1_000_000
_CITY_DIGITS = 4


def is_geojson(file: Path) -> bool:
    """By its name."""
    return {suffix.lower() for suffix in file.suffixes[-2:]} & {".geojson", ".json"} != set()


def outlines(file: Path, datum: str, mended: list[str]) -> Iterator[Row | BadRow]:
    """A row of each feature: its properties, and `area` in millionths of a degree WGS 84; `line` counts
    features. Names of what was mended go to `mended`. Raises InvalidInput `geojson-invalid`.
    """
    try:
        document = json.loads(read_whole(file))
    except (ValueError, RecursionError) as error:
        raise InvalidInput("geojson-invalid", f"{file}: {error}", None) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise InvalidInput("geojson-invalid", f"{file} is no FeatureCollection.", "see RFC 7946")
    for number, feature in enumerate(features, 1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        cells = _cells(properties if isinstance(properties, dict) else {})
        try:
            shape, changed = _shape(feature["geometry"], datum)
        except (KeyError, TypeError, ValueError, InvalidInput, shapely.errors.ShapelyError) as error:
            yield BadRow(number, str(cells)[:4096], f"no polygon: {error}")
            continue
        if changed:
            mended.append(str(cells.get("name", cells.get("grid", number))))
        values: dict[str, Any] = {**cells, "area": shape}
        yield Row(number, values)


def _cells(properties: dict[str, Any]) -> dict[str, Any]:
    """Properties as cells; `{"adcode": …}` as a parent is its code, a city's by four digits."""
    cells = {name: value for name, value in properties.items() if not isinstance(value, dict | list)}
    parent = properties.get("parent")
    if isinstance(parent, dict) and "adcode" in parent:
        code = str(parent["adcode"])
        cells["parent"] = code[:_CITY_DIGITS] if code.endswith("00") else code
    return {name: value for name, value in cells.items() if not (name == "level" and isinstance(value, str))}


def _shape(geometry: dict[str, Any], datum: str) -> tuple[dict[str, Any], bool]:
    """The area, and whether it had to be mended."""
    found = shapely.geometry.shape(geometry)
    if found.geom_type not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"a {found.geom_type}")

    def millionths(points: Any) -> Any:
        lat, lon = to_wgs84(points[:, 1], points[:, 0], datum)
        if np.isnan(lat).any():
            raise ValueError("coordinates that are no place")
        return np.column_stack([np.rint(lon * _MILLION), np.rint(lat * _MILLION)])

    exact = shapely.transform(found, millionths)
    whole = exact.is_valid
    if not whole:
        # Mending crosses sides anew, which are no whole millionths: round, and see that it stays whole.
        exact = shapely.set_precision(shapely.make_valid(exact), 1)
    parts = [part for part in shapely.get_parts(exact) if part.geom_type == "Polygon"]
    parts = [piece for part in parts for piece in shapely.get_parts(part)]
    if not parts:
        raise ValueError("nothing is left of it")
    return {"polygons": [[_ring(ring) for ring in (p.exterior, *p.interiors)] for p in parts]}, not whole


def _ring(ring: Any) -> list[list[int]]:
    return [[int(x), int(y)] for x, y in ring.coords]
