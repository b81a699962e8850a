"""Registers and passages as frames, from few words, for rules that need no database."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.findings import SCENE_PASSAGES, SCENE_POSITIONS, Rule, Scene, keyed
from gridwitness.trucks.detection.near_duplicates import counted
from gridwitness.trucks.detection.rules_document import TruckRules, bundled_rules
from gridwitness.trucks.detection.support import supported
from gridwitness.trucks.frames import INSTANT

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 3, 2, 0, 0, tzinfo=ZONE).astimezone(UTC)
"""A Monday, 00:00 in China."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
ANY_TIME: dict[str, Any] = {"windows": []}
NIGHT = {"windows": [{"from": "21:00", "to": "06:00"}]}

_TRUCK = {"plate_color": "yellow", "carrier": "C1", "vehicle_class": "01", "brand": "解放", "color": "red"}
_BOOK: dict[str, dict[str, Any]] = {
    "trucks": {
        **dict.fromkeys(("plate", "plate_color", "carrier", "vehicle_class", "brand", "color"), pl.String),
        "rated_kg": pl.Int64,
    },
    "carriers": {"carrier": pl.String, "name": pl.String},
    "checkpoints": {"checkpoint": pl.String, "device": pl.String, "lat_e6": pl.Int32, "lon_e6": pl.Int32},
    "terminals": {"terminal": pl.String, "plate": pl.String},
    "sites": {"site": pl.String, "category": pl.String, "name": pl.String},
    "permits": {
        "permit": pl.String,
        "version": pl.Int32,
        "plates": pl.List(pl.String),
        "checkpoints": pl.List(pl.String),
        "state": pl.String,
        "governs_to": INSTANT,
    },
}


def at(hours: float = 0, *, seconds: float = 0) -> datetime:
    """A time after BEGIN."""
    return BEGIN + timedelta(hours=hours, seconds=seconds)


def truck(plate: str, **changed: Any) -> dict[str, Any]:
    """A registered truck."""
    return {"plate": plate, **_TRUCK, **_period(changed)}


def checkpoint(number: str, east_m: float = 0, north_m: float = 0, **changed: Any) -> dict[str, Any]:
    """A checkpoint so far east and north of 30.25 N, 120.15 E; its device has its number behind a D."""
    place = {"lat_e6": 30_250_000 + round(north_m * 8.993), "lon_e6": 120_150_000 + round(east_m * 10.411)}
    return {"checkpoint": number, "device": f"D{number}", **place, **_period(changed)}


def permit(number: str, plates: Sequence[str], **changed: Any) -> dict[str, Any]:
    """A permit for some plates, any checkpoint and any time."""
    made = {"permit": number, "version": 1, "plates": [*plates], "checkpoints": None, "state": "valid"}
    return made | {"windows": ANY_TIME, "governs_to": None, **_period(changed, LATER)}


def book(
    trucks: Iterable[Any] = (),
    checkpoints: Iterable[Any] = (),
    permits: Iterable[dict[str, Any]] = (),
    terminals: Iterable[Any] = (),
) -> Book:
    """A snapshot of registers; truck, checkpoint, permit as above."""
    rows = {"trucks": [*trucks], "checkpoints": [*checkpoints], "terminals": [*terminals]}
    rows |= {"permits": [*permits], "carriers": [], "sites": []}
    frames = {
        name: pl.DataFrame(
            rows[name], schema={**columns, "valid_from": INSTANT, "valid_to": INSTANT}, orient="row"
        )
        for name, columns in _BOOK.items()
    }
    return Book(
        revision_read=1,
        **frames,
        permit_plates=frames["permits"].select("permit", "version", plate="plates").explode("plate"),
        _areas={},
        _corridors={},
        _windows={(row["permit"], row["version"]): row["windows"] for row in rows["permits"]},
    )


def passage(plate: str | None, where: str, when: datetime, **changed: Any) -> dict[str, Any]:
    """A passage of a truck-like vehicle with the plate well read."""
    seen = {"feed": "f", "item": 0, "lane": 1, "plate_color": "yellow", "vehicle_class": "01"}
    seen |= {"reliability": 95, "device": f"D{where}", "checkpoint": where, "received_at": when}
    return seen | {"plate": plate, "captured_at": when, **changed}


