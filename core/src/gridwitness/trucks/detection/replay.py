"""Replay: everything that is stored, judged once more from nothing, beside what was filed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl
from sqlalchemy.orm import Session

from gridwitness.trucks.detection.differing import changes
from gridwitness.trucks.detection.facts import facts_between, manifests_of
from gridwitness.trucks.detection.findings import keyed, no_hits
from gridwitness.trucks.detection.rule_groups import GROUPS, Facts, Judge, RuleGroup
from gridwitness.trucks.detection.rules_document import CODES
from gridwitness.trucks.detection.work import told_between, whole_since
from gridwitness.trucks.filing import filed
from gridwitness.trucks.truck_like import matters

_STEP = timedelta(days=2)
"""Event time of one piece: memory does not grow with the history."""
_EVER = timedelta(days=36_500)


def replayed(session: Session, judge: Judge, settled: datetime) -> pl.DataFrame:
    """All findings of everything stored that settle by then, as `differing.changes` takes them."""
    told = told_between(session)
    found = [_nothing()]
    kept = [found[0].drop("rules").with_columns(pl.lit(None, dtype=pl.Int32).alias("needs"))]
    for since, until in _steps(told):
        for group in GROUPS:
            hits = _hits(session, judge, group, since, until)
            if group.family == "passages":
                kept.append(hits.select(kept[0].columns))
            else:
                findings = hits.filter(pl.col("level") != "candidate")
                found.append(findings.select(found[0].columns))
    found.append(judge.findings(pl.concat(kept)).select(found[0].columns))
    together = pl.concat(found).unique("key", maintain_order=True)
    return together.filter(pl.col("settles_at").is_null() | (pl.col("settles_at") <= settled))


def differences(session: Session, judge: Judge, settled: datetime) -> pl.DataFrame:
    """What would have to be filed for the anomalies to be those of a replay; empty where they are."""
    findings = replayed(session, judge, settled)
    told = told_between(session)
    begin, end = (told[0] - _EVER, told[1] + _EVER) if told else (settled - _EVER, settled + _EVER)
    whole = whole_since(session)
    if whole is not None:
        begin, findings = whole, findings.filter(pl.col("at") >= whole)
    return changes(findings, filed(session, CODES, [], begin, end))


def _hits(session: Session, judge: Judge, group: RuleGroup, since: datetime, until: datetime) -> pl.DataFrame:
    """Of [since, until): a moment of its own belongs to one piece only."""
    reach = group.reach(judge.in_force)
    around = (since - reach, until + reach)
    passages = positions = None
    if "passages" in group.reads:
        stored = facts_between(session, "passages", *around)
        passages = stored.filter(matters(stored, judge.book))
        # Cars by class whose plate is a truck's elsewhere count as that plate's passages, too.
        passages = stored.filter(pl.col("plate").is_in(passages["plate"].unique().implode()))
    if "positions" in group.reads:
        positions = facts_between(session, "positions", *around)
    manifests = manifests_of(session, None) if "manifests" in group.reads else None
    found = judge.hits(group, Facts(passages, positions, manifests), since, until)
    return found.filter(pl.col("at") < until)


def _steps(told: tuple[datetime, datetime] | None) -> Iterator[tuple[datetime, datetime]]:
    if told is None:
        return
    since, last = told[0] - timedelta(days=1), told[1] + timedelta(seconds=1)
    while since < last:
        yield since, min(since + _STEP, last)
        since += _STEP


def _nothing() -> pl.DataFrame:
    return keyed(no_hits()).drop("needs").with_columns(pl.lit("").alias("rules"))
