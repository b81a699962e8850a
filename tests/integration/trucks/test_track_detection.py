"""Track rules on a real database: a simulated night in mixed order files what a replay finds, and the truth."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest
from gridwitness.detector import Detector
from gridwitness.trucks.detection.tracks import TRACK_RULES
from gridwitness.trucks.frames import POSITION_COLUMNS
from gridwitness_cli.simulate.evaluation import evaluate
from gridwitness_cli.simulate.world import Settings, World, build
from support.case_story import hire
from support.platform import RunningPlatform, running_platform
from support.truck_scene import at, passage
from support.truck_story import TruckStory

NOW = at(24 * 10)
CODES = {rule.code for rule in TRACK_RULES}


@pytest.fixture(scope="module")
def world() -> World:
    return build(Settings(trucks=16, days=1, seed=3, checkpoints=8, per_rule=1, traffic=1))


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=NOW) as platform:
        yield platform


@pytest.fixture(scope="module")
def story(running: RunningPlatform, world: World) -> TruckStory:
    told = TruckStory.begun(running, hire(running).first, "zd-1")
    for kind in dict.fromkeys(record.kind for record in world.registers):
        told.enter(kind, *(record.fields for record in world.registers if record.kind == kind))
    for half in ("issued", "received"):
        kind = f"manifest.{half}.v1"
        told.enter(kind, *(record.fields for _, record in world.manifests if record.kind == kind))
    return told


def test_a_night_in_any_order_files_what_was_planted_and_what_a_replay_finds(story, world):
    detector = Detector(story.running.platform)
    slots = world.positions.with_columns(slot=pl.col("arrives_at").dt.truncate("30m")).partition_by("slot")
    random.Random(5).shuffle(slots)
    for number, slot in enumerate(slots):
        keep(story, slot)
        if number % 6 == 5:
            detector.round()
    story.store([passage(None, "KK001", at(70))], NOW)  # event time goes on: everything settles
    detector.drain()
    assert story.differences(detector) == []
    filed = story.filed()
    scores = [score for score in evaluate(world.truth, filed) if score.rule in CODES]
    assert {(s.rule, s.precision) for s in scores if s.anomalies} == {
        (s.rule, 1.0) for s in scores if s.anomalies
    }
    assert sum(score.found for score in scores) == sum(score.planted for score in scores) > 8


def keep(story: TruckStory, slot: pl.DataFrame) -> None:
    """Store what came within half an hour, each fix a message."""
    placed = pl.col("lat_e6") != 0
    rows = slot.with_row_index("message").with_columns(
        item=pl.lit(0), lat_e6=pl.when(placed).then("lat_e6"), lon_e6=pl.when(placed).then("lon_e6")
    )
    frame = rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in POSITION_COLUMNS.items()
    )
    received_at = slot["arrives_at"].max()
    with story.running.platform.transaction() as session:
        stored = story.sightings.store(
            session, story.feed, story.serial, received_at + timedelta(seconds=1), positions=frame
        )
    assert stored.letters == []
    story.serial += len(slot)
