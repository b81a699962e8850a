"""A round into the database: one transaction, and only then the replies."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gridwitness.errors import GridWitnessError, Misconfigured
from gridwitness.feeds import Feed, Letter, feed_named
from gridwitness.platform import Platform
from gridwitness.trucks.sightings import Sightings
from psycopg import InterfaceError as DriverGone
from psycopg import OperationalError as DriverAway
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from gridwitness_ingest.jt808.authentication import Authentication
from gridwitness_ingest.jt808.columns import position_frame
from gridwitness_ingest.jt808.connection import Connection
from gridwitness_ingest.jt808.packet import written_forms
from gridwitness_ingest.jt808.reading import REGISTER, alone
from gridwitness_ingest.jt808.replies import refused, reply_to
from gridwitness_ingest.jt808.rounds import Answer, Fix, Round
from gridwitness_ingest.metrics import DoorMetrics

FORMAT = "jt808"
AWAY = (OperationalError, InterfaceError, DriverAway, DriverGone)
"""The database does not answer, or answers that it cannot now: the round is tried again as it is."""
_OFFSETS = 200
"""Clock offsets that one round tells; the median of a minute needs no more."""
_BOUND = text(
    "SELECT DISTINCT terminal FROM trucks.terminal WHERE terminal = ANY(:terminals)"
    " AND valid_from <= :now AND (valid_to IS NULL OR :now < valid_to)"
)

_log = logging.getLogger("gridwitness.ingest")


class RoundStore:
    """Stores rounds of one feed."""

    def __init__(
        self,
        platform: Platform,
        feed: str,
        authentication: Authentication,
        metrics: DoorMetrics,
        *,
        certified: bool,
    ) -> None:
        """`certified`: whether terminals have to show a client certificate here."""
        self._platform = platform
        self._feed = feed
        self._authentication = authentication
        self._metrics = metrics
        self._certified = certified
        self._sightings = Sightings()
        self._told: str | None = None

    def store(self, found: Round) -> list[tuple[Connection, bytes]]:
        """Keep the round and give the replies. Raises one of `AWAY`: nothing is kept then, call it again.

        What the database refuses for another reason is kept raw, as letters `door-fault`: it must not stop
        what comes after it.
        """
        try:
            return self._stored(found)
        except AWAY:
            raise
        except GridWitnessError as error:
            self._tell(error)
            return self._refused(found)
        except Exception:
            _log.exception("a round of %d frames could not be stored; it is kept raw", len(found.messages))
            return self._stored(_as_letters(found))

    def _stored(self, found: Round) -> list[tuple[Connection, bytes]]:
        now = self._platform.clock.now().astimezone(UTC)
        with self._platform.transaction() as session:
            feed = self._feed_of(session)
            letters = self._write(session, feed, found, now)
            known = self._known(session, found.answers, now)
        self._told = None
        stored = len(found.fixes) - sum(letter.code == "terminal-unknown" for letter in letters)
        self._metrics.stored(FORMAT, feed.name, len(found.messages), "positions", stored, letters)
        return [
            (answer.connection, reply_to(answer, known, self._authentication)) for answer in found.answers
        ]

    def _write(self, session: Session, feed: Feed, found: Round, now: datetime) -> list[Letter]:
        times = [fix.position.fixed_at for fix in found.fixes]
        captured = (_instant(min(times)), _instant(max(times))) if times else None
        first = self._platform.intake.append(
            session,
            feed,
            found.messages,
            format=FORMAT,
            letters=found.letters,
            repeated=found.repeated,
            serial_gaps=found.serial_gaps,
            captured=captured,
            offsets=[now.timestamp() - fix.position.fixed_at for fix in found.fixes if not fix.backfill][
                :_OFFSETS
            ],
        )
        if not found.fixes:
            return found.letters
        stored = self._sightings.store(session, feed, first, now, positions=position_frame(found.fixes))
        unknown: list[Letter] = []
        if stored.letters:
            fixes: dict[tuple[int, int | None], Fix] = {(fix.message, fix.item): fix for fix in found.fixes}
            unknown = [_with_raw(letter, fixes) for letter in stored.letters]
        self._platform.intake.letters(session, feed, first, unknown)
        return [*found.letters, *unknown]

    def _feed_of(self, session: Session) -> Feed:
        feed = feed_named(session, self._feed)
        if feed.door != FORMAT:
            raise Misconfigured(
                "feed-of-another-door", f"Feed {feed.name} belongs to door {feed.door}.", "set another feed"
            )
        if feed.assurance == "device-signed" or (feed.assurance == "mutual-tls" and not self._certified):
            raise Misconfigured(
                "assurance-not-kept",
                f"Feed {feed.name} is registered as {feed.assurance}, which this door does not hold.",
                "set GRIDWITNESS_INGEST_CLIENT_CA, or register the feed as what it is",
            )
        return feed

    def _known(self, session: Session, answers: Sequence[Answer], now: datetime) -> set[str]:
        asking = {answer.packet.terminal for answer in answers if answer.packet.message == REGISTER}
        if not asking:
            return set()
        # A register may have the number with its zeros, as either edition sends it, or without them.
        forms = {form: number for number in asking for form in written_forms(number)}
        bound = session.scalars(_BOUND, {"terminals": sorted(forms), "now": now})
        return {forms[form] for form in bound}

    def _refused(self, found: Round) -> list[tuple[Connection, bytes]]:
        """Nothing is kept, and nobody is told that it was."""
        return [
            (answer.connection, reply_to(refused(answer), set(), self._authentication))
            for answer in found.answers
        ]

    def _tell(self, error: GridWitnessError) -> None:
        if error.code != self._told:
            _log.error("nothing is taken in: %s [%s]", error, error.code)
        self._told = error.code


def _with_raw(letter: Letter, fixes: Mapping[tuple[int, int | None], Fix]) -> Letter:
    fix = fixes[(letter.message, letter.item)]
    return replace(letter, raw=_raw(fix))


def _raw(fix: Fix) -> bytes:
    return alone(fix.packet, fix.position.body, backfill=fix.backfill)


def _as_letters(found: Round) -> Round:
    detail = "The database refused what was read."
    raw = [Letter(fix.message, fix.item, _raw(fix), "door-fault", detail) for fix in found.fixes]
    return replace(found, fixes=[], letters=[*found.letters, *raw])


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
