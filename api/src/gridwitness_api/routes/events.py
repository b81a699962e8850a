"""Events: reported, stepped on, listed, on the map, counted, seen whole."""

from __future__ import annotations

from fastapi import APIRouter, Response
from gridwitness.coordinates import to_wgs84
from gridwitness.errors import InvalidInput, NotFound
from gridwitness.events import Report, Reporter
from gridwitness.events.event_map import event_map
from gridwitness.events.judging import CALLER
from gridwitness.events.models import ReporterRow
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.event_selection import (
    BoxQuery,
    Cuts,
    EventName,
    MapLimit,
    OpenOnly,
    SelectionHere,
    box_of,
)
from gridwitness_api.event_views import event_view, event_views, history_view, option_view, waiting_view
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.event_history import (
    CountView,
    EventFeatures,
    EventHistoryView,
    EventOptions,
    EventReporterView,
    LoopView,
    StatisticsView,
    WaitingList,
)
from gridwitness_api.schemas.events import EventPage, EventView, ReportForm, StepForm
from gridwitness_api.schemas.forms import instant
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=StrictRoute)

CONTACTS = frozenset({"acceptor", "duty_chief", "dispatcher", "handler"})
"""Roles that may see who reported an event of theirs: they ask back, and call back."""


@router.post("", summary="上报事件 Report an event", status_code=201, response_model=EventView)
def report(body: ReportForm, write: WriteHere) -> Response:
    """上报一起事件；同一渠道的同一渠道单号再报，得到同一事件。

    A new event; the same channel and channel_key again give the same one. The platform signs on the caller's
    word; who signs on a device of their own sends the record to `POST /api/v1/records`.
    """

    def step(session: Session, actor: Actor) -> Written:
        platform = write.caller.platform
        agency = body.agency or actor.agency
        platform.channels.require(session, agency, body.channel)
        row = platform.events.report(session, _report(body, agency), actor)
        view = event_view(platform.events.loop_of(session, row), row)
        return Written(201, view, f"/api/v1/events/{row.sub}")

    return write.once(body, step)


@router.get("", summary="事件列表 List events")
def list_(
    caller: CallerHere, selection: SelectionHere, cursor: Cursor = None, limit: Limit = 50
) -> EventPage:
    """本账号可见的事件，最近变动者在前。 Events the account sees, newest movement first."""
    with caller.transaction() as (session, actor):
        wanted = selection.filter(caller.platform, session, actor)
        page = caller.platform.events.page(session, wanted, cursor, limit)
        return EventPage(items=event_views(caller.platform, session, page.rows), next=page.cursor)


@router.get("/map", summary="事件地图 Events on the map (GeoJSON)")
def map_(
    caller: CallerHere,
    selection: SelectionHere,
    bbox: BoxQuery,
    open_only: OpenOnly = True,
    limit: MapLimit = 1000,
) -> EventFeatures:
    """矩形内的事件，WGS 84，不含个人信息。 What lies in the box, without anybody's words (RFC 7946)."""
    with caller.transaction() as (session, actor):
        wanted = selection.filter(caller.platform, session, actor, box_of(bbox))
        features, more = event_map(session, wanted, limit, open_only=open_only and not selection.states)
        return EventFeatures(type="FeatureCollection", features=features, truncated=more)


@router.get("/statistics", summary="事件统计 Counts of events")
def statistics(caller: CallerHere, selection: SelectionHere, by: Cuts = None) -> StatisticsView:
    """按状态、类别、单位、网格等计数，至多十秒前的。 Counts by each cut, at most ten seconds old."""
    with caller.transaction() as (session, actor):
        wanted = selection.filter(caller.platform, session, actor)
        found = caller.platform.events.statistics(session, wanted, tuple(dict.fromkeys(by or ["state"])))
    counts = {
        cut: [
            CountView(value=value, events=n) for value, n in sorted(values.items(), key=lambda e: str(e[0]))
        ]
        for cut, values in found.counts.items()
    }
    return StatisticsView(
        as_of=rfc3339(found.as_of), total=found.total, counts=counts, overdue=dict(found.overdue)
    )


@router.get("/todo", summary="待办 What waits for me")
def todo(caller: CallerHere, agency: AgencyQuery = None, limit: Limit = 100) -> WaitingList:
    """等待本账号办理的环节与审批，先到期者在前。 Steps and decisions that wait for the caller."""
    with caller.transaction() as (session, actor):
        events = caller.platform.events
        found = events.todo(session, actor, agency or actor.agency, limit)
        items = [waiting_view(events.loop_of(session, line.event), line) for line in found]
        return WaitingList(items=items)


