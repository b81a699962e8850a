"""Headers and cells of register files, 中文 or English, as fields of the register's record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records.kinds import is_time, kind_named
from gridwitness.trucks import kinds
from gridwitness.trucks.plates import COLORS, normalise
from gridwitness_evidence import EncodingError, strict_json

REGISTERS = {
    "carrier": kinds.CARRIER,
    "truck": kinds.TRUCK,
    "site": kinds.SITE,
    "checkpoint": kinds.CHECKPOINT,
    "permit": kinds.PERMIT,
    "terminal": kinds.TERMINAL,
}
"""KIND on the command line → kind of record."""

_SHARED = {"valid_from": "生效时间 有效期起 起始时间", "valid_to": "失效时间 有效期止 截止时间"}
HEADERS: Mapping[str, Mapping[str, str]] = {
    "carrier": {
        "carrier": "运输单位编号 单位编号",
        "name": "名称 单位名称",
        "licence": "许可证号",
        **_SHARED,
    },
    "truck": {
        "plate": "号牌 车牌 车牌号 号牌号码",
        "plate_color": "号牌颜色 车牌颜色",
        "carrier": "运输单位 运输单位编号",
        "vehicle_class": "车辆类型",
        "brand": "品牌 车辆品牌",
        "color": "车身颜色",
        "rated_kg": "核定载质量 核定载质量kg",
        **_SHARED,
    },
    "site": {
        "site": "编号 工地编号 消纳场编号",
        "category": "类别 类型",
        "name": "名称",
        "area": "范围 边界",
        **_SHARED,
    },
    "checkpoint": {
        "checkpoint": "编号 卡口编号",
        "name": "名称 卡口名称",
        "device": "设备编号 设备",
        "latitude": "纬度",
        "longitude": "经度",
        "datum": "坐标系",
        "road": "道路",
        "direction": "方向",
        **_SHARED,
    },
    "permit": {
        "permit": "核准编号 核准文号 编号",
        "version": "版本",
        "carrier": "运输单位 运输单位编号",
        "plates": "号牌 车辆",
        "site": "工地 工地编号",
        "dumps": "消纳场 消纳场编号",
        "checkpoints": "卡口",
        "corridor": "路线 运输路线",
        "windows": "运输时间 时段",
        "state": "状态",
        **_SHARED,
    },
    "terminal": {"terminal": "终端编号 终端号 终端", "plate": "号牌 车牌 车牌号", **_SHARED},
}
"""Field → headers that stand for it beside its own name."""

_WORDS = {
    "category": {"工地": "construction", "消纳场": "dump"},
    "state": {"": "valid", "有效": "valid", "撤销": "revoked"},
    "plate_color": {zh: word for word, zh in COLORS.items()} | {"绿": "green"},
}
_DEFAULTS = {"version": "1", "state": "valid", "windows": '{"windows": []}'}
_PARTS = re.compile(r"[;；、,，|\s]+")
_WINDOW = re.compile(r"(\d{1,2}:\d{2})\s*[-–—~至]\s*(\d{1,2}:\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MILLION = 1_000_000


def field_names(register: str, columns: list[str]) -> dict[str, str]:
    """Column → field, of the columns that are known. Raises InvalidInput `column-missing`, `column-twice`."""
    names = {
        header: field for field, headers in HEADERS[register].items() for header in (field, *headers.split())
    }
    found = {column: names[column.strip()] for column in columns if column.strip() in names}
    fields = [*found.values()]
    twice = sorted({field for field in fields if fields.count(field) > 1})
    if twice:
        raise InvalidInput("column-twice", f"Two columns stand for {twice[0]}.", "leave one out")
    wanted = kind_named(REGISTERS[register]).fields
    missing = [n for n, f in wanted.items() if f.required and n not in fields and n not in _DEFAULTS]
    if missing:
        also = HEADERS[register].get(missing[0], "").split()
        raise InvalidInput(
            "column-missing",
            f"No column stands for {missing[0]}.",
            f"name it {' or '.join((missing[0], *also))}",
        )
    return found


def fields_of(register: str, cells: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    """The record's fields. `cells`: field → text of a cell, or a JSON value as the record has it.

    Raises InvalidInput `cell`, naming the field.
    """
    fields: dict[str, Any] = {}
    for name, field in kind_named(REGISTERS[register]).fields.items():
        value = cells.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            value = _DEFAULTS.get(name)
        if isinstance(value, str):
            try:
                value = _read(name, field.type, value.strip(), zone)
            except (ValueError, OverflowError, ArithmeticError, EncodingError) as error:
                raise InvalidInput("cell", f"{name}: {value[:64]!r} can't be read: {error}", None) from None
        fields[name] = value
    return fields


def _read(name: str, kind: str, cell: str, zone: tzinfo) -> Any:
    if name in _WORDS:
        return _WORDS[name].get(cell.removesuffix("色"), cell)
    match kind:
        case "time":
            return given_time(cell, zone, last_day=name == "valid_to")
        case "texts":
            parts = [part for part in _PARTS.split(cell) if part]
            return [normalise(part) or part for part in parts] if name == "plates" else parts
        case "integer":
            return int(cell)
        case "object":
            return _object(name, cell)
    return normalise(cell) or cell if name == "plate" else cell


def _object(name: str, cell: str) -> Any:
    if cell.startswith("{"):
        return strict_json.loads(cell)
    return _windows(cell) if name == "windows" else _shape(cell, closed=name == "area")


def given_time(cell: str, zone: tzinfo, *, last_day: bool) -> str:
    """A date alone is its beginning, and as a last day its end: 有效期至 names the last day."""
    if is_time(cell):
        return cell
    if _DATE.fullmatch(cell):
        moment = datetime.combine(date.fromisoformat(cell) + timedelta(days=last_day), time(), zone)
    else:
        moment = datetime.fromisoformat(cell)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def _windows(cell: str) -> dict[str, Any]:
    found = [_WINDOW.fullmatch(part.strip()) for part in re.split(r"[;；,，、]", cell) if part.strip()]
    if None in found:
        raise ValueError("as 21:00-06:00; 12:00-14:00, or JSON")
    return {"windows": [{"from": m[1].zfill(5), "to": m[2].zfill(5)} for m in found if m is not None]}


def _shape(cell: str, *, closed: bool) -> dict[str, Any]:
    """`lon lat; lon lat; …` in degrees WGS 84; a ring need not repeat its first point."""
    points = [
        [_millionths(degrees) for degrees in re.split(r"[,，\s]+", point.strip())]
        for point in re.split(r"[;；]", cell)
        if point.strip()
    ]
    if closed and points and points[0] != points[-1]:
        points.append(points[0])
    return {"ring" if closed else "line": points}


def _millionths(cell: str) -> int:
    try:
        return int((Decimal(cell) * _MILLION).to_integral_value())
    except InvalidOperation:
        raise ValueError(f"{cell!r} is no number of degrees") from None
