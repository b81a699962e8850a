"""How good a model is, from what it said of examples it had not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Of the expected calibration error, of equal width (Guo et al. 2017)."""
NEVER = 1.0
"""A gate that nothing passes."""


@dataclass(frozen=True, slots=True)
class Measured:
    """On a held-back share: `ece` expected calibration error, `share` decided above the gate, and how many of
    those rightly (`precision`; None where nothing was decided).
    """

    rows: int
    accuracy: float
    macro_f1: float
    ece: float
    share: float
    precision: float | None
    gate: float

    def as_texts(self) -> dict[str, str | None]:
        """As a record states them: decimals of six digits."""
        return {
            "accuracy": f"{self.accuracy:.6f}",
            "macro_f1": f"{self.macro_f1:.6f}",
            "ece": f"{self.ece:.6f}",
            "share": f"{self.share:.6f}",
            "precision": None if self.precision is None else f"{self.precision:.6f}",
        }

    def as_numbers(self) -> Mapping[str, float | int | None]:
        """For people's programs."""
        return {
            "rows": self.rows,
            "accuracy": round(self.accuracy, 6),
            "macro_f1": round(self.macro_f1, 6),
            "ece": round(self.ece, 6),
            "gate": round(self.gate, 6),
            "share": round(self.share, 6),
            "precision": None if self.precision is None else round(self.precision, 6),
        }


def measure(
    labels: Sequence[str], truth: Sequence[str], probabilities: NDArray[Any], gate: float
) -> Measured:
    """Of each row's probabilities, in the order of `labels`. A truth the model has no label for is missed."""
    place = {label: at for at, label in enumerate(labels)}
    wanted = np.array([place.get(one, -1) for one in truth])
    said = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    right = said == wanted
    decided = confidence > gate
    return Measured(
        rows=len(truth),
        accuracy=float(right.mean()),
        macro_f1=_macro_f1(said, truth, labels),
        ece=_calibration_error(confidence, right),
        share=float(decided.mean()),
        precision=float(right[decided].mean()) if decided.any() else None,
        gate=gate,
    )


def gate_for(confidence: NDArray[Any], right: NDArray[Any], precision: float) -> float:
    """The lowest gate above which `precision` of the decisions are right; `NEVER` where there is none."""
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence = confidence[order]
    share_right = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # A gate between two equal confidences would let both through.
    ends = np.append(sorted_confidence[:-1] > sorted_confidence[1:], True)
    lawful = np.flatnonzero((share_right >= precision) & ends)
    if not len(lawful):
        return NEVER
    last = int(lawful[-1])
    below = float(sorted_confidence[last + 1]) if last + 1 < len(order) else 0.0
    return (float(sorted_confidence[last]) + below) / 2


def _macro_f1(said: NDArray[Any], truth: Sequence[str], labels: Sequence[str]) -> float:
    """Mean over every class that occurs, in the truth or among the answers."""
    answers = [labels[at] for at in said]
    scores = []
    for label in sorted({*truth, *answers}):
        hits = sum(a == t == label for a, t in zip(answers, truth, strict=True))
        named, there = answers.count(label), list(truth).count(label)
        scores.append(2 * hits / (named + there))
    return float(np.mean(scores))


def _calibration_error(confidence: NDArray[Any], right: NDArray[Any]) -> float:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    error = 0.0
    for number in np.unique(bins):
        inside = bins == number
        error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return float(error)
