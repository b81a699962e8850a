"""What the detector's process does beside detecting: it has the frames loaded that these need."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select

from gridwitness.due_snapshots import make_due
from gridwitness.feeds import registered_feed
from gridwitness.feeds.models import FeedRow
from gridwitness.platform import Platform

_log = logging.getLogger("gridwitness.detector")
_HOUR, _MINUTE = 3600.0, 60.0


@dataclass
class Chores:
    """Each at its own interval; one that fails is tried again next time and stops nothing."""

    platform: Platform
    _next: dict[str, float] = field(default_factory=dict)

    def do_due(self) -> None:
        """Closed days into the archive, hotspot snapshots of ended periods."""
        self._at("archive", _HOUR, self._archive)
        self._at("snapshots", _MINUTE, lambda: make_due(self.platform))

    def _at(self, name: str, interval: float, do: Callable[[], object]) -> None:
        now = time.monotonic()
        if now < self._next.get(name, now):
            return
        self._next[name] = now + interval
        try:
            do()
        except Exception:
            _log.exception("%s failed and is tried again", name)

    def _archive(self) -> None:
        with self.platform.transaction() as session:
            names = session.scalars(select(FeedRow.feed).order_by(FeedRow.feed)).all()
            feeds = [registered_feed(session, name) for name in names]
        for feed in feeds:
            for written in self.platform.archive.run(self.platform.transaction, feed):
                _log.info("archived %s: %d rows", written.name, written.rows)
