"""Listings of records, and how records are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridwitness.errors import NotFound
from gridwitness.members import Actor
from gridwitness.records import record_row, rfc3339, stored_record
from gridwitness.records.models import AnchorRow, LogRow, RecordRow
from gridwitness_evidence import base64url, strict_json
from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.personal_fields import personal_fields, without_fields
from gridwitness_api.schemas.records import RecordPage, RecordSummary, RecordView, State


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What a listing shows; None = all."""

    log: str | None
    kind: str | None
    sub: str | None
    state: State | None


def readable_record(session: Session, actor: Actor, jti: str) -> RecordRow:
    """A record of a log, or signed by an agency, that the actor may read. Raises NotFound `record-unknown`.

    Who may not read it is told the same as if it did not exist.
    """
    row = record_row(session, UUID(jti))
    if actor.may_read(row.iss) or actor.may_read(_agency_of(session, row.log)):
        return row
    raise NotFound("record-unknown", f"There is no record {jti}.", "the receipt's sender knows its jti")


def list_records(
    session: Session, actor: Actor, wanted: RecordFilter, cursor: str | None, limit: int
) -> RecordPage:
    """Newest first, by `jti` (a UUIDv7: its signer's clock), which is a stable order with an index."""
    anchored = anchored_sizes(session)
    query = select(RecordRow).where(
        _readable(session, actor), *_chosen(wanted), _in_state(wanted.state, anchored)
    )
    if cursor is not None:
        query = query.where(RecordRow.jti < _position(cursor))
    rows = session.scalars(query.order_by(RecordRow.jti.desc()).limit(limit + 1)).all()
    return _page(rows, limit, anchored, lambda row: str(row.jti))


def list_subject(session: Session, log: str, sub: str, cursor: str | None, limit: int) -> RecordPage:
    """A subject's history in order."""
    query = select(RecordRow).where(RecordRow.log == log, RecordRow.sub == sub)
    if cursor is not None:
        after = decode_cursor(cursor)
        if not (after.isascii() and after.isdigit() and len(after) <= 10):
            raise cursor_invalid()
        query = query.where(RecordRow.seq > int(after))
    rows = session.scalars(query.order_by(RecordRow.seq).limit(limit + 1)).all()
    return _page(rows, limit, anchored_sizes(session), lambda row: str(row.seq))


def record_view(session: Session, row: RecordRow, *, personal: bool) -> RecordView:
    """A record with everything that is still there; a case's personal fields only where `personal`."""
    record = stored_record(row)
    erased = sum(shown is None for shown in record.disclosures)
    withheld = [] if personal else personal_fields(record)
    record = without_fields(record, withheld)
    payload = strict_json.loads(base64url.decode(record.entry.split(".")[1]))
    return RecordView(
        **summary(row, anchored_sizes(session)).model_dump(),
        claims=payload,
        fields=record.fields,
        hidden=erased,
        withheld=withheld,
        record=record.presentation,
        provenance=dict(row.provenance),
    )


def summary(row: RecordRow, anchored: Mapping[str, int]) -> RecordSummary:
    """A record in a listing."""
    return RecordSummary(
        jti=str(row.jti),
        log=row.log,
        state=state_of(row, anchored),
        kind=row.kind,
        iss=row.iss,
        kid=row.kid,
        sub=row.sub,
        seq=row.seq,
        iat=row.iat,
        received_at=rfc3339(row.received_at),
        leaf_index=row.leaf_index,
    )


def state_of(row: RecordRow, anchored: Mapping[str, int]) -> State:
    """How far a record is, by the anchored size of its log."""
    if row.leaf_index is None:
        return "accepted"
    return "anchored" if row.leaf_index < anchored.get(row.log, 0) else "sequenced"


def anchored_sizes(session: Session) -> dict[str, int]:
    """Leaves under the newest anchored head, by log."""
    rows = session.execute(select(AnchorRow.log, func.max(AnchorRow.size)).group_by(AnchorRow.log))
    return {log: size for log, size in rows}


def _readable(session: Session, actor: Actor) -> ColumnElement[bool]:
    logs = session.execute(select(LogRow.name, LogRow.agency)).all()
    names = [name for name, agency in logs if actor.may_read(agency)]
    agencies = sorted({grant.agency for grant in actor.grants if actor.may_read(grant.agency)})
    if len(names) == len(logs):
        return and_(True)
    return or_(RecordRow.log.in_(names), RecordRow.iss.in_(agencies))


def _chosen(wanted: RecordFilter) -> list[ColumnElement[bool]]:
    pairs: list[tuple[Any, str | None]] = [
        (RecordRow.log, wanted.log),
        (RecordRow.kind, wanted.kind),
        (RecordRow.sub, wanted.sub),
    ]
    return [column == value for column, value in pairs if value is not None]


def _in_state(state: State | None, anchored: Mapping[str, int]) -> ColumnElement[bool]:
    if state is None:
        return and_(True)
    if state == "accepted":
        return RecordRow.leaf_index.is_(None)
    below = or_(
        false(), *(and_(RecordRow.log == log, RecordRow.leaf_index < size) for log, size in anchored.items())
    )
    return below if state == "anchored" else and_(RecordRow.leaf_index.is_not(None), ~below)


def _page(rows: Sequence[RecordRow], limit: int, anchored: Mapping[str, int], position: Any) -> RecordPage:
    shown = rows[:limit]
    return RecordPage(
        items=[summary(row, anchored) for row in shown],
        next=encode_cursor(position(shown[-1])) if len(rows) > limit else None,
    )


def _position(cursor: str) -> UUID:
    try:
        return UUID(decode_cursor(cursor))
    except ValueError:
        raise cursor_invalid() from None


def _agency_of(session: Session, log: str) -> str:
    return session.get_one(LogRow, log).agency
