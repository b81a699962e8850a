"""Dead letters of terminals read again: a whole frame, or one report in a frame of its own."""

from __future__ import annotations

import time

from gridwitness.feeds import Feed, Letter
from gridwitness.feeds.decoding import Decoded

from gridwitness_ingest.jt808.columns import position_frame
from gridwitness_ingest.jt808.reading import Reader
from gridwitness_ingest.jt808.rounds import Fix


def decode(raw: bytes, _feed: Feed, _format: str, *, whole: bool) -> Decoded:
    """What the bytes hold now; `whole` makes no difference, a report alone is number 0 of its frame."""
    del whole
    reading = Reader().read(raw, time.time())
    letters = [Letter(0, one.item, one.raw, one.code, one.detail) for one in reading.refusals]
    packet = reading.packet
    if packet is None or not reading.items:
        return Decoded(letters=letters)
    fixes = [Fix(0, item, packet, position, reading.backfill) for item, position in reading.items]
    return Decoded(positions=position_frame(fixes), letters=letters)
