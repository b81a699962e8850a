"""Track rules are local and know no order of arrival: a window gives what the whole history gives."""

from __future__ import annotations

import random
from datetime import timedelta

import polars as pl
import pytest
from gridwitness.trucks.detection.tracks import TRACK_RULES
from hypothesis import given, settings
from hypothesis import strategies as st
from support.track_scene import BEGIN, DUMP, OTHER_DUMP, SITE, Journey, laid, permit, positions

PLACES = (SITE, DUMP, OTHER_DUMP, (6_000.0, 0.0), (6_000.0, 1_500.0), (9_000.0, 60.0))
PERMITS = (
    permit(
        windows={"windows": [{"from": "21:00", "to": "01:00"}]},
        valid_from="2026-03-02T18:00:00Z",
        valid_to="2026-03-03T02:00:00Z",
    ),
    permit(permit="P2", valid_from="2026-03-03T03:00:00Z", valid_to="2026-03-03T20:00:00Z"),
)


def wild(seed, hours=30):
    """A day and more of everything that rules look for, and of everything that goes wrong."""
    dice = random.Random(seed)
    journey = Journey(every_s=dice.choice([30, 60]))
    while journey.now < BEGIN + timedelta(hours=hours):
        journey.set(
            load=dice.choice([0, 90, 90]),
            weight_kg=dice.choice([None, 13_000, 16_500, 21_000]),
            cover=dice.choice([0, 0, 1]),
            lift=dice.choice([0, 0, 0, 1]),
            acc=dice.choice([0, 1, 1]),
            alarms=dice.choice([0, 0, 0, 1 << 8]),
        )
        what = dice.random()
        if what < 0.5:
            journey.drive(dice.choice(PLACES), dice.choice([15, 40, 40, 100]))
        elif what < 0.85:
            journey.stay(dice.choice([30, 90, 240, 400, 1_000, 5_000]), jitter_m=dice.choice([0, 4, 12]))
        else:
            journey.silence(dice.choice([120, 500, 700, 2_500, 9_000]), dice.choice([None, *PLACES]))
    if dice.random() < 0.4:
        twin = Journey(begin=BEGIN + timedelta(hours=dice.uniform(0, 8), seconds=7))
        twin.at = (0.0, 20_000.0)
        journey.fixes += twin.stay(1_500).fixes
    for fix in journey.fixes:
        if dice.random() < 0.02:
            fix["lat_e6"] += dice.choice([-60_000, 15_000, 80_000])
        if dice.random() < 0.02:
            fix["backfill"] = True
        if dice.random() < 0.01:
            fix["received_at"] += timedelta(hours=8)
    return journey.fixes


def near(found, begin, end):
    """Findings whose place in time is between two times, as far as the engine compares them."""
    return found.filter(pl.col("at").is_between(begin, end)).sort("refs", "at")


@pytest.mark.parametrize(
    "rule", [rule for rule in TRACK_RULES if rule.code != "GATE_MISMATCH"], ids=lambda r: r.code
)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10**6), hour=st.floats(0, 30))
def test_a_window_gives_what_the_whole_gives(rule, seed, hour):
    whole = laid(positions(wild(seed)), *PERMITS)
    reach = rule.reach(whole.rules)
    begin = BEGIN + timedelta(hours=hour)
    end = begin + timedelta(minutes=20)
    window = whole.positions.filter(pl.col("fixed_at").is_between(begin - 2 * reach, end + 2 * reach))
    part = rule.find(laid(window, *PERMITS))
    assert near(part, begin - reach, end + reach).equals(near(rule.find(whole), begin - reach, end + reach))


def test_the_wild_journeys_give_every_rule_something_to_find():
    counts = dict.fromkeys((rule.code for rule in TRACK_RULES), 0)
    for seed in range(5):
        scene = laid(positions(wild(seed)), *PERMITS)
        for rule in TRACK_RULES:
            counts[rule.code] += len(rule.find(scene))
    assert [code for code, count in counts.items() if not count] == ["GATE_MISMATCH"]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_arrival_changes_no_finding(seed):
    fixes = [fix | {"serial": n} for n, fix in enumerate(wild(seed, hours=8))]
    mixed = random.Random(seed).sample(fixes, len(fixes))
    one, other = laid(fixes, *PERMITS), laid(mixed, *PERMITS)
    for rule in TRACK_RULES:
        assert rule.find(one).equals(rule.find(other))


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.1, 0.9))
def test_what_has_settled_is_never_taken_back_by_later_fixes(seed, share):
    fixes = positions(wild(seed, hours=12))
    begin, end = fixes["fixed_at"].min(), fixes["fixed_at"].max()
    watermark = begin + (end - begin) * share
    whole, early = laid(fixes, *PERMITS), laid(fixes.filter(pl.col("fixed_at") <= watermark), *PERMITS)
    for rule in TRACK_RULES:
        settled = rule.find(early).filter(pl.col("settles_at") <= watermark)
        assert settled.join(
            rule.find(whole), on=settled.columns[:-1], how="anti", nulls_equal=True
        ).is_empty()
