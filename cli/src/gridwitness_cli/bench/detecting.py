"""Passages through all passage rules, in memory, beside the same rules in plain Python."""

from __future__ import annotations

import time
from datetime import datetime
from statistics import median

import polars as pl
from gridwitness.detector import Detector
from gridwitness.trucks.detection.findings import SCENE_PASSAGES
from gridwitness.trucks.detection.rule_groups import GROUPS, Facts
from gridwitness.trucks.sightings import located

from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.plain_rules import PlainRules
from gridwitness_cli.bench.stage import Stage
from gridwitness_cli.bench.truck_traffic import District

_A_DAY = 200_000
_PLAIN = 20_000


def detecting_row(stage: Stage, district: District, count: int, repeats: int) -> Measurement:
    """Detection alone, on facts that lie in memory; half of them cars, one in two hundred an anomaly."""
    frame = district.passages(count, _A_DAY)
    with stage.platform.transaction() as session:
        judge = Detector(stage.platform).judge(session)
    facts = _as_facts(located(frame, judge.book)[0])
    group = next(group for group in GROUPS if group.reads == {"passages"})
    since, until = facts["captured_at"].min(), facts["captured_at"].max()
    assert isinstance(since, datetime) and isinstance(until, datetime)
    ours, plain = [], []
    rules = judge.in_force.versions[-1][2]
    rows = facts.head(_PLAIN).rows(named=True)
    for _ in range(repeats):
        began = time.perf_counter()
        judge.findings(judge.hits(group, Facts(facts), since, until))
        ours.append(facts.height / (time.perf_counter() - began))
        began = time.perf_counter()
        PlainRules(judge.book, rules, judge.zone, judge.holidays).find(rows)
        plain.append(len(rows) / (time.perf_counter() - began))
    return Measurement(
        "passages: all passage rules, in memory / 过车规则（内存）",
        median(ours),
        "passages/s",
        "the same rules row by row in plain Python",
        median(plain),
    )


def _as_facts(frame: pl.DataFrame) -> pl.DataFrame:
    named = frame.with_columns(
        feed=pl.lit("bench"), serial=pl.lit(0), received_at=pl.col("captured_at")
    ).with_columns(pl.format("bench:0:{}", "item").alias("ref"))
    return named.select(pl.col(name).cast(kind) for name, kind in SCENE_PASSAGES.items())
