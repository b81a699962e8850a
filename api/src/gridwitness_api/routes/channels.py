"""Channels: registered on an administrator's word; who sends through one shows its token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from gridwitness.channels import Channel
from gridwitness.channels.importing import Taken, csv_rows, ndjson_rows
from gridwitness.channels.reporting import PlainReport, Reported
from gridwitness.errors import InvalidInput
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.channel_access import SenderHere
from gridwitness_api.cursors import decode_cursor, encode_cursor
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AgencyQuery, Cursor, Limit, Sha256
from gridwitness_api.request_platform import Caller, CallerHere
from gridwitness_api.schemas.channels import (
    ChannelForm,
    ChannelList,
    ChannelReport,
    ChannelSettingsView,
    ChannelToken,
    ChannelTokenList,
    ChannelTokenView,
    ChannelView,
    ImportedRow,
    ImportSummaryView,
    NewChannelToken,
    ReportReceipt,
)
from gridwitness_api.schemas.forms import instant
from gridwitness_api.strict_body import StrictRoute, require_content_type

router = APIRouter(prefix="/api/v1/channels", tags=["channels"], route_class=StrictRoute)

KEEPERS = frozenset({"administrator", "duty_chief"})
IMPORTERS = frozenset({"administrator", "duty_chief", "acceptor"})
_CSV, _NDJSON = "text/csv", "application/x-ndjson"

ChannelName = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="渠道 Channel", examples=["web"]),
]


@router.get("", summary="渠道列表 List channels")
def list_(
    caller: CallerHere, agency: AgencyQuery = None, cursor: Cursor = None, limit: Limit = 100
) -> ChannelList:
    """一个机关的受理渠道，按名称。 An agency's channels, by name."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        after = None if cursor is None else decode_cursor(cursor)
        found = caller.platform.channels.page(session, agency, after, limit + 1)
        shown = [_view(channel) for channel in found[:limit]]
        return ChannelList(items=shown, next=encode_cursor(shown[-1].channel) if len(found) > limit else None)


@router.get("/{channel}", summary="查看渠道 Show a channel")
def show(channel: ChannelName, caller: CallerHere) -> ChannelView:
    """类别、设置、状态。 Its category, settings and state."""
    with caller.transaction() as (session, actor):
        found = caller.platform.channels.find(session, channel)
        actor.require(READERS, found.agency)
        return _view(found)


@router.put("/{channel}", summary="登记渠道 Register a channel", response_model=ChannelView)
def register(channel: ChannelName, body: ChannelForm, write: WriteHere) -> Response:
    """登记或变更；由机关服务密钥签名。类别不可变更。

    Register or change a channel, signed by the agency's service key; its category never changes.
    """

    def step(session: Session, actor: Actor) -> Written:
        actor.require(KEEPERS, actor.agency)
        made = write.caller.platform.channels.register(
            session,
            actor.agency,
            channel,
            category=body.category,
            title=body.title,
            settings=body.settings.model_dump(),
            state=body.state,
            by=actor.account,
        )
        return Written(200, _view(made))

    return write.once(body, step)


@router.get("/{channel}/tokens", summary="令牌列表 List tokens")
def tokens(channel: ChannelName, caller: CallerHere) -> ChannelTokenList:
    """谁可以经此渠道发送；不含令牌本身。 Who may send through it; without the tokens themselves."""
    with caller.transaction() as (session, actor):
        found = _kept(caller, session, actor, channel)
        rows = caller.platform.channels.credentials(session, found)
        return ChannelTokenList(
            items=[
                ChannelTokenView(
                    digest=row.digest,
                    title=row.title,
                    set_at=rfc3339(row.set_at),
                    set_by=None if row.set_by is None else str(row.set_by),
                )
                for row in rows
            ]
        )


# Not under an Idempotency-Key: the answer kept for a repetition would hold the token.
@router.post("/{channel}/tokens", status_code=201, summary="生成令牌 Make a token")
def new_token(channel: ChannelName, body: NewChannelToken, caller: CallerHere) -> ChannelToken:
    """仅显示一次。 It is shown this once."""
    with caller.transaction() as (session, actor):
        found = _kept(caller, session, actor, channel)
        token = caller.platform.channels.new_token(session, found, body.title, actor.account)
        return ChannelToken(token=token)


