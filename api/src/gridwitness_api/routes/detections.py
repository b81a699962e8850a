"""Detections: machines put them in the queue, people take them out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from gridwitness.channels.detections import REVIEWERS, Claim
from gridwitness.channels.models import DetectionRow
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.channel_access import SenderHere
from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import SUBJECT_FORM, AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.routes.channels import ChannelName
from gridwitness_api.schemas.detections import (
    Confirmation,
    DetectionClaim,
    DetectionClaims,
    DetectionList,
    DetectionView,
    Dismissal,
    OfferedList,
    OfferedView,
)
from gridwitness_api.schemas.forms import instant
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["channels"], route_class=StrictRoute)

DetectionSub = Annotated[
    str,
    Path(
        pattern=SUBJECT_FORM,
        description="线索主体 Subject of the detection",
        examples=["9f86d081884c7d659a2feaa0c55ad015"],
    ),
]
State = Annotated[
    Literal["queued", "confirmed", "dismissed"], Query(description="待核、已确认、已排除 State")
]


@router.post("/channels/{channel}/detections", summary="提交识别线索 Offer detections")
def offer(channel: ChannelName, body: DetectionClaims, sender: SenderHere) -> OfferedList:
    """凭视频、物联渠道令牌；入人工复核队列，从不直接派遣。

    With a video or IoT channel's token: into a queue for people; nothing is dispatched unseen.
    """
    with sender.platform.transaction() as session:
        found = sender.channel(session, channel)
        offered = sender.platform.doors.detections.offer(
            session, found, [_claim(item) for item in body.items]
        )
        return OfferedList(
            items=[
                OfferedView(key=one.channel_key, result=one.result, detection=one.detection)
                for one in offered
            ]
        )


@router.get("/detections", summary="识别线索列表 List detections")
def list_(
    caller: CallerHere,
    state: State = "queued",
    agency: AgencyQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> DetectionList:
    """先到先看。 Oldest first."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        found = caller.platform.doors.detections.page(session, agency, state, _position(cursor), limit + 1)
        shown = found[:limit]
        more = None
        if len(found) > limit:
            more = encode_cursor(f"{shown[-1].received_at.isoformat()} {shown[-1].sub}")
        return DetectionList(items=[_view(row) for row in shown], next=more)


@router.get("/detections/{sub}", summary="查看识别线索 Show a detection")
def show(sub: DetectionSub, caller: CallerHere) -> DetectionView:
    """设备、置信度、图像摘要、处理结果。 Device, confidence, digest of the image, and what became of it."""
    with caller.transaction() as (session, actor):
        row = caller.platform.doors.detections.find(session, sub)
        actor.require(READERS, row.agency)
        return _view(row)


@router.post(
    "/detections/{sub}/confirm", summary="确认线索 Confirm a detection", response_model=DetectionView
)
def confirm(sub: DetectionSub, body: Confirmation, write: WriteHere) -> Response:
    """以本人名义上报为事件。 It becomes an event, reported on the reviewer's word."""

    def step(session: Session, actor: Actor) -> Written:
        actor.require(REVIEWERS)
        detections = write.caller.platform.doors.detections
        made = detections.confirm(session, sub, actor, matter=body.matter, grid=body.grid, note=body.note)
        return Written(200, _view(detections.find(session, sub)), f"/api/v1/events/{made.event.sub}")

    return write.once(body, step)


@router.post(
    "/detections/{sub}/dismiss", summary="排除线索 Dismiss a detection", response_model=DetectionView
)
def dismiss(sub: DetectionSub, body: Dismissal, write: WriteHere) -> Response:
    """说明理由，不成事件。 Nothing comes of it; why is kept."""

    def step(session: Session, actor: Actor) -> Written:
        actor.require(REVIEWERS)
        row = write.caller.platform.doors.detections.dismiss(session, sub, actor, body.reason)
        return Written(200, _view(row))

    return write.once(body, step)


def _claim(item: DetectionClaim) -> Claim:
    return Claim(
        channel_key=item.key,
        device=item.device,
        matter=item.matter,
        confidence=item.confidence,
        image=item.image,
        lat_e6=_millionths(item.latitude, 90),
        lon_e6=_millionths(item.longitude, 180),
        captured_at=instant(item.captured_at),
    )


def _millionths(degrees: str | None, most: int) -> int | None:
    """Out of the world is nowhere: the claim stays, its place is for the reviewer to say."""
    found = None if degrees is None else round(float(degrees) * 1_000_000)
    return None if found is None or abs(found) > most * 1_000_000 else found


def _position(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    received, _, sub = decode_cursor(cursor).partition(" ")
    try:
        found = datetime.fromisoformat(received)
    except ValueError:
        raise cursor_invalid() from None
    if found.tzinfo is None:
        raise cursor_invalid()
    return found, sub


def _view(row: DetectionRow) -> DetectionView:
    return DetectionView(
        sub=row.sub,
        agency=row.agency,
        channel=row.channel,
        key=row.channel_key,
        device=row.device,
        matter=row.matter,
        confidence=row.confidence,
        image=row.image,
        latitude=_degrees(row.lat_e6),
        longitude=_degrees(row.lon_e6),
        captured_at=rfc3339(row.captured_at),
        received_at=rfc3339(row.received_at),
        state=row.state,
        event=row.event,
        reason=row.reason,
        decided_by=None if row.decided_by is None else str(row.decided_by),
        decided_at=None if row.decided_at is None else rfc3339(row.decided_at),
    )


def _degrees(millionths: int | None) -> str | None:
    return None if millionths is None else format(millionths / 1_000_000, ".6f")
