"""An invented district for the bench: trucks with permits, checkpoints, and a stream of passages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
from gridwitness.feeds import Feed, registered_feed
from gridwitness.records import current_log
from gridwitness.trucks.frames import PASSAGE_COLUMNS

from gridwitness_cli.bench.stage import AGENCY, Stage

FEED = "bench"
_TRUCKS, _CARS, _CHECKPOINTS = 1_000, 50_000, 40
_PER_PERMIT = 10
_BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
_SINCE, _UNTIL = "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"
_RING = [[120_150_000, 30_280_000], [120_152_000, 30_280_000], [120_152_000, 30_282_000]]


@dataclass(frozen=True)
class District:
    """What is registered, and the passages of one day after another."""

    feed: Feed
    seed: int = 5

    def passages(self, count: int, a_day: int) -> pl.DataFrame:
        """`count` passages in the order of time, half of them cars, as a door decodes them.

        A truck keeps to one checkpoint: nobody is at two places at once. One in a hundred has no permit.
        """
        drawn = np.random.default_rng(self.seed)
        seconds = np.sort(drawn.uniform(0, 86_400 * count / a_day, count))
        cars = drawn.random(count) < 0.5
        truck = drawn.integers(0, _TRUCKS, count)
        numbers = np.where(cars, drawn.integers(0, _CARS, count), truck)
        times = (seconds * 1e6).astype("timedelta64[us]") + np.datetime64(_BEGIN.replace(tzinfo=None), "us")
        made = pl.DataFrame(
            {
                "message": np.zeros(count, np.uint32),
                "item": np.arange(count, dtype=np.uint32),
                "checkpoint_": truck % _CHECKPOINTS,
                "lane": drawn.integers(1, 5, count),
                "car": cars,
                "number": numbers,
                "captured_at": times,
                "reliability": drawn.integers(86, 100, count),
            }
        ).with_columns(
            pl.format("3301000000119{}", pl.col("checkpoint_").cast(pl.String).str.zfill(7)).alias("device"),
            pl.when("car").then(pl.lit("浙B")).otherwise(pl.lit("浙A")).alias("_head"),
            pl.when("car").then(pl.lit("blue")).otherwise(pl.lit("yellow")).alias("plate_color"),
            pl.when("car").then(pl.lit("02")).otherwise(pl.lit("01")).alias("vehicle_class"),
            pl.col("captured_at").dt.replace_time_zone("UTC"),
            brand=pl.lit("陕汽"),
            color=pl.lit("绿"),
        )
        plate = pl.col("_head") + pl.col("number").cast(pl.String).str.zfill(5)
        told = made.with_columns(plate.alias("plate"))
        columns = [
            (pl.col(name) if name in told.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in PASSAGE_COLUMNS.items()
        ]
        return told.select(columns)


def found_district(stage: Stage) -> District:
    """Enter the registers and the feed, signed by the agency's service key and an officer's."""
    period = {"valid_from": _SINCE, "valid_to": None}
    area = {"ring": [*_RING, _RING[0]]}
    sites = [("S1", "construction"), ("D1", "dump")]
    _enter(stage, "feed.registered.v1", [_feed()], officer=True)
    _enter(stage, "carrier.registered.v1", [{"carrier": "C1", "name": "示范运输", "licence": None, **period}])
    _enter(
        stage,
        "site.registered.v1",
        [{"site": n, "category": kind, "name": n, "area": area, **period} for n, kind in sites],
    )
    _enter(stage, "checkpoint.registered.v1", [_checkpoint(n) | period for n in range(_CHECKPOINTS)])
    _enter(stage, "truck.registered.v1", [_truck(n) | period for n in range(_TRUCKS)])
    _enter(stage, "permit.issued.v1", [_permit(n) for n in range(_TRUCKS // _PER_PERMIT)])
    with stage.platform.transaction() as session:
        return District(registered_feed(session, FEED))


def _enter(stage: Stage, kind: str, all_fields: list[dict[str, Any]], *, officer: bool = False) -> None:
    platform = stage.platform
    key = stage.keys[0] if officer else platform.keystore.service_key(AGENCY)
    with platform.transaction() as session:
        log = current_log(session, AGENCY)
        signed = [
            platform.acceptance.sign_own(
                session, log, kind, secrets.token_hex(16), fields, key=key, iss=AGENCY
            )
            for fields in all_fields
        ]
        for outcome in platform.acceptance.accept(session, signed):
            if outcome.error is not None:
                raise outcome.error


def _feed() -> dict[str, Any]:
    told = {"feed": FEED, "door": "file", "assurance": "network", "datum": "WGS84"}
    return told | {"title": "bench", "state": "open"}


def _checkpoint(number: int) -> dict[str, Any]:
    place = {"latitude": f"{30.2 + number / 500:.6f}", "longitude": f"{120.1 + number / 400:.6f}"}
    named = {"checkpoint": f"K{number}", "name": f"K{number}", "device": f"3301000000119{number:07}"}
    return named | place | {"datum": "WGS84", "road": None, "direction": None}


def _truck(number: int) -> dict[str, Any]:
    told = {"plate": f"浙A{number:05}", "plate_color": "yellow", "carrier": "C1", "vehicle_class": "01"}
    return told | {"brand": "陕汽", "color": "绿", "rated_kg": 15_500}


def _permit(number: int) -> dict[str, Any]:
    own = [f"浙A{truck:05}" for truck in range(number * _PER_PERMIT, (number + 1) * _PER_PERMIT)]
    lacking = number % (100 // _PER_PERMIT) == 0
    return {
        "permit": f"P{number}",
        "version": 1,
        "carrier": "C1",
        "plates": own[1:] if lacking else own,
        "site": "S1",
        "dumps": ["D1"],
        "checkpoints": None,
        "corridor": None,
        "windows": {"windows": [{"from": "20:00", "to": "19:00"}, {"from": "18:00", "to": "21:00"}]},
        "valid_from": _SINCE,
        "valid_to": _UNTIL,
        "state": "valid",
    }
