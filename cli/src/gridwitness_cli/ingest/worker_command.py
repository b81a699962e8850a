"""`gridwitness ingest worker`: reads the pieces that wait; several may run, and any may die."""

from __future__ import annotations

import logging
import signal
import threading

from gridwitness.errors import GridWitnessError
from gridwitness.platform import Platform
from gridwitness.settings import load_settings
from gridwitness.trucks.sightings import Sightings
from gridwitness_ingest.tables.reading import PieceReader
from sqlalchemy.exc import OperationalError

from gridwitness_cli.collector import collect_rarely
from gridwitness_cli.processes import LOG_FORMAT, follow_parent
from gridwitness_cli.runtime import found_parts

_PAUSE = 0.2
_PAUSE_AFTER_ERROR = 2.0

_log = logging.getLogger("gridwitness.ingest.worker")


def read_pieces(*, once: bool) -> None:
    """Read until SIGTERM, or with `once` until nothing waits."""
    settings = load_settings()
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow_parent()
    platform = found_parts(settings).platform("gridwitness-ingest-worker")
    collect_rarely()
    try:
        _run(platform, stop, once=once)
    finally:
        platform.close()


def _run(platform: Platform, stop: threading.Event, *, once: bool) -> None:
    reader = PieceReader(platform.intake, Sightings())
    while not stop.is_set():
        try:
            with platform.transaction() as session:
                read = reader.read_next(session)
        except (OperationalError, GridWitnessError) as error:
            if once:
                raise
            _log.warning("%s", str(error).splitlines()[0])
            stop.wait(_PAUSE_AFTER_ERROR)
            continue
        if read is not None:
            _log.info(
                "%s:%s passages %s positions %s letters %s",
                read.feed,
                read.serial,
                read.passages,
                read.positions,
                sum(read.letters.values()),
            )
        elif once:
            return
        else:
            stop.wait(_PAUSE)
