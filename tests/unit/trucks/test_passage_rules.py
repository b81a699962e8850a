"""The passage rules: hand cases of the field, and the same as a plain row-by-row version for any traffic."""

from __future__ import annotations

import random

import polars as pl
import pytest
from gridwitness.trucks.detection.findings import keyed
from gridwitness.trucks.detection.passages.rules import PASSAGE_RULES
from gridwitness_cli.bench.plain_rules import PlainRules
from hypothesis import given, settings
from hypothesis import strategies as st
from support.truck_scene import (
    NIGHT,
    ZONE,
    at,
    book,
    checkpoint,
    city,
    findings,
    fix,
    found,
    passage,
    passages,
    permit,
    scene,
    truck,
)

RULES = {rule.code: rule for rule in PASSAGE_RULES}
PLATE, OTHER = "浙A12345", "浙B66666"
HERE, NEAR, FAR = checkpoint("K1"), checkpoint("K2", 5_000), checkpoint("K3", 20_000)


def levels(code, registers, seen, fixes=()):
    """Level by the serials of the deciding facts."""
    frame = findings(RULES[code], scene(registers, seen, fixes))
    assert frame["rule"].unique().to_list() in ([], [code])
    refs = ([int(ref.split(":")[1]) for ref in refs] for refs in frame["refs"])
    return {tuple(serials): level for serials, level in zip(refs, frame["level"], strict=True)}


class TestUnregistered:
    registers = book([truck(OTHER)], [HERE, NEAR])

    def test_two_sightings_a_minute_apart_support_one_another(self):
        seen = [passage(PLATE, "K1", at(1)), passage(PLATE, "K2", at(2))]
        assert levels("BLACK_UNREG", self.registers, seen) == {(0,): "event", (1,): "event"}

    def test_one_sighting_or_two_of_one_moment_are_a_candidate(self):
        seen = [passage(PLATE, "K1", at(1)), passage(PLATE, "K2", at(1, seconds=59))]
        assert levels("BLACK_UNREG", self.registers, seen) == {}
        apart = [passage(PLATE, "K1", at(1)), passage(PLATE, "K2", at(25, seconds=1))]
        assert levels("BLACK_UNREG", self.registers, apart) == {}

    def test_cars_registered_trucks_and_plates_read_badly_are_none(self):
        cars = [passage(PLATE, "K1", at(n), vehicle_class="02", plate_color="blue") for n in range(4)]
        known = [passage(OTHER, "K1", at(n)) for n in range(4)]
        assert levels("BLACK_UNREG", self.registers, cars + known) == {}
        bad = [passage(PLATE, "K1", at(n), reliability=84) for n in range(4)]
        assert levels("BLACK_UNREG", self.registers, bad) == {}

    def test_what_is_like_a_registered_plate_needs_four(self):
        like = OTHER[:-1] + "8"
        seen = [passage(like, "K1", at(n)) for n in range(4)]
        assert levels("BLACK_UNREG", self.registers, seen[:3]) == {}
        assert set(levels("BLACK_UNREG", self.registers, seen).values()) == {"event"}

    def test_a_truck_counts_from_its_entry_on(self):
        registers = book([truck(PLATE, valid_from=at(5))], [HERE])
        seen = [passage(PLATE, "K1", at(1)), passage(PLATE, "K1", at(4)), passage(PLATE, "K1", at(6))]
        assert levels("BLACK_UNREG", registers, seen) == {(0,): "event", (1,): "event"}


