"""Breaches that are no way of driving: missing papers, plates of others, terminals that fall silent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from gridwitness_cli.simulate.arrivals import Planted
from gridwitness_cli.simulate.city import City, Place, degrees
from gridwitness_cli.simulate.fleet import DUMP_TRUCK, Fleet, plate
from gridwitness_cli.simulate.nights import Worked
from gridwitness_cli.simulate.signals import ACC, Columns, sample
from gridwitness_cli.simulate.trips import Leg, Night

if TYPE_CHECKING:
    from gridwitness_cli.simulate.world import _Making

DAY = 86_400.0
POWER_CUT = 1 << 8
CLONE_SIGHTINGS = 6
_FAR_M = 14_000.0


@dataclass
class Standing:
    """Trucks without a permit that holds, and in which night they work all the same."""

    only: dict[int, int] = field(default_factory=dict)
    until: dict[int, int] = field(default_factory=dict)
    since: dict[tuple[int, int], tuple[str, float]] = field(default_factory=dict)

    def works(self, truck: int, night: int) -> bool:
        """Without a permit in one night only; after it ended in no other than that."""
        return self.only.get(truck, night) == night and night <= self.until.get(truck, night)

    def tell(self, truck: int, night: int, worked: Worked) -> None:
        """Put the night on the list of breaches."""
        rule, since = self.since.get((truck, night), ("", 0.0))
        if rule:
            begin, end = max(since, worked.legs[0].begin), worked.legs[-1].end
            worked.broke(rule, begin, end, float(worked.legs[0].x[0]), float(worked.legs[0].y[0]))


def stand(
    rng: np.random.Generator, fleet: Fleet, planned: dict[tuple[int, int], str], begin: float
) -> Standing:
    """Take the permits away: from some altogether, from others on the day, or in the middle of the night."""
    found = Standing()
    for (n, night), rule in planned.items():
        truck = fleet.trucks[n]
        if rule not in ("NO_PERMIT", "EXPIRED") or truck.permit is None:
            continue
        permit = fleet.permits[truck.permit]
        permit.plates.remove(truck.plate)
        found.since[n, night] = (rule, begin + night * DAY)
        if rule == "NO_PERMIT":
            found.only[n] = night
        else:
            ends = begin + night * DAY + (18 * 3600 if rng.random() < 0.5 else 23.5 * 3600)
            number = f"HZ2026-{9000 + len(found.since)}"
            own = replace(permit, number=number, plates=[truck.plate], until=ends, changes=())
            fleet.permits.append(own)
            truck.permit = len(fleet.permits) - 1
            found.until[n] = night
            found.since[n, night] = (rule, ends)
    return found


def at_checkpoints(
    rng: np.random.Generator,
    making: _Making,
    worked: Worked,
    passages: list[tuple[int, float]],
    rule: str | None,
) -> None:
    """What else carries the truck's plate that night."""
    begin, end = worked.legs[0].begin, worked.legs[-1].end
    x, y = float(worked.legs[0].x[0]), float(worked.legs[0].y[0])
    if rule == "BLACK_ATTR":
        worked.broke(rule, begin, end, x, y, planted=len(passages) >= 4)
    if rule in ("BLACK_CLONE_ST", "BLACK_CLONE_GPS"):
        sightings = _clone(rng, making.city, passages)
        if len(sightings) < 3:
            return
        for number, t in sightings:
            making.seen.truck(worked.truck, number, t)
        since, until = min(t for _, t in sightings) - 600, max(t for _, t in sightings) + 600
        implied = {"BLACK_CLONE_ST", "BLACK_CLONE_GPS", "ROUTE_DEV"} - {rule}
        worked.broke(rule, since, until, x, y)
        for other in sorted(implied):
            worked.broke(other, since, until, x, y, planted=False)


def _clone(
    rng: np.random.Generator, city: City, passages: list[tuple[int, float]]
) -> list[tuple[int, float]]:
    """Passages of the clone, far away at moments at which the truck itself is seen."""
    found: list[tuple[int, float]] = []
    for number, t in passages:
        if found and t - found[-1][1] < 1200:
            continue
        x, y = city.checkpoint_at(number)
        places = np.array([city.checkpoint_at(n) for n in range(len(city.checkpoints))])
        far = np.flatnonzero(np.hypot(places[:, 0] - x, places[:, 1] - y) >= _FAR_M)
        if found:
            last = places[found[-1][0]]
            reachable = 20.0 * (t - found[-1][1] - 60)
            far = far[np.hypot(*(places[far] - last).T) <= reachable]
        if len(far):
            found.append((int(rng.choice(far)), t + float(rng.uniform(-20, 20))))
        if len(found) == CLONE_SIGHTINGS:
            break
    return found


