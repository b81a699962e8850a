"""The detector's desk in memory: passages as they arrive, and what a detector files of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl
from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.findings import (
    SCENE_MANIFESTS,
    SCENE_PASSAGES,
    SCENE_POSITIONS,
    keyed,
    no_hits,
)
from gridwitness.trucks.detection.intervals import COLUMNS, inside
from gridwitness.trucks.detection.looking import Look
from gridwitness.trucks.detection.rule_groups import GROUPS, Facts, Judge
from gridwitness.trucks.detection.rules_document import RulesInForce
from gridwitness.trucks.detection.work import Taken
from gridwitness.trucks.filing import FILED_COLUMNS
from support.truck_scene import LATER, LONG_AGO

_ASKED = {"family": pl.String, **COLUMNS}


class MemoryDesk:
    """Frames instead of tables. `anomalies`: by key, the newest record's finding and standing."""

    def __init__(self) -> None:
        self.passages = pl.DataFrame(schema=SCENE_PASSAGES)
        self.hits = keyed(no_hits())
        self.anomalies: dict[str, dict[str, Any]] = {}
        self.wakes: set[tuple[str, str, datetime, datetime]] = set()

    def facts(self, family: str, asked: pl.DataFrame) -> pl.DataFrame:
        if family == "passages":
            return inside(self.passages, asked, "captured_at")
        return pl.DataFrame(schema=SCENE_POSITIONS if family == "positions" else SCENE_MANIFESTS)

    def kept(self, asked: pl.DataFrame) -> pl.DataFrame:
        return inside(self.hits, asked, "at")

    def keep(self, hits: pl.DataFrame, asked: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
        before = self.kept(asked).filter(pl.col("rule").is_in(codes))
        columns = self.hits.columns
        self.hits = pl.concat([self.hits.join(before, on="key", how="anti"), hits.select(columns)])
        was, now = ({row["key"]: row for row in frame.select(columns).to_dicts()} for frame in (before, hits))
        moved = [was.get(key) or now[key] for key in was.keys() | now.keys() if was.get(key) != now.get(key)]
        rows = [(row["plate"], row["at"], row["at"]) for row in moved]
        return pl.DataFrame(rows, schema=COLUMNS, orient="row")

    def mark(self, hits: pl.DataFrame, findings: pl.DataFrame) -> None:
        """People's list is none of the test's."""

    def filed(self, codes: list[str], plates: list[str], since: datetime, until: datetime) -> pl.DataFrame:
        rows = [
            {**{name: row.get(name) for name in FILED_COLUMNS}, "sub": key}
            for key, row in sorted(self.anomalies.items())
            if row["rule"] in codes and row["plate"] in plates and since <= row["at"] <= until
        ]
        return pl.DataFrame(rows, schema=FILED_COLUMNS)

    def file(self, changes: pl.DataFrame) -> int:
        for row in changes.to_dicts():
            self.anomalies[row["key"]] = row
        return changes.height

    def wake(self, family: str, unsettled: pl.DataFrame) -> None:
        for plate, at, due in unsettled.select("plate", "at", "settles_at").rows():
            self.wakes.add((family, plate, at, due))

    def arrive(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Store passages; gives what has to be looked at."""
        self.passages = pl.concat([self.passages, rows])
        named = rows.filter(pl.col("plate").is_not_null())
        times = [pl.col("captured_at").alias(name) for name in ("since", "until")]
        return named.select(pl.lit("passages").alias("family"), "plate", *times)

    def everything(self) -> pl.DataFrame:
        """All plates at all times: a register changed."""
        plates = self.passages["plate"].drop_nulls().unique().to_list()
        rows = [("passages", plate, LONG_AGO, LATER) for plate in plates]
        return pl.DataFrame(rows, schema=_ASKED, orient="row")

    def look(self, judge: Judge, asked: pl.DataFrame, settled: datetime) -> int:
        """One round on what is asked about, and the wakes that are due."""
        due = [wake for wake in self.wakes if wake[3] <= settled]
        self.wakes -= set(due)
        wakes = [(family, plate, at, at) for family, plate, at, _ in due]
        taken = Taken(asked, pl.DataFrame(wakes, schema=_ASKED, orient="row"), (), asked.height)
        return Look(self, judge, settled).at(taken)

    def standing(self) -> set[tuple[str, str | None, str | None]]:
        """Key, permit and what was measured of all that is suspected."""
        rows = self.anomalies.values()
        return {(r["key"], r["permit"], r["measured"]) for r in rows if r["standing"] == "suspected"}


def replayed(
    judge: Judge, passages: pl.DataFrame, settled: datetime
) -> set[tuple[str, str | None, str | None]]:
    """What all passages at once give."""
    group = next(group for group in GROUPS if group.reads == {"passages"})
    hits = judge.hits(group, Facts(passages.filter(pl.col("plate").is_not_null())), LONG_AGO, LATER)
    found = judge.findings(hits)
    done = found.filter(pl.col("settles_at").is_null() | (pl.col("settles_at") <= settled))
    return {*done.select("key", "permit", "measured").rows()}


def judge_of(book: Book, versions: Sequence[Any], zone: Any) -> Judge:
    """By registers and rules."""
    return Judge(book, RulesInForce(tuple(versions)), zone, {})
