"""Carriers, trucks and their permits, and the records that enter them into the registers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from gridwitness_cli.simulate.arrivals import Record
from gridwitness_cli.simulate.city import City, Path, Place, degrees

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
    permits = []
    for n in range(count):
        site = sites[n % len(sites)]
        far = [dump for dump in dumps if abs(dump.x - site.x) + abs(dump.y - site.y) > 6000]
        dump = far[int(rng.integers(len(far)))]
        windows = _SEASONS if rng.random() < 0.2 else _NIGHT
        renewed = (begin + float(rng.integers(1, 3)) * 86_400 + 43_200,) if rng.random() < 0.2 else ()
        permits.append(
            Permit(
                f"HZ2026-{n + 1:04d}",
                n % len(carriers),
                site,
                dump,
                city.path(site, dump),
                windows,
                begin - 30 * 86_400,
                end + 60 * 86_400,
                changes=renewed,
            )
        )
    fleet = Fleet(
        carriers,
        [],
        permits,
        sites,
        dumps,
        depots,
        [f"37011251011199{n + 1:06d}" for n in range(len(city.checkpoints))],
    )
    for n in range(trucks):
        energy = bool(rng.random() < 0.1)
        permit = n % count
        truck = Truck(
            plate(rng, taken, energy=energy),
            "yellow-green" if energy else "yellow",
            permits[permit].carrier,
            depots[permits[permit].carrier % len(depots)],
            _BRANDS[int(rng.integers(len(_BRANDS)))],
            _PAINTS[int(rng.integers(len(_PAINTS)))],
            int(rng.integers(14, 20)) * 1000,
            f"0138{n + 1:08d}" if rng.random() >= 0.05 else None,
            permit,
        )
        fleet.trucks.append(truck)
        permits[permit].plates.append(truck.plate)
    for permit_of in permits:
        allow(city, permit_of, depots[permit_of.carrier % len(depots)])
    return fleet


def allow(city: City, permit: Permit, depot: Place) -> None:
    """The checkpoints on a permit's list: its way, and those from the depot and back to it."""
    ways = (
        permit.way,
        city.path(depot, permit.site),
        city.path(permit.dump, depot),
        city.path(permit.dump, permit.site),
    )
    permit.checkpoints |= {number for way in ways for number, _ in way.checkpoints}


def registers(city: City, fleet: Fleet, begin: float) -> Iterator[Record]:
    """Each record after those it names."""
    since = instant(begin - 90 * 86_400)
    for n, carrier in enumerate(fleet.carriers):
        yield Record(
            "carrier.registered.v1",
            {
                "carrier": carrier,
                "name": f"模拟运输公司{n + 1}",
                "licence": None,
                "valid_from": since,
                "valid_to": None,
            },
        )
    for category, places in (("construction", fleet.sites), ("dump", fleet.dumps)):
        for place in places:
            named = {"site": place.name, "category": category, "name": place.name}
            period = {"valid_from": since, "valid_to": None}
            yield Record("site.registered.v1", {**named, "area": {"ring": place.ring()}, **period})
    yield from _checkpoints(city, fleet.devices, since)
    for truck in fleet.trucks:
        yield Record(
            "truck.registered.v1",
            {
                "plate": truck.plate,
                "plate_color": truck.plate_color,
                "carrier": fleet.carriers[truck.carrier],
                "vehicle_class": DUMP_TRUCK,
                "brand": truck.brand,
                "color": truck.paint,
                "rated_kg": truck.rated_kg,
                "valid_from": since,
                "valid_to": None,
            },
        )
        if truck.terminal is not None:
            bound = {"terminal": truck.terminal, "plate": truck.plate}
            yield Record("terminal.bound.v1", {**bound, "valid_from": since, "valid_to": None})
    for permit in fleet.permits:
        if permit.plates:
            yield from _versions(fleet, permit)


def _checkpoints(city: City, devices: Sequence[str], since: str) -> Iterator[Record]:
    for number, device in enumerate(devices):
        lat, lon = degrees(*(np.array(part) for part in city.checkpoint_at(number)))
        yield Record(
            "checkpoint.registered.v1",
            {
                "checkpoint": checkpoint_name(number),
                "name": f"模拟卡口{number + 1}",
                "device": device,
                "latitude": f"{float(lat):.6f}",
                "longitude": f"{float(lon):.6f}",
                "datum": "WGS84",
                "road": None,
                "direction": None,
                "valid_from": since,
                "valid_to": None,
            },
        )


def _versions(fleet: Fleet, permit: Permit) -> Iterator[Record]:
    for version, since in enumerate((permit.since, *permit.changes), start=1):
        yield Record(
            "permit.issued.v1",
            {
                "permit": permit.number,
                "version": version,
                "carrier": fleet.carriers[permit.carrier],
                "plates": sorted(permit.plates),
                "site": permit.site.name,
                "dumps": [permit.dump.name],
                "checkpoints": [checkpoint_name(number) for number in sorted(permit.checkpoints)],
                "corridor": {"line": permit.way.line()},
                "windows": permit.windows,
                "valid_from": instant(since),
                "valid_to": instant(permit.until),
                "state": "valid",
            },
        )


def checkpoint_name(number: int) -> str:
    """As registered."""
    return f"KK{number + 1:03d}"


def instant(seconds: float) -> str:
    """Epoch seconds as a record has a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
