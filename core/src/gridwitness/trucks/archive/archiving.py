"""Archiving: the closed days' rows that are in no part yet become parts (docs/format.md section 19).

The files are durable before the record that names them; record and row of a part commit together. A run that
is cut short leaves files that no record names, and the next run writes over them. No row is marked: a row
belongs to the part that holds it, so that late rows are simply those that no part has.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl
from gridwitness_evidence import base64url
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.feeds import Feed
from gridwitness.records import Acceptance, OwnKeys, current_log, put_new, rfc3339
from gridwitness.trucks.archive.archive_lock import lock_archive
from gridwitness.trucks.archive.folder import ArchiveFolder, PartName
from gridwitness.trucks.archive.leaves import KEY_BYTES, Leaves, make_leaves
from gridwitness.trucks.archive.parts import is_part, name_of, parts_of
from gridwitness.trucks.archive.reading import START, Day, days_of, read_rows
from gridwitness.trucks.kinds import ARCHIVED
from gridwitness.trucks.models_archive import ArchivePartRow, ExpiryRow
from gridwitness.trucks.row_frames import frame_texts
from gridwitness.trucks.rows import CONTENTS, TIME_COLUMN

PART_ROWS = 200_000
"""Most rows of one part: what a run holds in memory."""
CLOSED_AFTER = timedelta(hours=1)
"""How long after its end a day is archived; what comes later makes further parts."""

Transactions = Callable[[], AbstractContextManager[Session]]
"""Opens one transaction, committed at the end of its block: `platform.transaction`."""

_KEY = ["serial", "item"]


@dataclass(frozen=True, slots=True)
class Written:
    """A part that was made."""

    name: PartName
    rows: int
    size: int


class Archive:
    """Makes parts; each in a transaction of its own, so that a long backlog is never one."""

    def __init__(
        self, acceptance: Acceptance, own_keys: OwnKeys, clock: Clock, folder: ArchiveFolder, zone: ZoneInfo
    ) -> None:
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._clock = clock
        self.folder = folder
        self._zone = zone

    def run(self, transaction: Transactions, feed: Feed, *, rows: int = PART_ROWS) -> Iterator[Written]:
        """Archive everything of a feed that is due; each part is committed when it is given."""
        for content in CONTENTS:
            with transaction() as session:
                due = self._due(session, feed.name, content)
            for day in due:
                yield from self._archive_day(transaction, feed, day, rows)

    def _due(self, session: Session, feed: str, content: str) -> list[Day]:
        """The closed days that have another number of rows than their parts."""
        today = (self._clock.now() - CLOSED_AFTER).astimezone(self._zone)
        before = today.replace(hour=0, minute=0, second=0, microsecond=0)
        counted = select(ArchivePartRow.day, func.sum(ArchivePartRow.rows)).where(
            ArchivePartRow.feed == feed, ArchivePartRow.content == content, ArchivePartRow.key.is_not(None)
        )
        archived = {day: rows for day, rows in session.execute(counted.group_by(ArchivePartRow.day))}
        held = days_of(session, feed, content, before, self._zone)
        return [
            Day(feed, content, day, self._zone) for day, rows in held.items() if rows != archived.get(day, 0)
        ]

    def _archive_day(self, transaction: Transactions, feed: Feed, day: Day, rows: int) -> Iterator[Written]:
        """Parts out of the day's rows that no part has. This run gives way to another one at the same day."""
        with transaction() as session:
            parts = parts_of(session, day.feed, day.content, day.day)
            known = self._known(parts)
        made, after = len(parts), START
        while True:
            with transaction() as session:
                lock_archive(session)
                if len(parts_of(session, day.feed, day.content, day.day)) != made or _is_going(session, day):
                    return
                frame = read_rows(session, day, after, rows)
                fresh = frame.join(known, on=["serial", "item"], how="anti", maintain_order="left")
                written = (
                    self._write(session, feed, PartName(day.feed, day.content, day.day, made), fresh)
                    if fresh.height
                    else None
                )
            if written is not None:
                made += 1
                yield written
            if frame.height < rows:
                return
            after = (frame["serial"][-1], frame["item"][-1])

    def _known(self, parts: Sequence[ArchivePartRow]) -> pl.DataFrame:
        """(serial, item) of every row that a part has."""
        keys = [
            pl.read_parquet(self.folder.check_parquet(name_of(part), part.sha256), columns=_KEY)
            for part in parts
            if part.key is not None
        ]
        return (
            pl.concat(keys)
            if keys
            else pl.DataFrame(schema=dict(zip(_KEY, (pl.Int64, pl.UInt32), strict=True)))
        )

    def _write(self, session: Session, feed: Feed, name: PartName, frame: pl.DataFrame) -> Written:
        part_key = secrets.token_bytes(KEY_BYTES)
        keys = zip(frame["serial"].to_list(), frame["item"].to_list(), strict=True)
        leaves = make_leaves(part_key, keys, frame_texts(name.content, frame))
        file = BytesIO()
        frame.write_parquet(file, compression="zstd")
        data = file.getvalue()
        self.folder.write(name, data, leaves)
        self._record(session, feed, name, _fields(name, frame, leaves, data))
        session.execute(update(ArchivePartRow).where(*is_part(name)).values(key=part_key))
        return Written(name, frame.height, len(data))

    def _record(self, session: Session, feed: Feed, name: PartName, fields: Mapping[str, Any]) -> None:
        log = current_log(session, feed.agency)
        statement = self._acceptance.sign_own(
            session,
            log,
            ARCHIVED,
            feed.sub,
            fields,
            key=self._own_keys.service_key(log.agency),
            iss=log.agency,
        )
        outcome = self._acceptance.accept_one(session, statement, internal=True)
        assert outcome.record is not None
        jti = outcome.record.claims.jti
        row = put_new(
            ArchivePartRow,
            **{
                **fields,
                "day": name.day,
                "captured_from": datetime.fromisoformat(fields["captured_from"]),
                "captured_to": datetime.fromisoformat(fields["captured_to"]),
            },
            record=UUID(jti),
        )
        self._acceptance.machine_step(session, log, feed.sub, [row], by=None, cause=jti)


def _is_going(session: Session, day: Day) -> bool:
    """Whether the day's rows are about to be removed."""
    approved = exists().where(
        ExpiryRow.feed == day.feed,
        ExpiryRow.content == day.content,
        ExpiryRow.state == "approved",
        ExpiryRow.until > day.since,
    )
    return bool(session.scalar(select(approved)))


def _fields(name: PartName, frame: pl.DataFrame, leaves: Leaves, file: bytes) -> dict[str, Any]:
    """What the record says of a part; times cut and rounded up to whole seconds."""
    times = frame[TIME_COLUMN[name.content]]
    first, last = times.min(), times.max()
    assert isinstance(first, datetime) and isinstance(last, datetime)
    return {
        "feed": name.feed,
        "content": name.content,
        "day": name.day.isoformat(),
        "part": name.part,
        "rows": frame.height,
        "root": base64url.encode(leaves.root),
        "sha256": sha256(file).hexdigest(),
        "size": len(file),
        "captured_from": rfc3339(first),
        "captured_to": rfc3339(last + timedelta(microseconds=999_999)),
    }
