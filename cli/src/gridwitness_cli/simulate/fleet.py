"""Carriers, trucks, and the permits they have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from gridwitness_cli.simulate.city import City, Path, Place

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_BRANDS = ("陕汽", "重汽豪沃", "福田", "东风", "解放", "徐工")
_PAINTS = ("黄", "绿", "白", "红", "蓝")
_NIGHT = {"windows": [{"from": "21:00", "to": "06:00"}]}
_SEASONS = {
    "windows": [
        {"from": "21:00", "to": "06:00", "season": ["10-01", "04-30"]},
        {"from": "22:00", "to": "06:00", "season": ["05-01", "09-30"]},
    ]
}
DUMP_TRUCK = "H17"
"""GA 24.4 class of vehicle: 重型自卸货车."""


@dataclass(slots=True)
class Truck:
    """One registered truck; `permit` is an index, None: it has none."""

    plate: str
    plate_color: str
    carrier: int
    depot: Place
    brand: str
    paint: str
    rated_kg: int
    terminal: str | None
    permit: int | None


@dataclass(slots=True)
class Permit:
    """A permit with the way it allows; `changes`: when a further version, the same but for that, begins."""

    number: str
    carrier: int
    site: Place
    dump: Place
    way: Path
    windows: dict[str, Any]
    since: float
    until: float
    plates: list[str] = field(default_factory=list)
    checkpoints: set[int] = field(default_factory=set)
    changes: tuple[float, ...] = ()


@dataclass(slots=True)
class Fleet:
    """Everything that the registers know."""

    carriers: list[str]
    trucks: list[Truck]
    permits: list[Permit]
    sites: list[Place]
    dumps: list[Place]
    depots: list[Place]
    devices: list[str]


def plate(rng: np.random.Generator, taken: set[str], *, energy: bool = False, province: str = "鲁A") -> str:
    """A plate nobody has: ordinary, or of a large vehicle of new energy."""
    while True:
        tail = "".join(_CHARACTERS[n] for n in rng.integers(24, 34, 5))
        if energy:
            found = f"{province}{tail}D"
        else:
            found = f"{province}{_ALPHABET[rng.integers(24)]}{_CHARACTERS[rng.integers(34)]}{tail[:3]}"
        if found not in taken:
            taken.add(found)
            return found


def build_fleet(
    rng: np.random.Generator,
    city: City,
    places: tuple[list[Place], list[Place], list[Place]],
    trucks: int,
    begin: float,
    end: float,
    taken: set[str],
) -> Fleet:
    """About nine trucks to a permit, all of its carrier and depot; one truck in twenty has no terminal."""
    sites, dumps, depots = places
    count = max(2, trucks // 9)
    carriers = [f"CY{n + 1:03d}" for n in range(max(2, count // 3))]
    devices = [f"37011251011199{n + 1:06d}" for n in range(len(city.checkpoints))]
    permits = [_permit(rng, city, places, n, n % len(carriers), begin, end) for n in range(count)]
    fleet = Fleet(carriers, [], permits, sites, dumps, depots, devices)
    for n in range(trucks):
        permit = permits[n % count]
        truck = _truck(rng, n, n % count, permit.carrier, depots[permit.carrier % len(depots)], taken)
        fleet.trucks.append(truck)
        permit.plates.append(truck.plate)
    for permit in permits:
        allow(city, permit, depots[permit.carrier % len(depots)])
    return fleet


def _permit(
    rng: np.random.Generator,
    city: City,
    places: tuple[list[Place], list[Place], list[Place]],
    n: int,
    carrier: int,
    begin: float,
    end: float,
) -> Permit:
    sites, dumps, _ = places
    site = sites[n % len(sites)]
    far = [dump for dump in dumps if abs(dump.x - site.x) + abs(dump.y - site.y) > 6000]
    dump = far[int(rng.integers(len(far)))]
    windows = _SEASONS if rng.random() < 0.2 else _NIGHT
    renewed = (begin + float(rng.integers(1, 3)) * 86_400 + 43_200,) if rng.random() < 0.2 else ()
    since, until = begin - 30 * 86_400, end + 60 * 86_400
    number, way = f"HZ2026-{n + 1:04d}", city.path(site, dump)
    return Permit(number, carrier, site, dump, way, windows, since, until, changes=renewed)


def _truck(
    rng: np.random.Generator, n: int, permit: int, carrier: int, depot: Place, taken: set[str]
) -> Truck:
    energy = bool(rng.random() < 0.1)
    return Truck(
        plate(rng, taken, energy=energy),
        "yellow-green" if energy else "yellow",
        carrier,
        depot,
        _BRANDS[int(rng.integers(len(_BRANDS)))],
        _PAINTS[int(rng.integers(len(_PAINTS)))],
        int(rng.integers(14, 20)) * 1000,
        f"0138{n + 1:08d}" if rng.random() >= 0.05 else None,
        permit,
    )


def allow(city: City, permit: Permit, depot: Place) -> None:
    """The checkpoints on a permit's list: its way, and those from the depot and back to it."""
    ways = (
        permit.way,
        city.path(depot, permit.site),
        city.path(permit.dump, depot),
        city.path(permit.dump, permit.site),
    )
    permit.checkpoints |= {number for way in ways for number, _ in way.checkpoints}


def checkpoint_name(number: int) -> str:
    """As registered."""
    return f"KK{number + 1:03d}"


def instant(seconds: float) -> str:
    """Epoch seconds as a record has a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
