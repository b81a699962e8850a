"""Detection on a real database: in whatever order facts and registers came, it files what a replay finds."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from gridwitness.detector import Detector
from gridwitness.records import heads_of, rfc3339
from gridwitness.trucks.detection.facts import manifests_of
from gridwitness_api.detection_metrics import DetectionGauges
from gridwitness_cli.bench.plain_rules import PlainRules
from sqlalchemy import text
from support.case_story import hire
from support.platform import CITY, RunningPlatform, running_platform
from support.truck_registers import truck
from support.truck_scene import ZONE, at, city, passage
from support.truck_story import TruckStory

NOW = at(24 * 10)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=NOW) as platform:
        yield platform


@pytest.fixture(scope="module")
def story(running: RunningPlatform) -> TruckStory:
    told = TruckStory.begun(running, hire(running).first, "kk-1")
    book, _ = city(7, 1)
    told.enter_book(book)
    return told


@pytest.fixture(scope="module")
def detector(running: RunningPlatform) -> Detector:
    return Detector(running.platform)


def test_any_order_with_a_register_change_in_between_files_what_a_replay_finds(story, detector):
    dice = random.Random(11)
    _, seen = city(7, 260)
    dice.shuffle(seen)
    other = Detector(story.running.platform)
    unknown = next(row["plate"] for row in seen if row["plate"] not in _registered(story))
    for place in range(0, len(seen), 40):
        story.store(seen[place : place + 40], NOW)
        dice.choice((detector, other)).round()
        if place == 120:
            story.enter("truck.registered.v1", truck(unknown, valid_from=rfc3339(at(20))))
    story.store([passage(None, "K0", at(60))], NOW)  # event time goes on: everything settles
    detector.drain()
    assert story.differences(detector) == []
    filed = story.filed()
    assert {*filed["rule"]} >= {"BLACK_UNREG", "BLACK_CLONE_ST", "BLACK_ATTR", "NO_PERMIT", "TIME_WIN"}
    assert {(row["rule"], row["key"]) for row in filed.to_dicts()} == _plain(story, detector)


def test_a_detector_that_dies_in_a_round_loses_nothing_and_files_nothing_twice(story, detector):
    late = [passage("浙C00001", "K1", at(30 + hours)) for hours in (0, 1)]
    story.store(late, NOW)
    dying = Detector(story.running.platform)
    platform = story.running.platform
    before = story.filed().height

    def die(*_):
        raise RuntimeError("killed")

    whole = type(platform.filing).file
    try:
        type(platform.filing).file = die
        with pytest.raises(RuntimeError, match="killed"):
            dying.round()
    finally:
        type(platform.filing).file = whole
    assert story.filed().height == before
    detector.drain()
    assert story.filed().height == before + 2
    assert detector.round().records == 0 and story.differences(detector) == []


def test_while_one_detector_holds_a_shard_another_looks_at_the_others(story, detector):
    plates = [f"浙D0000{n}" for n in range(8)]
    story.store([passage(plate, "K1", at(30 + hours)) for hours in (0, 1) for plate in plates], NOW)
    with story.running.platform.transaction() as holder:
        holder.execute(text("SELECT 1 FROM trucks.shard WHERE shard IN (0, 1, 2, 3) FOR UPDATE"))
        some = detector.drain()
    rest = detector.drain()
    assert 0 < some.records < 16 and some.records + rest.records == 16
    assert story.differences(detector) == []


def test_a_truck_that_is_registered_after_all_is_no_black_one(story, detector):
    plate = "浙E00001"
    story.store([passage(plate, "K1", at(40 + hours)) for hours in range(2)], NOW)
    detector.drain()
    assert _rules_of(story, plate) == {"BLACK_UNREG"}
    story.enter("truck.registered.v1", truck(plate, valid_from=rfc3339(at(-1))))
    detector.drain()
    assert _rules_of(story, plate) == {"NO_PERMIT"}
    assert story.differences(detector) == []


def test_what_rests_on_a_sequence_waits_until_the_watermark_has_passed_it(story, detector):
    plate, far = "浙F77777", _far_apart()
    seen = [passage(plate, where, at(61, seconds=s + n)) for s in (0, 100) for n, where in enumerate(far)]
    story.store(seen, NOW)
    detector.drain()
    assert _rules_of(story, plate) == {"BLACK_UNREG"}
    story.store([passage(None, "K0", at(62))], NOW)
    detector.drain()
    assert _rules_of(story, plate) == {"BLACK_UNREG", "BLACK_CLONE_ST"}
    assert story.differences(detector) == []


def test_a_device_nobody_registered_becomes_a_letter(story):
    stored = story.store([passage("浙A00001", "K9", at(1)), passage("浙A00001", "K1", at(1))], NOW)
    assert stored.passages == 1
    assert [(letter.message, letter.code) for letter in stored.letters] == [(0, "device-unknown")]


def test_lag_scan_and_watermark_are_on_the_metrics(story, detector):
    detector.drain()
    assert _gauges(story)["gridwitness_detection_work"] == 0
    story.store([passage("浙A00001", "K1", at(62))], story.running.clock.now())
    story.running.advance(40)
    gauges = _gauges(story)
    assert gauges["gridwitness_detection_lag_seconds"] >= 40 <= gauges["gridwitness_detection_scan_seconds"]
    assert gauges["gridwitness_detection_work"] == 1 and gauges["gridwitness_detection_candidates"] > 0
    assert gauges["gridwitness_detection_watermark_seconds"] > 24 * 3600
    detector.drain()
    assert _gauges(story)["gridwitness_detection_lag_seconds"] == 0


def test_of_manifests_only_what_changed_is_noticed_again(story, detector):
    plate, permit, place, dump = _any_permit(story)
    issued = {"permit": permit, "plate": plate, "site": place, "dump": dump, "load_kg": None}
    numbers = ("M-1", "M-2")
    story.enter(
        "manifest.issued.v1", *({**issued, "manifest": n, "left_at": rfc3339(at(20))} for n in numbers)
    )
    detector.drain()
    assert _unmatched(story) == {"M-1": "suspected", "M-2": "suspected"}
    story.running.advance(2 * 3600)
    entered = story.running.clock.now()
    received = {"manifest": "M-1", "dump": dump, "received_at": rfc3339(at(21)), "load_kg": None}
    with story.running.platform.transaction() as session:
        sub = session.scalar(text("SELECT sub FROM trucks.manifest WHERE manifest = 'M-1'"))
        head = heads_of(session, [(CITY, sub)])[CITY, sub]
    follows = {"sub": sub, "seq": head.seq + 1, "prev": head.digest}
    (told,) = story.running.accept(story.officer.sign("manifest.received.v1", received, **follows))
    assert told.error is None, told.error
    with story.running.platform.transaction() as session:
        read = manifests_of(session, None, changed_since=entered - timedelta(hours=1))
    assert read["manifest"].to_list() == ["M-1"]
    detector.drain()
    assert _unmatched(story) == {"M-1": "withdrawn", "M-2": "suspected"}
    assert story.differences(detector) == []


def test_a_day_without_any_message_settles_what_waits(story, detector):
    plate, far = "浙F88888", _far_apart()
    seen = [passage(plate, where, at(239, seconds=s + n)) for s in (0, 100) for n, where in enumerate(far)]
    story.store(seen, NOW)
    detector.drain()
    assert _rules_of(story, plate) == {"BLACK_UNREG"}
    story.running.advance(26 * 3600)
    detector.drain()
    assert _rules_of(story, plate) == {"BLACK_UNREG", "BLACK_CLONE_ST"}
    assert story.differences(detector) == []


def _gauges(story):
    families = DetectionGauges(story.running.platform).collect()
    return {sample.name: sample.value for family in families for sample in family.samples}


def _far_apart():
    """The two checkpoints of the city that are furthest apart."""
    points = city(7, 1)[0].checkpoints.select("checkpoint", "lat_e6", "lon_e6").rows()
    pairs = itertools.combinations(points, 2)
    one, other = max(
        pairs, key=lambda pair: sum(abs(a - b) for a, b in zip(*(p[1:] for p in pair), strict=True))
    )
    return one[0], other[0]


def _rules_of(story, plate):
    return {row["rule"] for row in story.filed().to_dicts() if row["plate"] == plate}


def _any_permit(story):
    with story.running.platform.transaction() as session:
        query = "SELECT plates[1], permit, site, dumps[1] FROM trucks.permit ORDER BY permit LIMIT 1"
        return session.execute(text(query)).one()


def _unmatched(story):
    """State of each manifest's anomaly."""
    query = "SELECT key, state FROM trucks.anomaly WHERE rule = 'GATE_MISMATCH'"
    with story.running.platform.transaction() as session:
        return {key.rpartition(":")[2]: state for key, state in session.execute(text(query))}


def _registered(story):
    with story.running.platform.transaction() as session:
        return set(session.scalars(text("SELECT plate FROM trucks.truck")))


def _plain(story, detector):
    """By the plain reading of the rules, from the rows of the table."""
    with story.running.platform.transaction() as session:
        judge = detector.judge(session)
        rows = [dict(row) for row in session.execute(text("SELECT * FROM trucks.passage")).mappings()]
    for row in rows:
        row["ref"] = f"{row['feed']}:{row['serial']}:{row['item']}"
    rules = judge.in_force.versions[-1][2]
    hits = PlainRules(judge.book, rules, ZONE, judge.holidays).find(rows)
    return {(rule, "/".join((rule, *refs))) for rule, refs, _ in hits}
