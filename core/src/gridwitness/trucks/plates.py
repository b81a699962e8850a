"""Plates under the feature's own name. They lie below it, so that decoding a body loads no database."""

from gridwitness.plates import (
    ABSENT,
    CLEANING,
    COLORS,
    GRAMMAR,
    PROVINCES,
    SEPARATORS,
    cleaned,
    color_of_gat,
    color_of_jt,
    is_absent,
    is_plate,
    look_alikes,
    normalise,
)

__all__ = [
    "ABSENT",
    "CLEANING",
    "COLORS",
    "GRAMMAR",
    "PROVINCES",
    "SEPARATORS",
    "cleaned",
    "color_of_gat",
    "color_of_jt",
    "is_absent",
    "is_plate",
    "look_alikes",
    "normalise",
]
