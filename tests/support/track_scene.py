"""A truck's fixes and its registers from few words, on a plane of metres east and north of one place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from gridwitness.trucks.detection.findings import SCENE_MANIFESTS, SCENE_POSITIONS, Scene
from gridwitness.trucks.detection.rules_document import TruckRules, bundled_rules
from gridwitness_cli.simulate.arrivals import Record
from gridwitness_cli.simulate.memory import book_of

BEGIN = datetime(2026, 3, 2, 22, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
"""A Monday evening."""
PLATE = "鲁AT0001"
LONG_AGO, LATER = "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"
SITE, DUMP, OTHER_DUMP = (0.0, 0.0), (12_000.0, 0.0), (12_000.0, 6_000.0)
_LAT_M, _LON_M = 8.9932, 11.2085  # millionths of a degree for a metre at 36.65 N


def place(east_m: float, north_m: float) -> tuple[int, int]:
    """Latitude and longitude in millionths of a degree."""
    return 36_650_000 + round(north_m * _LAT_M), 117_000_000 + round(east_m * _LON_M)


class Journey:
    """Fixes as a truck drives; `load`, `cover`, `lift`, `acc`, `weight_kg`, `alarms` as they are set."""

    def __init__(self, plate: str = PLATE, begin: datetime = BEGIN, every_s: int = 30) -> None:
        self.plate, self.now, self.every_s = plate, begin, every_s
        self.at: tuple[float, float] = SITE
        self.load, self.cover, self.lift, self.acc, self.alarms = 0, 0, 0, 1, 0
        self.weight_kg: int | None = None
        self.mileage_m = 0.0
        self.fixes: list[dict[str, Any]] = []

    def stay(self, seconds: float, *, jitter_m: float = 4.0) -> Journey:
        """Stand, a few metres to and fro."""
        for n in range(max(1, round(seconds / self.every_s))):
            away = jitter_m if n % 2 else -jitter_m
            self._fix(self.at[0] + away, self.at[1], 0.0)
        return self

    def drive(self, to: tuple[float, float], kmh: float = 40.0) -> Journey:
        """Straight on to a place."""
        way = math.dist(self.at, to)
        steps = max(1, round(way / (kmh / 3.6 * self.every_s)))
        east, north = (to[0] - self.at[0]) / steps, (to[1] - self.at[1]) / steps
        for _ in range(steps):
            self.mileage_m += way / steps
            self.at = (self.at[0] + east, self.at[1] + north)
            self._fix(*self.at, kmh)
        return self

    def silence(self, seconds: float, to: tuple[float, float] | None = None) -> Journey:
        """No fix for a while; meanwhile the truck may have gone elsewhere."""
        self.now += timedelta(seconds=seconds)
        self.at = to or self.at
        return self

    def set(self, **changed: Any) -> Journey:
        """Sensors from now on."""
        for name, value in changed.items():
            setattr(self, name, value)
        return self

    def _fix(self, east_m: float, north_m: float, kmh: float) -> None:
        lat, lon = place(east_m, north_m)
        self.fixes.append(
            {
                "feed": "p",
                "item": 0,
                "terminal": "T1",
                "plate": self.plate,
                "fixed_at": self.now,
                "received_at": self.now + timedelta(seconds=2),
                "lat_e6": lat,
                "lon_e6": lon,
                "speed_dkmh": round(kmh * 10),
                "status": self.acc | 2,
                "alarms": self.alarms,
                "cover": self.cover,
                "lift": self.lift,
                "load": self.load,
                "weight_kg": self.weight_kg,
                "mileage_hm": int(self.mileage_m // 100),
                "backfill": False,
            }
        )
        self.now += timedelta(seconds=self.every_s)


def positions(fixes: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """As stored: numbered in the order given where they are not, then sorted."""
    rows = []
    for n, fix in enumerate(fixes):
        serial = fix.get("serial", n)
        rows.append(dict.fromkeys(SCENE_POSITIONS) | fix | {"serial": serial, "ref": f"p:{serial}:0"})
    frame = pl.DataFrame(rows, schema=SCENE_POSITIONS)
    return frame.sort("plate", "fixed_at", "feed", "serial", "item")


def square(middle: tuple[float, float], half_m: float = 100.0) -> dict[str, Any]:
    """An area."""
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    points = (place(middle[0] + a * half_m, middle[1] + b * half_m) for a, b in corners)
    return {"ring": [[lon, lat] for lat, lon in points]}


def permit(**changed: Any) -> Record:
    """From SITE to DUMP along a straight road, any time."""
    fields = {"permit": "P1", "version": 1, "carrier": "C1", "plates": [PLATE], "site": "S1", "dumps": ["D1"]}
    line = [[lon, lat] for lat, lon in (place(*SITE), place(*DUMP))]
    fields |= {"checkpoints": None, "corridor": {"line": line}, "windows": {"windows": []}}
    fields |= {"valid_from": LONG_AGO, "valid_to": LATER, "state": "valid"}
    return Record("permit.issued.v1", fields | changed)


def registers(*permits: Record) -> list[Record]:
    """A site, two dump sites, one truck; the permits given, or the lawful one."""
    always: dict[str, Any] = {"valid_from": LONG_AGO, "valid_to": None}
    areas = (("S1", "construction", SITE), ("D1", "dump", DUMP), ("D2", "dump", OTHER_DUMP))
    sites = [
        Record("site.registered.v1", {"site": n, "category": c, "name": n, "area": square(m), **always})
        for n, c, m in areas
    ]
    truck = {"plate": PLATE, "plate_color": "yellow", "carrier": "C1", "rated_kg": 15_000}
    point = {"checkpoint": "K1", "device": "DK1", "latitude": "36.65", "longitude": "117.0"}
    return [
        Record("carrier.registered.v1", {"carrier": "C1", "name": "C1", **always}),
        *sites,
        Record("checkpoint.registered.v1", {**point, **always}),
        Record("truck.registered.v1", {**truck, **always}),
        Record("terminal.bound.v1", {"terminal": "T1", "plate": PLATE, **always}),
        *(permits or (permit(),)),
    ]


def laid(
    fixes: Iterable[dict[str, Any]] | pl.DataFrame,
    *permits: Record,
    manifests: Iterable[dict[str, Any]] = (),
    rules: TruckRules | None = None,
) -> Scene:
    """The facts as the engine lays them before the rules."""
    frame = fixes if isinstance(fixes, pl.DataFrame) else positions(fixes)
    told = [
        dict.fromkeys(SCENE_MANIFESTS) | row | {"ref": f"manifest::{row['manifest']}"} for row in manifests
    ]
    return Scene(
        book=book_of(registers(*permits)),
        rules=rules or bundled_rules(),
        zone=ZoneInfo("Asia/Shanghai"),
        holidays={},
        positions=frame,
        manifests=pl.DataFrame(told, schema=SCENE_MANIFESTS),
    )
