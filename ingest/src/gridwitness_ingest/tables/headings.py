"""Which column of a file is which field: by its heading, in Chinese or English, or as it is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from gridwitness.errors import InvalidInput

_PASSAGES = """
device 设备编号 设备编码 设备id 设备 设备代码 deviceid deviceno devicecode sbbh sbbm 抓拍设备
checkpoint 卡口 卡口编号 卡口编码 卡口代码 卡口id checkpointid tollgateid kkbh kkid 点位编号
lane 车道 车道号 车道编号 laneno cdh cdbh
plate 车牌 车牌号 车牌号码 号牌号码 号牌 plateno platenumber licenseplate hphm cphm
plate_color 车牌颜色 号牌颜色 platecolour hpys cpys
plate_class 号牌种类 车牌种类 platetype hpzl
vehicle_class 车辆类型 车型 vehicletype cllx
brand 车辆品牌 品牌 vehiclebrand clpp
color 车身颜色 车辆颜色 colour vehiclecolor csys
captured_at 过车时间 抓拍时间 通过时间 经过时间 时间 time passtime captime gcsj jgsj
speed_kmh 车速 速度 行驶速度 speed clsd
reliability 置信度 可信度 识别置信度 confidence 车牌置信度
image 图片摘要 图像摘要 imagesha256 sha256
"""
_POSITIONS = """
terminal 终端 终端号 终端编号 终端手机号 sim卡号 sim simno terminalid deviceid
fixed_at 定位时间 时间 gps时间 time gpstime timestamp datetime
lat 纬度 latitude y
lon 经度 longitude lng x
speed_kmh 速度 车速 speed
direction 方向 方向角 航向 heading course bearing
mileage_km 里程 总里程 mileage odometer
alarms 报警 报警标志 alarm
status 状态 状态位
cover 密闭 顶盖 顶盖状态
lift 举升 举升状态
load 载重状态 装载率 loadpercent
weight_kg 载重 重量 weight
backfill 补传
"""
REQUIRED = {
    "passages": (("captured_at",), ("device", "checkpoint")),
    "positions": (("fixed_at",), ("terminal",), ("lat",), ("lon",)),
}
"""Of each group a file has at least one column."""


def _names(table: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for line in table.strip().splitlines():
        field, *others = line.split()
        for name in (field, *others):
            names.setdefault(plain(name), field)
    return names


def plain(heading: str) -> str:
    """A heading without what only looks different: width, case, blanks, `_`, `-`, what stands in brackets."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"[\s_\-‐]|\(.*?\)|\[.*?\]", "", folded)


NAMES = {"passages": _names(_PASSAGES), "positions": _names(_POSITIONS)}
FIELDS = {content: frozenset(names.values()) for content, names in NAMES.items()}


def fields_of(headings: Sequence[str], content: str, told: Mapping[str, str]) -> list[str | None]:
    """The field of each column, None for a column that is not read. `told`: field → heading, and goes first.

    Raises InvalidInput `field-unknown`, `column-unknown`, `column-missing`, `column-ambiguous`.
    """
    chosen: list[str | None] = [None] * len(headings)
    for field, heading in told.items():
        if field not in FIELDS[content]:
            raise InvalidInput(
                "field-unknown",
                f"{content} have no field {field!r}.",
                f"fields: {', '.join(sorted(FIELDS[content]))}",
            )
        if heading not in headings:
            raise InvalidInput(
                "column-unknown", f"The file has no column {heading!r}.", f"columns: {', '.join(headings)}"
            )
        chosen[headings.index(heading)] = field
    for place, heading in enumerate(headings):
        found = NAMES[content].get(plain(heading))
        if chosen[place] is not None or found is None or found in told:
            continue
        if found in chosen:
            raise InvalidInput(
                "column-ambiguous",
                f"{headings[chosen.index(found)]!r} and {heading!r} both look like {found}.",
                f"say which: --map {found}=…",
            )
        chosen[place] = found
    for group in REQUIRED[content]:
        if not any(field in chosen for field in group):
            raise InvalidInput(
                "column-missing",
                f"No column of the file is {' or '.join(group)}; it has {', '.join(headings)[:400]}.",
                f"name it: --map {group[0]}=<column>",
            )
    return chosen


def content_of(headings: Sequence[str]) -> str:
    """What a file with these headings holds: positions where it has places. Raises InvalidInput."""
    found = {NAMES["positions"].get(plain(heading)) for heading in headings}
    return "positions" if {"lat", "lon"} <= found else "passages"
