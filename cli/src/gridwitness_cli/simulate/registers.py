"""The records that enter a simulated fleet into the registers, each after those it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gridwitness_cli.simulate.arrivals import Record
from gridwitness_cli.simulate.city import City, degrees
from gridwitness_cli.simulate.fleet import DUMP_TRUCK, Fleet, Permit, checkpoint_name, instant


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
    yield from _trucks(fleet, since)
    for permit in fleet.permits:
        if permit.plates:
            yield from _versions(fleet, permit)


def _trucks(fleet: Fleet, since: str) -> Iterator[Record]:
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
                "checkpoints": [checkpoint_name(number) for number in sorted(permit.checkpoints)] or None,
                "corridor": {"line": permit.way.line()},
                "windows": permit.windows,
                "valid_from": instant(since),
                "valid_to": instant(permit.until),
                "state": "valid",
            },
        )
