"""A learned model at work: probabilities of each unit, and which words spoke for the first. Plain numpy."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridwitness.dispatch.terms import HEAD, TERMS, Sample, parts, words

TOLD = 5
"""Words an explanation names at most."""
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Block:
    """Terms of one kind: where each stands among the model's features, and how rare it is."""

    kind: str
    terms: tuple[str, ...]
    rarity: Vector


@dataclass(frozen=True, slots=True)
class Prediction:
    """`ranking`: labels with their probability, likeliest first; `because`: words that spoke for it."""

    ranking: tuple[tuple[str, float], ...]
    because: tuple[str, ...]
    hours: float | None
    """How long four of five such matters took at most, where the history says so."""

    @property
    def label(self) -> str:
        """The likeliest."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """Of the likeliest, calibrated: of decisions with 0.9, nine in ten are right."""
        return self.ranking[0][1]


@dataclass(frozen=True)
class Model:
    """Linear in its terms; `mixing` and `shift` turn its scores into calibrated log odds.

    `weights`: features × labels. It never changes once made.
    """

    labels: tuple[str, ...]
    fields: tuple[str, ...]
    blocks: tuple[Block, ...]
    weights: Vector
    bias: Vector
    mixing: Vector
    shift: Vector
    gate: float
    hours: Mapping[str, float]
    trained: Mapping[str, Any] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, sample: Sample) -> Prediction:
        """What the model says of one event, and why."""
        found = self._features(sample)
        scores = self._scores(found)
        odds = self.probabilities_of(scores[None, :])[0]
        order = np.argsort(-odds, kind="stable")
        ranking = tuple((self.labels[at], float(odds[at])) for at in order)
        because = self._because(sample, found, int(order[0]))
        return Prediction(ranking, because, self.hours.get(ranking[0][0]))

    def probabilities(self, samples: Iterable[Sample]) -> NDArray[np.float64]:
        """Rows of probabilities in the order of `labels`."""
        return self.probabilities_of(np.stack([self._scores(self._features(sample)) for sample in samples]))

    def probabilities_of(self, scores: NDArray[Any]) -> NDArray[np.float64]:
        """Calibrated: softmax of the mixed scores."""
        odds = scores.astype(np.float64) @ self.mixing.T + self.shift
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
        return shares

    @cached_property
    def _places(self) -> Mapping[str, Mapping[str, int]]:
        """By kind: term → feature."""
        found: dict[str, dict[str, int]] = {}
        first = 0
        for block in self.blocks:
            found[block.kind] = {term: first + at for at, term in enumerate(block.terms)}
            first += len(block.terms)
        return found

    @cached_property
    def _rarity(self) -> list[float]:
        return [float(one) for block in self.blocks for one in block.rarity]

    def _features(self, sample: Sample) -> dict[int, float]:
        """Feature → value: damped counts by rarity, each kind of length one times its weight."""
        found: dict[int, float] = {}
        for kind, places in self._places.items():
            weight, terms_of = TERMS[kind]
            counted = Counter(place for term in terms_of(sample) if (place := places.get(term)) is not None)
            values = {at: (1 + math.log(count)) * self._rarity[at] for at, count in counted.items()}
            length = math.sqrt(sum(value * value for value in values.values()))
            found |= {at: weight * value / length for at, value in values.items()}
        return found

    def _scores(self, found: Mapping[int, float]) -> NDArray[np.float64]:
        if not found:
            return self.bias.astype(np.float64)
        at = np.fromiter(found.keys(), dtype=np.intp, count=len(found))
        values = np.fromiter(found.values(), dtype=np.float32, count=len(found))
        scores: NDArray[np.float64] = (values @ self.weights[at] + self.bias).astype(np.float64)
        return scores

    def _because(self, sample: Sample, found: Mapping[int, float], label: int) -> tuple[str, ...]:
        """Words by what they and their parts add to the label's log odds, against the others' mean."""
        spoken = self._worth(found, label)
        counts: Counter[int] = Counter()
        owners: list[tuple[str, list[int]]] = []
        for word, at in self._words_at(sample):
            owners.append((word, at))
            counts.update(at)
        worth: dict[str, float] = {}
        for word, at in owners:
            worth[word] = worth.get(word, 0.0) + sum(spoken[one] / counts[one] for one in at)
        best = sorted((word for word in worth if worth[word] > 0), key=lambda word: (-worth[word], word))
        return tuple(best[:TOLD])

    def _worth(self, found: Mapping[int, float], label: int) -> dict[int, float]:
        others = self.mixing[label] - (self.mixing.sum(axis=0) - self.mixing[label]) / max(
            1, len(self.labels) - 1
        )
        at = list(found)
        worth = (self.weights[at] @ others) * np.array([found[one] for one in at]) if at else np.zeros(0)
        return dict(zip(at, worth.tolist(), strict=True))

    def _words_at(self, sample: Sample) -> Iterable[tuple[str, list[int]]]:
        """Each word of the text, and field, with the features it brought about, once for each time."""
        for number, word in enumerate(words(sample.text)):
            at = self._among("words", [word]) + self._among("parts", parts(word))
            if number < HEAD:
                at += self._among("head-words", [word]) + self._among("head-parts", parts(word))
            yield word, at
        for term in TERMS["fields"][1](sample):
            yield term, self._among("fields", [term])

    def _among(self, kind: str, terms: Iterable[str]) -> list[int]:
        places = self._places.get(kind, {})
        return [places[term] for term in terms if term in places]


def block_of(kind: str, terms: Sequence[str], rarity: NDArray[Any]) -> Block:
    """A block with its arrays as the model keeps them."""
    return Block(kind, tuple(terms), rarity.astype(np.float32))
