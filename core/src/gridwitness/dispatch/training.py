"""Learning from an office's own history: a linear model over words and their parts, calibrated on folds.

Needs scikit-learn; what it makes is used without. Each text is in one fold only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import quantiles
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from gridwitness.dispatch.measuring import Measured, gate_for, measure
from gridwitness.dispatch.model import Block, Model, block_of
from gridwitness.dispatch.samples import Columns, Example, Examples
from gridwitness.dispatch.terms import TERMS
from gridwitness.errors import InvalidInput

FOLDS = 4
FEWEST = 5
"""Texts a unit needs to be learned; what it has less of stays with people."""
_STRENGTH = 0.5
_MANY = 2_000
"""Texts from which on a term must occur in three of them; below, in two: a single person's is in no model."""
_ITERATIONS = 2_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a training: the precision of what is decided unseen, the share held back, and the seed
    of the split.
    """

    columns: Columns
    precision: float = 0.98
    held_back: float = 0.2
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with how it did on the share it never saw; `left_out`: labels with too few texts."""

    model: Model
    measured: Measured
    left_out: tuple[str, ...]


def train(examples: Examples, wish: Wish, say: Callable[[str], None] = lambda _: None) -> Trained:
    """Learn from all but the held-back share and measure on it.

    Raises InvalidInput `examples-few` where fewer than two labels have `FEWEST` texts.
    """
    learned, held_back = examples.split(wish.held_back, wish.seed)
    usable, left_out = _usable(learned)
    labels = tuple(sorted({example.label for example in usable}))
    if len(labels) < 2 or not held_back:
        raise InvalidInput(
            "examples-few",
            f"Only {len(labels)} labels have {FEWEST} texts to learn from.",
            "give more of the history",
        )
    say(f"{len(usable):,} rows, {len(labels)} labels")
    blocks, matrix = _blocks(usable)
    truth = np.array([labels.index(example.label) for example in usable])
    folds = np.array([example.place(wish.seed + 1) % FOLDS for example in usable])
    say(f"{matrix.shape[1]:,} terms; {FOLDS} folds")
    scores = _fold_scores(matrix, truth, folds, len(labels))
    mixing, shift = _calibration(scores, truth, len(labels))
    gate = _gate(scores, truth, folds, labels, wish.precision)
    say("the whole")
    weights, bias = _fit(matrix, truth, len(labels))
    model = Model(
        labels=labels,
        fields=wish.columns.fields,
        blocks=blocks,
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        mixing=mixing.astype(np.float32),
        shift=shift.astype(np.float32),
        gate=round(gate, 6),
        hours=_hours(usable),
    )
    measured = measured_on(model, held_back)
    noted = _noted(examples, usable, labels, wish)
    return Trained(replace(model, trained=noted, measured=measured.as_texts()), measured, left_out)


def measured_on(model: Model, held_back: Sequence[Example]) -> Measured:
    """How a model does on examples it has not seen."""
    odds = model.probabilities(example.sample for example in held_back)
    return measure(model.labels, [example.label for example in held_back], odds, model.gate)


def _usable(learned: Sequence[Example]) -> tuple[list[Example], tuple[str, ...]]:
    pairs = {(example.label, example.sample.text) for example in learned}
    counts = Counter(label for label, _ in pairs)
    few = {label for label, count in counts.items() if count < FEWEST}
    return [example for example in learned if example.label not in few], tuple(sorted(few))


def _blocks(usable: Sequence[Example]) -> tuple[tuple[Block, ...], csr_matrix]:
    samples = [example.sample for example in usable]
    least = 3 if len(samples) >= _MANY else 2
    blocks, matrices = [], []
    for kind, (weight, terms_of) in TERMS.items():
        if kind == "fields" and not any(sample.fields for sample in samples):
            continue
        vectorizer = TfidfVectorizer(analyzer=terms_of, sublinear_tf=True, min_df=least, dtype=np.float64)
        try:
            matrices.append(weight * vectorizer.fit_transform(samples))
        except ValueError:  # no term of this kind is frequent enough
            continue
        blocks.append(block_of(kind, vectorizer.get_feature_names_out().tolist(), vectorizer.idf_))
    if not matrices:
        raise InvalidInput("examples-few", "No word occurs in two texts.", "give more of the history")
    return tuple(blocks), hstack(matrices).tocsr()