class TestSpaceTime:
    registers = book([truck(PLATE)], [HERE, NEAR, FAR])

    def test_two_conflicts_that_share_no_passage_are_a_clone(self):
        seen = [passage(PLATE, where, at(h, seconds=s)) for where, h, s in [("K1", 1, 0), ("K3", 1, 60)]]
        seen += [passage(PLATE, "K1", at(9)), passage(PLATE, "K3", at(9, seconds=30))]
        assert levels("BLACK_CLONE_ST", self.registers, seen) == {(0, 1): "serious", (2, 3): "serious"}

    def test_one_misread_plate_makes_two_conflicts_and_no_clone(self):
        seen = [
            passage(PLATE, "K1", at(1)),
            passage(PLATE, "K3", at(1, seconds=120)),
            passage(PLATE, "K1", at(1.1)),
        ]
        assert levels("BLACK_CLONE_ST", self.registers, seen) == {}

    def test_two_wrong_clocks_explain_five_kilometres_at_once(self):
        seen = [passage(PLATE, where, at(h)) for h in (1, 3) for where in ("K1", "K2")]
        assert levels("BLACK_CLONE_ST", self.registers, seen) == {}

    @pytest.mark.parametrize(("seconds", "expected"), [(410, True), (430, False)])
    def test_twenty_kilometres_take_ten_minutes_less_both_clocks(self, seconds, expected):
        seen = [
            passage(PLATE, where, at(h, seconds=s))
            for h in (1, 9)
            for where, s in (("K1", 0), ("K3", seconds))
        ]
        assert bool(levels("BLACK_CLONE_ST", self.registers, seen)) is expected


class TestElsewhere:
    registers = book([truck(PLATE)], [HERE])

    def drive(self, north_m, when=1.0):
        return [fix(PLATE, 200 * (n - 10), north_m, at(when, seconds=30 * n - 300)) for n in range(20)]

    def test_a_terminal_two_kilometres_away_is_another_truck(self):
        seen = [passage(PLATE, "K1", at(1)), passage(PLATE, "K1", at(1, seconds=120))]
        assert levels("BLACK_CLONE_GPS", self.registers, seen, self.drive(2_000)) == {
            (0,): "serious",
            (1,): "serious",
        }
        assert levels("BLACK_CLONE_GPS", self.registers, seen, self.drive(400)) == {}
        assert levels("BLACK_CLONE_GPS", self.registers, seen[:1], self.drive(2_000)) == {}

    def test_without_fixes_around_the_passage_nothing_is_said(self):
        assert (
            levels("BLACK_CLONE_GPS", self.registers, [passage(PLATE, "K1", at(3))], self.drive(2_000)) == {}
        )

    def test_a_hole_in_the_track_may_be_anywhere(self):
        seen = [passage(PLATE, "K1", at(1)), passage(PLATE, "K1", at(1, seconds=120))]
        fixes = [one for n, one in enumerate(self.drive(2_000)) if not 8 <= n <= 12]
        assert levels("BLACK_CLONE_GPS", self.registers, seen, fixes) == {}

    def test_the_track_between_two_fixes_counts(self):
        fixes = [fix(PLATE, 30 * s, 0, at(1, seconds=s)) for s in (-170, -50, 50, 170)]
        seen = [passage(PLATE, "K1", at(1)), passage(PLATE, "K1", at(1, seconds=70))]
        assert levels("BLACK_CLONE_GPS", self.registers, seen, fixes) == {}
        aside = [{**one, "lat_e6": one["lat_e6"] + 9_000} for one in fixes]
        assert len(levels("BLACK_CLONE_GPS", self.registers, seen, aside)) == 2


class TestAttributes:
    registers = book([truck(PLATE)], [HERE])

    def test_two_attributes_twice_a_day(self):
        unlike = {"brand": "东风", "color": "white"}
        seen = [passage(PLATE, "K1", at(h), **unlike) for h in (1, 2)]
        assert levels("BLACK_ATTR", self.registers, seen) == {(0,): "flag", (1,): "flag"}
        assert levels("BLACK_ATTR", self.registers, seen[:1]) == {}

    def test_one_attribute_what_is_not_told_and_other_codes_are_nothing(self):
        seen = [
            passage(PLATE, "K1", at(1), brand="东风", color=None),
            passage(PLATE, "K1", at(2), color="RED "),
        ]
        seen += [passage(PLATE, "K1", at(n), brand="东风", vehicle_class="H11") for n in (3, 4)]
        assert levels("BLACK_ATTR", self.registers, seen) == {}


