"""Webhooks: steps told one by one, signed; what was delivered is seen here."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from gridwitness.channels.models import WebhookRow
from gridwitness.members import Actor
from sqlalchemy.orm import Session

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.delivery_views import DeliveryId, delivery_list, delivery_view
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import UUID_FORM, AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import Caller, CallerHere
from gridwitness_api.schemas.deliveries import (
    DeliveryList,
    DeliveryView,
    NewWebhook,
    WebhookList,
    WebhookMade,
    WebhookView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/webhooks", tags=["channels"], route_class=StrictRoute)

_ADMINISTRATORS = frozenset({"administrator"})

WebhookId = Annotated[
    str,
    Path(
        pattern=UUID_FORM, description="回调编号 Webhook", examples=["7d0a3c2e-55b1-4c7e-8f60-3a9a4f6f1e22"]
    ),
]


@router.get("", summary="回调列表 List webhooks")
def list_(
    caller: CallerHere, agency: AgencyQuery = None, cursor: Cursor = None, limit: Limit = 100
) -> WebhookList:
    """一个机关的回调；不含密钥。 An agency's webhooks, without their secrets."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(_ADMINISTRATORS, agency)
        after = None if cursor is None else _uuid(decode_cursor(cursor))
        found = caller.platform.doors.targets.webhooks(session, agency, after, limit + 1)
        shown = [_view(row) for row in found[:limit]]
        return WebhookList(items=shown, next=encode_cursor(shown[-1].id) if len(found) > limit else None)


# Not under an Idempotency-Key: the answer kept for a repetition would hold the secret.
@router.post("", status_code=201, summary="新建回调 Add a webhook")
def add(body: NewWebhook, caller: CallerHere) -> WebhookMade:
    """签名密钥仅显示一次；自此刻起投递。 Its secret is shown once; it gets what comes from now on."""
    with caller.transaction() as (session, actor):
        actor.require(_ADMINISTRATORS, body.agency)
        if body.scope is not None:
            caller.platform.territories.at(session).grid(body.scope)
        row, secret = caller.platform.doors.targets.add_webhook(
            session, body.agency, url=body.url, scope=body.scope, steps=body.steps, by=actor.account
        )
        return WebhookMade(webhook=_view(row), secret=secret)


@router.get("/{webhook}", summary="查看回调 Show a webhook")
def show(webhook: WebhookId, caller: CallerHere) -> WebhookView:
    """地址、范围、环节、状态。 Address, scope, steps, state."""
    with caller.transaction() as (session, actor):
        return _view(_kept(caller, session, actor, webhook))


@router.post("/{webhook}/close", summary="停用回调 Close a webhook", response_model=WebhookView)
def close(webhook: WebhookId, write: WriteHere) -> Response:
    """不再投递；位置保留。 Nothing more is delivered; its place is kept."""
    return _state(webhook, write, "closed")


@router.post("/{webhook}/open", summary="启用回调 Open a webhook", response_model=WebhookView)
def open_(webhook: WebhookId, write: WriteHere) -> Response:
    """从停下处继续。 It goes on where it was."""
    return _state(webhook, write, "open")


@router.post("/{webhook}/secret", summary="更换密钥 Change the secret")
def secret(webhook: WebhookId, caller: CallerHere) -> WebhookMade:
    """原密钥立即失效；新密钥仅显示一次。 The one before is of no use from now on."""
    with caller.transaction() as (session, actor):
        row = _kept(caller, session, actor, webhook)
        made = caller.platform.doors.targets.new_webhook_secret(session, row.id)
        return WebhookMade(webhook=_view(row), secret=made)


@router.get("/{webhook}/deliveries", summary="投递记录 List deliveries")
def deliveries(
    webhook: WebhookId, caller: CallerHere, cursor: Cursor = None, limit: Limit = 100
) -> DeliveryList:
    """最新在前：次数、状态、对方答复。 Newest first: tries, state, what the other side said."""
    with caller.transaction() as (session, actor):
        row = _kept(caller, session, actor, webhook)
        return delivery_list(caller.platform, session, f"webhook/{row.id}", cursor, limit)


@router.post(
    "/{webhook}/deliveries/{delivery}/again", summary="重新投递 Deliver again", response_model=DeliveryView
)
def again(webhook: WebhookId, delivery: DeliveryId, write: WriteHere) -> Response:
    """不论此前结果。 Whatever became of it before."""

    def step(session: Session, actor: Actor) -> Written:
        row = _kept(write.caller, session, actor, webhook)
        found = write.caller.platform.doors.deliveries.again(session, f"webhook/{row.id}", delivery)
        return Written(200, delivery_view(found))

    return write.once(None, step)


def _state(webhook: str, write: WriteHere, state: str) -> Response:
    def step(session: Session, actor: Actor) -> Written:
        row = _kept(write.caller, session, actor, webhook)
        targets = write.caller.platform.doors.targets
        return Written(200, _view(targets.set_webhook_state(session, row.id, state, actor.account)))

    return write.once(None, step)


def _kept(caller: Caller, session: Session, actor: Actor, webhook: str) -> WebhookRow:
    actor.require(_ADMINISTRATORS)
    row = caller.platform.doors.targets.webhook(session, UUID(webhook))
    actor.require(_ADMINISTRATORS, row.agency)
    return row


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise cursor_invalid() from None


def _view(row: WebhookRow) -> WebhookView:
    return WebhookView(
        id=str(row.id),
        agency=row.agency,
        url=row.url,
        scope=row.scope,
        steps=list(row.steps),
        state=row.state,
    )
