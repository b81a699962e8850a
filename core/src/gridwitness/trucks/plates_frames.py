"""Plates in frames: what `plates` does for one text, for whole columns."""

from __future__ import annotations

import polars as pl

from gridwitness.plates import ABSENT, CLEANING, GRAMMAR

_FROM = [chr(code) for code in CLEANING]
_TO = [str(text) for text in CLEANING.values()]


def cleaned_series(texts: pl.Series) -> pl.Series:
    """As `plates.cleaned`, for each text; nulls stay."""
    return texts.str.replace_many(_FROM, _TO)


def normalise_series(texts: pl.Series) -> pl.Series:
    """As `plates.normalise`, for each text: null where it is no plate."""
    plates = cleaned_series(texts)
    return plates.set(~plates.str.contains(rf"\A(?:{GRAMMAR})\z").fill_null(False), None)


def absent_series(texts: pl.Series) -> pl.Series:
    """As `plates.is_absent`, for each text; a null is absent."""
    return cleaned_series(texts).is_in(sorted(ABSENT)).fill_null(True)
