"""Supervision orders, whistles and digests of notices are read here; the steps themselves are an event's."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from gridwitness.errors import Forbidden
from gridwitness.events.beside_listing import BesideFilter, order_page, whistle_page
from gridwitness.events.notices import WHATS, Digest, DigestFilter, digest_page, mark_read
from gridwitness.grids import units_of
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.plain_row import plain
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import TEXT_FORM, AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import Caller, CallerHere
from gridwitness_api.schemas.forms import instant
from gridwitness_api.schemas.supervision import (
    DigestList,
    DigestMarked,
    DigestRead,
    DigestView,
    NoticeView,
    OrderList,
    OrderView,
    WhistleList,
    WhistleView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["events"], route_class=StrictRoute)

OVERSEERS = frozenset({"acceptor", "dispatcher", "duty_chief", "agency_head", "auditor"})
"""Roles that see what every unit of their agency is told, where they hold for the whole of it."""
_HIDDEN = ("effect",)
_Unit = Annotated[
    str | None, Query(pattern=TEXT_FORM, max_length=32, description="单位 Only what goes to this unit")
]
_Grid = Annotated[
    str | None,
    Query(pattern=TEXT_FORM, max_length=32, description="网格及其下级 Only events in this grid and below"),
]


@router.get("/orders", summary="督办列表 List supervision orders")
def orders(
    caller: CallerHere,
    state: Annotated[
        Literal["open", "replied", "lifted"] | None, Query(description="待回复、已回复、已解除 State")
    ] = None,
    level: Annotated[int | None, Query(ge=1, le=99, description="级别 Level")] = None,
    unit: _Unit = None,
    grid: _Grid = None,
    agency: AgencyQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> OrderList:
    """本账号可见事件的督办单，最新在前。 Orders of the events the account sees, newest first."""
    with caller.transaction() as (session, actor):
        wanted = _wanted(caller, session, actor, agency, state, unit, grid, level)
        found, more = order_page(session, wanted, cursor, limit)
        items = [
            OrderView.model_validate(
                {**plain(o.row, _HIDDEN), "event": o.event, "event_state": o.event_state}
            )
            for o in found
        ]
        return OrderList(items=items, next=more)


@router.get("/whistles", summary="吹哨列表 List whistles")
def whistles(
    caller: CallerHere,
    state: Annotated[Literal["open", "ended"] | None, Query(description="进行中、已结束 State")] = None,
    unit: _Unit = None,
    grid: _Grid = None,
    agency: AgencyQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> WhistleList:
    """本账号可见事件的吹哨及各单位报到情况，最新在前。 Whistles with who came, newest first."""
    with caller.transaction() as (session, actor):
        wanted = _wanted(caller, session, actor, agency, state, unit, grid)
        found, more = whistle_page(session, wanted, cursor, limit)
        items = [
            WhistleView.model_validate(
                {
                    **plain(w.row, _HIDDEN),
                    "event": w.event,
                    "event_state": w.event_state,
                    "called": [plain(row) for row in w.called],
                }
            )
            for w in found
        ]
        return WhistleList(items=items, next=more)


@router.get("/notices", summary="汇总通知 Digests of notices")
def notices(
    caller: CallerHere,
    unit: _Unit = None,
    unread: Annotated[bool, Query(description="仅未读 Only what nobody has read")] = False,
    agency: AgencyQuery = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> DigestList:
    """本单位的汇总通知，最新在前；值守与监督人员可看全部单位。

    Digests to one's own units, newest first; duty and supervision see those to every unit.
    """
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        wanted = DigestFilter(agency, _units(session, actor, agency, unit), unread)
        found, more = digest_page(session, wanted, cursor, limit)
        return DigestList(items=[_digest(digest) for digest in found], next=more)


@router.post("/notices/read", summary="通知已读 Mark notices as read", response_model=DigestMarked)
def read(body: DigestRead, write: WriteHere, agency: AgencyQuery = None) -> Response:
    """本单位人员标记已读；无单位承办的，由值守与监督人员标记。

    By who works for the unit; what no unit answers for, by duty and supervision.
    """

    def step(session: Session, actor: Actor) -> Written:
        place = agency or actor.agency
        actor.require(READERS, place)
        works_for = body.unit in units_of(session, actor.account)
        if not (works_for or (body.unit == "" and _oversees(actor, place))):
            raise _not_of(body.unit)
        now = write.caller.platform.clock.now()
        marked = mark_read(session, place, body.unit, instant(body.until), actor.account, now)
        return Written(200, DigestMarked(marked=marked))

    return write.once(body, step)


def _wanted(
    caller: Caller,
    session: Session,
    actor: Actor,
    agency: str | None,
    state: str | None,
    unit: str | None,
    grid: str | None,
    level: int | None = None,
) -> BesideFilter:
    agency = agency or actor.agency
    actor.require(READERS, agency)
    platform = caller.platform
    grids = None if grid is None else platform.territories.at(session).below(grid)
    sight = platform.events.sight(session, actor, agency)
    return BesideFilter(sight, state, None if unit is None else [unit], grids, level)


def _units(session: Session, actor: Actor, agency: str, unit: str | None) -> list[str] | None:
    """Whose digests are shown; None: everybody's."""
    if _oversees(actor, agency):
        return None if unit is None else [unit]
    own = units_of(session, actor.account)
    if unit is not None and unit not in own:
        raise _not_of(unit)
    return sorted(own) if unit is None else [unit]


def _oversees(actor: Actor, agency: str) -> bool:
    return any(g.role in OVERSEERS and g.agency == agency and g.scope is None for g in actor.grants)


def _not_of(unit: str) -> Forbidden:
    return Forbidden(
        "unit-not-own", f"You do not work for unit {unit}. 您不属于该单位。", "ask for one of your own units"
    )


def _digest(digest: Digest) -> DigestView:
    items = [
        NoticeView.model_validate(
            {
                **asdict(item),
                "zh": WHATS[item.what][0],
                "en": WHATS[item.what][1],
                "event_state": item.state,
                "since": rfc3339(item.since),
                "due_at": None if item.due_at is None else rfc3339(item.due_at),
            }
        )
        for item in digest.items
    ]
    return DigestView(
        agency=digest.agency,
        unit=digest.unit,
        at=rfc3339(digest.at),
        read_at=None if digest.read_at is None else rfc3339(digest.read_at),
        counts=dict(digest.counts),
        items=items,
    )
