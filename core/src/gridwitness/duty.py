"""The duty desk: what of events a machine does, round after round. Several may run at once.

Overdue clocks get their orders, missed replies go a level up, filed events go to whom rule, list or model
name, units get their digests, others elsewhere their news. Whoever dies in a round leaves its work where it
was: the next one takes it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from gridwitness.calendars import CalendarUnpublished
from gridwitness.errors import GridWitnessError, NotFound, Unavailable
from gridwitness.events.loop import Loop
from gridwitness.events.notices import gather, send_digests
from gridwitness.events.supervision import Done, Supervision
from gridwitness.platform import Platform

_log = logging.getLogger("gridwitness.duty")
_Result = TypeVar("_Result")
_ASIDE = timedelta(minutes=10)
"""For how long a matter that could not be dealt with is left alone."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: orders raised, escalated and lifted; events dispatched, digests made; whether
    deliveries went out.
    """

    orders: Done
    dispatched: int
    digests: int
    delivered: bool

    @property
    def busy(self) -> bool:
        """Whether there may be more of it at once."""
        return self.orders != Done() or self.dispatched > 0 or self.delivered

    def __add__(self, other: Round) -> Round:
        """Both together."""
        return Round(
            self.orders + other.orders,
            self.dispatched + other.dispatched,
            self.digests + other.digests,
            self.delivered or other.delivered,
        )


_NOTHING = Round(Done(), 0, 0, False)


class Duty:
    """One in a process; it keeps what failed a while ago."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._supervision = Supervision(
            platform.events, platform.events.loops, platform.territories, platform.clock
        )
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
        """Rounds until one finds nothing more to do; gives what all did."""
        whole = _NOTHING
        while (done := self.round()).busy:
            whole += done
        return whole + done

    def round(self) -> Round:
        """Each part in its turn; all get one before an error goes up."""
        loop = self._loop()
        if loop is None:
            return _NOTHING
        failed: list[Exception] = []
        done = Round(
            dispatched=_attempt(failed, 0, self._dispatch),  # before it is overdue
            orders=_attempt(failed, Done(), lambda: self._supervise(loop)),
            digests=_attempt(failed, 0, lambda: self._notify(loop)),
            delivered=_attempt(failed, False, self._platform.doors.deliveries.round),
        )
        if failed:
            raise failed[0]
        return done

    def _loop(self) -> Loop | None:
        """The one in force today; None: no event can have been reported yet."""
        with self._platform.transaction() as session:
            try:
                return self._platform.events.loops.in_force(session).at(self._platform.clock.now())
            except NotFound:
                return None

    def _supervise(self, loop: Loop) -> Done:
        now = self._platform.clock.now()
        self._aside = {matter: until for matter, until in self._aside.items() if now < until}
        levels = loop.numbers["order_levels"]
        return self._supervision.round(
            self._platform.transaction, levels, self._put_aside, self._aside.keys()
        )

    def _dispatch(self) -> int:
        """Events that are filed, to whom rule, list or model name; the others are people's."""
        dispatch, done = self._platform.dispatch, 0
        with self._platform.transaction() as session:
            waiting = dispatch.waiting(session)
        for sub in waiting:
            if sub in self._aside:
                continue
            try:
                with self._platform.transaction() as session:
                    done += dispatch.attend(session, sub) is not None
            except Exception as error:
                self._put_aside(sub, error)
        return done

    def _put_aside(self, matter: object, error: Exception) -> None:
        """What fails alone stops no other; a part that is away stops all."""
        away = isinstance(error, (Unavailable, OperationalError))
        if away and not isinstance(error, CalendarUnpublished):
            raise error
        _log.error("put aside for a while: %s: %s", matter, error)
        self._aside[matter] = self._platform.clock.now() + _ASIDE

    def _notify(self, loop: Loop) -> int:
        now, numbers = self._platform.clock.now(), loop.numbers
        with self._platform.transaction() as session:
            gather(session, now, timedelta(minutes=numbers["notice_before_minutes"]))
            return send_digests(session, now, timedelta(minutes=numbers["notice_every_minutes"]))


def _attempt(failed: list[Exception], nothing: _Result, part: Callable[[], _Result]) -> _Result:
    """What a part did; where it fails, the error is kept for later."""
    try:
        return part()
    except Exception as error:
        failed.append(error)
        return nothing
