"""The ports by which dead letters are read again: a door decodes, the trucks feature stores.

This feature knows neither, and loads no frame library by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.orm import Session

from gridwitness.errors import InvalidInput
from gridwitness.feeds.feed import Feed, Letter

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was in the bytes: frames as `trucks.frames` has them, `message` 0; and what was not readable."""

    passages: pl.DataFrame | None = None
    positions: pl.DataFrame | None = None
    letters: Sequence[Letter] = ()


class Decoder(Protocol):
    """Reads one letter's bytes. `whole`: they are a message, else one object of it, to be numbered 0."""

    def __call__(self, raw: bytes, feed: Feed, format: str, *, whole: bool) -> Decoded:
        """Never raises for what the bytes hold: that is a letter."""
        ...


class Stored(Protocol):
    """What became of the frames."""

    @property
    def letters(self) -> Sequence[Letter]:
        """What a register did not know."""
        ...


class Store(Protocol):
    """`trucks.sightings.Sightings.store`."""

    def __call__(
        self,
        session: Session,
        feed: Feed,
        first_serial: int,
        received_at: datetime,
        *,
        passages: pl.DataFrame | None = None,
        positions: pl.DataFrame | None = None,
    ) -> Stored:
        """Keep them, as of the message `first_serial`."""
        ...


def decoder_for(decoders: Mapping[str, Decoder], format: str) -> Decoder:
    """By the format's first word, before `;`. Raises InvalidInput `format-unknown`."""
    found = decoders.get(format.partition(";")[0])
    if found is None:
        raise InvalidInput(
            "format-unknown",
            f"Nothing here reads {format[:64]!r}.",
            f"readable: {', '.join(sorted(decoders))}",
        )
    return found


def of_object(decoded: Decoded, item: int) -> Decoded:
    """One object read by itself, numbered as it is in its message."""
    import polars as pl  # noqa: PLC0415 - slow to load, and rarely needed

    def numbered(frame: pl.DataFrame | None) -> pl.DataFrame | None:
        if frame is None:
            return None
        return frame.with_columns(pl.lit(item, dtype=frame.schema["item"]).alias("item"))

    return Decoded(numbered(decoded.passages), numbered(decoded.positions), decoded.letters)


def in_message(decoded: Decoded, item: int) -> Decoded:
    """One object of a message that was read as a whole; a letter about all of it is about the object too."""
    passages, positions = (
        None if frame is None else frame.filter(frame["item"] == item)
        for frame in (decoded.passages, decoded.positions)
    )
    letters = [letter for letter in decoded.letters if letter.item in (None, item)]
    return Decoded(passages, positions, letters)
