"""The rules in groups that read the same facts, each asked in one scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.findings import Family, Rule, Scene, keyed, no_hits
from gridwitness.trucks.detection.near_duplicates import counted
from gridwitness.trucks.detection.passages.rules import PASSAGE_RULES
from gridwitness.trucks.detection.rules_document import RulesInForce, TruckRules
from gridwitness.trucks.detection.support import supported
from gridwitness.trucks.detection.tracks import TRACK_RULES


@dataclass(frozen=True)
class RuleGroup:
    """Rules that read the same families; of one family."""

    family: Family
    reads: frozenset[Family]
    rules: tuple[Rule, ...]

    def reach(self, in_force: RulesInForce) -> timedelta:
        """The greatest of any rule by any version."""
        spans = (rule.reach(rules) for rule in self.rules for _, _, rules in in_force.versions)
        return max(spans, default=timedelta(0))

    def codes(self) -> list[str]:
        """Of its rules."""
        return [rule.code for rule in self.rules]


def _grouped(rules: Iterable[Rule]) -> tuple[RuleGroup, ...]:
    groups: dict[tuple[Family, frozenset[Family]], list[Rule]] = {}
    for rule in rules:
        groups.setdefault((rule.family, frozenset(rule.reads)), []).append(rule)
    return tuple(RuleGroup(family, reads, tuple(found)) for (family, reads), found in groups.items())


GROUPS = _grouped((*PASSAGE_RULES, *TRACK_RULES))


@dataclass(frozen=True)
class Facts:
    """What a scene is made of, before near-duplicates are left out; unsorted."""

    passages: pl.DataFrame | None = None
    positions: pl.DataFrame | None = None
    manifests: pl.DataFrame | None = None


@dataclass(frozen=True)
class Judge:
    """Registers and rules by which facts are judged. Pure: neither clock nor database."""

    book: Book
    in_force: RulesInForce
    zone: ZoneInfo
    holidays: Mapping[date, bool]

    def hits(self, group: RuleGroup, facts: Facts, since: datetime, until: datetime) -> pl.DataFrame:
        """The group's hits from `since` to `until`, by the rules in force on their local day.

        As HIT_COLUMNS with `key`, and `rules` (version).
        """
        found = [keyed(no_hits()).with_columns(pl.lit("").alias("rules"))]
        begin, end = since.astimezone(self.zone), until.astimezone(self.zone)
        for first, last, rules in self.in_force.windows(begin, end):
            scene = self._scene(facts, rules)
            for rule in group.rules:
                if rules.enabled(rule.code):
                    hits = keyed(rule.find(scene)).filter(self._within(first, last))
                    found.append(hits.with_columns(pl.lit(rules.version).alias("rules")))
        together = pl.concat(found)
        return together.filter(pl.col("at").is_between(since, until)).unique("key", maintain_order=True)

    def findings(self, hits: pl.DataFrame) -> pl.DataFrame:
        """The hits that are findings, by the rules in force on the local day of each; with `rules`."""
        found = [keyed(no_hits()).drop("needs").with_columns(pl.lit("").alias("rules"))]
        if hits.height:
            least, most = hits["at"].min(), hits["at"].max()
            assert isinstance(least, datetime) and isinstance(most, datetime)
            for first, last, rules in self.in_force.windows(
                *(at.astimezone(self.zone) for at in (least, most))
            ):
                near = supported(hits, rules).filter(self._within(first, last))
                found.append(near.with_columns(pl.lit(rules.version).alias("rules")))
        return pl.concat(found)

    def _within(self, first: date, last: date) -> pl.Expr:
        day, behind = (
            datetime.combine(edge, time(), self.zone).astimezone(UTC)
            for edge in (first, last + timedelta(days=1))
        )
        return (pl.col("at") >= day) & (pl.col("at") < behind)

    def _scene(self, facts: Facts, rules: TruckRules) -> Scene:
        given: dict[str, Any] = {}
        if facts.passages is not None:
            within = timedelta(seconds=rules.shared("near_duplicate"))
            given["passages"] = counted(facts.passages, within)
        if facts.positions is not None:
            given["positions"] = facts.positions.sort("plate", "fixed_at", "feed", "serial", "item")
        if facts.manifests is not None:
            given["manifests"] = facts.manifests.sort("plate", "left_at", "manifest")
        return Scene(book=self.book, rules=rules, zone=self.zone, holidays=self.holidays, **given)