@router.get("/loop", summary="现行流程 The loop in force")
def loop(caller: CallerHere) -> LoopView:
    """新上报事件所用的流程版本及全文；离线前取用。 What an event of now begins with; taken along offline."""
    with caller.transaction() as (session, actor):
        actor.require(READERS | {CALLER})
        platform = caller.platform
        found = platform.events.loops.in_force(session).at(platform.clock.now())
        return LoopView(version=found.version, content=dict(found.content))


@router.get("/{sub}", summary="查看事件 Show an event")
def show(sub: EventName, caller: CallerHere) -> EventView:
    """按主体编号或事件编号。 By subject or number; 404 also for who does not see it."""
    with caller.transaction() as (session, actor):
        events = caller.platform.events
        row = events.readable(session, sub, actor)
        return event_view(events.loop_of(session, row), row)


@router.get("/{sub}/history", summary="事件全貌 An event whole")
def history(sub: EventName, caller: CallerHere) -> EventHistoryView:
    """环节、时限、派遣、审批、督办、吹哨、并案。 Steps, clocks, asks, orders, whistles, links."""
    with caller.transaction() as (session, actor):
        events = caller.platform.events
        row = events.readable(session, sub, actor)
        return history_view(events.loop_of(session, row), events.history(session, row.sub))


@router.get("/{sub}/options", summary="下一步 What may be done next")
def options(sub: EventName, caller: CallerHere) -> EventOptions:
    """现在可办的环节，及本账号能否办理。 Every step the state allows, and whether it is the caller's."""
    with caller.transaction() as (session, actor):
        events = caller.platform.events
        row = events.readable(session, sub, actor)
        found = [option_view(step, yours) for step, yours in events.options(session, row, actor)]
        return EventOptions(state=row.state, round=row.round, options=found)


@router.get("/{sub}/reporter", summary="上报人 Who reported it")
def reporter(sub: EventName, caller: CallerHere) -> EventReporterView:
    """个人信息，仅受理、派遣、处置人员。 Personal data: for who accepts, dispatches or handles it."""
    with caller.transaction() as (session, actor):
        row = caller.platform.events.readable(session, sub, actor)
        actor.require(CONTACTS, row.agency)
        found = session.get(ReporterRow, row.sub)
        if found is None:
            raise NotFound("reporter-unknown", f"Nobody said who reported {row.number}.", None)
        return EventReporterView(name=found.name, phone=found.phone, may_contact=found.may_contact)


@router.post("/{sub}/steps", summary="办理环节 Take a step", status_code=201, response_model=EventView)
def take(sub: EventName, body: StepForm, write: WriteHere) -> Response:
    """以本账号办理一个环节；不合流程、权限、时限规则的被拒并说明。

    One step on the caller's word, judged by the event's loop: `event-state`, `event-role`, `event-scope`, …
    """

    def step(session: Session, actor: Actor) -> Written:
        events = write.caller.platform.events
        found = events.find(session, sub)
        row = events.step(
            session,
            found.sub,
            body.step,
            actor,
            details=body.details,
            note=body.note,
            files=[file.model_dump() for file in body.files],
            unit=body.unit,
            occurred_at=None if body.occurred_at is None else instant(body.occurred_at),
            round=body.round,
        )
        return Written(201, event_view(events.loop_of(session, row), row), f"/api/v1/events/{row.sub}")

    return write.once(body, step)


def _report(body: ReportForm, agency: str) -> Report:
    """What the form says, in WGS 84. Raises InvalidInput `event-place`."""
    if (body.latitude is None) != (body.longitude is None):
        raise InvalidInput("event-place", "A place has a latitude and a longitude.", "give both, or neither")
    lat, lon = None, None
    if body.latitude is not None and body.longitude is not None:
        lat, lon = float(body.latitude), float(body.longitude)
        if abs(lat) > 90 or abs(lon) > 180:
            raise InvalidInput("event-place", "There is no such place on earth.", None)
        lat, lon = to_wgs84(lat, lon, body.datum)
    told = body.reporter
    return Report(
        agency=agency,
        channel=body.channel,
        channel_key=body.channel_key,
        category=body.category,
        matter=body.matter,
        grid=body.grid,
        urgency=body.urgency,
        title=body.title,
        description=body.description,
        lat=lat,
        lon=lon,
        address=body.address,
        files=[file.model_dump() for file in body.files],
        occurred_at=None if body.occurred_at is None else instant(body.occurred_at),
        reporter=None if told is None else Reporter(told.name, told.phone, told.may_contact),
    )
