"""Files that two nights leave behind: the registers as an office keeps them, and what checkpoints saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridwitness_cli.demo.anomalies import CHECKPOINT, PLATE_SPILLING, PLATE_UNLICENSED, REVIEWS

FEED = "hz-kakou"
_SINCE = "2026-01-01"
_CHECKPOINTS = {
    "K017": (CHECKPOINT, 30.3312, 120.1871),
    "K021": ("330106-K021", 30.4010, 120.3020),
    "K030": ("330106-K030", 30.3000, 120.1600),
    "K031": ("330106-K031", 30.2600, 120.2100),
    "K032": ("330106-K032", 30.2300, 120.1300),
    "K003": ("330108-K003", 30.1850, 120.2600),
}
"""K017 lies apart from the places of the other anomalies: one hidden cell beside it would hide it, too."""
_CARRIERS = ("C01", "C02", "C03", "C04")
_FLEET = tuple(f"浙A·6T{number:03}" for number in range(12))
_OFF_ROUTE, _CLONED = REVIEWS[1].plate, REVIEWS[2].plate


@dataclass(frozen=True, slots=True)
class Seen:
    """One truck at one checkpoint, local time."""

    at: datetime
    checkpoint: str
    plate: str


def register_files() -> dict[str, str]:
    """CSV by register, in the order in which they refer to each other."""
    carriers = [f"{number},示范渣土运输{number}公司,{_SINCE}" for number in _CARRIERS]
    trucks = [f"{plate},黄,{carrier_of(plate)},{_SINCE}" for plate in _plates()]
    sites = [
        f"S01,工地,城北工地,120.160 30.325; 120.164 30.325; 120.164 30.329,{_SINCE}",
        f"D01,消纳场,江东消纳场,120.300 30.250; 120.304 30.250; 120.304 30.254,{_SINCE}",
    ]
    checkpoints = [
        f"{number},{number} 卡口,{device},{latitude},{longitude},WGS84,{_SINCE}"
        for number, (device, latitude, longitude) in _CHECKPOINTS.items()
    ]
    return {
        "carrier": _table("单位编号,名称,生效时间", carriers),
        "truck": _table("号牌,号牌颜色,运输单位,生效时间", trucks),
        "site": _table("编号,类别,名称,范围,生效时间", sites),
        "checkpoint": _table("卡口编号,名称,设备,纬度,经度,坐标系,生效时间", checkpoints),
        "permit": _table("核准编号,运输单位,号牌,工地,消纳场,卡口,运输时间,生效时间,失效时间", [*_permits()]),
    }


def passage_file(seen_at: datetime) -> str:
    """CSV of all passages of the day before and of the day of `seen_at`, a local time."""
    seen = sorted(_seen(seen_at), key=lambda one: (one.at, one.plate))
    rows = [
        f"{_CHECKPOINTS[one.checkpoint][0]},{one.plate},黄,01,{one.at:%Y-%m-%d %H:%M:%S},1,42,97"
        for one in seen
    ]
    return _table("设备编号,号牌号码,号牌颜色,号牌种类,过车时间,车道号,车速,可信度", rows)


def carrier_of(plate: str) -> str:
    """Every fourth truck is the same company's."""
    return _CARRIERS[_plates().index(plate) % len(_CARRIERS)]


def _plates() -> tuple[str, ...]:
    return (*_FLEET, PLATE_UNLICENSED, _OFF_ROUTE, _CLONED, PLATE_SPILLING)


def _permits() -> Iterator[str]:
    everywhere = "、".join(_CHECKPOINTS)
    for number, carrier in enumerate(_CARRIERS):
        plates = [
            p for p in _plates() if carrier_of(p) == carrier and p not in (PLATE_UNLICENSED, _OFF_ROUTE)
        ]
        named = "、".join(plates)
        yield f"HZ2026-{number},{carrier},{named},S01,D01,{everywhere},21:00-06:00,{_SINCE},2026-12-31"
    yield f"HZ2026-9,{carrier_of(_OFF_ROUTE)},{_OFF_ROUTE},S01,D01,K017、K030,21:00-06:00,{_SINCE},2026-12-31"


def _seen(seen_at: datetime) -> Iterator[Seen]:
    """A lawful night; then a noon at which half the fleet drives, and the four trucks of the reviews."""
    noon = seen_at.replace(hour=12, minute=30)
    night = noon - timedelta(hours=15)
    for number, plate in enumerate(_FLEET):
        for turn, checkpoint in enumerate(("K017", "K021", "K030", "K031", "K032")):
            yield Seen(night + timedelta(minutes=40 * turn + 2 * number), checkpoint, plate)
        if number < 8:
            for turn in range(2):
                yield Seen(noon + timedelta(minutes=40 * turn + 3 * number), "K017", plate)
    for turn in range(2):
        yield Seen(noon.replace(hour=7, minute=20 + 35 * turn), "K017", PLATE_SPILLING)
        yield Seen(noon.replace(hour=22, minute=15 + 35 * turn), "K021", _OFF_ROUTE)
        yield Seen(noon.replace(hour=22 + turn, minute=0), "K017", _CLONED)
        yield Seen(noon.replace(hour=22 + turn, minute=4), "K003", _CLONED)
        yield Seen(seen_at + timedelta(minutes=12 * turn), "K017", PLATE_UNLICENSED)


def _table(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"
