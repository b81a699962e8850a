"""Bodies decoded: for an engineer at a terminal (`gridwitness ingest decode gat1400`). No platform needed."""

from __future__ import annotations

from typing import Any

from gridwitness_ingest.gat1400.body import UnreadableBodyError, read_body
from gridwitness_ingest.gat1400.envelopes import has_envelope, vehicles
from gridwitness_ingest.gat1400.told_time import rfc3339
from gridwitness_ingest.gat1400.vehicle import Refused, Vehicle, read_vehicle

Problem = dict[str, str]


def decode_body(raw: bytes, datum: str = "WGS84") -> tuple[list[dict[str, Any]], Problem | None]:
    """The passages of an upload or a notification, and the first thing that could not be read.

    `datum`: of the places in it; items have WGS 84 degrees, null where none are told.
    """
    try:
        body = read_body(raw)
    except UnreadableBodyError as error:
        return [], {"code": error.args[0], "detail": error.args[1]}
    items: list[dict[str, Any]] = []
    problem: Problem | None = None
    for place, value in enumerate(vehicles(body.tree)):
        vehicle = read_vehicle(value, datum)
        if isinstance(vehicle, Vehicle):
            items.append(_item(vehicle))
        elif problem is None:
            problem = _problem(place, vehicle)
    if not items and problem is None and not has_envelope(body.tree):
        problem = {"code": "objects-missing", "detail": "no motor vehicle objects are in it"}
    return items, problem


def _item(vehicle: Vehicle) -> dict[str, Any]:
    lat, lon = vehicle.place or (None, None)
    return {
        "time": rfc3339(vehicle.captured_at),
        "lat": None if lat is None else round(lat, 7),
        "lon": None if lon is None else round(lon, 7),
        "plate": vehicle.plate,
        "plate_color": vehicle.plate_color,
        "checkpoint": vehicle.checkpoint,
        "device": vehicle.device,
        "lane": vehicle.lane,
    }


def _problem(place: int, refused: Refused) -> Problem:
    return {"code": refused.code, "detail": f"object {place}: {refused.detail}"}
