"""The simulated city: the same from the same seed, dirty as asked for, and found out by the rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import polars as pl
import pytest
from gridwitness.records import kinds
from gridwitness.trucks import kinds as truck_kinds
from gridwitness.trucks.detection.rules_document import CODES, bundled_rules
from gridwitness.trucks.detection.tracks import TRACK_RULES
from gridwitness_cli.simulate.arrivals import Fix, Passage, Record
from gridwitness_cli.simulate.evaluation import evaluate
from gridwitness_cli.simulate.memory import found_by, scene_of
from gridwitness_cli.simulate.world import Settings, build

SMALL = Settings(trucks=90, days=1, seed=7, checkpoints=40, per_rule=3, traffic=50)


@pytest.fixture(scope="module")
def world():
    return build(SMALL)


def test_the_same_seed_gives_the_same_world_and_another_another(world):
    again, other = build(SMALL), build(replace(SMALL, seed=8))
    assert again.passages.equals(world.passages)
    assert again.positions.equals(world.positions)
    assert (again.registers, again.manifests, again.truth) == (world.registers, world.manifests, world.truth)
    assert not other.positions.equals(world.positions)


def test_arrivals_come_in_order_and_are_all_of_it(world):
    arrivals = list(world.arrivals())
    assert all(one.at <= other.at for one, other in pairwise(arrivals))
    fixes = [fix for a in arrivals if a.door == "jt808" for fix in a.payload]
    assert len(fixes) == len(world.positions)
    assert all(isinstance(fix, Fix) for fix in fixes)
    assert sum(isinstance(a.payload, Passage) for a in arrivals) == len(world.passages)
    assert sum(isinstance(a.payload, Record) for a in arrivals) == len(world.manifests)
    batches = [a for a in arrivals if a.backfill]
    assert batches
    assert all(1 <= len(a.payload) <= 20 and len({fix.terminal for fix in a.payload}) == 1 for a in batches)


def test_records_have_the_fields_of_their_kinds_and_name_what_is_registered_before(world):
    known = {"carrier": set(), "site": set(), "checkpoint": set()}
    for record in [*world.registers, *(record for _, record in world.manifests)]:
        kinds.check_fields(kinds.kind_named(record.kind), record.fields)
        named = {
            "carrier": [record.fields.get("carrier")],
            "site": [
                record.fields.get("site"),
                record.fields.get("dump"),
                *(record.fields.get("dumps") or []),
            ],
            "checkpoint": record.fields.get("checkpoints") or [],
        }
        for register, numbers in known.items():
            if record.kind == f"{register}.registered.v1":
                numbers.add(record.fields[register])
            else:
                assert {name for name in named[register] if name is not None} <= numbers
    assert truck_kinds.PERMIT in {record.kind for record in world.registers}


def test_every_rule_is_planted_and_what_is_told_is_as_dirty_as_asked_for(world):
    planted = Counter(one.rule for one in world.truth if one.planted)
    assert planted.keys() == set(CODES)
    passages = world.passages
    misread = passages.filter(pl.col("plate") != pl.col("true_plate"))
    assert len(misread) / len(passages) == pytest.approx(SMALL.misread, rel=0.4)
    late = passages.filter(pl.col("arrives_at") - pl.col("captured_at") > timedelta(minutes=8))
    assert len(late) / len(passages) == pytest.approx(SMALL.late, rel=0.4)
    skew = (passages["arrives_at"] - passages["captured_at"]).dt.total_seconds()
    assert skew.min() < -30
    assert world.positions.is_duplicated().sum() == 0
    again = world.positions.drop("arrives_at").is_duplicated().sum()
    assert again / len(world.positions) == pytest.approx(2 * SMALL.duplicates, rel=0.4)
    clean = build(replace(SMALL, misread=0.0, late=0.0, duplicates=0.0))
    assert clean.passages.filter(pl.col("plate") != pl.col("true_plate")).is_empty()


def test_track_rules_find_what_was_planted_and_nothing_else(world):
    found = found_by(TRACK_RULES, scene_of(world, bundled_rules()))
    scores = {
        score.rule: score for score in evaluate(world.truth, found) if not score.rule.startswith("BLACK")
    }
    assert {rule: (s.recall, s.precision) for rule, s in scores.items()} == dict.fromkeys(scores, (1.0, 1.0))
    assert len(scores) == len(TRACK_RULES)
