"""How far each log is: what is signed for, anchored, late. For readiness, metrics and the listing of logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gridwitness.records import LogRow
from gridwitness.records.logs import latest_anchor
from gridwitness.records.models import RecordRow
from gridwitness.records.sequencing import newest_tree_head
from gridwitness_evidence import Seen
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class LogStanding:
    """One log now. `size`: leaves under the newest signed head; `seen`: the newest anchored one."""

    row: LogRow
    size: int
    seen: Seen | None
    anchored_at: datetime | None
    waiting_since: datetime | None
    """When the oldest record that is not anchored yet was received."""

    @property
    def anchored_size(self) -> int:
        """Leaves under the newest anchored head."""
        return 0 if self.seen is None else self.seen.size

    def lag_seconds(self, now: datetime) -> float:
        """Age of the oldest record that is not anchored yet; 0 when there is none."""
        return 0.0 if self.waiting_since is None else max(0.0, (now - self.waiting_since).total_seconds())

    def late(self, now: datetime) -> bool:
        """Whether a receipt of this log has been broken."""
        return self.lag_seconds(now) > self.row.maximum_merge_delay


def standing_of(session: Session, row: LogRow) -> LogStanding:
    """The standing of one log."""
    head, anchor = newest_tree_head(session, row.name), latest_anchor(session, row.name)
    anchored = 0 if anchor is None else anchor.size
    waiting = select(func.min(RecordRow.received_at)).where(*_not_anchored(row.name, anchored))
    return LogStanding(
        row,
        0 if head is None else head.size,
        None if anchor is None else Seen(anchor.size, anchor.root),
        None if anchor is None else anchor.block_time,
        session.scalar(waiting),
    )


def all_standings(session: Session) -> list[LogStanding]:
    """Every log of the deployment, by name."""
    rows: Sequence[LogRow] = session.scalars(select(LogRow).order_by(LogRow.name)).all()
    return [standing_of(session, row) for row in rows]


def overdue_receipts(session: Session, standing: LogStanding, now: datetime) -> int:
    """How many records of a log are past the time their receipt names, and not anchored."""
    late = func.extract("epoch", now - RecordRow.received_at) > standing.row.maximum_merge_delay
    where = _not_anchored(standing.row.name, standing.anchored_size)
    return session.scalar(select(func.count()).select_from(RecordRow).where(*where, late)) or 0


def _not_anchored(log: str, anchored: int) -> tuple[ColumnElement[bool], ...]:
    # Two ranges, each with an index of its own.
    return RecordRow.log == log, or_(RecordRow.leaf_index.is_(None), RecordRow.leaf_index >= anchored)
