"""Qualifications, kept by administrators; and who of an agency may take part in cases."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from gridwitness.errors import NotFound
from gridwitness.members import (
    QUALIFICATIONS,
    Actor,
    QualificationRow,
    account_named,
    qualifications_of,
    qualified,
)
from gridwitness.members.models import AccountRow, RoleRow
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AccountId, AgencyQuery, QualificationId
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.routes.accounts import ADMINISTRATOR
from gridwitness_api.schemas.forms import instant
from gridwitness_api.schemas.qualifications import (
    NewQualification,
    OfficerList,
    OfficerView,
    QualificationList,
    QualificationView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["members"], route_class=StrictRoute)

_CASEWORK = ("officer", "agency_head", "legal_reviewer", "hearing_chair", "auditor")


@router.get("/accounts/{account}/qualifications", summary="资格列表 List qualifications")
def list_(account: AccountId, caller: CallerHere) -> QualificationList:
    """供本人和本机关管理员查看。 For the account itself and its agency's administrators."""
    with caller.transaction() as (session, actor):
        row = account_named(session, UUID(account))
        if row.id != actor.account:
            actor.require(ADMINISTRATOR, row.agency)
        return QualificationList(items=[_view(held) for held in qualifications_of(session, [row.id])])


@router.post(
    "/accounts/{account}/qualifications",
    status_code=201,
    summary="登记资格 Note a qualification",
    response_model=QualificationView,
)
def grant(account: AccountId, body: NewQualification, write: WriteHere) -> Response:
    """由本机关管理员登记。 By an administrator of the account's agency."""

    def step(session: Session, actor: Actor) -> Written:
        row = account_named(session, UUID(account))
        actor.require(ADMINISTRATOR, row.agency)
        held = write.caller.platform.qualifications.grant(
            session,
            row.id,
            body.kind,
            body.certificate,
            instant(body.valid_from),
            None if body.valid_to is None else instant(body.valid_to),
            by=str(actor.account),
        )
        return Written(201, _view(held))

    return write.once(body, step)


@router.delete(
    "/accounts/{account}/qualifications/{qualification}",
    status_code=204,
    summary="终止资格 End a qualification",
    response_model=None,
)
def end(account: AccountId, qualification: QualificationId, write: WriteHere) -> Response:
    """自现在起终止，历史保留。 It ends now; that it was held stays on record."""

    def step(session: Session, actor: Actor) -> Written:
        row = account_named(session, UUID(account))
        actor.require(ADMINISTRATOR, row.agency)
        held = session.get(QualificationRow, UUID(qualification))
        if held is None or held.account != row.id:
            raise NotFound("qualification-unknown", f"There is no qualification {qualification}.", None)
        now = write.caller.platform.clock.now()
        write.caller.platform.qualifications.end(session, held.id, now, by=str(actor.account))
        return Written(204)

    return write.once(None, step)


@router.get("/officers", summary="办案人员名册 Who takes part in cases")
def officers(caller: CallerHere, agency: AgencyQuery = None) -> OfficerList:
    """供本机关人员选择同案人员。 For those who read the agency's cases: whom a step may name."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        held: dict[UUID, list[str]] = {}
        names: dict[UUID, AccountRow] = {}
        found = session.execute(
            select(AccountRow, RoleRow.role)
            .join(RoleRow, RoleRow.account == AccountRow.id)
            .where(AccountRow.active, RoleRow.agency == agency, RoleRow.role.in_(_CASEWORK))
            .order_by(AccountRow.username, RoleRow.role)
        )
        for row, role in found:
            names[row.id] = row
            held.setdefault(row.id, []).append(role)
        now = caller.platform.clock.now()
        standing = qualified(session, names)
        return OfficerList(
            items=[
                OfficerView(
                    account=str(account),
                    username=row.username,
                    display_name=row.display_name,
                    roles=held[account],
                    qualified=[kind for kind in QUALIFICATIONS if standing.holds(account, kind, now)],
                )
                for account, row in names.items()
            ]
        )


def _view(row: QualificationRow) -> QualificationView:
    return QualificationView(
        id=str(row.id),
        kind=row.kind,
        certificate=row.certificate,
        valid_from=rfc3339(row.valid_from),
        valid_to=None if row.valid_to is None else rfc3339(row.valid_to),
    )
