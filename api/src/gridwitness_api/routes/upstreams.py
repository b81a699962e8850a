"""Upper platforms: every step of a scope in order, in signed batches that they answer with a receipt."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from gridwitness.channels.models import UpstreamRow
from gridwitness.members import Actor
from gridwitness.platform import Platform
from sqlalchemy.orm import Session

from gridwitness_api.delivery_views import delivery_list
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import Caller, CallerHere
from gridwitness_api.schemas.deliveries import (
    DeliveryList,
    NewUpstream,
    UpstreamList,
    UpstreamMade,
    UpstreamView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/upstreams", tags=["channels"], route_class=StrictRoute)

_ADMINISTRATORS = frozenset({"administrator"})

UpstreamName = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="上级平台 Upper platform",
        examples=["city"],
    ),
]


@router.get("", summary="上级平台列表 List upper platforms")
def list_(caller: CallerHere, agency: AgencyQuery = None) -> UpstreamList:
    """推送到哪里、推到何处。 Where to, and how far they have been told."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(_ADMINISTRATORS, agency)
        rows = caller.platform.doors.targets.upstreams(session, agency)
        return UpstreamList(items=[_view(caller.platform, session, row) for row in rows])


# Not under an Idempotency-Key: the answer kept for a repetition would hold the secret.
@router.post("", status_code=201, summary="登记上级平台 Add an upper platform")
def add(body: NewUpstream, caller: CallerHere) -> UpstreamMade:
    """签名密钥仅显示一次。 Its secret is shown once."""
    with caller.transaction() as (session, actor):
        actor.require(_ADMINISTRATORS, body.agency)
        if body.scope is not None:
            caller.platform.territories.at(session).grid(body.scope)
        row, secret = caller.platform.doors.targets.add_upstream(
            session,
            body.agency,
            body.upstream,
            title=body.title,
            url=body.url,
            scope=body.scope,
            from_start=body.from_start,
            by=actor.account,
        )
        return UpstreamMade(upstream=_view(caller.platform, session, row), secret=secret)


@router.get("/{upstream}", summary="查看上级平台 Show an upper platform")
def show(upstream: UpstreamName, caller: CallerHere) -> UpstreamView:
    """地址、范围、推送位置。 Address, scope, how far it has been told."""
    with caller.transaction() as (session, actor):
        return _view(caller.platform, session, _kept(caller, session, actor, upstream))


@router.post("/{upstream}/close", summary="停止推送 Close an upper platform", response_model=UpstreamView)
def close(upstream: UpstreamName, write: WriteHere) -> Response:
    """位置保留。 Its place is kept."""
    return _state(upstream, write, "closed")


@router.post("/{upstream}/open", summary="恢复推送 Open an upper platform", response_model=UpstreamView)
def open_(upstream: UpstreamName, write: WriteHere) -> Response:
    """从停下处继续。 It goes on where it was."""
    return _state(upstream, write, "open")


@router.get("/{upstream}/deliveries", summary="推送记录与回执 List batches and receipts")
def deliveries(
    upstream: UpstreamName, caller: CallerHere, cursor: Cursor = None, limit: Limit = 100
) -> DeliveryList:
    """最新在前；`answer` 是上级平台的回执。 Newest first; `answer` is the upper platform's receipt."""
    with caller.transaction() as (session, actor):
        row = _kept(caller, session, actor, upstream)
        return delivery_list(caller.platform, session, f"upstream/{row.upstream}", cursor, limit)


def _state(upstream: str, write: WriteHere, state: str) -> Response:
    def step(session: Session, actor: Actor) -> Written:
        platform = write.caller.platform
        row = _kept(write.caller, session, actor, upstream)
        moved = platform.doors.targets.set_upstream_state(session, row.upstream, state, actor.account)
        return Written(200, _view(platform, session, moved))

    return write.once(None, step)


def _kept(caller: Caller, session: Session, actor: Actor, upstream: str) -> UpstreamRow:
    actor.require(_ADMINISTRATORS)
    row = caller.platform.doors.targets.upstream(session, upstream)
    actor.require(_ADMINISTRATORS, row.agency)
    return row


def _view(platform: Platform, session: Session, row: UpstreamRow) -> UpstreamView:
    reached = platform.doors.deliveries.reached(session, f"upstream/{row.upstream}")
    return UpstreamView(
        upstream=row.upstream,
        agency=row.agency,
        title=row.title,
        url=row.url,
        scope=row.scope,
        state=row.state,
        reached=None if reached is None else str(reached),
    )