def fix(plate: str, east_m: float, north_m: float, when: datetime, **changed: Any) -> dict[str, Any]:
    """A position of a truck, as `checkpoint` has places."""
    place = checkpoint("", east_m, north_m)
    seen = {"feed": "p", "item": 0, "terminal": f"T{plate}", "status": 3, "backfill": False}
    seen |= {"lat_e6": place["lat_e6"], "lon_e6": place["lon_e6"], "received_at": when}
    return seen | {"plate": plate, "fixed_at": when, **changed}


def passages(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """As stored: numbered in the order given where they are not."""
    return _numbered(rows, SCENE_PASSAGES)


def scene(
    registers: Book,
    seen: Sequence[dict[str, Any]] | pl.DataFrame = (),
    fixes: Sequence[dict[str, Any]] = (),
    rules: TruckRules | None = None,
    holidays: Any = None,
) -> Scene:
    """The facts as the engine lays them before the rules."""
    frame = seen if isinstance(seen, pl.DataFrame) else passages(seen)
    positions = _numbered(fixes, SCENE_POSITIONS).sort("plate", "fixed_at", "feed", "serial", "item")
    return Scene(
        book=registers,
        rules=rules or bundled_rules(),
        zone=ZONE,
        holidays=holidays or {},
        passages=counted(frame),
        positions=positions,
    )


def findings(rule: Rule, laid: Scene) -> pl.DataFrame:
    """What a rule finds, once support is asked for: FINDING_COLUMNS and `key`."""
    return supported(keyed(rule.find(laid)), laid.rules)


def found(frame: pl.DataFrame) -> set[tuple[str, tuple[str, ...], str]]:
    """Rule, references and level of each finding."""
    return {(rule, tuple(refs), level) for rule, refs, level in frame.select("rule", "refs", "level").rows()}


def city(seed: int, count: int, *, hours: float = 48, plates: int = 12) -> tuple[Book, list[dict[str, Any]]]:
    """Registers and passages at random, with everything the passage rules look for among them."""
    dice = random.Random(seed)
    names = [f"浙A{dice.randrange(10**5):05d}" for _ in range(plates)]
    names += [names[0][:-1] + "X", names[1][:-1] + "Y"]
    points = [checkpoint(f"K{n}", dice.uniform(0, 15_000), dice.uniform(0, 15_000)) for n in range(6)]
    periods = [{}, {}, {"valid_to": at(30)}, {"valid_from": at(12)}]
    trucks = [truck(name, **dice.choice(periods)) for name in names[: plates * 2 // 3]]
    permits = []
    for number in range(plates):
        own = {
            "checkpoints": dice.choice([None, ["K0", "K1", "K2", "K3"]]),
            "windows": dice.choice([ANY_TIME, NIGHT]),
        }
        ends = dice.choice([{}, {"valid_to": at(20)}, {"valid_from": at(10)}, {"valid_to": at(-24 * 40)}])
        permits.append(permit(f"P{number}", dice.sample(names, 3), **own, **ends))
    seen = []
    for _ in range(count):
        told = {
            "vehicle_class": dice.choice(["01", "51", "02", None, "H11", "H17"]),
            "brand": dice.choice(["解放", "东风", None]),
        }
        told |= {
            "color": dice.choice(["red", "white", "Red "]),
            "reliability": dice.choice([99, 90, 60, None]),
        }
        told |= {
            "plate_color": dice.choice(["yellow", "yellow", "blue", None]),
            "lane": dice.choice([1, 2, None]),
        }
        when = at(seconds=round(dice.uniform(0, hours * 3600), 3))
        seen.append(passage(dice.choice([*names, None]), dice.choice(points)["checkpoint"], when, **told))
        if dice.random() < 0.1:  # another vehicle with the same plate, far away
            elsewhere = dice.choice(points)["checkpoint"]
            seen.append({**seen[-1], "checkpoint": elsewhere, "device": f"D{elsewhere}"})
        if dice.random() < 0.05:
            seen.append({**seen[-1], "captured_at": when + timedelta(seconds=dice.choice([0, 20, 60, 61]))})
    return book(trucks, points, permits), seen


def _period(changed: dict[str, Any], until: datetime | None = None) -> dict[str, Any]:
    return {"valid_from": LONG_AGO, "valid_to": until} | changed


def _numbered(rows: Sequence[dict[str, Any]], schema: Any) -> pl.DataFrame:
    numbered = [{"serial": number, **row} for number, row in enumerate(rows)]
    full = [{name: row.get(name) for name in schema} for row in numbered]
    frame = pl.DataFrame(full, schema=schema, orient="row")
    return frame.with_columns(pl.format("{}:{}:{}", "feed", "serial", "item").alias("ref"))
