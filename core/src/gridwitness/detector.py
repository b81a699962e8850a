"""The detector: rounds over the shards, each in a transaction of its own. Several may run at once.

Whoever dies in a round leaves its work where it was: the next one takes it.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gridwitness.detector_chores import Chores
from gridwitness.errors import GridWitnessError, Unavailable
from gridwitness.platform import Platform
from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.choosing import choose_again
from gridwitness.trucks.detection.desk import DatabaseDesk
from gridwitness.trucks.detection.looking import Look
from gridwitness.trucks.detection.noticing import notice
from gridwitness.trucks.detection.publication import PublishedTruckRules
from gridwitness.trucks.detection.rule_groups import Judge
from gridwitness.trucks.detection.rules_document import RulesInForce
from gridwitness.trucks.detection.work import finish, lock_shard, note_silence, take, watermark
from gridwitness.trucks.kept_book import KeptBook
from gridwitness.trucks.shards import SHARDS

_log = logging.getLogger("gridwitness.detector")


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: work rows and wakes looked at, records filed."""

    work: int
    records: int

    @property
    def busy(self) -> bool:
        """Whether there was anything to do."""
        return self.work > 0


class Detector:
    """Looks at what is new and files what it shows. One in a process; it keeps registers and rules."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._book = KeptBook()
        self._rules = PublishedTruckRules(platform.rules)
        self._first = 0

    def run(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set, one an interval, at once while there is work left.

        A database that is away is waited for; nothing stored is lost meanwhile.
        """
        interval, chores = self._platform.settings.detection_interval_seconds, Chores(self._platform)
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
            chores.do_due()
            stop.wait(0 if busy else max(0.1, began + interval - time.monotonic()))

    def drain(self) -> Round:
        """Rounds until nothing is left that can be looked at now."""
        work = records = 0
        while (done := self.round()).busy:
            work, records = work + done.work, records + done.records
        return Round(work, records)

    def round(self) -> Round:
        """One look at every shard that nobody else holds; all get their turn before an error goes up."""
        with self._platform.transaction() as session:
            now = self._platform.clock.now()
            note_silence(session, now)
            work = notice(session, *self._registers(session), now)
        records, failed = 0, []
        self._first += 1  # detectors that start together do not all begin with the same shard
        for number in range(SHARDS):
            try:
                done = self._look((number + self._first) % SHARDS)
            except Exception as error:
                failed.append(error)
                continue
            work, records = work + done.work, records + done.records
        if failed:
            raise failed[0]
        return Round(work, records)

    def judge(self, session: Session) -> Judge:
        """By the registers and rules of this transaction."""
        book, _, in_force = self._registers(session)
        holidays = self._platform.rules.calendars(session).holidays
        return Judge(book, in_force, self._platform.settings.zone, holidays)

    def settled(self, session: Session) -> datetime | None:
        """Up to when what rests on a sequence or an absence is filed; None before the first fact."""
        greatest = watermark(session)
        if greatest is None:
            return None
        in_force = self._rules.in_force(session)
        return greatest - max(rules.allowed_lateness for _, _, rules in in_force.versions)

    def _look(self, shard: int) -> Round:
        platform = self._platform
        with platform.transaction() as session:
            if not lock_shard(session, shard):
                return Round(0, 0)
            settled = self.settled(session)
            if settled is None:
                return Round(0, 0)
            revision, book = self._book.of(session)
            taken = take(session, shard, settled, revision)
            records = 0
            if not taken.empty:
                choose_again(session, taken.stale, book, revision, platform.clock.now())
                desk = DatabaseDesk(session, shard, platform.filing.file)
                records = Look(desk, self.judge(session), settled).at(taken)
            finish(session, shard, platform.clock.now())
            return Round(taken.rows + taken.due.height, records)

    def _registers(self, session: Session) -> tuple[Book, int, RulesInForce]:
        revision, book = self._book.of(session)
        return book, revision, self._rules.in_force(session)
