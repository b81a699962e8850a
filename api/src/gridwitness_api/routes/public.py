"""The public's door: report, and ask by receipt code, without an account. No answer names a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from gridwitness.channels import public_channel
from gridwitness.channels.public_status import Status
from gridwitness.records import rfc3339

from gridwitness_api.channel_access import RateHere
from gridwitness_api.request_platform import PlatformHere
from gridwitness_api.routes.channels import plain, receipt
from gridwitness_api.schemas.channels import ReportReceipt
from gridwitness_api.schemas.public import (
    PublicMatter,
    PublicMatterList,
    PublicReport,
    PublicStage,
    PublicStatusView,
    PublicStep,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/public/v1", tags=["public"], route_class=StrictRoute)

_HOURLY_STEPS = 10
"""Of one receipt code: each is a record for good."""

ReceiptCode = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z-]{20,60}$",
        description="回执码 Receipt code",
        examples=["310000CG01-2026-000123-7K2M9QXZ4T1B"],
    ),
]
PublicChannel = Annotated[
    str,
    Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="渠道 Channel", examples=["web"]),
]


@router.get("/matters", summary="可上报事项 What may be reported")
def matters(channel: PublicChannel, platform: PlatformHere) -> PublicMatterList:
    """一个公众渠道受理的事项。 What a public channel takes."""
    with platform.transaction() as session:
        offered = platform.doors.reporting.offered(session, public_channel(session, channel))
        return PublicMatterList(
            items=[
                PublicMatter(matter=m.matter, zh=m.zh, en=m.en, class_zh=m.class_zh, category=m.category)
                for m in offered
            ]
        )


@router.post("/reports", status_code=201, summary="公众上报 Report something")
def report(body: PublicReport, platform: PlatformHere, rate: RateHere) -> ReportReceipt:
    """无需账号；回执码可查进度。姓名电话可不填，且从不公开。

    Without an account. The code asks how it stands; name and telephone may be left out and are never shown.
    """
    with platform.transaction() as session:
        channel = public_channel(session, body.channel)
        rate.take(f"channel {channel.name}", channel.settings.hourly)
        return receipt(platform.doors.reporting.report(session, channel, plain(body)))


@router.get("/reports/{code}", summary="查询进度 How a report stands")
def show(code: ReceiptCode, platform: PlatformHere) -> PublicStatusView:
    """凭回执码；不显示任何个人信息。 By its receipt code; no personal data is shown."""
    with platform.transaction() as session:
        return _view(platform.doors.public_status.by_code(session, code))


@router.post("/reports/{code}/steps", summary="催办、评价、要求重办 Urge, rate, ask again")
def act(code: ReceiptCode, body: PublicStep, platform: PlatformHere, rate: RateHere) -> PublicStatusView:
    """凭回执码催办、评价满意度，或在期限内要求重办。

    By receipt code: urge, rate what was done, or ask within the term to have it done again.
    """
    with platform.transaction() as session:
        rate.take(platform.doors.public_status.event(session, code).number, _HOURLY_STEPS)
        status = platform.doors.public_status.act(
            session, code, body.step, note=body.note, satisfaction=body.satisfaction
        )
        return _view(status)


def _view(status: Status) -> PublicStatusView:
    return PublicStatusView(
        number=status.number,
        state=status.state,
        state_zh=status.state_zh,
        state_en=status.state_en,
        stage=status.stage,
        open=status.open,
        matter=status.matter,
        matter_zh=status.matter_zh,
        matter_en=status.matter_en,
        unit=status.unit,
        reported_at=rfc3339(status.reported_at),
        moved_at=rfc3339(status.moved_at),
        expected_at=None if status.expected_at is None else rfc3339(status.expected_at),
        closed_at=None if status.closed_at is None else rfc3339(status.closed_at),
        outcome=status.outcome,
        steps=[PublicStage(step=s.step, zh=s.zh, en=s.en, at=rfc3339(s.at)) for s in status.steps],
    )
