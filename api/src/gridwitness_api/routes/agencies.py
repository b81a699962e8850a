"""Agencies. The operator admits them, with the approvals that the contract asks for."""

from __future__ import annotations

from fastapi import APIRouter
from gridwitness.members import AgencyRow
from sqlalchemy import select

from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.members import AgencyList, AgencyView

router = APIRouter(prefix="/api/v1/agencies", tags=["members"])


@router.get("", summary="机关列表 List the agencies")
def list_(caller: CallerHere) -> AgencyList:
    """本部署的全部机关。 Every agency of this deployment, for any account."""
    with caller.transaction() as (session, _):
        rows = session.scalars(select(AgencyRow).order_by(AgencyRow.code)).all()
        return AgencyList(items=[AgencyView(code=row.code, name=row.name, sub=row.sub) for row in rows])
