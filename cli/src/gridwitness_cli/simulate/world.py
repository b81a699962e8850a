"""One seeded world: registers, what arrives at the doors and when, and the truth nobody tells the doors."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from gridwitness_cli.simulate import breaches
from gridwitness_cli.simulate.arrivals import Arrival, Fix, Passage, Planted, Record
from gridwitness_cli.simulate.city import City, build_city, build_places
from gridwitness_cli.simulate.fleet import Fleet, build_fleet, checkpoint_name
from gridwitness_cli.simulate.nights import Shift, Worked
from gridwitness_cli.simulate.noise import disturb
from gridwitness_cli.simulate.registers import registers
from gridwitness_cli.simulate.sightings import Seen
from gridwitness_cli.simulate.signals import Array, Columns, sample
from gridwitness_cli.simulate.violations import plan

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400.0
_EVENING, _MORNING = 21 * 3600.0, 29.5 * 3600.0
_LATE_MOST_S = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How big, and how dirty. Shares are of one; `traffic` = passages of others for a checkpoint and day."""

    trucks: int = 500
    days: int = 3
    seed: int = 1
    start: date = date(2026, 3, 2)
    checkpoints: int = 80
    interval_s: float = 30.0
    misread: float = 0.02
    skew_s: float = 90.0
    duplicates: float = 0.01
    late: float = 0.05
    per_rule: int = 24
    traffic: int = 400
    wrong_clocks: bool = True


@dataclass(frozen=True)
class World:
    """Frames have the columns of detection's frames (times UTC), `arrives_at`, and `connection`."""

    settings: Settings
    registers: list[Record]
    passages: pl.DataFrame
    positions: pl.DataFrame
    manifests: list[tuple[datetime, Record]]
    truth: list[Planted]

    def arrivals(self) -> Iterator[Arrival]:
        """Everything that comes in after the registers, in the order in which it comes."""
        return heapq.merge(
            (Arrival(at, "register", "manifests", record) for at, record in self.manifests),
            self._passages(),
            self._positions(),
            key=lambda arrival: arrival.at,
        )

    def _passages(self) -> Iterator[Arrival]:
        names = [name for name in Passage.__slots__ if name != "__weakref__"]
        columns = self.passages.select("arrives_at", *names)
        for at, *values in columns.iter_rows():
            passage = Passage(*values)
            yield Arrival(at, "gat1400", passage.device, passage)

    def _positions(self) -> Iterator[Arrival]:
        batch: list[Fix] = []
        held: tuple[Any, ...] | None = None
        for row in self.positions.iter_rows(named=True):
            key = (row["connection"], row["arrives_at"]) if row["backfill"] else None
            if batch and key != held:
                yield Arrival(held[1], "jt808", held[0], tuple(batch), backfill=True)  # type: ignore[index]
                batch = []
            if key is None:
                yield Arrival(row["arrives_at"], "jt808", row["connection"], (_fix(row),))
            else:
                held = key
                batch.append(_fix(row))
        if batch and held is not None:
            yield Arrival(held[1], "jt808", held[0], tuple(batch), backfill=True)


def _fix(row: dict[str, Any]) -> Fix:
    return Fix(
        terminal=row["terminal"],
        fixed_at=row["fixed_at"],
        lat=row["lat_e6"] / 1e6,
        lon=row["lon_e6"] / 1e6,
        speed_kmh=row["speed_dkmh"] / 10,
        direction=row["direction"],
        alarms=row["alarms"],
        status=row["status"],
        mileage_km=row["mileage_hm"] / 10,
        cover=row["cover"],
        lift=row["lift"],
        load=row["load"],
        weight_kg=row["weight_kg"],
    )


def build(settings: Settings) -> World:
    """The same settings give the same world."""
    making = _Making(settings)
    making.work()
    return making.world()


