"""Technical monitoring equipment: registered and reviewed by records, read here."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from gridwitness.devices import DeviceReviewRow, DeviceRow
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339

from gridwitness_api.cursors import decode_cursor, encode_cursor
from gridwitness_api.parameters import AgencyQuery, Cursor, DeviceName, Limit
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.devices import DeviceList, DeviceStandingView, DeviceView
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/devices", tags=["devices"], route_class=StrictRoute)


@router.get("", summary="设备列表 List devices")
def list_(
    caller: CallerHere, agency: AgencyQuery = None, cursor: Cursor = None, limit: Limit = 100
) -> DeviceList:
    """一个机关的设备，按编号。 An agency's devices, by name."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        after = None if cursor is None else decode_cursor(cursor)
        found = caller.platform.devices.page(session, agency, after, limit + 1)
        shown = [DeviceView.model_validate(_device(row)) for row in found[:limit]]
        return DeviceList(items=shown, next=encode_cursor(shown[-1].device) if len(found) > limit else None)


@router.get("/{device}", summary="查看设备 Show a device")
def show(device: DeviceName, caller: CallerHere) -> DeviceStandingView:
    """设备及其审核；其记录现在能否作为证据（行政处罚法第四十一条）。

    A device, its reviews, and whether its records may be evidence now (Art. 41).
    """
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        found = caller.platform.devices.find(session, device)
        standing = found.standing(caller.platform.clock.now())
        return DeviceStandingView.model_validate(
            {
                **_device(found.row),
                "reviews": [_review(review) for review in found.reviews],
                "usable": standing.usable,
                "lacking": [{"zh": zh, "en": en} for zh, en in standing.reasons],
            }
        )


def _device(row: DeviceRow) -> dict[str, Any]:
    return {
        "device": row.device,
        "sub": row.sub,
        "agency": row.agency,
        "category": row.category,
        "place": row.place,
        "datum": row.datum,
        "latitude": None if row.latitude is None else format(row.latitude, "f"),
        "longitude": None if row.longitude is None else format(row.longitude, "f"),
        "announced_at": None if row.announced_at is None else rfc3339(row.announced_at),
        "marked": row.marked,
    }


def _review(row: DeviceReviewRow) -> dict[str, Any]:
    return {
        "jti": str(row.jti),
        "review": row.review,
        "outcome": row.outcome,
        "reviewed_at": rfc3339(row.reviewed_at),
        "valid_from": rfc3339(row.valid_from),
        "valid_to": rfc3339(row.valid_to),
        "standard": row.standard,
        "report": row.report,
        "signer": str(row.signer),
    }
