"""Sequencing: accepted records get leaf indexes, tiles and a signed tree head.

1. leaf indexes are committed in the database, in the order of acceptance
2. tiles for them are made durable
3. the log key signs the tree head; it is stored, then published

A crash after any step is continued by the next round: 2 and 3 start from the newest stored tree head.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gridwitness_evidence import TileTree, TreeHead, extend, sign_tree_head
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from gridwitness.records.logs import Log
from gridwitness.records.models import RecordRow, TreeHeadRow
from gridwitness.records.signers import OwnKeys
from gridwitness.records.tiles import TileStore

BATCH = 1 << 16
"""Most leaves a tree head adds: bounds memory, and stays under the contract's 2^20."""

_ASSIGN = text("""
    WITH waiting AS (
        SELECT jti, row_number() OVER (ORDER BY accept_order) AS place
        FROM (SELECT jti, accept_order FROM records.record
              WHERE log = :log AND leaf_index IS NULL ORDER BY accept_order LIMIT :batch) AS first
    )
    UPDATE records.record AS record SET leaf_index = :size + waiting.place - 1
    FROM waiting WHERE record.jti = waiting.jti
""")


@contextmanager
def sole_sequencer(engine: Engine, log: str) -> Iterator[bool]:
    """Hold a log's advisory lock for one round; False where another worker holds it.

    The lock belongs to a database connection, so it goes with a worker that dies.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = func.hashtextextended(f"gridwitness-sequencer/{log}", 0)
        held = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        try:
            yield held
        finally:
            if held:
                connection.execute(select(func.pg_advisory_unlock(key)))


class Sequencer:
    """Sequences one log. Only one may run at a time: hold `sole_sequencer`."""

    def __init__(
        self, sessions: sessionmaker[Session], log: Log, tiles: TileStore, own_keys: OwnKeys
    ) -> None:
        self._sessions = sessions
        self._log = log
        self._tiles = tiles
        self._own_keys = own_keys

    def round(self) -> bool:
        """One batch; False when nothing was waiting."""
        self._assign()  # 1
        with self._sessions.begin() as session:
            head = newest_tree_head(session, self._log.name)
            old_size = 0 if head is None else head.size
            entries = self._entries(session, old_size)
        if not entries:
            self._publish_newest()
            return False
        extension = extend(self._tiles.read_tile, old_size, entries)
        self._tiles.write(extension.tiles)  # 2
        tree_head = TreeHead(self._log.origin, extension.new_size, extension.root)
        note = sign_tree_head(tree_head, self._own_keys.log_signer(self._log.name))  # 3
        with self._sessions.begin() as session:
            session.add(TreeHeadRow(log=self._log.name, size=tree_head.size, root=tree_head.root, note=note))
        self._tiles.publish(note)
        return True

    def tree(self, size: int) -> TileTree:
        """The log's tree at a size whose tiles are durable."""
        return TileTree(self._tiles.read_tile, size)

    def _assign(self) -> None:
        with self._sessions.begin() as session:
            size = session.scalar(
                select(func.coalesce(func.max(RecordRow.leaf_index) + 1, 0)).where(
                    RecordRow.log == self._log.name
                )
            )
            session.execute(_ASSIGN, {"log": self._log.name, "size": size, "batch": BATCH})

    def _entries(self, session: Session, start: int) -> list[bytes]:
        rows = session.scalars(
            select(RecordRow.entry)
            .where(RecordRow.log == self._log.name, RecordRow.leaf_index >= start)
            .order_by(RecordRow.leaf_index)
            .limit(BATCH)
        )
        return [entry.encode() for entry in rows]

    def _publish_newest(self) -> None:
        """After a crash between storing and publishing."""
        with self._sessions.begin() as session:
            head = newest_tree_head(session, self._log.name)
        if head is not None and self._tiles.published() != head.note:
            self._tiles.publish(head.note)


def newest_tree_head(session: Session, log: str, *, up_to: int | None = None) -> TreeHeadRow | None:
    """The newest signed tree head of a log, or the newest of at most `up_to` leaves."""
    query = select(TreeHeadRow).where(TreeHeadRow.log == log)
    if up_to is not None:
        query = query.where(TreeHeadRow.size <= up_to)
    return session.scalars(query.order_by(TreeHeadRow.size.desc()).limit(1)).first()