@dataclass
class _Making:
    """The parts of a world while it is made; each draws from its own stream of chance."""

    settings: Settings
    seen: Seen = field(default_factory=Seen)
    fixes: list[pl.DataFrame] = field(default_factory=list)
    manifests: list[tuple[datetime, Record]] = field(default_factory=list)
    truth: list[Planted] = field(default_factory=list)

    def __post_init__(self) -> None:
        streams = np.random.SeedSequence(self.settings.seed).spawn(6)
        self._city_rng, self._fleet_rng, self._plan_rng, self._night_rng, self._noise_rng, self._eye_rng = (
            np.random.default_rng(stream) for stream in streams
        )
        start = self.settings.start
        self.begin = datetime(start.year, start.month, start.day, tzinfo=ZONE).timestamp()
        self.end = self.begin + self.settings.days * DAY + _MORNING - DAY
        self.taken: set[str] = set()
        self.city: City = build_city(self._city_rng, self.settings.checkpoints)
        places = build_places(self._city_rng, self.city, max(8, self.settings.trucks // 11), 9, 6)
        self.fleet: Fleet = build_fleet(
            self._fleet_rng, self.city, places, self.settings.trucks, self.begin, self.end, self.taken
        )

    def work(self) -> None:
        """Every truck, every night; then those that are on no register."""
        rng, settings = self._night_rng, self.settings
        planned = plan(self._plan_rng, self.fleet.trucks, settings.days, settings.per_rule)
        standing = breaches.stand(rng, self.fleet, planned, self.begin)
        wrong = self._wrong_clocks({n for n, _ in planned})
        for n in range(len(self.fleet.trucks)):
            for night in range(settings.days):
                rule = planned.get((n, night))
                if not standing.works(n, night) or (rule is None and rng.random() < 0.15):
                    continue
                worked = self._night(n, night, rule, standing)
                self._tell(n, worked, rule, wrong.get(n, 0.0))
        for night in range(settings.days):
            breaches.strangers(rng, self, night)

    def _night(self, n: int, night: int, rule: str | None, standing: breaches.Standing) -> Worked:
        truck = self.fleet.trucks[n]
        assert truck.permit is not None
        permit = self.fleet.permits[truck.permit]
        midnight = self.begin + night * DAY
        if rule == "TIME_WIN":
            day = Shift(self._night_rng, self.city, self.fleet, truck, permit, None).excursion(
                midnight + self._night_rng.uniform(9, 16) * 3600, f"LD{n:04d}{night}D"
            )
            self._tell(n, day, None, 0.0)
        shift = Shift(self._night_rng, self.city, self.fleet, truck, permit, rule)
        worked = shift.work(midnight + _EVENING, midnight + _MORNING, f"LD{n:04d}{night}")
        standing.tell(n, night, worked)
        return worked

    def _tell(self, n: int, worked: Worked, rule: str | None, clock_s: float) -> None:
        """What checkpoints and terminal tell of what was worked."""
        truck = self.fleet.trucks[n]
        fixes = sample(worked.legs, self.settings.interval_s, self._noise_rng.uniform(0, 30))
        passages = [passage for leg in worked.legs for passage in leg.passages()]
        breaches.at_checkpoints(self._night_rng, self, worked, passages, rule)
        for number, t in passages:
            self.seen.truck(truck, number, t, other=rule == "BLACK_ATTR")
        if truck.terminal is not None:
            fixes = breaches.on_air(self._night_rng, worked, fixes, rule)
            busy = [(p.since.timestamp(), p.until.timestamp()) for p in worked.truth]
            told = disturb(self._noise_rng, fixes, busy)
            told["t"] = told["t"] + clock_s
            self.hear(truck.terminal, truck.plate, told, truck.terminal)
            if rule == "TERMINAL_TWICE":
                twin = breaches.twin(self._night_rng, self, worked)
                self.hear(truck.terminal, truck.plate, twin, f"{truck.terminal}#2")
        self.truth += worked.truth
        for manifest in worked.manifests:
            issued = Record("manifest.issued.v1", manifest["issued"])
            self.manifests.append((_at(manifest["left"] + 20), issued))
            if manifest["received"] is not None:
                received = Record("manifest.received.v1", manifest["received"])
                self.manifests.append((_at(manifest["came"] + 20), received))

    def hear(self, terminal: str, plate: str, fixes: Columns, connection: str) -> None:
        """Keep fixes of a terminal as rows of a frame."""
        self.fixes.append(
            pl.DataFrame(
                {
                    "connection": pl.repeat(connection, len(fixes["t"]), eager=True),
                    "terminal": pl.repeat(terminal, len(fixes["t"]), eager=True),
                    "plate": pl.repeat(plate, len(fixes["t"]), eager=True),
                    "fixed_at": _instants(np.round(fixes["t"])),
                    "arrives_at": _instants(fixes["arrives"]),
                    "lat_e6": np.round(fixes["lat"] * 1e6).astype(np.int32),
                    "lon_e6": np.round(fixes["lon"] * 1e6).astype(np.int32),
                    "speed_dkmh": np.round(fixes["speed_kmh"] * 10).astype(np.int16),
                    "direction": fixes["direction"].astype(np.int16),
                    "alarms": fixes["alarms"],
                    "status": fixes["status"],
                    "mileage_hm": np.round(fixes["mileage_m"] / 100).astype(np.int64),
                    "cover": fixes["cover"].astype(np.int8),
                    "lift": fixes["lift"].astype(np.int8),
                    "load": np.round(fixes["load"]).astype(np.int8),
                    "weight_kg": np.round(fixes["weight_kg"]).astype(np.int32),
                    "backfill": fixes["backfill"],
                }
            )
        )

    def _wrong_clocks(self, planned: set[int]) -> dict[int, float]:
        """A few terminals run eight hours fast or slow, as one that mistakes its time zone does."""
        if not self.settings.wrong_clocks:
            return {}
        lawful = [n for n in range(len(self.fleet.trucks)) if n not in planned]
        count = max(1, self.settings.trucks // 100)
        return {n: float(self._noise_rng.choice([-8, 8])) * 3600 for n in lawful[:count]}

    def world(self) -> World:
        """All of it, in order of arrival."""
        rng, settings, seen = self._eye_rng, self.settings, self.seen
        count = settings.checkpoints * settings.days * settings.traffic
        seen.traffic(rng, settings.checkpoints, self.begin, self.end, count, self.taken)
        positions = _again(rng, pl.concat(self.fixes), settings.duplicates, 30.0)
        return World(
            settings,
            list(registers(self.city, self.fleet, self.begin)),
            self._passages(),
            positions.sort("arrives_at", "connection", "fixed_at"),
            sorted(self.manifests, key=lambda manifest: manifest[0]),
            self.truth,
        )

    def _passages(self) -> pl.DataFrame:
        rng, settings, seen = self._eye_rng, self.settings, self.seen
        plates, brands, colors, sure = seen.err(rng, settings.misread, [t.plate for t in self.fleet.trucks])
        number, t = np.array(seen.number), np.array(seen.t)
        skew = rng.uniform(-settings.skew_s, settings.skew_s, settings.checkpoints)
        late = rng.random(len(t)) < settings.late
        delay = np.where(late, rng.uniform(600, _LATE_MOST_S, len(t)), rng.exponential(2.0, len(t)) + 0.5)
        frame = pl.DataFrame(
            {
                "arrives_at": _instants(t + delay),
                "checkpoint": [checkpoint_name(n) for n in seen.number],
                "device": [self.fleet.devices[n] for n in seen.number],
                "lane": rng.integers(1, 4, len(t)).astype(np.int16),
                "plate": plates,
                "plate_color": seen.plate_color,
                "vehicle_class": seen.vehicle_class,
                "brand": brands,
                "color": colors,
                "captured_at": _instants(np.round(t + skew[number])),
                "speed_kmh": np.array(seen.speed, dtype=np.int16),
                "reliability": np.array(sure, dtype=np.int16),
                "true_plate": seen.plate,
            }
        )
        return _again(rng, frame, settings.duplicates, 40.0).sort(
            "arrives_at", "device", "captured_at", "plate"
        )


def _again(rng: np.random.Generator, frame: pl.DataFrame, share: float, within_s: float) -> pl.DataFrame:
    """A share of the rows comes twice."""
    again = frame.filter(pl.Series(rng.random(len(frame)) < share))
    later = pl.Series((rng.uniform(1, within_s, len(again)) * 1e6).astype(np.int64)).cast(pl.Duration("us"))
    return pl.concat([frame, again.with_columns(pl.col("arrives_at") + later)])


def _instants(seconds: Array) -> pl.Series:
    return pl.Series((seconds * 1e6).astype(np.int64)).cast(pl.Datetime("us", "UTC"))


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
