"""JT/T 808 frames as lines of hex."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from gridwitness_ingest.jt808.lines import decode_lines
from gridwitness_ingest.jt808.reading import Reader


def decoded(streams: Iterator[BinaryIO]) -> Iterator[dict[str, Any]]:
    """One object a line, lines counted on through all files."""
    return decode_lines(chain.from_iterable(streams), Reader(), time.time())
