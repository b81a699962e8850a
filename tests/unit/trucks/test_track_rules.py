"""Each rule on tracks: the case it is for, and what looks like it and is none."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from gridwitness.trucks.detection.tracks import TRACK_RULES
from support.track_scene import BEGIN, DUMP, OTHER_DUMP, PLATE, SITE, Journey, laid, permit

RULES = {rule.code: rule for rule in TRACK_RULES}
NIGHT = {"windows": [{"from": "21:00", "to": "06:00"}]}
ROAD = (6_000.0, 0.0)
ASIDE = (6_000.0, 1_500.0)


def told(code, fixes, *permits, **facts):
    """Level and measures of what a rule finds."""
    found = RULES[code].find(laid(fixes, *permits, **facts))
    assert set(found["rule"]) <= {code}
    return [(level, json.loads(said)) for level, said in found.select("level", "measured").iter_rows()]


def levels(code, fixes, *permits, **facts):
    """Levels of what a rule finds."""
    return [level for level, _ in told(code, fixes, *permits, **facts)]


def loaded_trip(begin=BEGIN):
    """Loads at the site, drives the road, unloads at the dump site, drives home empty."""
    journey = Journey(begin=begin).stay(300).set(load=90, weight_kg=13_500).stay(300).drive(DUMP).stay(120)
    journey.set(lift=1).stay(60).set(load=0, weight_kg=0).stay(60).set(lift=0).stay(60).drive(SITE)
    return journey.set(acc=0).stay(120)


@pytest.mark.parametrize("code", RULES)
def test_a_lawful_trip_is_nothing_to_any_rule(code):
    assert levels(code, loaded_trip().fixes, permit(windows=NIGHT)) == []


@pytest.mark.parametrize("code", RULES)
def test_no_facts_no_findings(code):
    assert levels(code, []) == []


def test_loaded_driving_without_a_permit_or_after_it():
    fixes = loaded_trip().fixes
    other, ended = permit(plates=["鲁AT0002"]), permit(valid_to="2026-02-20T00:00:00Z")
    assert levels("NO_PERMIT", fixes, other) == ["event"]
    assert levels("EXPIRED", fixes, other) == []
    assert levels("EXPIRED", fixes, ended) == ["event"]
    assert levels("NO_PERMIT", fixes, ended) == []


def test_a_permit_that_ended_long_ago_is_none_and_a_renewed_one_holds():
    fixes = loaded_trip().fixes
    assert levels("NO_PERMIT", fixes, permit(valid_to="2025-06-01T00:00:00Z")) == ["event"]
    renewed = [permit(valid_to="2026-03-02T14:10:00Z"), permit(version=2, valid_from="2026-03-02T14:05:00Z")]
    assert levels("EXPIRED", fixes, *renewed) == []


def test_a_permit_that_ends_under_way_is_expired_from_then_with_a_grace():
    ends = BEGIN + timedelta(minutes=15)
    found = RULES["EXPIRED"].find(laid(loaded_trip().fixes, permit(valid_to=f"{ends:%Y-%m-%dT%H:%M:%SZ}")))
    assert found["at"].to_list() == [ends + timedelta(minutes=5)]
    assert levels("EXPIRED", loaded_trip().fixes, permit(valid_to="2026-03-02T14:25:00Z")) == []


def test_a_version_that_leaves_the_plate_out_ends_the_one_before():
    left_out = permit(version=2, plates=["鲁AT0002"], valid_from="2026-03-01T00:00:00Z")
    assert levels("EXPIRED", loaded_trip().fixes, permit(), left_out) == ["event"]


def test_driving_loaded_outside_the_hours_of_every_permit():
    day = loaded_trip(BEGIN - timedelta(hours=8)).fixes
    assert levels("TIME_WIN", day, permit(windows=NIGHT)) == ["flag"]
    assert levels("TIME_WIN", day, permit(windows=NIGHT), permit(permit="P2")) == []
    early = loaded_trip(BEGIN - timedelta(minutes=73)).fixes  # loaded from 20:57 on
    assert levels("TIME_WIN", early, permit(windows=NIGHT)) == []


@pytest.mark.parametrize(("aside_s", "level"), [(120, "flag"), (660, "event"), (1200, "serious")])
def test_off_the_road_by_how_long(aside_s, level):
    journey = Journey().set(load=90).drive(ROAD).drive(ASIDE).stay(aside_s).drive(ROAD).drive(DUMP)
    (found,) = told("ROUTE_DEV", journey.fixes)
    assert found[0] == level
    assert float(found[1]["distance_m"]) == pytest.approx(1_500, abs=20)


def test_off_the_road_is_no_matter_when_empty_at_a_site_or_for_two_fixes():
    empty = Journey().drive(ROAD).drive(ASIDE).drive(DUMP)
    two = (
        Journey()
        .set(load=90)
        .drive(ROAD)
        .drive((6_300.0, 120.0))
        .drive((6_600.0, 120.0))
        .drive((6_900.0, 0.0))
        .drive(DUMP)
    )
    near = Journey().set(load=90).drive((3_000.0, 60.0)).drive((9_000.0, 60.0)).drive(DUMP)
    for journey in (empty, two, near):
        assert levels("ROUTE_DEV", journey.fixes) == []
    assert levels("ROUTE_DEV", two.fixes, permit(corridor=None)) == []


def test_between_buffer_and_hysteresis_a_truck_is_where_it_was():
    journey = Journey().set(load=90).drive(ROAD).drive((6_000.0, 200.0)).drive((7_000.0, 200.0))
    journey.drive((9_000.0, 40.0)).drive((9_500.0, 200.0)).drive((10_500.0, 200.0)).drive(DUMP)
    assert len(levels("ROUTE_DEV", journey.fixes)) == 1


def test_unloading_at_a_dump_site_that_is_not_on_the_permit():
    journey = Journey().set(load=90).drive(OTHER_DUMP).stay(120).set(lift=1).stay(60).set(load=0).stay(120)
    journey.set(lift=0).stay(60).drive(SITE)
    (found,) = told("WRONG_SITE", journey.fixes)
    assert found == ("event", {"permitted": "D1", "site": "D2"})
    assert levels("WRONG_SITE", journey.fixes, permit(dumps=["D1", "D2"])) == []
    assert levels("WRONG_SITE", journey.fixes, permit(valid_to="2026-02-20T00:00:00Z")) == []
    assert levels("DUMP_SUS", journey.fixes) == []


def test_passing_a_strange_dump_site_is_no_unloading():
    journey = Journey().set(load=90).drive(OTHER_DUMP).stay(240).drive(DUMP)
    assert levels("WRONG_SITE", journey.fixes) == []


def test_cover_open_while_loaded_and_moving():
    opened = Journey().set(load=90, cover=1).drive(DUMP)
    assert levels("UNCOVERED", opened.fixes) == ["event"]
    blink = Journey().set(load=90).drive(DUMP).fixes
    blink[4]["cover"] = 1
    for fixes in (
        blink,
        Journey().set(cover=1).drive(DUMP).fixes,
        Journey().set(load=90, cover=1).stay(600).fixes,
    ):
        assert levels("UNCOVERED", fixes) == []


@pytest.mark.parametrize(("weight", "expected"), [(14_900, []), (16_000, ["flag"]), (20_000, ["serious"])])
def test_heavier_than_registered(weight, expected):
    assert levels("OVERLOAD", Journey().set(load=95, weight_kg=weight).drive(DUMP).fixes) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(240, []), (480, ["flag"]), (1_200, ["event"])])
def test_a_stop_outside_sites_by_how_long(seconds, expected):
    journey = Journey().set(load=90).drive(ROAD).stay(seconds).drive(DUMP)
    assert levels("STOP_ABN", journey.fixes) == expected


def test_what_is_no_abnormal_stop():
    parked = Journey().drive(ROAD).set(acc=0).stay(3_600).set(acc=1).drive(DUMP)
    at_site = Journey().set(load=90).stay(2_400).drive(DUMP)
    crawling = Journey().set(load=90).drive(ROAD).drive((6_800.0, 0.0), 3.0).drive(DUMP)
    for journey in (parked, at_site, crawling):
        assert levels("STOP_ABN", journey.fixes) == []


def test_a_stop_survives_a_jump_and_a_lost_fix():
    journey = Journey().set(load=90).drive(ROAD).stay(900).drive(DUMP)
    journey.fixes[25]["lat_e6"] += 30_000
    del journey.fixes[30]
    assert len(levels("STOP_ABN", journey.fixes)) == 1


def test_a_frozen_receiver_is_no_stop():
    fixes = Journey().set(load=90).drive(DUMP).fixes
    for fix in fixes[10:24]:
        fix |= {
            "lat_e6": fixes[10]["lat_e6"],
            "lon_e6": fixes[10]["lon_e6"],
            "speed_dkmh": 0,
            "mileage_hm": None,
        }
    assert levels("STOP_ABN", fixes) == []


def dumping(lift, drop):
    """Stops aside for five minutes with a load, lifts or not, is empty afterwards or not."""
    journey = Journey().set(load=90).drive(ROAD).drive(ASIDE).stay(120).set(lift=lift).stay(90)
    return journey.set(load=0 if drop else 90, lift=0).stay(120).drive(ROAD).drive(DUMP).fixes


@pytest.mark.parametrize(
    ("lift", "drop", "expected"),
    [(1, True, ["serious"]), (1, False, ["serious"]), (0, True, ["event"]), (0, False, [])],
)
def test_lifting_or_losing_the_load_outside_sites(lift, drop, expected):
    assert levels("DUMP_SUS", dumping(lift, drop)) == expected


def test_a_lift_sensor_that_blinks_while_driving_is_no_dumping():
    fixes = Journey().set(load=90).drive(DUMP).fixes
    fixes[8]["lift"] = fixes[9]["lift"] = 1
    assert levels("DUMP_SUS", fixes) == []


@pytest.mark.parametrize(("seconds", "expected"), [(500, []), (900, ["flag"]), (3_000, ["event"])])
def test_silence_while_running(seconds, expected):
    journey = Journey().drive(ROAD).silence(seconds, (9_000.0, 0.0)).drive(DUMP).set(acc=0).stay(60)
    assert levels("OFFLINE", journey.fixes) == expected
    still_off = (
        Journey().drive(ROAD).set(acc=0).stay(90).silence(seconds).set(acc=1).drive(DUMP).set(acc=0).stay(60)
    )
    assert levels("OFFLINE", still_off.fixes) == []


def test_silence_without_end_after_a_power_cut_is_tampering():
    journey = Journey().drive(ROAD).set(alarms=1 << 8).stay(30)
    assert levels("OFFLINE", journey.fixes) == ["serious"]
    assert levels("OFFLINE", Journey().drive(ROAD).fixes) == ["event"]


def test_a_terminal_that_loses_its_fix_is_not_silent_and_a_cut_antenna_for_long_is_tampering():
    fixes = Journey().drive(DUMP).set(acc=0).stay(60).fixes
    for fix in fixes[6:30]:
        fix |= {"lat_e6": None, "lon_e6": None, "status": 1}
    assert levels("OFFLINE", fixes) == []
    for fix in fixes[6:30]:
        fix["alarms"] = 1 << 5
    assert levels("OFFLINE", fixes) == ["serious"]


def test_faster_than_the_limit_for_long_enough():
    fast = Journey().drive(ROAD, 60).drive((9_000.0, 0.0), 100).drive(DUMP, 60)
    assert levels("OVERSPEED", fast.fixes) == ["flag"]
    one = Journey().drive(DUMP, 60).fixes
    one[7]["speed_dkmh"] = 1_200
    faulty = Journey().drive(DUMP, 20).fixes
    for fix in faulty[4:10]:
        fix["speed_dkmh"] = 1_100
    for fixes in (one, faulty):
        assert levels("OVERSPEED", fixes) == []


def test_one_terminal_at_two_places():
    here, there = Journey().drive(DUMP), Journey(begin=BEGIN + timedelta(seconds=12))
    there.at = (0.0, 15_000.0)
    there.stay(900)
    assert levels("TERMINAL_TWICE", [*here.fixes, *there.fixes]) == ["serious"]
    for code in ("ROUTE_DEV", "OVERSPEED"):
        assert levels(code, [*here.fixes, *there.fixes]) == []
    jumpy = Journey().drive(DUMP).fixes
    for n in (5, 11, 17):
        jumpy[n]["lat_e6"] += 90_000
    assert levels("TERMINAL_TWICE", jumpy) == []


def test_what_the_door_marked_as_a_second_connection_counts():
    fixes = Journey().drive(DUMP).fixes
    for fix in fixes[4:20:1]:
        fix["status"] |= 1 << 32
    assert levels("TERMINAL_TWICE", fixes) == ["serious"]


def test_manifests_against_receipts():
    issued = {"plate": PLATE, "permit": "P1", "site": "S1", "dump": "D1", "left_at": BEGIN}
    received = {"received_dump": "D1", "received_at": BEGIN + timedelta(hours=1)}
    manifests = [
        {"manifest": "M1", **issued, **received},
        {"manifest": "M2", **issued},
        {"manifest": "M3", **issued, **received, "received_dump": "D2"},
        {"manifest": "M4", **issued, **received, "received_at": BEGIN + timedelta(hours=25)},
        {"manifest": "M5", "plate": PLATE, **received},
    ]
    found = RULES["GATE_MISMATCH"].find(laid([], manifests=manifests))
    assert dict(zip(found["refs"].list.first(), found["level"], strict=True)) == {
        "manifest::M2": "event",
        "manifest::M3": "serious",
        "manifest::M4": "event",
    }
    settles = dict(zip(found["refs"].list.first(), found["settles_at"], strict=True))
    assert settles["manifest::M2"] == BEGIN + timedelta(hours=24)
    assert found["lat_e6"].to_list() == [36_650_000] * 3
