"""The worker: records batches of feeds, sequences and anchors every log, registers the milestones in it and
publishes its snapshots, round after round; continues whatever a crash left unfinished.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gridwitness.cases.outbox import Outbox
from gridwitness.cases.registering import BATCH, Registrar
from gridwitness.chain import chain_errors
from gridwitness.errors import GridWitnessError, Unavailable
from gridwitness.hotspots.publishing import Publisher
from gridwitness.platform import Platform
from gridwitness.records import Log, open_logs
from gridwitness.records.anchoring import Anchorer
from gridwitness.records.models import AnchorRow, RecordRow
from gridwitness.records.sequencing import Sequencer, sole_sequencer
from gridwitness.trucks.archive.folder import ArchiveFolder
from gridwitness.trucks.archive.removal import remove_ready

LONG_BACKLOG = 1 << 14
"""More records than this waiting for their leaf: the next round begins at once."""

_log = logging.getLogger("gridwitness.worker")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What of one log is still on its way."""

    log: str
    accepted: int
    sequenced: int
    anchored: int
    milestones: int = 0
    """Of those the contract does not have yet, and will be told."""
    refused: int = 0
    """Of those it does not take."""

    @property
    def done(self) -> bool:
        """Whether everything accepted is anchored, and every milestone in it registered or refused."""
        return self.accepted == self.anchored and self.milestones == 0


class Worker:
    """Runs on one platform; several may run at once, they take turns on each log."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._standing: set[str] = set()
        self._searched: set[str] = set()

    def check_standing(self) -> None:
        """Raise Misconfigured where the contract is ahead of this database (`database-behind`)."""
        for log in self._logs():
            self._check_standing(log)

    def await_standing(self, stop: threading.Event) -> None:
        """As `check_standing`, once database and chain answer: a part that is away is waited for."""
        told = ""
        while not stop.is_set():
            try:
                self.check_standing()
                return
            except (Unavailable, OperationalError) as error:
                if told != (told := _brief(error)):
                    _log.warning("not checked against the contract yet: %s", told)
            stop.wait(min(1.0, self._platform.settings.anchor_interval_seconds))

    def _check_standing(self, log: Log) -> None:
        """Once per log: nothing is sequenced on top of another history than the contract's."""
        if log.name not in self._standing:
            with chain_errors():
                self._anchorer(log).check_standing()
            self._standing.add(log.name)

    def run(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set. A part that is away is waited for; nothing accepted is lost
        meanwhile.

        A round begins one interval after the last one began: an anchor costs the same for one record and for
        thousands. A long backlog is not kept waiting.
        """
        interval = self._platform.settings.anchor_interval_seconds
        while not stop.is_set():
            began, behind = time.monotonic(), False
            try:
                behind = self.round() and self._is_behind()
            except (Unavailable, OperationalError) as error:
                _log.warning("%s", _brief(error))
            except GridWitnessError as error:
                _log.error("%s: %s", error.code, error)
            except Exception:
                _log.exception("the round failed and is tried again")
            stop.wait(0 if behind else max(0.0, began + interval - time.monotonic()))

    def round(self) -> bool:
        """One round over all logs; whether there was anything to do. Every log gets its turn before an error
        goes up.
        """
        busy = False
        failed: list[Exception] = []
        try:
            busy = self._close_batches()
        except Exception as error:
            failed.append(error)
        for log in self._logs():
            try:
                busy = self._round_of(log) or busy
            except Exception as error:
                failed.append(error)
        busy = self._complete_erasures() or busy
        busy = self._remove_expired() or busy
        if failed:
            raise failed[0]
        return busy

    def backlogs(self) -> list[Backlog]:
        """What is still on its way, by log; a closed log takes no more."""
        with self._platform.sessions() as session:
            return [_backlog(session, log) for log in open_logs(session)]

    def _is_behind(self) -> bool:
        with self._platform.sessions() as session:
            logs = open_logs(session)
            names = [log.name for log in logs]
            waiting = select(RecordRow.jti).where(RecordRow.log.in_(names), RecordRow.leaf_index.is_(None))
            first = waiting.limit(LONG_BACKLOG + 1).subquery()
            if (session.scalar(select(func.count()).select_from(first)) or 0) > LONG_BACKLOG:
                return True
            return any(Outbox(session, log).left() >= BATCH for log in logs)

    def _round_of(self, log: Log) -> bool:
        platform = self._platform
        with sole_sequencer(platform.engine, log.name) as held:
            if not held:
                return False
            self._check_standing(log)
            sequencer = Sequencer(platform.sessions, log, platform.tiles(log.name), platform.keystore)
            sequenced = sequencer.round()
            anchored = self._anchorer(log).round()
            registered = self._register(log)
            published = Publisher(platform.sessions, log, platform.chain).round()
            return registered or published or anchored or sequenced

    def _register(self, log: Log) -> bool:
        platform = self._platform
        thorough = log.name not in self._searched
        busy = Registrar(platform.sessions, log, platform.chain).round(thorough=thorough)
        self._searched.add(log.name)
        return busy

    def _close_batches(self) -> bool:
        """What feeds sent, each in its own transaction; before the logs, so that this round anchors them."""
        platform = self._platform
        with platform.sessions() as session:
            due = platform.batches.due(session)
        done = False
        for feed in due:
            with platform.transaction() as session:
                done = platform.batches.close(session, feed) or done
        return done

    def _complete_erasures(self) -> bool:
        """Each in its own transaction, so that it locks one subject only."""
        platform = self._platform
        with platform.sessions() as session:
            ready = platform.erasures.ready(session)
        done = False
        for identifier in ready:
            with platform.transaction() as session:
                done = platform.erasures.complete_one(session, identifier) or done
        return done

    def _remove_expired(self) -> bool:
        """Approved removals whose record is anchored; one that a crash cut short goes on."""
        platform = self._platform
        return bool(
            remove_ready(
                platform.transaction, platform.expiries, ArchiveFolder(platform.settings.archive_dir)
            )
        )

    def _anchorer(self, log: Log) -> Anchorer:
        platform = self._platform
        return Anchorer(platform.sessions, log, platform.tiles(log.name), platform.chain)

    def _logs(self) -> list[Log]:
        with self._platform.sessions() as session:
            return open_logs(session)


def _brief(error: Exception) -> str:
    """One line: a database that is away needs no traceback with every round."""
    if isinstance(error, OperationalError):
        return f"the database does not answer: {str(error.orig).strip()}"
    return str(error)


def _backlog(session: Session, log: Log) -> Backlog:
    """By the ends of indexes, for a log of millions is asked as often: leaf indexes have no gap."""
    name, outbox = log.name, Outbox(session, log)
    newest = select(func.coalesce(func.max(RecordRow.leaf_index) + 1, 0)).where(RecordRow.log == name)
    waiting = select(func.count()).where(RecordRow.log == name, RecordRow.leaf_index.is_(None))
    anchored = select(func.coalesce(func.max(AnchorRow.size), 0)).where(AnchorRow.log == name)
    sequenced, behind, anchors = (session.scalar(query) or 0 for query in (newest, waiting, anchored))
    refused = len(outbox.refusals())
    return Backlog(name, sequenced + behind, sequenced, anchors, outbox.left(), refused)
