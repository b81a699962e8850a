"""A snapshot as people and maps read it: rows of the report, GeoJSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..durable_file import write_atomically
from .board_reader import PublishedIn
from .cells import Cell


def snapshot_json(one: PublishedIn, cells: list[Cell]) -> dict[str, Any]:
    """A snapshot for the report's `subject`."""
    published = one.published
    return {
        "agency": published.agency,
        "number": published.number,
        "family": published.family,
        "period_from": _instant(published.period_from),
        "period_to": _instant(published.period_to),
        "published": _instant(one.time),
        "block": one.header.number,
        "resolution": published.resolution,
        "rules": published.rules.hex(),
        "method": published.method.hex(),
        "inputs": published.inputs.hex(),
        "head": published.head.hex(),
        "result": published.result.hex(),
        "cells": [_properties(cell) for cell in cells],
    }


def write_geojson(path: Path, shown: list[tuple[PublishedIn, list[Cell]]]) -> None:
    """A FeatureCollection of the shown cells, in longitude and latitude. Raises Unusable."""
    from h3.api import basic_int as h3  # noqa: PLC0415 - only who wants a map needs it

    features = []
    for one, cells in shown:
        published = one.published
        of = {"agency": published.agency, "number": published.number, "family": published.family}
        for cell in cells:
            corners = [[round(lon, 7), round(lat, 7)] for lat, lon in h3.cell_to_boundary(cell.cell)]
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]},
                    "properties": {**of, **_properties(cell)},
                }
            )
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=True, indent=1)
    write_atomically(path, content.encode() + b"\n")


def _properties(cell: Cell) -> dict[str, Any]:
    return {
        "cell": f"{cell.cell:x}",
        "anomalies": cell.anomalies,
        "trucks": cell.trucks,
        "per_10000": cell.rate,
        "z_hundredths": cell.z,
        "significant": cell.significant,
        "hours": cell.hour_list,
        "rules": cell.rule_list,
    }


def _instant(unix_seconds: int) -> str:
    try:
        return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(unix_seconds)
