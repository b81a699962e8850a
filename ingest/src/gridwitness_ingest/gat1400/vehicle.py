"""One MotorVehicle object read: what becomes a passage, by a closed list of members, or why it can not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gridwitness.coordinates import NULL, check_place, to_wgs84
from gridwitness.errors import InvalidInput
from gridwitness.plates import cleaned, color_of_gat, is_absent, is_plate, look_alikes

from gridwitness_ingest.gat1400.dropping import image_kind, plain_name
from gridwitness_ingest.gat1400.told_time import told_time

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_LEAD = timedelta(hours=24)
"""A passage may not lie further ahead of its receipt: some device's clock is set to another year."""

VEHICLE_COLORS = {1: "黑", 2: "白", 3: "灰", 4: "红", 5: "蓝", 6: "黄", 7: "橙", 8: "棕", 9: "绿", 10: "紫",
                  11: "青", 12: "粉", 13: "透明", 99: "其他"}  # fmt: skip

_PICTURE = re.compile(r"sha256:([0-9a-f]{64})")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_YES, _NO = frozenset({"1", "true", "yes", "是"}), frozenset({"0", "2", "false", "no", "否"})
_MARKS = (("isdecked", 1), ("isaltered", 2), ("iscovered", 4))
_SMALLINT = 32_767


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an object is no passage: a stable code, and what is wrong with it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A passage as its device tells it. Place: WGS 84 degrees, where the object has one; `identifier`: its
    MotorVehicleID. The rest as `trucks.frames.PASSAGE_COLUMNS`.
    """

    identifier: str | None
    device: str | None
    checkpoint: str | None
    lane: int | None
    plate: str | None
    plate_color: str | None
    vehicle_class: str | None
    brand: str | None
    color: str | None
    captured_at: datetime
    speed_kmh: int | None
    reliability: int | None
    marks: int
    images: str | None
    place: tuple[float, float] | None


def read_vehicle(value: Any, datum: str, now: datetime | None = None) -> Vehicle | Refused:
    """Read an object. `now`: its receipt, where times beyond it are to be refused.

    Codes: `object-malformed`, `time-invalid`, `time-future`, `plate-invalid`, `device-missing`,
    `coordinate-range`.
    """
    if not isinstance(value, dict) or not value:
        return Refused("object-malformed", "no object lies where a motor vehicle should")
    told = {plain_name(name): part for name, part in value.items()}
    captured = _captured(told, now)
    plate = _plate(told)
    place = _place(told, datum)
    for part in (captured, plate, place):
        if isinstance(part, Refused):
            return part
    assert (
        isinstance(captured, datetime) and not isinstance(plate, Refused) and not isinstance(place, Refused)
    )
    device, checkpoint = _text(told.get("deviceid")), _text(told.get("tollgateid"))
    if device is None and checkpoint is None:
        return Refused("device-missing", "neither DeviceID nor TollgateID is told")
    plate_class = _class(told.get("plateclass"))
    return Vehicle(
        identifier=_text(told.get("motorvehicleid")),
        device=device,
        checkpoint=checkpoint,
        lane=_integer(told.get("laneno"), -_SMALLINT, _SMALLINT),
        plate=plate,
        plate_color=color_of_gat(_text(told.get("platecolor")), plate_class),
        vehicle_class=plate_class or _text(told.get("vehicleclass")),
        brand=_text(told.get("vehiclebrand")),
        color=_color(told.get("vehiclecolor")),
        captured_at=captured,
        speed_kmh=_integer(told.get("speed"), 0, 500),
        reliability=_reliability(told.get("platereliability")),
        marks=sum(bit for name, bit in _MARKS if _flag(told.get(name))),
        images=_images(told),
        place=place,
    )


def _captured(told: Mapping[str, Any], now: datetime | None) -> datetime | Refused:
    named = next(
        ((name, told[name]) for name in ("passtime", "appeartime", "marktime") if told.get(name)), None
    )
    if named is None:
        return Refused("time-invalid", "no PassTime is told")
    captured = told_time(named[1])
    if captured is None or captured < EARLIEST:
        return Refused("time-invalid", f"PassTime {_short(named[1])} is no time")
    if now is not None and captured > now + LONGEST_LEAD:
        return Refused("time-future", f"PassTime {_short(named[1])} is more than a day after its receipt")
    return captured


def _plate(told: Mapping[str, Any]) -> str | Refused | None:
    number = _text(told.get("plateno")) or _text(told.get("platenumber"))
    if number is None or is_absent(number) or _flag(told.get("hasplate")) is False:
        return None
    plate = cleaned(number)
    if is_plate(plate):
        return plate
    alike = sorted(look_alikes(plate))[:4]
    candidates = f"; it may stand for {', '.join(alike)}" if alike else ""
    return Refused("plate-invalid", f"{_short(number)} is no plate{candidates}")


def _place(told: Mapping[str, Any], datum: str) -> tuple[float, float] | Refused | None:
    """A checkpoint's place is its register's; one that the object tells must be one all the same, for a
    device that is set up wrong tells other things wrong as well. (0, 0) is what cameras without GPS tell.
    """
    lat, lon = _number(told.get("latitude")), _number(told.get("longitude"))
    if lat is None or lon is None:
        return None
    try:
        check_place(lat, lon)
        return to_wgs84(lat, lon, datum)
    except InvalidInput as error:
        return None if error.code == NULL else Refused(error.code, error.message)


def _images(told: Mapping[str, Any]) -> str | None:
    pictures = []
    for image in _objects(told.get("subimagelist")):
        parts = {plain_name(name): part for name, part in image.items()}
        found = _PICTURE.fullmatch(str(parts.get("data")))
        kind = image_kind(parts.get("type"))
        if found and kind:
            pictures.append({"sha256": found[1], "kind": kind})
    return json.dumps(pictures[:16], separators=(",", ":")) if pictures else None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Sub-images, whatever their envelopes are called."""
    if isinstance(value, list):
        for part in value:
            yield from _objects(part)
    elif isinstance(value, dict):
        if any(plain_name(name) in ("data", "imageid") for name in value):
            yield value
            return
        for part in value.values():
            yield from _objects(part)


def _text(value: Any) -> str | None:
    """A word of at most 64 characters, also from a number; None for anything else, and for nothing."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    return text if 0 < len(text) <= 64 and not _UNPRINTABLE.search(text) else None


def _number(value: Any) -> float | None:
    text = _text(value)
    if text is None or "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _integer(value: Any, least: int, most: int) -> int | None:
    number = _number(value)
    return round(number) if number is not None and least <= number <= most else None


def _flag(value: Any) -> bool | None:
    text = str(value).strip().lower() if isinstance(value, bool | int | str) else ""
    return True if text in _YES else False if text in _NO else None


def _class(value: Any) -> str | None:
    """PlateClass in two digits; 00 and 99 tell nothing."""
    text = _text(value)
    if text is None or text.strip("0") == "" or text == "99":
        return None
    return text.zfill(2)


def _color(value: Any) -> str | None:
    text = _text(value)
    if text is None or not (text.isascii() and text.isdigit()):
        return text.removesuffix("色") if text else None
    return VEHICLE_COLORS.get(int(text[:4]))


def _reliability(value: Any) -> int | None:
    """0-100; some tell a share of one."""
    number = _number(value)
    if number is not None and 0 < number < 1:
        number *= 100
    return round(number) if number is not None and 0 <= number <= 100 else None


def _short(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 40 else text[:40] + "…")
