"""A truck's night of work, lawful or with the one breach that was planned for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from gridwitness_cli.simulate.arrivals import Planted
from gridwitness_cli.simulate.city import City, Path, Place, degrees
from gridwitness_cli.simulate.fleet import Fleet, Permit, Truck, instant
from gridwitness_cli.simulate.trips import Leg, Night

SINGLE = frozenset(
    {"ROUTE_DEV", "WRONG_SITE", "UNCOVERED", "OVERLOAD", "STOP_ABN", "DUMP_SUS", "OVERSPEED", "GATE_MISMATCH"}
)
"""Breaches of one trip of a night."""


@dataclass
class Worked:
    """What a night gave: legs, manifests and the truth; `silent`: when its terminal says nothing."""

    truck: Truck
    legs: list[Leg] = field(default_factory=list)
    manifests: list[dict[str, Any]] = field(default_factory=list)
    truth: list[Planted] = field(default_factory=list)
    silent: list[tuple[float, float]] = field(default_factory=list)
    tampered: bool = False

    def broke(
        self, rule: str, since: float, until: float, x: float, y: float, *, planted: bool = True
    ) -> None:
        """Put a breach on the list."""
        lat, lon = (float(part) for part in degrees(np.array(x), np.array(y)))
        when = (datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC))
        self.truth.append(Planted(rule, self.truck.plate, *when, lat, lon, planted))


class Shift:
    """One truck, one night: from the depot to its site, to and fro with loads, and home before the end."""

    def __init__(
        self,
        rng: np.random.Generator,
        city: City,
        fleet: Fleet,
        truck: Truck,
        permit: Permit,
        rule: str | None,
    ) -> None:
        self._rng, self._city, self._fleet = rng, city, fleet
        self._permit, self._rule = permit, rule
        self._worked = Worked(truck)

    def work(self, begin: float, end: float, number: str) -> Worked:
        """Between two times (epoch seconds); manifests are numbered from `number`."""
        rng, truck, permit = self._rng, self._worked.truck, self._permit
        night = Night(rng, truck.depot, begin + rng.uniform(300, 3600))
        night.stay(rng.uniform(60, 200))
        night.drive(self._city.path(truck.depot, permit.site))
        home = self._city.path(permit.dump, truck.depot)
        round_s = 2 * permit.way.length / 9.0 + 1500
        most = int(rng.integers(4, 9))
        broken = int(rng.integers(0, min(3, most))) if self._rule in SINGLE else -1
        for trip in range(most):
            self._trip(night, f"{number}{trip}", self._rule if trip == broken else None)
            if trip + 1 < most and night.now + round_s + home.length / 9.0 <= end:
                night.drive(self._city.path(permit.dump, permit.site))
            else:
                break
        night.drive(home)
        night.stay(rng.uniform(60, 150))
        night.stay(120, acc=0)
        self._worked.legs = night.legs
        return self._worked

    def excursion(self, begin: float, number: str) -> Worked:
        """One load by day, outside every window."""
        night = Night(self._rng, self._worked.truck.depot, begin)
        night.drive(self._city.path(self._worked.truck.depot, self._permit.site))
        self._trip(night, number, None)
        night.drive(self._city.path(self._permit.dump, self._worked.truck.depot))
        night.stay(120, acc=0)
        self._worked.legs = night.legs
        site = self._permit.site
        self._worked.broke("TIME_WIN", begin, night.now, site.x, site.y)
        return self._worked

    def _trip(self, night: Night, manifest: str, rule: str | None) -> None:
        rng, truck, permit = self._rng, self._worked.truck, self._permit
        site, dump = permit.site, permit.dump
        if rng.random() < 0.05:
            night.stay(rng.uniform(1200, 3000), acc=int(rng.random() < 0.5))  # rests inside the site
        night.stay(rng.uniform(200, 420))
        share = rng.uniform(1.12, 1.6) if rule == "OVERLOAD" else rng.uniform(0.7, 0.95)
        night.fill(truck.rated_kg * share, truck.rated_kg)
        night.stay(rng.uniform(150, 300))
        left = night.now
        receipt: Place | None = dump
        if rule == "DUMP_SUS":
            receipt = self._dump_aside(night)
        elif rule == "WRONG_SITE":
            receipt = None
            other = self._elsewhere(night)
            self._unload(night)
            self._back(night, left, other)
        else:
            self._deliver(night, self._city.path(site, dump), rule)
            self._unload(night)
        if receipt is not None:
            self._manifest(manifest, left, night, receipt, rule)

    def _deliver(self, night: Night, way: Path, rule: str | None) -> None:
        worked, begin = self._worked, night.now
        if rule == "ROUTE_DEV":
            way = self._city.path(self._permit.site, self._permit.dump, via=[self._away()])
            night.drive(way)
            worked.broke(rule, begin, night.now, float(way.x[len(way.x) // 2]), float(way.y[len(way.y) // 2]))
            return
        if rule in ("STOP_ABN", "OVERSPEED"):
            halt = self._rng.uniform(420, 1800) if rule == "STOP_ABN" else 0.0
            since, until = night.drive(way, halt_s=halt, fast_kmh=0.0 if halt else self._rng.uniform(96, 112))
            worked.broke(rule, since, until, float(way.x[0]), float(way.y[0]))
            return
        night.drive(way, cover=int(rule == "UNCOVERED"))
        if rule in ("UNCOVERED", "OVERLOAD"):
            worked.broke(rule, begin, night.now, float(way.x[0]), float(way.y[0]))

    def _unload(self, night: Night) -> None:
        rng = self._rng
        night.stay(rng.uniform(60, 180))
        night.stay(rng.uniform(40, 60), lift=1)
        night.fill(0.0, 1.0)
        night.stay(rng.uniform(40, 70), lift=1)
        night.stay(rng.uniform(30, 90))

    def _elsewhere(self, night: Night) -> Place:
        """To a dump site that is not on the permit."""
        others = [dump for dump in self._fleet.dumps if dump.name != self._permit.dump.name]
        dump = others[int(self._rng.integers(len(others)))]
        night.drive(self._city.path(self._permit.site, dump))
        self._worked.broke("WRONG_SITE", night.now, night.now + 600, dump.x, dump.y)
        return dump

    def _back(self, night: Night, left: float, place: Place) -> None:
        """Empty to where the next load's way begins; checkpoints off the permit's list see it, too."""
        night.drive(self._city.path(place, self._permit.dump))
        self._worked.broke("ROUTE_DEV", left, night.now, place.x, place.y, planted=False)

    def _dump_aside(self, night: Night) -> Place | None:
        """Unload beside a road away from every site, and go on empty."""
        rng, worked, node, begin = self._rng, self._worked, self._away(), night.now
        aside = Place("", node, float(self._city.x[node]) + 40, float(self._city.y[node]) + 30, 1, 1)
        night.drive(self._city.path(self._permit.site, aside))
        since = night.now
        night.stay(rng.uniform(60, 240))
        night.stay(rng.uniform(40, 60), lift=1)
        night.fill(0.0, 1.0)
        night.stay(rng.uniform(60, 120), lift=1)
        night.stay(rng.uniform(30, 120))
        worked.broke("DUMP_SUS", since, night.now, aside.x, aside.y)
        worked.broke("STOP_ABN", since, night.now, aside.x, aside.y, planted=False)
        self._back(night, begin, aside)
        return None

    def _away(self) -> int:
        """A crossing well off the permit's way, and not beside any site."""
        city, way = self._city, self._permit.way
        busy = {place.node for place in (*self._fleet.sites, *self._fleet.dumps)}
        far = [
            (abs(way.nearest_m(float(city.x[n]), float(city.y[n])) - 1800.0), n)
            for n in range(len(city.x))
            if n not in busy
        ]
        near = [n for off, n in sorted(far)[:12]]
        return near[int(self._rng.integers(len(near)))]

    def _manifest(self, number: str, left: float, night: Night, receipt: Place, rule: str | None) -> None:
        permit, truck, rng = self._permit, self._worked.truck, self._rng
        load = round(permit_load(night, truck), -1)
        issued = {
            "manifest": number,
            "permit": permit.number,
            "plate": truck.plate,
            "site": permit.site.name,
            "dump": permit.dump.name,
            "left_at": instant(left),
            "load_kg": int(load),
        }
        received: dict[str, Any] | None = {
            "manifest": number,
            "dump": receipt.name,
            "received_at": instant(night.now - rng.uniform(30, 90)),
            "load_kg": int(load * rng.uniform(0.98, 1.02)),
        }
        if rule == "GATE_MISMATCH":
            self._worked.broke(rule, left, left, permit.site.x, permit.site.y)
            if rng.random() < 0.5 and received is not None:
                others = [dump.name for dump in self._fleet.dumps if dump.name != receipt.name]
                received["dump"] = others[int(rng.integers(len(others)))]
            else:
                received = None
        self._worked.manifests.append(
            {"issued": issued, "received": received, "left": left, "came": night.now}
        )


def permit_load(night: Night, truck: Truck) -> float:
    """What the last loaded leg of the night carried."""
    carried = [leg.weight_kg for leg in night.legs if leg.weight_kg > 0]
    return carried[-1] if carried else float(truck.rated_kg)
