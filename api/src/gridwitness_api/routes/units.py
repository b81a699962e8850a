"""Units, who works for them, and the address library."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from gridwitness.grids.addresses import AddressMatch, match_address
from gridwitness.grids.listing import Wanted, entries
from gridwitness.grids.models import StaffRow
from gridwitness.grids.staff import staff_list
from gridwitness.members import AccountRow, Actor, account_named
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import TEXT_FORM, AccountId, AgencyQuery, Cursor, Limit
from gridwitness_api.register_pages import At, moment_of, page_of, period_views
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.routes.accounts import ADMINISTRATOR
from gridwitness_api.schemas.grids import (
    AddressList,
    AddressMatchList,
    AddressMatchView,
    AddressView,
    NewStaff,
    StaffList,
    StaffView,
    UnitList,
    UnitView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["grids"], route_class=StrictRoute)

Number = Annotated[str, Path(pattern=TEXT_FORM, max_length=32, description="编号 Number", examples=["CG"])]
NumberQuery = Annotated[str | None, Query(pattern=TEXT_FORM, max_length=32)]
UnitCategory = Annotated[
    Literal["centre", "department", "township", "community", "enterprise", "team"] | None,
    Query(description="单位类别 Kind of unit"),
]
AddressLevel = Annotated[
    Literal["district", "street", "community", "road", "compound", "building", "room"] | None,
    Query(description="地址层级 Level"),
]
AddressText = Annotated[
    str,
    Query(
        pattern=TEXT_FORM, min_length=1, max_length=256, description="地址 As written", examples=["文新路1号"]
    ),
]
Most = Annotated[int, Query(ge=1, le=20, description="最多几条 How many at most")]


@router.get("/units", summary="单位列表 List units")
def units(
    caller: CallerHere,
    agency: AgencyQuery = None,
    at: At = None,
    category: UnitCategory = None,
    parent: NumberQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> UnitList:
    """一个机关登记的单位，按编号。 An agency's units, by number."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        wanted = Wanted(agency, moment_of(at), category, None, parent)
        items, following = page_of(session, "units", UnitView, wanted, cursor, limit)
        return UnitList(items=items, next=following)


@router.get("/units/{number}", summary="查看单位 Show a unit")
def unit(number: Number, caller: CallerHere) -> UnitList:
    """一个编号的各个时期。 Every period of the number."""
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        rows = [row for row in entries(session, "units", number) if actor.has(READERS, row.agency)]
        return UnitList(items=period_views(UnitView, rows), next=None)


@router.get("/units/{number}/staff", summary="单位人员 Staff of a unit")
def staff(number: Number, caller: CallerHere) -> StaffList:
    """在该单位任职的账号。 Accounts that work for the unit."""
    with caller.transaction() as (session, actor):
        agency = caller.platform.territories.at(session).unit(number).agency
        actor.require(READERS, agency)
        return StaffList(items=[_staff(row, account) for row, account in staff_list(session, number)])


@router.post(
    "/units/{number}/staff", status_code=201, summary="加入单位 Join a unit", response_model=StaffView
)
def join(number: Number, body: NewStaff, write: WriteHere) -> Response:
    """由单位所属机关的管理员登记。 By an administrator of the unit's agency."""

    def step(session: Session, actor: Actor) -> Written:
        platform = write.caller.platform
        actor.require(ADMINISTRATOR, platform.territories.at(session).unit(number).agency)
        row = platform.staff.join(session, UUID(body.account), number, by=str(actor.account))
        return Written(201, _staff(row, account_named(session, row.account)))

    return write.once(body, step)


@router.delete(
    "/units/{number}/staff/{account}", status_code=204, summary="离开单位 Leave a unit", response_model=None
)
def leave(number: Number, account: AccountId, write: WriteHere) -> Response:
    """由单位所属机关的管理员登记；历史保留。 By an administrator of the unit's agency; the history stays."""

    def step(session: Session, actor: Actor) -> Written:
        platform = write.caller.platform
        actor.require(ADMINISTRATOR, platform.territories.at(session).unit(number).agency)
        platform.staff.leave(session, UUID(account), number, by=str(actor.account))
        return Written(204)

    return write.once(None, step)


@router.get("/addresses", summary="地址列表 List addresses")
def addresses(
    caller: CallerHere,
    agency: AgencyQuery = None,
    at: At = None,
    level: AddressLevel = None,
    parent: NumberQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AddressList:
    """一个机关登记的标准地址。 An agency's standard addresses, by number."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        wanted = Wanted(agency, moment_of(at), None, level, parent)
        items, following = page_of(session, "addresses", AddressView, wanted, cursor, limit)
        return AddressList(items=items, next=following)


@router.get("/addresses/match", summary="地址匹配 Match an address")
def match(caller: CallerHere, text: AddressText, at: At = None, most: Most = 5) -> AddressMatchList:
    """把写出的地址对到标准地址，最好的在前。 Standard addresses that a written one names, the best first."""
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        moment = moment_of(at) or caller.platform.clock.now()
        found = match_address(session, text, moment, most)
        return AddressMatchList(items=[_match(m) for m in found if actor.has(READERS, m.address.agency)])


@router.get("/addresses/{number}", summary="查看地址 Show an address")
def address(number: Number, caller: CallerHere) -> AddressList:
    """一个编号的各个时期。 Every period of the number."""
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        rows = [row for row in entries(session, "addresses", number) if actor.has(READERS, row.agency)]
        return AddressList(items=period_views(AddressView, rows), next=None)


def _staff(row: StaffRow, account: AccountRow) -> StaffView:
    return StaffView(
        account=str(row.account), username=account.username, unit=row.unit, since=rfc3339(row.since)
    )


def _match(found: AddressMatch) -> AddressMatchView:
    lat_e6, lon_e6 = found.place or (None, None)
    return AddressMatchView(
        chain=period_views(AddressView, found.chain),
        share=round(found.share, 4),
        rest=found.rest,
        lat_e6=lat_e6,
        lon_e6=lon_e6,
    )
