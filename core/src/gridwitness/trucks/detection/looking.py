"""Looking at a shard: from what is asked about to what has to be filed; its desk reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from gridwitness.trucks.detection.desk import Desk
from gridwitness.trucks.detection.differing import changes
from gridwitness.trucks.detection.intervals import inside, merged, widened
from gridwitness.trucks.detection.rule_groups import GROUPS, Facts, Judge, RuleGroup
from gridwitness.trucks.detection.support import reach_of_support
from gridwitness.trucks.detection.work import Taken

MANY = 5_000
"""With more plates than this, anomalies of all are read: a list in a query has an end."""


@dataclass(frozen=True)
class Look:
    """One look at one shard. `settled`: findings that settle by then are filed, later ones are remembered."""

    desk: Desk
    judge: Judge
    settled: datetime

    def at(self, taken: Taken) -> int:
        """Bring the anomalies of what was taken to what the facts say now; gives how many records."""
        told = 0
        moved = [taken.due.filter(pl.col("family") == "passages").drop("family")]
        for group in GROUPS:
            asked = self._asked(taken, group)
            if asked.is_empty():
                continue
            hits = self._hits(group, asked)
            if group.family == "passages":
                moved.append(self.desk.keep(hits, asked, group.codes()))
            else:
                told += self._file(group, hits, asked)
        return told + self._file_supported(merged(pl.concat(moved)))

    def _asked(self, taken: Taken, group: RuleGroup) -> pl.DataFrame:
        """Where hits of the group may have changed."""
        work = taken.asked.filter(pl.col("family").is_in([*group.reads])).drop("family")
        asked = widened(work, group.reach(self.judge.in_force))
        if group.family == "passages":
            return asked
        due = taken.due.filter(pl.col("family") == group.family).drop("family")
        return merged(pl.concat([asked, due]))

    def _hits(self, group: RuleGroup, asked: pl.DataFrame) -> pl.DataFrame:
        around = widened(asked, group.reach(self.judge.in_force))
        reads = group.reads
        facts = Facts(
            self.desk.facts("passages", around) if "passages" in reads else None,
            self.desk.facts("positions", around) if "positions" in reads else None,
            self.desk.facts("manifests", asked) if "manifests" in reads else None,
        )
        since, until = asked["since"].min(), asked["until"].max()
        assert isinstance(since, datetime) and isinstance(until, datetime)
        return inside(self.judge.hits(group, facts, since, until), asked, "at")

    def _file(self, group: RuleGroup, hits: pl.DataFrame, asked: pl.DataFrame) -> int:
        """Hits of tracks are findings as they are."""
        known = self._filed(group.codes(), asked).filter(pl.col("checkpoint").is_null())
        return self._settle(group, hits.filter(pl.col("level") != "candidate"), known)

    def _file_supported(self, moved: pl.DataFrame) -> int:
        """Where hits of passages moved, those near them may have got or lost their support."""
        if moved.is_empty():
            return 0
        in_force = self.judge.in_force
        reach = max(reach_of_support(rules) for _, _, rules in in_force.versions)
        asked = widened(moved, reach)
        hits = self.desk.kept(widened(asked, reach))
        found = inside(self.judge.findings(hits), asked, "at")
        self.desk.mark(inside(hits, asked, "at"), found)
        told = 0
        for group in GROUPS:
            if group.family == "passages":
                codes = group.codes()
                known = self._filed(codes, asked).filter(
                    pl.col("checkpoint").is_not_null() | pl.col("rule").str.starts_with("BLACK_")
                )
                told += self._settle(group, found.filter(pl.col("rule").is_in(codes)), known)
        return told

    def _filed(self, codes: list[str], asked: pl.DataFrame) -> pl.DataFrame:
        plates = asked["plate"].unique().to_list()
        since, until = asked["since"].min(), asked["until"].max()
        assert isinstance(since, datetime) and isinstance(until, datetime)
        known = self.desk.filed(codes, plates if len(plates) <= MANY else [], since, until)
        return inside(known, asked, "at")

    def _settle(self, group: RuleGroup, findings: pl.DataFrame, known: pl.DataFrame) -> int:
        """File what has settled; what has not is no finding yet, and is remembered."""
        settled = pl.col("settles_at").is_null() | (pl.col("settles_at") <= self.settled)
        self.desk.wake(group.family, findings.filter(~settled))
        differing = changes(findings.filter(settled), known)
        return self.desk.file(differing) if differing.height else 0
