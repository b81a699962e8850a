"""How alike two events are: every part speaks, and what nobody said counts neither way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from gridwitness.events.duplicates import LEAST, Reach, Told, compare
from gridwitness.events.likeness import WHOLE, likeness
from hypothesis import given
from hypothesis import strategies as st

REACH = Reach(radius_m=100, days=7)
ONE = Told(
    agency="330100CG",
    category="event",
    matter="0101",
    kind="01",
    grid="330106001002001",
    lat_e6=30_250_000,
    lon_e6=120_150_000,
    reported_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
    text="文三路路口占道堆放建筑垃圾，影响通行",
)
TEXTS = st.text(max_size=60)


@given(TEXTS, TEXTS)
def test_likeness_is_the_same_from_both_sides(left: str, right: str) -> None:
    assert 0 <= likeness(left, right) == likeness(right, left) <= WHOLE


@given(st.text("文三路口占道堆放垃圾abc123", min_size=1, max_size=40))
def test_a_text_is_wholly_like_itself(text: str) -> None:
    spaced = " ".join(text).upper() + "。"
    assert likeness(text, text) == likeness(text, spaced) == WHOLE


@given(st.text("文三路口占道", max_size=30), st.text("abcdef", max_size=30))
def test_texts_without_a_pair_in_common_are_not_alike(left: str, right: str) -> None:
    assert likeness(left, right) == 0


def test_likeness_falls_as_less_is_shared() -> None:
    words = ["文三路口堆放垃圾", "文三路口堆放渣土", "文二路口堆放渣土", "学院路井盖破损"]
    found = [likeness(words[0], other) for other in words]
    assert found == sorted(found, reverse=True) and found[0] == WHOLE and found[-1] == 0


@given(st.integers(-2000, 2000), st.integers(-2000, 2000), st.integers(-20_000, 20_000), TEXTS)
def test_two_events_are_as_alike_one_way_as_the_other(north: int, east: int, minutes: int, text: str) -> None:
    other = replace(
        ONE,
        lat_e6=30_250_000 + north,
        lon_e6=120_150_000 + east,
        reported_at=ONE.reported_at + timedelta(minutes=minutes),
        text=text,
    )
    assert compare(ONE, other, REACH) == compare(other, ONE, REACH)
    assert 0 <= compare(ONE, other, REACH)[0] <= WHOLE


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, lat_e6=30_251_000),  # 111 m away
        replace(ONE, reported_at=ONE.reported_at + timedelta(days=7, seconds=1)),
        replace(ONE, agency="330200CG"),
        replace(ONE, lat_e6=None, lon_e6=None, grid="330106001002002"),
        replace(ONE, lat_e6=None, lon_e6=None, grid=None),
    ],
)
def test_what_is_out_of_reach_is_nothing_like_it(other: Told) -> None:
    assert compare(ONE, other, REACH)[0] == 0


def test_the_same_thing_told_again_is_found_and_another_is_not() -> None:
    again = replace(
        ONE,
        lat_e6=30_250_150,
        reported_at=ONE.reported_at + timedelta(hours=5),
        text="文三路路口有人占道堆放建筑垃圾，行人无法通行",
    )
    other = replace(again, matter="0503", kind="05", text="路灯不亮")
    assert compare(ONE, again, REACH)[0] >= LEAST > compare(ONE, other, REACH)[0]


def test_words_that_were_erased_do_not_count() -> None:
    silent = replace(ONE, text=" ")
    score, parts, metres = compare(ONE, silent, REACH)
    assert (score, parts["text"], metres) == (WHOLE, None, 0)


def test_a_class_that_is_shared_counts_for_half_a_matter() -> None:
    def kind(other: Told) -> int | None:
        return compare(ONE, other, REACH)[1]["class"]

    assert kind(ONE) == WHOLE
    assert kind(replace(ONE, matter="0102")) == WHOLE // 2
    assert kind(replace(ONE, matter="0201", kind="02")) == 0
    assert kind(replace(ONE, matter=None, kind="")) is None
    assert kind(replace(ONE, category="component", matter=None)) == 0
