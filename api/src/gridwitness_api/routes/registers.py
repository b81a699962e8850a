"""Registers of trucks, permits and places: kept by records, read here."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query
from gridwitness.members.roles import READERS
from gridwitness.plain_row import plain
from gridwitness.trucks.register_listing import entries, permits_of, register_page

from gridwitness_api.parameters import TEXT_FORM, AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.forms import Answer, TimeText, instant
from gridwitness_api.schemas.registers import (
    CarrierList,
    CarrierView,
    CheckpointList,
    CheckpointView,
    PermitList,
    PermitView,
    SiteList,
    SiteView,
    TerminalList,
    TerminalView,
    TruckList,
    TruckView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["trucks"], route_class=StrictRoute)

KEEPERS = READERS - {"police_node"}
"""Roles that read the registers of vehicles; a police node asks for one vehicle, in a case."""

Number = Annotated[str, Path(pattern=TEXT_FORM, max_length=64, description="编号 Number", examples=["K017"])]
At = Annotated[TimeText | None, Query(description="只看此时有效的 Only what holds at this time")]
ViewOf = TypeVar("ViewOf", bound=Answer)


def _list(
    caller: Any, roles: frozenset[str], register: str, view: type[ViewOf], agency: str | None, at: str | None,
    cursor: str | None, limit: int,
) -> dict[str, Any]:  # fmt: skip
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(roles, agency)
        moment = None if at is None else instant(at)
        page = register_page(session, register, agency, at=moment, after=cursor, limit=limit)
        return {"items": [_view(view, row) for row in page.rows], "next": page.cursor}


def _show(
    caller: Any, roles: frozenset[str], register: str, view: type[ViewOf], number: str
) -> dict[str, Any]:
    with caller.transaction() as (session, actor):
        actor.require(roles)
        rows = [row for row in entries(session, register, number) if actor.has(roles, row.agency)]
        return {"items": [_view(view, row) for row in rows], "next": None}


def _view(view: type[ViewOf], row: Any) -> ViewOf:
    return view.model_validate(plain(row, without=("effect",)))


@router.get("/carriers", summary="运输单位列表 List carriers")
def carriers(
    caller: CallerHere, agency: AgencyQuery = None, at: At = None, cursor: Cursor = None, limit: Limit = 100
) -> CarrierList:
    """一个机关登记的运输单位，按编号。 An agency's carriers, by number."""
    found = _list(caller, KEEPERS, "carriers", CarrierView, agency, at, cursor, limit)
    return CarrierList.model_validate(found)


@router.get("/carriers/{number}", summary="查看运输单位 Show a carrier")
def carrier(number: Number, caller: CallerHere) -> CarrierList:
    """一个编号的各个时期。 Every period of the number."""
    return CarrierList.model_validate(_show(caller, KEEPERS, "carriers", CarrierView, number))


@router.get("/trucks", summary="渣土车列表 List trucks")
def trucks(
    caller: CallerHere, agency: AgencyQuery = None, at: At = None, cursor: Cursor = None, limit: Limit = 100
) -> TruckList:
    """一个机关登记的渣土车，按号牌。 An agency's trucks, by plate."""
    return TruckList.model_validate(_list(caller, KEEPERS, "trucks", TruckView, agency, at, cursor, limit))


@router.get("/trucks/{number}", summary="查看渣土车 Show a truck")
def truck(number: Number, caller: CallerHere) -> TruckList:
    """一个号牌的各个时期。 Every period of the plate."""
    return TruckList.model_validate(_show(caller, KEEPERS, "trucks", TruckView, number))


@router.get("/sites", summary="工地与消纳场列表 List sites")
def sites(
    caller: CallerHere, agency: AgencyQuery = None, at: At = None, cursor: Cursor = None, limit: Limit = 100
) -> SiteList:
    """一个机关登记的工地和消纳场。 An agency's sites, by number."""
    return SiteList.model_validate(_list(caller, READERS, "sites", SiteView, agency, at, cursor, limit))


@router.get("/sites/{number}", summary="查看工地或消纳场 Show a site")
def site(number: Number, caller: CallerHere) -> SiteList:
    """一个编号的各个时期。 Every period of the number."""
    return SiteList.model_validate(_show(caller, READERS, "sites", SiteView, number))


@router.get("/checkpoints", summary="卡口列表 List checkpoints")
def checkpoints(
    caller: CallerHere, agency: AgencyQuery = None, at: At = None, cursor: Cursor = None, limit: Limit = 100
) -> CheckpointList:
    """一个机关登记的卡口。 An agency's checkpoints, by number."""
    found = _list(caller, READERS, "checkpoints", CheckpointView, agency, at, cursor, limit)
    return CheckpointList.model_validate(found)


@router.get("/checkpoints/{number}", summary="查看卡口 Show a checkpoint")
def checkpoint(number: Number, caller: CallerHere) -> CheckpointList:
    """一个编号的各个时期。 Every period of the number."""
    return CheckpointList.model_validate(_show(caller, READERS, "checkpoints", CheckpointView, number))


@router.get("/terminals", summary="车载终端列表 List terminals")
def terminals(
    caller: CallerHere, agency: AgencyQuery = None, at: At = None, cursor: Cursor = None, limit: Limit = 100
) -> TerminalList:
    """一个机关登记的车载终端。 An agency's terminals, by number."""
    found = _list(caller, KEEPERS, "terminals", TerminalView, agency, at, cursor, limit)
    return TerminalList.model_validate(found)


@router.get("/terminals/{number}", summary="查看车载终端 Show a terminal")
def terminal(number: Number, caller: CallerHere) -> TerminalList:
    """一个编号的各个时期。 Every period of the number."""
    return TerminalList.model_validate(_show(caller, KEEPERS, "terminals", TerminalView, number))


@router.get("/permits", summary="处置核准列表 List permits")
def permits(
    caller: CallerHere, agency: AgencyQuery = None, at: At = None, cursor: Cursor = None, limit: Limit = 100
) -> PermitList:
    """一个机关的处置核准，含各个版本。 An agency's permits, every version."""
    return PermitList.model_validate(_list(caller, KEEPERS, "permits", PermitView, agency, at, cursor, limit))


@router.get("/permits/{number}", summary="查看处置核准 Show a permit")
def permit(number: Number, caller: CallerHere) -> PermitList:
    """一个核准的各个版本。 Every version of the permit."""
    return PermitList.model_validate(_show(caller, KEEPERS, "permits", PermitView, number))


@router.get("/trucks/{number}/permits", summary="一辆车的处置核准 Permits of a truck")
def permits_for(number: Number, caller: CallerHere, at: At = None) -> PermitList:
    """此时（默认现在）对该号牌有效的核准。 Permits that hold for the plate at a time (now)."""
    with caller.transaction() as (session, actor):
        actor.require(KEEPERS)
        moment = caller.platform.clock.now() if at is None else instant(at)
        rows = [row for row in permits_of(session, number, moment) if actor.has(KEEPERS, row.agency)]
        return PermitList(items=[_view(PermitView, row) for row in rows], next=None)
