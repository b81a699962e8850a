"""Headers and cells of register files, 中文 or English, as fields of the register's record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.grids import kinds
from gridwitness.records.kinds import kind_named
from gridwitness_evidence import EncodingError, strict_json

from gridwitness_cli.truck.register_columns import given_time

KINDS = {"unit": kinds.UNIT, "grid": kinds.GRID, "address": kinds.ADDRESS}
"""KIND on the command line → kind of record, of registers of periods."""
_SHARED = {"valid_from": "生效时间 起始时间", "valid_to": "失效时间 截止时间"}
HEADERS: Mapping[str, Mapping[str, str]] = {
    "unit": {
        "unit": "单位编号 编号",
        "name": "单位名称 名称",
        "category": "单位类别 类别",
        "parent": "上级单位 上级",
        "grid": "所在网格 网格",
        "calendar": "日历",
        "hours": "工作时间",
        **_SHARED,
    },
    "grid": {
        "grid": "网格编号 网格编码 编号 adcode code",
        "category": "网格类别 类别",
        "level": "层级",
        "parent": "上级网格 上级",
        "name": "网格名称 名称",
        "unit": "负责单位 单位",
        "area": "边界 范围",
        **_SHARED,
    },
    "address": {
        "address": "地址编号 地址编码 编号",
        "parent": "上级地址 上级",
        "level": "层级",
        "name": "地址名称 名称",
        "latitude": "纬度",
        "longitude": "经度",
        "grid": "所属网格 网格",
        **_SHARED,
    },
}
"""Field → headers that stand for it beside its own name."""
_WORDS: Mapping[str, Mapping[str, str]] = {
    "unit.category": {
        "指挥中心": "centre",
        "部门": "department",
        "街道乡镇": "township",
        "街道": "township",
        "社区村": "community",
        "社区": "community",
        "企业": "enterprise",
        "队伍": "team",
    },
    "unit.calendar": {"国家日历": "cn", "每日": "none"},
    "grid.category": {"基础": "base", "专业": "professional", "部门": "department", "企业": "enterprise"},
    "grid.level": {"市": "1", "区县": "2", "街道乡镇": "3", "社区村": "4", "单元网格": "5"},
    "address.level": {
        "区县": "district",
        "街道": "street",
        "社区村": "community",
        "道路": "road",
        "小区院落": "compound",
        "楼栋": "building",
        "房间": "room",
    },
}
_DEFAULTS = {"unit.calendar": "cn", "grid.category": "base"}
_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*[-–—~至]\s*(\d{1,2}:\d{2})")


def field_names(register: str, columns: list[str]) -> dict[str, str]:
    """Column → field, of the columns that are known. Raises InvalidInput `column-twice`."""
    names = {
        header: field for field, headers in HEADERS[register].items() for header in (field, *headers.split())
    }
    found = {column: names[column.strip()] for column in columns if column.strip() in names}
    fields = [*found.values()]
    twice = sorted({field for field in fields if fields.count(field) > 1})
    if twice:
        raise InvalidInput("column-twice", f"Two columns stand for {twice[0]}.", "leave one out")
    return found


def read_given(register: str, given: tuple[str, ...] | list[str]) -> dict[str, str]:
    """`FIELD=VALUE` options. Raises InvalidInput `set-option`."""
    found = {}
    for option in given:
        field, equals, value = option.partition("=")
        if not equals or field not in HEADERS[register]:
            raise InvalidInput(
                "set-option",
                f"--set {option[:64]!r} names no field.",
                f"one of {', '.join(HEADERS[register])}",
            )
        found[field] = value
    return found


def fields_of(
    register: str, cells: Mapping[str, Any], given: Mapping[str, str], zone: tzinfo
) -> dict[str, Any]:
    """The record's fields. `cells`: field → text of a cell, or a JSON value as the record has it.

    Raises InvalidInput `cell`, naming the field.
    """
    fields: dict[str, Any] = {}
    for name, field in kind_named(KINDS[register]).fields.items():
        value = cells.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            value = given.get(name, _DEFAULTS.get(f"{register}.{name}"))
        try:
            if isinstance(value, str):
                value = _read(register, name, field.type, value.strip(), zone)
            elif isinstance(value, int | float) and field.type in ("text", "decimal"):
                value = str(value)
        except (ValueError, OverflowError, ArithmeticError, EncodingError) as error:
            raise InvalidInput("cell", f"{name}: {str(value)[:64]!r} can't be read: {error}", None) from None
        fields[name] = value
    return fields


def _read(register: str, name: str, kind: str, cell: str, zone: tzinfo) -> Any:
    cell = _WORDS.get(f"{register}.{name}", {}).get(cell, cell)
    match kind:
        case "time":
            return given_time(cell, zone, last_day=name == "valid_to")
        case "integer":
            return int(cell)
        case "object":
            return strict_json.loads(cell) if cell.startswith("{") else _hours(cell)
    return cell


def _hours(cell: str) -> dict[str, Any]:
    found = [_HOURS.fullmatch(part.strip()) for part in re.split(r"[;；,，、]", cell) if part.strip()]
    if not found or None in found:
        raise ValueError("as 08:30-12:00; 13:30-17:30, or JSON")
    return {"hours": [[m[1].zfill(5), m[2].zfill(5)] for m in found if m is not None]}
