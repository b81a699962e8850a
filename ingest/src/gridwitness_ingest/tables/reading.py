"""Reading pieces that were kept: as many readers as there are share them, and each piece is one transaction.

A reader that dies lets go of its piece, and another takes it: nothing is lost, and nothing is stored twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl
from gridwitness.feeds import (
    Feed,
    Intake,
    Letter,
    PendingPart,
    claim_pending,
    registered_feed,
    settle_pending,
)
from gridwitness.trucks.frames import INSTANT
from gridwitness.trucks.rows import TIME_COLUMN
from gridwitness.trucks.sightings import Sightings, Stored
from sqlalchemy.orm import Session

from gridwitness_ingest.tables.decoding import DecodedPiece, decode_piece
from gridwitness_ingest.tables.piece_form import PieceForm

DOOR = "file"

_log = logging.getLogger("gridwitness.ingest.tables")


@dataclass(frozen=True, slots=True)
class ReadPart:
    """What was in a part that waited."""

    feed: str
    serial: int
    passages: int
    positions: int
    letters: Mapping[str, int]
    """How many by code."""


class PieceReader:
    """Reads one part after the other; one in a process."""

    def __init__(self, intake: Intake, sightings: Sightings) -> None:
        self._intake = intake
        self._sightings = sightings

    def read_next(self, session: Session) -> ReadPart | None:
        """Read the next part that waits and that nobody else is at; None where there is none."""
        part = claim_pending(session, DOOR)
        if part is None:
            return None
        feed = registered_feed(session, part.feed)
        pieces = [*_decoded(part, feed)]
        passages, positions = (_joined([found[index] for found in map(_frames, pieces)]) for index in (0, 1))
        stored = self._sightings.store(
            session, feed, part.serial, part.received_at, passages=passages, positions=positions
        )
        letters = [*_letters(pieces, stored)]
        self._intake.letters(session, feed, part.serial, letters)
        settle_pending(session, part, captured=_span(passages, positions))
        counts: dict[str, int] = {}
        for letter in letters:
            counts[letter.code] = counts.get(letter.code, 0) + 1
        return ReadPart(part.feed, part.serial, stored.passages, stored.positions, counts)


def _decoded(part: PendingPart, feed: Feed) -> Iterator[DecodedPiece]:
    form = PieceForm.from_text(part.format)
    for body in part.bodies:
        try:
            yield decode_piece(body, form, feed.datum)
        except Exception as error:  # a piece that nobody can read must not stop those behind it
            _log.exception("message %s:%s can't be read", part.feed, part.serial)
            why = f"The whole piece can't be read: {type(error).__name__}."
            yield DecodedPiece(None, None, [Letter(0, None, body, "piece-unreadable", why)], _nothing)


def _nothing(item: int) -> bytes:
    raise AssertionError(f"a piece without rows has no record {item}")


def _frames(piece: DecodedPiece) -> tuple[pl.DataFrame | None, pl.DataFrame | None]:
    return piece.passages, piece.positions


def _joined(frames: Sequence[pl.DataFrame | None]) -> pl.DataFrame | None:
    """One frame of a part's messages, each row with the number of its own."""
    numbered = [
        frame.with_columns(pl.lit(message, dtype=pl.UInt32).alias("message"))
        for message, frame in enumerate(frames)
        if frame is not None
    ]
    return pl.concat(numbered) if numbered else None


def _letters(pieces: Sequence[DecodedPiece], stored: Stored) -> Iterator[Letter]:
    """Of records that are no row, and of rows that the registers do not know, each with its own bytes."""
    for message, piece in enumerate(pieces):
        for letter in piece.letters:
            yield replace(letter, message=message)
    for letter in stored.letters:
        raw_of: Callable[[int], bytes] = pieces[letter.message].raw_of
        assert letter.item is not None
        yield replace(letter, raw=raw_of(letter.item))


def _span(passages: pl.DataFrame | None, positions: pl.DataFrame | None) -> tuple[datetime, datetime] | None:
    """Earliest and latest time told."""
    told = [
        frame[column].cast(INSTANT)
        for frame, column in ((passages, TIME_COLUMN["passages"]), (positions, TIME_COLUMN["positions"]))
        if frame is not None and frame.height
    ]
    if not told:
        return None
    times = pl.concat(told)
    first, last = times.min(), times.max()
    assert isinstance(first, datetime) and isinstance(last, datetime)
    return first, last
