"""The responsibility list: matters in force, versions with their approval, and who answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from gridwitness.errors import NotFound
from gridwitness.grids import Matter, duty_for
from gridwitness.grids.listing import ListedVersion, matter_versions, open_proposals
from gridwitness.members.roles import READERS
from gridwitness.plain_row import plain

from gridwitness_api.parameters import TEXT_FORM, AgencyQuery, Limit
from gridwitness_api.register_pages import At, moment_of
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.matters import (
    DutyAnswer,
    DutyView,
    MatterList,
    MatterVersionList,
    MatterVersionView,
    MatterView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/matters", tags=["grids"], route_class=StrictRoute)

Number = Annotated[
    str, Path(pattern=TEXT_FORM, max_length=32, description="事项编号 Matter", examples=["0102"])
]
_TextQuery = Annotated[str | None, Query(pattern=TEXT_FORM, max_length=512)]
_Latitude = Annotated[float | None, Query(ge=-90, le=90, description="纬度 Degrees WGS 84")]
_Longitude = Annotated[float | None, Query(ge=-180, le=180, description="经度 Degrees WGS 84")]


@router.get("", summary="现行权责清单 Matters in force")
def list_(caller: CallerHere, agency: AgencyQuery = None, at: At = None) -> MatterList:
    """一个机关此时（默认现在）的现行事项。 An agency's matters in force at a time (now)."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        moment = moment_of(at) or caller.platform.clock.now()
        found = caller.platform.matters.matters(session, moment, agency)
        return MatterList(items=[_matter(matter) for matter in found])


@router.get("/proposals", summary="待批事项 Proposals that wait")
def proposals(caller: CallerHere, agency: AgencyQuery = None, limit: Limit = 100) -> MatterVersionList:
    """等待审批的准入、变更、退出申请。 Admissions, amendments and retirements that wait for a decision."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        return MatterVersionList(items=[_version(v) for v in open_proposals(session, agency, limit)])


@router.get("/{matter}", summary="查看事项 Show a matter")
def show(matter: Number, caller: CallerHere) -> MatterVersionList:
    """一个事项的各个版本及其审批。 Every version of the matter, and what was decided."""
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        found = matter_versions(session, matter)
        return MatterVersionList(items=[_version(v) for v in found if actor.has(READERS, v.row.agency)])


@router.get("/{matter}/duty", summary="责任单位 Who answers for a matter")
def duty(
    matter: Number,
    caller: CallerHere,
    grid: _TextQuery = None,
    lat: _Latitude = None,
    lon: _Longitude = None,
    mode: _TextQuery = None,
    at: At = None,
) -> DutyAnswer:
    """按清单，该事项在该处由谁办、多久、为何。 By the list: who handles it there, how long, and why."""
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        moment = moment_of(at) or caller.platform.clock.now()
        found = caller.platform.matters.entry(session, matter, moment)
        if found is None or not actor.has(READERS, found.agency):
            raise NotFound("matter-unknown", f"No matter {matter} is in force then.", "see the list")
        territory = caller.platform.territories.at(session, moment)
    lat_e6, lon_e6 = (None if degrees is None else round(degrees * 1_000_000) for degrees in (lat, lon))
    if grid is None and lat_e6 is not None and lon_e6 is not None:
        located = territory.locate(lat_e6, lon_e6)
        grid = None if located is None else located.number
    answer = duty_for(found, territory, grid, lat_e6, lon_e6, mode)
    return DutyAnswer(grid=grid, duty=None if answer is None else DutyView.model_validate(asdict(answer)))


def _matter(matter: Matter) -> MatterView:
    names = [name for name in MatterView.model_fields if name != "modes"]
    return MatterView(**{name: getattr(matter, name) for name in names}, modes=[*matter.modes])


def _version(version: ListedVersion) -> MatterVersionView:
    shown = plain(version.row, without=("effect",))
    return MatterVersionView(**shown, statement=version.statement, digest=version.digest)
