"""What a model has to beat: plain TF-IDF over words with a linear classifier, on the same split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from gridwitness.dispatch.measuring import Measured, gate_for, measure
from gridwitness.dispatch.samples import Example
from gridwitness.dispatch.terms import TERMS

_ITERATIONS = 1_000
_CHOOSING = 5
"""One text in so many is kept to choose the gate on."""


def baselines(
    learned: Sequence[Example], held_back: Sequence[Example], precision: float, seed: int
) -> dict[str, Measured]:
    """A support vector machine and logistic regression with the library's defaults, by name.

    The gate is chosen as ours is, on texts not held back. A machine has no probabilities: its scores are put
    through softmax.
    """
    kinds = {
        "tfidf+linear-svm": lambda: LinearSVC(random_state=0),
        "tfidf+logistic-regression": lambda: LogisticRegression(max_iter=_ITERATIONS),
    }
    truth = [example.label for example in learned]
    chosen_on = np.array([example.place(seed + 1) % _CHOOSING == 0 for example in learned])
    vectorizer = TfidfVectorizer(analyzer=TERMS["words"][1])
    matrix = vectorizer.fit_transform([example.sample for example in learned])
    unseen = vectorizer.transform([example.sample for example in held_back])
    found = {}
    for name, make in kinds.items():
        labels = np.array(truth)
        trial = make().fit(matrix[~chosen_on], labels[~chosen_on])
        odds = _probabilities(trial, matrix[chosen_on])
        right = trial.classes_[odds.argmax(axis=1)] == labels[chosen_on]
        gate = gate_for(odds.max(axis=1), right, precision)
        whole = make().fit(matrix, labels)
        odds = _probabilities(whole, unseen)
        names = [str(one) for one in whole.classes_]
        found[name] = measure(names, [example.label for example in held_back], odds, gate)
    return found


def _probabilities(classifier: Any, matrix: Any) -> NDArray[np.float64]:
    if isinstance(classifier, LogisticRegression):
        given: NDArray[np.float64] = classifier.predict_proba(matrix)
        return given
    scores = classifier.decision_function(matrix)
    if scores.ndim == 1:
        scores = np.stack([-scores, scores], axis=1)
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return shares
