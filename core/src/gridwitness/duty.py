"""The duty desk: what of events a machine does, round after round. Several may run at once.

Overdue clocks get their orders, missed replies go a level up, units get their digests. Whoever dies in a round
leaves its work where it was: the next one takes it.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import OperationalError

from gridwitness.errors import GridWitnessError, NotFound, Unavailable
from gridwitness.events.loop import Loop
from gridwitness.events.loop_book import LoopBook
from gridwitness.events.notices import gather, send_digests
from gridwitness.events.supervision import Done, Supervision
from gridwitness.platform import Platform

_log = logging.getLogger("gridwitness.duty")
_ASIDE = timedelta(minutes=10)
"""For how long a matter that could not be dealt with is left alone."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: orders raised, escalated and lifted, digests sent."""

    orders: Done = Done()
    digests: int = 0

    @property
    def busy(self) -> bool:
        """Whether there may be more of it at once."""
        return self.orders != Done()


class Duty:
    """One in a process; it keeps parsed loops, and what failed a while ago."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._loops = LoopBook(platform.rules)
        self._supervision = Supervision(platform.events, self._loops, platform.territories, platform.clock)
        self._aside: dict[object, datetime] = {}

    def run(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set, one an interval, at once while there is work left.

        A database that is away is waited for; nothing is lost meanwhile.
        """
        interval = self._platform.settings.duty_interval_seconds
        while not stop.is_set():
            began, busy = time.monotonic(), False
            try:
                busy = self.round().busy
            except (Unavailable, OperationalError) as error:
                _log.warning("the round waits: %s", str(error).partition("\n")[0])
            except GridWitnessError as error:
                _log.error("%s: %s", error.code, error)
            except Exception:
                _log.exception("the round failed and is tried again")
            stop.wait(0 if busy else max(0.1, began + interval - time.monotonic()))

    def drain(self) -> Round:
        """Rounds until one finds nothing more to supervise; gives what all did."""
        orders, digests = Done(), 0
        while (done := self.round()).busy:
            orders, digests = orders + done.orders, digests + done.digests
        return Round(orders, digests + done.digests)

    def round(self) -> Round:
        """Each part in its turn; all get one before an error goes up."""
        loop = self._loop()
        if loop is None:
            return Round()
        failed: list[Exception] = []
        orders = _attempt(failed, Done(), lambda: self._supervise(loop))
        digests = _attempt(failed, 0, lambda: self._notify(loop))
        if failed:
            raise failed[0]
        return Round(orders, digests)

    def _loop(self) -> Loop | None:
        """The one in force today; None: no event can have been reported yet."""
        with self._platform.transaction() as session:
            try:
                return self._loops.current(session, self._today())
            except NotFound:
                return None

    def _supervise(self, loop: Loop) -> Done:
        now = self._platform.clock.now()
        self._aside = {matter: until for matter, until in self._aside.items() if now < until}

        def failed(matter: object, error: Exception) -> None:
            if isinstance(error, (Unavailable, OperationalError)):
                raise error
            _log.error("put aside for a while: %s: %s", matter, error)
            self._aside[matter] = now + _ASIDE

        levels = loop.numbers["order_levels"]
        return self._supervision.round(self._platform.transaction, levels, failed, self._aside.keys())

    def _notify(self, loop: Loop) -> int:
        now, numbers = self._platform.clock.now(), loop.numbers
        with self._platform.transaction() as session:
            gather(session, now, timedelta(minutes=numbers["notice_before_minutes"]))
            return send_digests(session, now, timedelta(minutes=numbers["notice_every_minutes"]))

    def _today(self) -> date:
        return self._platform.clock.now().astimezone(self._platform.settings.zone).date()
