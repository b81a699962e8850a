"""Removal after retention (docs/format.md section 19): asked for, approved, recorded, anchored, done.

1. request: who, which content of which feed, until when, why
2. approval by another person; the service key signs `archive.expired.v1`, which names the parts' files
3. once that record is anchored, `removal` destroys rows, part keys, files, messages
4. an effect confirms it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.feeds import Feed, expired_front, registered_feed
from gridwitness.records import (
    Acceptance,
    OwnKeys,
    RowChange,
    change,
    current_log,
    put_new,
    record_row,
    record_state,
    rfc3339,
)
from gridwitness.trucks.archive.archive_lock import lock_archive
from gridwitness.trucks.kinds import EXPIRED
from gridwitness.trucks.models_archive import ArchivePartRow, ExpiryRow
from gridwitness.trucks.models_sightings import PassageRow, PositionRow

MESSAGES = "messages"
SIGHTINGS = {"passages": PassageRow.captured_at, "positions": PositionRow.fixed_at}
_TABLES: dict[str, Any] = {"passages": PassageRow, "positions": PositionRow}


@dataclass(frozen=True, slots=True)
class NewExpiry:
    """What is asked for. `until`: UTC, the end of what goes; of sightings the beginning of a local day."""

    feed: str
    content: str
    until: datetime
    reason: str


class Expiries:
    """Requests and approvals; the caller commits. `zone`: of the days of the archive."""

    def __init__(
        self, acceptance: Acceptance, own_keys: OwnKeys, clock: Clock, retention: timedelta, zone: ZoneInfo
    ) -> None:
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._clock = clock
        self._retention = retention
        self._zone = zone

    def request(self, session: Session, asked: NewExpiry, by: UUID) -> ExpiryRow:
        """Ask for a removal. Raises NotFound `feed-unknown`, InvalidInput `content-unknown`, `until-no-day`,
        `reason-missing`, Forbidden `retention-runs`.
        """
        feed = registered_feed(session, asked.feed)
        if asked.content not in (*SIGHTINGS, MESSAGES):
            raise InvalidInput(
                "content-unknown", f"{asked.content!r} is nothing that is kept of a feed.", None
            )
        if not asked.reason.strip():
            raise InvalidInput("reason-missing", "A removal needs a reason.", None)
        self.day_of(asked.until)
        self._retention_end(asked.until)
        identifier = uuid4()
        row = put_new(
            ExpiryRow,
            id=identifier,
            feed=feed.name,
            content=asked.content,
            until=asked.until,
            reason=asked.reason,
            requested_by=by,
            state="requested",
        )
        self._step(session, feed, row, by=by)
        return session.get_one(ExpiryRow, identifier)

    def approve(self, session: Session, identifier: UUID, by: UUID) -> ExpiryRow:
        """A second person approves; the removal is recorded. Raises NotFound `expiry-unknown`, Forbidden
        `second-person`, Conflict `expiry-decided`, `nothing-to-remove`.
        """
        lock_archive(session)  # no part is made while its rows are counted
        row = find_expiry(session, identifier)
        session.refresh(row, with_for_update=True)
        if row.state != "requested":
            raise Conflict("expiry-decided", f"Removal {identifier} is {row.state}.", None)
        if row.requested_by == by:
            raise Forbidden(
                "second-person", "Who asked for a removal can't approve it.", "ask another person"
            )
        feed = registered_feed(session, row.feed)
        parts, rows = self._extent(session, feed, row)
        if not rows:
            raise Conflict(
                "nothing-to-remove", f"Feed {row.feed} has nothing of {row.content} until then.", None
            )
        jti = self._record(session, feed, row, parts, rows, by)
        decided = change(
            ExpiryRow, {"id": identifier}, state="approved", approved_by=by, parts=parts, record=UUID(jti)
        )
        self._step(session, feed, decided, by=by, cause=jti)
        session.expire(row)
        return row

    def confirm(self, session: Session, row: ExpiryRow) -> None:
        """Everything is gone."""
        done = change(ExpiryRow, {"id": row.id}, state="done")
        self._step(session, registered_feed(session, row.feed), done, by=None, cause=str(row.record))

    def ready(self, session: Session) -> list[UUID]:
        """Approved removals whose record is anchored."""
        rows = session.scalars(select(ExpiryRow).where(ExpiryRow.state == "approved").order_by(ExpiryRow.id))
        return [
            row.id
            for row in rows
            if row.record is not None and record_state(session, record_row(session, row.record)) == "anchored"
        ]

    def day_of(self, until: datetime) -> date:
        """The local day that begins at `until`. Raises InvalidInput `until-no-day`."""
        local = until.astimezone(self._zone)
        if local.timetz().replace(tzinfo=None) != datetime.min.time():
            raise InvalidInput("until-no-day", "A removal ends where a local day begins.", None)
        return local.date()

    def parts_before(self, session: Session, row: ExpiryRow) -> Sequence[ArchivePartRow]:
        """The parts that a removal of sightings reaches, in order, those that are gone already too."""
        query = select(ArchivePartRow).where(
            ArchivePartRow.feed == row.feed,
            ArchivePartRow.content == row.content,
            ArchivePartRow.day < self.day_of(row.until),
        )
        return session.scalars(query.order_by(ArchivePartRow.day, ArchivePartRow.part)).all()

    def _extent(self, session: Session, feed: Feed, row: ExpiryRow) -> tuple[list[str], int]:
        """The files that go, and how many rows or messages."""
        if row.content == MESSAGES:
            front = expired_front(session, feed, row.until)
            return [], 0 if front is None else front.count
        table = _TABLES[row.content]
        counted = select(func.count()).where(table.feed == row.feed, SIGHTINGS[row.content] < row.until)
        parts = [part.sha256 for part in self.parts_before(session, row) if part.key is not None]
        return parts, session.scalar(counted) or 0

    def _record(
        self, session: Session, feed: Feed, row: ExpiryRow, parts: Sequence[str], rows: int, by: UUID
    ) -> str:
        fields = {
            "feed": row.feed,
            "content": row.content,
            "until": rfc3339(row.until),
            "parts": [*parts],
            "rows": rows,
            "reason": row.reason,
            "requested_by": str(row.requested_by),
            "approved_by": str(by),
            "retention_ended": rfc3339(self._retention_end(row.until)),
        }
        log = current_log(session, feed.agency)
        key = self._own_keys.service_key(log.agency)
        statement = self._acceptance.sign_own(
            session, log, EXPIRED, feed.sub, fields, key=key, iss=log.agency, by=str(by)
        )
        outcome = self._acceptance.accept_one(session, statement, internal=True)
        assert outcome.record is not None
        return outcome.record.claims.jti

    def _step(
        self, session: Session, feed: Feed, row: RowChange, *, by: UUID | None, cause: str | None = None
    ) -> None:
        log = current_log(session, feed.agency)
        asking = None if by is None else str(by)
        self._acceptance.machine_step(session, log, feed.sub, [row], by=asking, cause=cause)

    def _retention_end(self, until: datetime) -> datetime:
        ended = until + self._retention
        if ended > self._clock.now():
            raise Forbidden(
                "retention-runs",
                f"What was seen until {rfc3339(until)} must be kept until {rfc3339(ended)}.",
                None,
            )
        return ended


def find_expiry(session: Session, identifier: UUID) -> ExpiryRow:
    """One removal. Raises NotFound `expiry-unknown`."""
    row = session.get(ExpiryRow, identifier)
    if row is None:
        raise NotFound("expiry-unknown", f"There is no removal {identifier}.", None)
    return row
