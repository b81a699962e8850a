"""A small model for tests, made by hand: one word speaks for each unit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from gridwitness.dispatch.model import Model, block_of
from gridwitness.dispatch.model_file import pack

MEASURED = {
    "accuracy": "0.900000",
    "macro_f1": "0.900000",
    "ece": "0.010000",
    "share": "0.500000",
    "precision": "0.990000",
}


def hand_made(words: Mapping[str, str], *, strength: float = 8.0, gate: float = 0.9) -> bytes:
    """The file of a model: `words` by unit; a text with none of them is anybody's."""
    labels = tuple(sorted(words))
    terms = [words[label] for label in labels]
    count = len(labels)
    trained = {
        "sha256": "3f" * 32,
        "rows": 100,
        "labels": count,
        "text": "text",
        "label": "unit",
        "seed": 0,
        "held_back": "0.2",
    }
    model = Model(
        labels=labels,
        fields=("matter",),
        blocks=(block_of("words", terms, np.ones(count)),),
        weights=(strength * np.eye(count)).astype(np.float32),
        bias=np.zeros(count, dtype=np.float32),
        mixing=np.eye(count, dtype=np.float32),
        shift=np.zeros(count, dtype=np.float32),
        gate=gate,
        hours={labels[0]: 6.0},
        trained=trained,
        measured=MEASURED,
    )
    return pack(model)
