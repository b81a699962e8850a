"""What a track leaves out: clocks hours off, places no truck can have been at, receivers that froze."""

from __future__ import annotations

from datetime import timedelta

import pytest
from gridwitness.trucks.detection.tracks.track import Limits, clean, heard
from hypothesis import given, settings
from hypothesis import strategies as st
from support.track_scene import Journey, positions


def kept(fixes):
    """Serials of the fixes that count."""
    return clean(positions(fixes), Limits()).frame["serial"].to_list()


def driving():
    """Ten fixes on a straight road."""
    return Journey().drive((4_000, 0), 40).fixes[:10]


@pytest.mark.parametrize("metres", [1_200, 2_000, 9_000])
def test_a_fix_that_jumps_away_and_back_is_left_out(metres):
    fixes = driving()
    fixes[5]["lat_e6"] += metres * 9
    assert kept(fixes) == [0, 1, 2, 3, 4, 6, 7, 8, 9]


def test_null_island_no_fix_and_impossible_degrees_are_left_out():
    fixes = driving()
    fixes[2] |= {"lat_e6": 0, "lon_e6": 0}
    fixes[4]["status"] = 1
    fixes[6]["lat_e6"] = 117_000_000
    assert kept(fixes) == [0, 1, 3, 5, 7, 8, 9]


def test_a_terminal_without_a_fix_is_heard_but_is_nowhere():
    fixes = driving()
    fixes[3] |= {"lat_e6": None, "lon_e6": None, "status": 1, "alarms": 1 << 5}
    assert kept(fixes) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert heard(positions(fixes), Limits())["serial"].to_list() == list(range(10))


def test_of_two_fixes_of_one_moment_the_first_that_came_counts():
    fixes = driving()
    fixes.append(dict(fixes[3]))
    assert kept(fixes) == list(range(10))


def test_a_live_fix_hours_from_its_receipt_has_a_wrong_clock_also_when_it_is_buffered():
    fixes = driving()
    for fix in fixes:
        fix["received_at"] += timedelta(hours=8)
    fixes[4]["backfill"] = True
    assert kept(fixes) == []


def test_what_is_backfilled_by_a_clock_that_is_right_may_be_hours_old_but_not_of_the_future():
    fixes = driving()
    fixes[4] |= {"backfill": True, "received_at": fixes[4]["received_at"] + timedelta(hours=5)}
    fixes[5] |= {"backfill": True, "received_at": fixes[5]["received_at"] - timedelta(hours=5)}
    assert kept(fixes) == [0, 1, 2, 3, 4, 6, 7, 8, 9]


def test_a_frozen_receiver_counts_once_while_speed_or_counter_say_that_the_truck_drives():
    for name, value in (("speed_dkmh", None), ("mileage_hm", None)):
        fixes = Journey().drive((6_000, 0), 40).fixes[:16]
        for fix in fixes[5:11]:
            fix |= {"lat_e6": fixes[5]["lat_e6"], "lon_e6": fixes[5]["lon_e6"], name: value}
        assert kept(fixes) == [0, 1, 2, 3, 4, 5, 11, 12, 13, 14, 15]


def test_a_truck_that_stands_and_repeats_its_place_is_not_frozen():
    journey = Journey().drive((2_000, 0)).stay(600, jitter_m=0).drive((4_000, 0))
    assert len(kept(journey.fixes)) == len(journey.fixes)


@settings(max_examples=12, deadline=None)
@given(st.permutations(range(10)), st.sets(st.integers(0, 9), max_size=3))
def test_the_order_of_arrival_does_not_matter(order, jumping):
    fixes = [fix | {"serial": n} for n, fix in enumerate(driving())]
    for n in jumping:
        fixes[n]["lon_e6"] += 40_000
    frames = [heard(positions(fixes), Limits()), heard(positions([fixes[n] for n in order]), Limits())]
    assert frames[0].equals(frames[1])
    assert kept(fixes) == kept([fixes[n] for n in order])