def _fit(matrix: csr_matrix, truth: NDArray[Any], labels: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weights (features × labels) and bias, one label against the rest."""
    found = LinearSVC(C=_STRENGTH, random_state=0, max_iter=_ITERATIONS).fit(matrix, truth)
    if labels == 2:
        return np.vstack([-found.coef_, found.coef_]).T, np.concatenate([-found.intercept_, found.intercept_])
    weights, bias = np.zeros((labels, matrix.shape[1])), np.full(labels, -1.0)
    weights[found.classes_], bias[found.classes_] = found.coef_, found.intercept_
    return weights.T, bias


def _fold_scores(
    matrix: csr_matrix, truth: NDArray[Any], folds: NDArray[Any], labels: int
) -> NDArray[np.float64]:
    """Of each row by a model that has not seen its text."""
    scores = np.zeros((len(truth), labels))
    for fold in range(FOLDS):
        inside = folds == fold
        if not inside.any():
            continue
        if len(np.unique(truth[~inside])) < labels and labels == 2:
            raise InvalidInput("examples-few", "The labels have too few texts.", "give more of the history")
        weights, bias = _fit(matrix[~inside], truth[~inside], labels)
        scores[inside] = matrix[inside] @ weights + bias
    return scores


def _calibration(
    scores: NDArray[np.float64], truth: NDArray[Any], labels: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scores → log odds: multinomial regression on scores of unseen texts."""
    found = LogisticRegression(C=1.0, max_iter=_ITERATIONS).fit(scores, truth)
    if labels == 2:
        zeros = np.zeros_like(found.coef_)
        return np.vstack([zeros, found.coef_]), np.concatenate([[0.0], found.intercept_])
    mixing, shift = np.zeros((labels, labels)), np.full(labels, -20.0)
    mixing[found.classes_], shift[found.classes_] = found.coef_, found.intercept_
    return mixing, shift


def _gate(
    scores: NDArray[np.float64],
    truth: NDArray[Any],
    folds: NDArray[Any],
    labels: Sequence[str],
    precision: float,
) -> float:
    """Chosen on the folds, each calibrated by the others: the held-back share has no part in it."""
    confidence, right = np.zeros(len(truth)), np.zeros(len(truth), dtype=bool)
    for fold in range(FOLDS):
        inside = folds == fold
        if not inside.any():
            continue
        mixing, shift = _calibration(scores[~inside], truth[~inside], len(labels))
        odds = scores[inside] @ mixing.T + shift
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        confidence[inside], right[inside] = odds.max(axis=1), odds.argmax(axis=1) == truth[inside]
    return gate_for(confidence, right, precision)


def _hours(usable: Sequence[Example]) -> dict[str, float]:
    """By label: within how many hours four of five were handled."""
    taken: dict[str, list[float]] = {}
    for example in usable:
        if example.hours is not None:
            taken.setdefault(example.label, []).append(example.hours)
    return {
        label: round(quantiles(hours, n=5, method="inclusive")[3], 1)
        for label, hours in sorted(taken.items())
        if len(hours) >= FEWEST
    }


def _noted(
    examples: Examples, usable: Sequence[Example], labels: Sequence[str], wish: Wish
) -> dict[str, Any]:
    return {
        "sha256": examples.sha256,
        "rows": len(usable),
        "labels": len(labels),
        "text": wish.columns.text,
        "label": wish.columns.label,
        "seed": wish.seed,
        "held_back": f"{wish.held_back:g}",
    }
