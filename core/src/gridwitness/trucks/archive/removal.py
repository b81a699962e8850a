"""Carrying out an approved removal, in transactions of bounded size; a run that dies is gone on with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from gridwitness.feeds import expired_front, registered_feed, remove_front
from gridwitness.trucks.archive.archive_lock import lock_archive
from gridwitness.trucks.archive.expiry import MESSAGES, Expiries, find_expiry
from gridwitness.trucks.archive.folder import ArchiveFolder
from gridwitness.trucks.archive.parts import is_part, name_of
from gridwitness.trucks.models_archive import ArchivePartRow, ExpiryRow

Transactions = Callable[[], AbstractContextManager[Session]]

STEP_ROWS = 20_000
"""Rows that one transaction removes."""
_STEP_BATCHES = 50

_REMOVE = {
    "passages": text(
        "DELETE FROM trucks.passage WHERE ctid = ANY(ARRAY(SELECT ctid FROM trucks.passage"
        " WHERE feed = :feed AND captured_at < :until LIMIT :rows))"
    ),
    "positions": text(
        "DELETE FROM trucks.position WHERE ctid = ANY(ARRAY(SELECT ctid FROM trucks.position"
        " WHERE feed = :feed AND fixed_at < :until LIMIT :rows))"
    ),
}


def remove_ready(transaction: Transactions, expiries: Expiries, folder: ArchiveFolder) -> int:
    """Carry out every removal whose record is anchored; how many."""
    with transaction() as session:
        ready = expiries.ready(session)
    for identifier in ready:
        _remove(transaction, expiries, folder, identifier)
    return len(ready)


def _remove(transaction: Transactions, expiries: Expiries, folder: ArchiveFolder, identifier: UUID) -> None:
    with transaction() as session:
        content = find_expiry(session, identifier).content
    if content != MESSAGES:
        with transaction() as session:
            _destroy_parts(session, expiries, folder, find_expiry(session, identifier))
    step = _remove_messages if content == MESSAGES else _remove_rows
    while True:
        with transaction() as session:
            if not step(session, find_expiry(session, identifier)):
                break
    with transaction() as session:
        lock_archive(session)
        row = find_expiry(session, identifier)
        session.refresh(row, with_for_update=True)
        if row.state == "approved":
            expiries.confirm(session, row)


def _destroy_parts(session: Session, expiries: Expiries, folder: ArchiveFolder, row: ExpiryRow) -> None:
    """Keys and files of the parts that the record names. The files go first: the next run finds the keys."""
    named = frozenset(row.parts or ())
    for part in expiries.parts_before(session, row):
        if part.key is not None and part.sha256 in named:
            name = name_of(part)
            folder.remove(name)
            session.execute(update(ArchivePartRow).where(*is_part(name)).values(key=None))


def _remove_rows(session: Session, row: ExpiryRow) -> bool:
    told = {"feed": row.feed, "until": row.until, "rows": STEP_ROWS}
    return bool(session.execute(_REMOVE[row.content], told).rowcount)  # type: ignore[attr-defined]


def _remove_messages(session: Session, row: ExpiryRow) -> bool:
    feed = registered_feed(session, row.feed)
    front = expired_front(session, feed, row.until, batches=_STEP_BATCHES)
    return front is not None and bool(remove_front(session, feed, front))
