"""Whatever the order of arrival, the batches and the registers: what stands is what a replay finds."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from gridwitness.trucks.detection.rules_document import TruckRules, bundled_document, bundled_rules
from hypothesis import given, settings
from hypothesis import strategies as st
from support.memory_desk import MemoryDesk, judge_of, replayed
from support.truck_scene import LATER, ZONE, at, city, passages

ALWAYS = [(date(2000, 1, 1), None, bundled_rules())]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6), st.data())
def test_any_order_and_any_batches_with_registers_changing_in_between(seed, data):
    registers, seen = city(seed, 50, plates=6)
    rows = passages(seen)
    dice = random.Random(data.draw(st.integers(0, 10**6)))
    order = [*range(rows.height)]
    if data.draw(st.booleans(), label="late"):
        dice.shuffle(order)
    desk = MemoryDesk()
    fewer = replace(registers, trucks=registers.trucks.head(2), permit_plates=registers.permit_plates.head(3))
    books = [fewer, registers] if data.draw(st.booleans(), label="registers change") else [registers]
    judge, place = judge_of(books.pop(0), ALWAYS, ZONE), 0
    while place < len(order):
        batch = order[place : place + dice.choice((3, 9, 40))]
        place += len(batch)
        asked = desk.arrive(rows[batch])
        if books and place > len(order) // 2:
            judge = judge_of(books.pop(), ALWAYS, ZONE)
            asked = pl.concat([asked, desk.everything()])
        settled = desk.passages["captured_at"].max() - timedelta(minutes=10)
        desk.look(judge, asked, settled)
        assert desk.standing() == replayed(judge, desk.passages, settled)
    desk.look(judge, asked.clear(), LATER)
    assert desk.standing() == replayed(judge, rows, LATER)
    assert desk.look(judge, desk.everything(), LATER) == 0


def test_a_further_version_of_the_rules_holds_from_its_day_on():
    registers, seen = city(7, 200, hours=72, plates=6)
    document = bundled_document()
    document["rules"]["TIME_WIN"]["enabled"] = False
    stricter = TruckRules.parse(document)
    judge = judge_of(registers, [*ALWAYS, (date(2026, 3, 3), None, stricter)], ZONE)
    found = replayed(judge, passages(seen), LATER)
    times = dict(passages(seen).select("ref", "captured_at").rows())
    days = {
        (key.partition("/")[0] == "TIME_WIN", (times[key.rpartition("/")[2]] - at(0)).days)
        for key, *_ in found
    }
    assert days == {(True, 0), (False, 0), (False, 1), (False, 2)}
