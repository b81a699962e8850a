"""Erasure of personal data: asked for, approved by a second person, done by the worker once anchored."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from gridwitness.errors import NotFound
from gridwitness.members import Actor
from gridwitness.records import LogRow, find_erasure, log_named, subject_log
from gridwitness.records.models import ErasureRow
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import Cursor, ErasureId, Limit
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.erasures import ErasurePage, ErasureView, NewErasure
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/erasures", tags=["erasures"], route_class=StrictRoute)

_STEWARDS = frozenset({"administrator", "data_steward"})


@router.get("", summary="删除列表 List erasures")
def list_(caller: CallerHere, cursor: Cursor = None, limit: Limit = 50) -> ErasurePage:
    """本人可办理的机关的删除申请。 Erasures in the logs of the agencies this account is steward of."""
    with caller.transaction() as (session, actor):
        logs = [row.name for row in session.scalars(select(LogRow)) if actor.has(_STEWARDS, row.agency)]
        query = select(ErasureRow).where(ErasureRow.log.in_(logs))
        if cursor is not None:
            query = query.where(ErasureRow.id > _position(cursor))
        rows = session.scalars(query.order_by(ErasureRow.id).limit(limit + 1)).all()
        more = encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None
        return ErasurePage(items=[_view(row) for row in rows[:limit]], next=more)


@router.post("", status_code=201, summary="申请删除 Ask for an erasure", response_model=ErasureView)
def request(body: NewErasure, write: WriteHere) -> Response:
    """保存期限届满后方可申请。 Only erasable fields, and not before their retention ends."""

    def step(session: Session, actor: Actor) -> Written:
        _require_steward(session, actor, body.sub)
        erasures = write.caller.platform.erasures
        row = erasures.request(session, body.sub, body.field, body.reason, actor.account)
        return Written(201, _view(row), f"/api/v1/erasures/{row.id}")

    return write.once(body, step)


@router.get("/{erasure}", summary="查看删除 Show an erasure")
def show(erasure: ErasureId, caller: CallerHere) -> ErasureView:
    """办理状态。 How far it is."""
    with caller.transaction() as (session, actor):
        row = find_erasure(session, UUID(erasure))
        actor.require(_STEWARDS, session.get_one(LogRow, row.log).agency)
        return _view(row)


@router.post("/{erasure}/approve", summary="批准删除 Approve an erasure", response_model=ErasureView)
def approve(erasure: ErasureId, write: WriteHere) -> Response:
    """须由申请人以外的人批准。 By another person than who asked."""

    def step(session: Session, actor: Actor) -> Written:
        row = find_erasure(session, UUID(erasure))
        actor.require(_STEWARDS, session.get_one(LogRow, row.log).agency)
        return Written(200, _view(write.caller.platform.erasures.approve(session, row.id, actor.account)))

    return write.once(None, step)


def _require_steward(session: Session, actor: Actor, sub: str) -> None:
    """A steward of the agency in whose log the subject lives. Raises NotFound, Forbidden."""
    actor.require(_STEWARDS)
    home = subject_log(session, sub)
    if home is None:
        raise NotFound("subject-unknown", f"There is no subject {sub}.", None)
    actor.require(_STEWARDS, log_named(session, home).agency)


def _view(row: ErasureRow) -> ErasureView:
    return ErasureView.model_validate(
        {
            "id": str(row.id),
            "log": row.log,
            "sub": row.sub,
            "field": row.field,
            "reason": row.reason,
            "requested_by": str(row.requested_by),
            "approved_by": None if row.approved_by is None else str(row.approved_by),
            "record": None if row.record is None else str(row.record),
            "state": row.state,
        }
    )


def _position(cursor: str) -> UUID:
    try:
        return UUID(decode_cursor(cursor))
    except ValueError:
        raise cursor_invalid() from None
