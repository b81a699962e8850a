"""Dead letters of this door, read again after a register was mended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridwitness.feeds import Decoded, Feed, Letter

from gridwitness_ingest.gat1400.body import UnreadableBodyError, read_body, text_of
from gridwitness_ingest.gat1400.envelopes import has_envelope, vehicles
from gridwitness_ingest.gat1400.passage_rows import passage_frame, passage_row
from gridwitness_ingest.gat1400.told_time import rfc3339, told_time
from gridwitness_ingest.gat1400.vehicle import Refused, read_vehicle

FORMAT = "gat1400"


def format_of(received_at: datetime) -> str:
    """What a message's format says: with its receipt, for a time may not lie far beyond it."""
    return f"{FORMAT};{rfc3339(received_at)}"


def decode(raw: bytes, feed: Feed, format: str, *, whole: bool) -> Decoded:
    """A whole body as it was kept, or one object of it (`feeds.Decoder`)."""
    received_at = told_time(format.partition(";")[2])
    try:
        tree = read_body(raw, data="kept").tree
    except UnreadableBodyError as error:
        return Decoded(letters=[Letter(0, None if whole else 0, raw, error.args[0], error.args[1])])
    values: list[Any] = [*vehicles(tree)] if whole else [tree]
    if whole and not values and not has_envelope(tree):
        return Decoded(
            letters=[Letter(0, None, raw, "objects-missing", "no motor vehicle objects are in it")]
        )
    rows, letters = [], []
    for item, value in enumerate(values):
        read = read_vehicle(value, feed.datum, received_at)
        if isinstance(read, Refused):
            letters.append(Letter(0, item, text_of(value), read.code, read.detail))
        else:
            rows.append(passage_row(0, item, read))
    return Decoded(passages=passage_frame(rows) if rows else None, letters=letters)