def on_air(rng: np.random.Generator, worked: Worked, fixes: Columns, rule: str | None) -> Columns:
    """OFFLINE: nothing for a while in the middle of the night, sometimes with the power cut before."""
    if rule != "OFFLINE":
        return fixes
    t = fixes["t"]
    running = np.flatnonzero((fixes["status"] & ACC) != 0)
    begin = float(t[running[int(rng.uniform(0.2, 0.5) * len(running))]])
    end = begin + rng.uniform(780, min(4200.0, 0.45 * (t[-1] - t[0])))
    before = (t > begin - 90) & (t <= begin)
    if rng.random() < 0.4:
        fixes["alarms"] = np.where(before, fixes["alarms"] | POWER_CUT, fixes["alarms"])
    row = int(np.searchsorted(t, begin)) - 1
    lat, lon = float(fixes["lat"][row]), float(fixes["lon"][row])
    when = (datetime.fromtimestamp(begin - 120, UTC), datetime.fromtimestamp(end, UTC))
    worked.truth.append(Planted(rule, worked.truck.plate, *when, lat, lon))
    kept = (t <= begin) | (t >= end)
    return {name: column[kept] for name, column in fixes.items()}


def twin(rng: np.random.Generator, making: _Making, worked: Worked) -> Columns:
    """TERMINAL_TWICE: for half an hour and more, another terminal under the same number, elsewhere."""
    lasted = worked.legs[-1].end - worked.legs[0].begin
    begin = worked.legs[0].begin + rng.uniform(0.2, 0.5) * lasted
    end = begin + min(rng.uniform(1800, 3600), 0.45 * lasted)
    middle = np.array([(begin + end) / 2])
    leg = next(leg for leg in worked.legs if leg.end >= middle[0])
    x, y = (float(part[0]) for part in leg.at(middle))
    city: City = making.city
    far = np.flatnonzero(np.hypot(city.x - x, city.y - y) > 11_000)
    one, other = (int(node) for node in rng.choice(far, 2, replace=False))
    places = [Place("", n, float(city.x[n]) + 30, float(city.y[n]) + 30, 1, 1) for n in (one, other)]
    night = Night(rng, places[0], begin)
    night.stay(300)
    night.drive(city.path(places[0], places[1]))
    night.stay(max(60.0, end - night.now))
    fixes = sample(_until(night.legs, end), making.settings.interval_s, 11.0)
    worked.broke("TERMINAL_TWICE", begin, end, x, y)
    for rule in ("BLACK_CLONE_GPS", "STOP_ABN"):
        worked.broke(rule, begin, end, x, y, planted=False)
    count = len(fixes["t"])
    fixes |= {
        "arrives": fixes["t"] + 1.0,
        "backfill": np.zeros(count, bool),
        "batch": np.full(count, -1),
    }
    return fixes


def _until(legs: list[Leg], end: float) -> list[Leg]:
    return [leg for leg in legs if leg.begin < end]


def strangers(rng: np.random.Generator, making: _Making, night: int) -> None:
    """BLACK_UNREG: dump trucks that are on no register drive their own loads."""
    city, places = making.city, [*making.fleet.sites, *making.fleet.dumps]
    count = max(1, making.settings.per_rule // making.settings.days)
    for _ in range(count):
        name = plate(rng, making.taken, province="鲁B")
        begin = making.begin + night * DAY + rng.uniform(21.2, 24) * 3600
        driver = Night(rng, places[0], begin)
        seen: list[tuple[int, float]] = []
        while len(seen) < 4 and driver.now < begin + 5 * 3600:
            one, other = rng.choice(len(places), 2, replace=False)
            driver.drive(city.path(places[int(one)], places[int(other)]))
            driver.stay(600)
            seen = [passage for leg in driver.legs for passage in leg.passages()]
        for number, t in seen:
            making.seen.add(number, t, name, "yellow", DUMP_TRUCK, "重汽豪沃", "红")
        lat, lon = (float(part) for part in degrees(driver.legs[0].x[0], driver.legs[0].y[0]))
        if len(seen) >= 2:
            when = (
                datetime.fromtimestamp(seen[0][1] - 120, UTC),
                datetime.fromtimestamp(seen[-1][1] + 120, UTC),
            )
            making.truth.append(Planted("BLACK_UNREG", name, *when, lat, lon))