class TestPermits:
    points = (HERE, NEAR)

    def named(self, permits, *seen):
        registers = book([truck(PLATE)], self.points, permits)
        laid = scene(registers, [passage(PLATE, where, when) for where, when in seen])
        frames = [keyed(RULES[c].find(laid)) for c in ("NO_PERMIT", "EXPIRED", "ROUTE_DEV", "TIME_WIN")]
        together = pl.concat(frames).sort("at", "rule")
        return together.select("rule", "permit").rows()

    def test_without_any_and_with_one_that_ended(self):
        assert self.named([], ("K1", at(1))) == [("NO_PERMIT", None)]
        ended = [permit("P1", [PLATE], valid_to=at(1))]
        assert self.named(ended, ("K1", at(0.5)), ("K1", at(2))) == [("EXPIRED", "P1@1")]
        assert self.named(ended, ("K1", at(24 * 31 + 2))) == [("NO_PERMIT", None)]

    def test_a_permit_that_ends_while_under_way_ends_exactly_but_for_the_clock(self):
        ended = [permit("P1", [PLATE], valid_to=at(1))]
        assert self.named(ended, ("K1", at(1, seconds=89))) == []
        assert self.named(ended, ("K1", at(1, seconds=90))) == [("EXPIRED", "P1@1")]

    def test_a_later_version_without_the_plate_or_revoked_ends_it(self):
        one = permit("P1", [PLATE], governs_to=at(1))
        without = permit("P1", [OTHER], version=2, valid_from=at(1))
        revoked = permit("P1", [PLATE], version=2, valid_from=at(1), state="revoked")
        for later in (without, revoked):
            assert self.named([one, later], ("K1", at(2))) == [("EXPIRED", "P1@1")]

    def test_road_and_hours(self):
        strict = permit("P1", [PLATE], checkpoints=["K1"], windows=NIGHT)
        assert self.named([strict], ("K1", at(23)), ("K1", at(29.9))) == []
        assert self.named([strict], ("K2", at(23))) == [("ROUTE_DEV", "P1@1")]
        assert self.named([strict], ("K1", at(12))) == [("TIME_WIN", "P1@1")]
        assert self.named([strict], ("K2", at(12))) == [("ROUTE_DEV", "P1@1"), ("TIME_WIN", "P1@1")]
        assert self.named([strict], ("K1", at(6, seconds=299)), ("K1", at(21, seconds=-300))) == []

    def test_the_permit_that_allows_it_best_speaks(self):
        permits = [
            permit("P1", [PLATE], checkpoints=["K1"]),
            permit("P2", [PLATE], checkpoints=["K2"], windows=NIGHT),
        ]
        assert self.named(permits, ("K1", at(12)), ("K2", at(23))) == []
        assert self.named(permits, ("K2", at(12))) == [("TIME_WIN", "P2@1")]

    def test_another_vehicle_and_a_badly_read_plate_need_no_permit(self):
        registers = book([truck(PLATE)], self.points)
        seen = [passage(PLATE, "K1", at(1), plate_color="blue"), passage(PLATE, "K1", at(2), reliability=50)]
        assert levels("NO_PERMIT", registers, seen) == {}


def test_near_duplicates_count_once():
    registers = book([truck(PLATE)], [HERE])
    seen = [passage(PLATE, "K1", at(1, seconds=s)) for s in (0, 50, 100, 161)]
    assert levels("NO_PERMIT", registers, seen) == {(0,): "event", (3,): "event"}
    assert len(levels("NO_PERMIT", registers, [seen[0], {**seen[1], "lane": 2}])) == 2


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_the_vectorised_rules_find_what_a_plain_reading_of_them_finds(seed):
    registers, seen = city(seed, 150)
    random.Random(seed).shuffle(seen)
    laid = scene(registers, seen)
    plain = PlainRules(registers, laid.rules, ZONE, {}).find(passages(seen).rows(named=True))
    assert set().union(*(found(findings(rule, laid)) for rule in PASSAGE_RULES)) == plain


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_a_window_with_the_reach_around_it_gives_what_the_whole_history_gives(seed):
    registers, seen = city(seed, 300, hours=96, plates=6)
    whole, since, until = passages(seen), at(40), at(52)
    for rule in PASSAGE_RULES:
        everything = scene(registers, whole)
        reach = rule.reach(everything.rules)
        window = whole.filter(pl.col("captured_at").is_between(since - reach, until + reach))
        inside = pl.col("at").is_between(since, until)
        narrow, wide = (rule.find(laid).filter(inside) for laid in (scene(registers, window), everything))
        assert narrow.sort("refs").equals(wide.sort("refs")), rule.code
