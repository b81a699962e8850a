"""Track rules on a real database: a simulated night in mixed order files the truth, as a replay does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from secrets import token_hex

import polars as pl
import pytest
from gridwitness.detector import Detector
from gridwitness.records import heads_of
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
    platform = running.platform
    for kind in dict.fromkeys(entry.kind for entry in world.registers):
        entries = [entry.fields for entry in world.registers if entry.kind == kind]
        with platform.transaction() as session:
            entered = platform.registers.take(session, told.officer.agency, kind, entries)
        assert {each.state for each in entered} == {"recorded"}
    log, subjects = running.log(told.officer.agency), {}
    for half in ("issued", "received"):
        entries = [entry for _, entry in world.manifests if entry.kind == f"manifest.{half}.v1"]
        places = [subjects.setdefault(entry.fields["manifest"], token_hex(16)) for entry in entries]
        with platform.transaction() as session:
            heads = heads_of(session, {(log.name, sub) for sub in places})
        records = []
        for entry, sub in zip(entries, places, strict=True):
            head = heads.get((log.name, sub))
            follows = {} if head is None else {"seq": head.seq + 1, "prev": head.digest}
            records.append(told.officer.sign(entry.kind, entry.fields, sub=sub, **follows))
        assert [outcome.error for outcome in running.accept(*records) if outcome.error is not None] == []
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
    assert [score for score in scores if score.anomalies != score.right] == []
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
