"""Python's collector of cycles, for processes that hold batches of records."""

from __future__ import annotations

import gc

_NEW_OBJECTS = 50_000
"""Between two looks. A batch of a thousand records makes about as many; Python's own measure is 700."""


def collect_rarely() -> None:
    """Call once, when everything is loaded: what is there now is never looked at again, and a batch, which
    has no cycles, no longer makes the collector walk through itself again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 100)
