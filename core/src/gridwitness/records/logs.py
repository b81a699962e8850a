"""The agencies' logs, and the latest of their anchored heads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gridwitness_evidence import Seen
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import NotFound
from gridwitness.records.models import AnchorRow, LogRow


@dataclass(frozen=True, slots=True)
class Log:
    """One agency's log."""

    name: str
    origin: str
    agency: str
    maximum_merge_delay: int
    predecessor: str | None = None


_LOGS = select(LogRow.name, LogRow.origin, LogRow.agency, LogRow.maximum_merge_delay, LogRow.predecessor)


def logs_by_origin(session: Session) -> dict[str, Log]:
    """All logs of this deployment, by origin."""
    # Columns and not entities: every acceptance asks.
    return {row.origin: Log(*row) for row in session.execute(_LOGS)}


def log_named(session: Session, name: str) -> Log:
    """One log. Raises NotFound `log-unknown`."""
    row = session.get(LogRow, name)
    if row is None:
        raise NotFound(
            "log-unknown", f"There is no log {name!r}.", "the logs are named after their agencies' codes"
        )
    return _log(row)


def current_log(session: Session, agency: str) -> Log:
    """The log an agency's new subjects go to: the last of its successors. Raises NotFound `log-unknown`."""
    rows = session.scalars(select(LogRow).where(LogRow.agency == agency)).all()
    followed = {row.predecessor for row in rows}
    for row in rows:
        if row.origin not in followed:
            return _log(row)
    raise NotFound("log-unknown", f"Agency {agency} has no log.", "open one with `gridwitness agency add`")


def predecessors(logs: Mapping[str, Log], log: Log) -> list[Log]:
    """The closed logs before this one in its line, newest first. `logs` by origin."""
    line: list[Log] = []
    while log.predecessor is not None and (before := logs.get(log.predecessor)) is not None:
        line.append(before)
        log = before
    return line


def open_log(session: Session, log: Log) -> Log:
    """The log itself, or where it was closed the last of its successors."""
    by_predecessor = {found.predecessor: found for found in logs_by_origin(session).values()}
    while (successor := by_predecessor.get(log.origin)) is not None:
        log = successor
    return log


def open_logs(session: Session) -> list[Log]:
    """Logs that are not closed."""
    logs = logs_by_origin(session)
    closed = {log.predecessor for log in logs.values()}
    return [log for origin, log in logs.items() if origin not in closed]


def latest_anchor(session: Session, log: str) -> AnchorRow | None:
    """The newest tree head of the log that the contract accepted."""
    return session.scalars(
        select(AnchorRow).where(AnchorRow.log == log).order_by(AnchorRow.size.desc()).limit(1)
    ).first()


def newest_anchor_time(session: Session) -> datetime | None:
    """Block time of the newest anchor of any log."""
    newest = (latest_anchor(session, log.name) for log in logs_by_origin(session).values())
    return max((anchor.block_time for anchor in newest if anchor is not None), default=None)


def latest_seen(session: Session, log: str) -> Seen | None:
    """What a signer puts into `seen` now."""
    anchor = latest_anchor(session, log)
    return None if anchor is None else Seen(anchor.size, anchor.root)


def anchor_times(
    session: Session, heads: Iterable[tuple[str, int, bytes]]
) -> dict[tuple[str, int, bytes], datetime]:
    """Block times of anchored heads, by (log, size, root); heads that were never anchored are left out."""
    wanted = list(set(heads))
    if not wanted:
        return {}
    rows = session.execute(
        select(AnchorRow.log, AnchorRow.size, AnchorRow.root, AnchorRow.block_time).where(
            tuple_(AnchorRow.log, AnchorRow.size, AnchorRow.root).in_(wanted)
        )
    )
    return {(log, size, root): time for log, size, root, time in rows}


def first_anchor_times(session: Session) -> dict[str, datetime]:
    """Block time of every log's first anchor, by log name."""
    rows = session.execute(select(AnchorRow.log, AnchorRow.block_time).where(AnchorRow.old_size == 0))
    return {log: time for log, time in rows}


def _log(row: LogRow) -> Log:
    return Log(row.name, row.origin, row.agency, row.maximum_merge_delay, row.predecessor)
