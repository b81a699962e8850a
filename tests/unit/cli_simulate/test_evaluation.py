"""Precision and recall, counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from gridwitness.trucks.frames import INSTANT
from gridwitness_cli.simulate.arrivals import Planted
from gridwitness_cli.simulate.evaluation import Score, evaluate, table

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def planted(rule, plate, minute, lasts=10, **changed):
    since = NOON + timedelta(minutes=minute)
    return Planted(rule, plate, since, since + timedelta(minutes=lasts), 36.6, 117.0, **changed)


def anomalies(*rows):
    columns = {"rule": pl.String, "plate": pl.String, "at": INSTANT, "until": INSTANT}
    told = [
        (
            rule,
            plate,
            NOON + timedelta(minutes=at),
            None if until is None else NOON + timedelta(minutes=until),
        )
        for rule, plate, at, until in rows
    ]
    return pl.DataFrame(told, schema=columns, orient="row")


def test_right_is_rule_plate_and_time_within_the_tolerance():
    truth = [planted("STOP_ABN", "A", 0), planted("STOP_ABN", "B", 0)]
    found = anomalies(
        ("STOP_ABN", "A", 5, 8),
        ("STOP_ABN", "A", 19, None),  # nine minutes behind its end
        ("STOP_ABN", "A", 21, None),
        ("STOP_ABN", "C", 5, 8),
        ("DUMP_SUS", "B", 5, 8),
    )
    assert evaluate(truth, found) == [Score("DUMP_SUS", 0, 0, 1, 0), Score("STOP_ABN", 2, 1, 4, 2)]


def test_what_follows_from_a_breach_is_right_but_not_asked_for():
    truth = [planted("ROUTE_DEV", "A", 0, planted=False)]
    (score,) = evaluate(truth, anomalies(("ROUTE_DEV", "A", 1, 2)))
    assert (score.precision, score.recall) == (1.0, None)
    (missed,) = evaluate(truth, anomalies())
    assert (missed.precision, missed.recall) == (None, None)


def test_the_table_has_a_line_for_each_rule():
    lines = table([Score("STOP_ABN", 2, 1, 4, 3), Score("OFFLINE", 0, 0, 0, 0)]).splitlines()
    assert lines[1].split() == ["STOP_ABN", "2", "1", "0.500", "4", "3", "0.750"]
    assert lines[2].split() == ["OFFLINE", "0", "0", "–", "0", "0", "–"]
