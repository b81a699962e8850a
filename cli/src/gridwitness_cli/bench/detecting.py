"""Passages through all passage rules: durable beside one COPY, and in memory beside plain Python."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from statistics import median

import polars as pl
import psycopg
from gridwitness.detector import Detector
from gridwitness.errors import Unavailable
from gridwitness.trucks.detection.findings import SCENE_PASSAGES
from gridwitness.trucks.detection.rule_groups import GROUPS, Facts
from gridwitness.trucks.sightings import Sightings, located
from sqlalchemy import text

from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.plain_rules import PlainRules
from gridwitness_cli.bench.processes import own_environment
from gridwitness_cli.bench.scratch_database import scratch_database
from gridwitness_cli.bench.stage import Stage
from gridwitness_cli.bench.truck_traffic import District, day_after, found_district

_A_DAY = 200_000
_BATCH = 10_000
"""Passages of one call: what a door bundles when it is busy."""
_PLAIN = 20_000
_PATIENCE = 600.0


def detecting_rows(stage: Stage, count: int, repeats: int) -> Iterator[Measurement]:
    """`count` passages a turn, half of them cars, one in two hundred an anomaly."""
    district = found_district(stage)
    Detector(stage.platform).drain()
    frame = district.passages(count * repeats, _A_DAY)
    ours, beside = [], []
    with scratch_database(stage) as url, psycopg.connect(url, autocommit=True) as plain, _detector(stage):
        plain.execute(f"CREATE TABLE passage ({', '.join(f'{name} text' for name in frame.columns)})")
        for turn in range(repeats):
            rows = frame[turn * count : (turn + 1) * count]
            ours.append(count / _end_to_end(stage, district, rows, turn, day_after(count * repeats, _A_DAY)))
            beside.append(count / _copy(plain, rows))
    yield Measurement(
        "passages: stored, through all passage rules, filed / 过车检测（持久）",
        median(ours),
        "passages/s",
        "one COPY of the same rows into a plain table",
        median(beside),
    )
    yield _in_memory(stage, frame.head(count), repeats)


def _end_to_end(stage: Stage, district: District, rows: pl.DataFrame, turn: int, now: datetime) -> float:
    """From the first row to the last anomaly committed; another process detects meanwhile."""
    sightings, platform = Sightings(), stage.platform
    began = time.perf_counter()
    for piece, start in enumerate(range(0, rows.height, _BATCH)):
        serial = turn * 1_000_000 + piece
        with platform.transaction() as session:
            sightings.store(session, district.feed, serial, now, passages=rows[start : start + _BATCH])
    while time.perf_counter() - began < _PATIENCE:
        with platform.transaction() as session:
            # A row that is being worked on is still there: its transaction deletes it at the end.
            if not session.scalar(text("SELECT EXISTS (SELECT FROM trucks.work)")):
                return time.perf_counter() - began
        time.sleep(0.01)
    raise Unavailable("bench-detector", f"The detector is not done after {_PATIENCE:g} s.", None)


def _in_memory(stage: Stage, frame: pl.DataFrame, repeats: int) -> Measurement:
    """Detection alone, on facts that lie in memory."""
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


def _copy(plain: psycopg.Connection, rows: pl.DataFrame) -> float:
    content = rows.write_csv(include_header=False).encode()
    began = time.perf_counter()
    with plain.cursor() as cursor, cursor.copy("COPY passage FROM STDIN (FORMAT csv)") as copy:
        for start in range(0, len(content), 1 << 20):
            copy.write(content[start : start + (1 << 20)])
    return time.perf_counter() - began


@contextmanager
def _detector(stage: Stage) -> Iterator[None]:
    """A detector in a process of its own, as `gridwitness up` has it."""
    environment = own_environment(stage.home, GRIDWITNESS_DETECTION_INTERVAL_SECONDS="0.1")
    command = [sys.executable, "-m", "gridwitness_cli", "detector"]
    process = subprocess.Popen(command, env=environment, stdout=2)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