@router.delete("/{channel}/tokens/{sha256}", status_code=204, summary="撤销令牌 Take a token away")
def remove_token(channel: ChannelName, sha256: Sha256, caller: CallerHere) -> Response:
    """立即失效。 It is of no use from now on."""
    with caller.transaction() as (session, actor):
        found = _kept(caller, session, actor, channel)
        caller.platform.channels.remove_token(session, found, sha256)
    return Response(status_code=204)


@router.post("/{channel}/reports", status_code=201, summary="渠道上报 Report through a channel")
def report(channel: ChannelName, body: ChannelReport, sender: SenderHere) -> ReportReceipt:
    """凭渠道令牌上报；同一 key 的同一内容只成一件。

    With the channel's token (hotline, department, sanitation …); the same key again is the same event.
    """
    with sender.platform.transaction() as session:
        found = sender.channel(session, channel)
        return receipt(sender.platform.doors.reporting.report(session, found, plain(body)))


async def _content(request: Request) -> tuple[str, bytes]:
    kind = require_content_type(request, _CSV, _NDJSON)
    return kind, await request.body()


@router.post(
    "/{channel}/import",
    summary="批量导入 Import rows",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_CSV: {"schema": {"type": "string"}}, _NDJSON: {"schema": {"type": "string"}}},
        }
    },
)
def import_(
    channel: ChannelName, caller: CallerHere, content: Annotated[tuple[str, bytes], Depends(_content)]
) -> ImportSummaryView:
    """CSV（首行列名）或 NDJSON；可重复提交而不重复立件；坏行不影响好行。

    Rows as CSV or NDJSON; again, they change nothing; a bad row harms no good one.
    """
    kind, body = content
    with caller.transaction() as (session, actor):
        found = caller.platform.channels.find(session, channel)
        actor.require(IMPORTERS, found.agency)
        caller.platform.channels.require(session, found.agency, channel)
        rows = [*(csv_rows(_text(body)) if kind == _CSV else ndjson_rows(body))]
        return summary(caller.platform.doors.event_import.take(session, found, rows))


def plain(body: ChannelReport) -> PlainReport:
    """A form as a report."""
    return PlainReport(
        description=body.description,
        channel_key=body.key,
        matter=body.matter,
        title=body.title,
        lat=None if body.latitude is None else float(body.latitude),
        lon=None if body.longitude is None else float(body.longitude),
        address=body.address,
        name=body.name,
        phone=body.phone,
        may_contact=body.may_contact,
        occurred_at=None if body.occurred_at is None else instant(body.occurred_at),
    )


def receipt(made: Reported) -> ReportReceipt:
    """What is answered to a report."""
    return ReportReceipt(
        number=made.event.number, code=made.code, reported_at=rfc3339(made.event.reported_at)
    )


def summary(found: list[Taken]) -> ImportSummaryView:
    """What is answered to an import."""
    counted = {result: sum(row.result == result for row in found) for result in ("taken", "known", "refused")}
    rows = [
        ImportedRow(
            row=row.row,
            key=row.key,
            result=row.result,
            code=None if row.error is None else row.error.code,
            detail=None if row.error is None else row.error.message,
        )
        for row in found
        if row.result != "taken"
    ]
    return ImportSummaryView(**counted, rows=rows)


def _kept(caller: Caller, session: Session, actor: Actor, channel: str) -> Channel:
    found = caller.platform.channels.find(session, channel)
    actor.require(KEEPERS, found.agency)
    return found


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("csv", "The CSV is not UTF-8.", "save it as UTF-8") from error


def _view(channel: Channel) -> ChannelView:
    settings = channel.settings
    return ChannelView(
        channel=channel.name,
        sub=channel.sub,
        agency=channel.agency,
        category=channel.category,
        title=channel.title,
        settings=ChannelSettingsView(
            public=settings.public, hourly=settings.hourly, matters=list(settings.matters)
        ),
        state=channel.state,
    )
