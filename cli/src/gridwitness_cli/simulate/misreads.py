"""How right the rules are at several shares of misread plates: worlds judged in memory, without doors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
from gridwitness.trucks.detection.passages.rules import PASSAGE_RULES
from gridwitness.trucks.detection.rules_document import bundled_rules
from gridwitness.trucks.detection.tracks import TRACK_RULES

from gridwitness_cli.simulate.evaluation import Score, evaluate
from gridwitness_cli.simulate.memory import found_by, scene_of
from gridwitness_cli.simulate.world import Settings, build

SHARES = (0.0, 0.05, 0.1)


def judged_at(settings: Settings, shares: Sequence[float] = SHARES) -> dict[float, list[Score]]:
    """Scores by share; everything else of the worlds is the same."""
    scores = {}
    for share in shares:
        world = build(replace(settings, misread=share))
        scene = scene_of(world, bundled_rules())
        findings = pl.concat([found_by(PASSAGE_RULES, scene), found_by(TRACK_RULES, scene)])
        scores[share] = evaluate(world.truth, findings)
    return scores


def misread_table(scores: dict[float, list[Score]]) -> str:
    """A line for each rule: precision / recall at each share."""
    lines = [
        "in memory, without the doors 内存中: precision / recall",
        "rule            " + "".join(f"{f'misread {share:.0%}':>18}" for share in scores),
    ]
    for rule in sorted({score.rule for found in scores.values() for score in found}):
        cells = []
        for found in scores.values():
            score = next((one for one in found if one.rule == rule), None)
            both = (None, None) if score is None else (score.precision, score.recall)
            cells.append(" / ".join("–" if share is None else f"{share:.3f}" for share in both))
        lines.append(f"{rule:<16}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)
