"""How right the anomalies are: precision over anomalies, recall over what was planted, for each rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from gridwitness_cli.simulate.arrivals import Planted

TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Score:
    """One rule's count. Precision is None without anomalies, recall without anything planted."""

    rule: str
    planted: int
    found: int
    anomalies: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of the anomalies that are right."""
        return self.right / self.anomalies if self.anomalies else None

    @property
    def recall(self) -> float | None:
        """Share of what was planted that was found."""
        return self.found / self.planted if self.planted else None


def judged(
    truth: Sequence[Planted], anomalies: pl.DataFrame, tolerance: timedelta = TOLERANCE
) -> tuple[list[bool], list[bool]]:
    """Which anomalies (`rule, plate, at, until`) are right, and which of the truth was found.

    An anomaly is right if its rule was broken by its plate then, or within the tolerance.
    """
    by_key: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, one in enumerate(truth):
        by_key[one.rule, one.plate].append(n)
    right, found = [], [False] * len(truth)
    for rule, plate, at, until in anomalies.select("rule", "plate", "at", "until").iter_rows():
        fits = [
            n
            for n in by_key[rule, plate]
            if at <= truth[n].until + tolerance and (until or at) >= truth[n].since - tolerance
        ]
        right.append(bool(fits))
        for n in fits:
            found[n] = True
    return right, found


def evaluate(
    truth: Sequence[Planted], anomalies: pl.DataFrame, tolerance: timedelta = TOLERANCE
) -> list[Score]:
    """A score for each rule that was planted or found, by name."""
    right, found = judged(truth, anomalies, tolerance)
    rules = anomalies["rule"].to_list()
    return [
        Score(
            rule,
            planted=sum(one.rule == rule and one.planted for one in truth),
            found=sum(hit for one, hit in zip(truth, found, strict=True) if one.rule == rule and one.planted),
            anomalies=rules.count(rule),
            right=sum(hit for name, hit in zip(rules, right, strict=True) if name == rule),
        )
        for rule in sorted({one.rule for one in truth} | set(rules))
    ]


def table(scores: Sequence[Score]) -> str:
    """For people: a line for each rule."""
    lines = [
        f"{'rule':<16}{'planted':>8}{'found':>7}{'recall':>8}{'anomalies':>11}{'right':>7}{'precision':>11}"
    ]
    for score in scores:
        recall, precision = (
            "–" if share is None else f"{share:.3f}" for share in (score.recall, score.precision)
        )
        lines.append(
            f"{score.rule:<16}{score.planted:>8}{score.found:>7}{recall:>8}"
            f"{score.anomalies:>11}{score.right:>7}{precision:>11}"
        )
    return "\n".join(lines)
