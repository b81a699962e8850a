"""Who may send for a feed, kept by administrators. Secrets go in and never come out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from gridwitness.errors import InvalidInput
from gridwitness.feeds import CredentialRow, Credentials, Feed
from gridwitness.members import Actor
from gridwitness.platform import Platform
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.request_platform import CallerHere
from gridwitness_api.routes.feeds import FeedName
from gridwitness_api.schemas.feeds import (
    FeedCredentialList,
    FeedCredentialMade,
    FeedCredentialView,
    NewFeedCredential,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/feeds/{feed}/credentials", tags=["feeds"], route_class=StrictRoute)

_ADMINISTRATORS = frozenset({"administrator"})

CredentialKind = Annotated[
    Literal["digest", "token", "certificate", "key"], Path(description="种类 Kind", examples=["digest"])
]
CredentialName = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9._@-]{1,100}$", description="名称 Name", examples=["33010000001190000001"])
]


@router.get("", summary="凭据列表 List credentials")
def list_(feed: FeedName, caller: CallerHere) -> FeedCredentialList:
    """谁可以为此数据源发送数据；不含密码。 Who may send for a feed; without any secret."""
    with caller.transaction() as (session, actor):
        found = _administered(caller.platform, session, actor, feed)
        credentials = caller.platform.credentials
        rows = credentials.rows(session, found)
        return FeedCredentialList(items=[_view(row) for row in rows], realm=credentials.realm)


# Not under an Idempotency-Key: the answer kept for a repetition would hold the token.
@router.post("", status_code=201, summary="设置凭据 Set a credential")
def set_(feed: FeedName, body: NewFeedCredential, caller: CallerHere) -> FeedCredentialMade:
    """设置 Digest 账号、证书、设备签名密钥，或取得令牌（仅显示一次）。

    A Digest account, certificate or signing key; or a token, which is shown once.
    """
    with caller.transaction() as (session, actor):
        found = _administered(caller.platform, session, actor, feed)
        token = _set(caller.platform.credentials, session, found, body, actor)
        return FeedCredentialMade(kind=body.kind, token=token)


@router.delete("/{kind}/{name}", status_code=204, summary="撤销凭据 Take a credential away")
def remove(feed: FeedName, kind: CredentialKind, name: CredentialName, caller: CallerHere) -> Response:
    """立即失效。 It is of no use from now on."""
    with caller.transaction() as (session, actor):
        found = _administered(caller.platform, session, actor, feed)
        caller.platform.credentials.remove(session, found, kind, name, actor.account)
    return Response(status_code=204)


def _administered(platform: Platform, session: Session, actor: Actor, feed: str) -> Feed:
    found = platform.feeds.find(session, feed)
    actor.require(_ADMINISTRATORS, found.agency)
    return found


def _set(
    credentials: Credentials, session: Session, feed: Feed, body: NewFeedCredential, actor: Actor
) -> str | None:
    if (body.password is not None) != (body.kind == "digest"):
        raise InvalidInput("fields", "A Digest account has a password, and nothing else has.", None)
    if body.kind == "token":
        return credentials.new_token(session, feed, actor.account)
    if body.name is None:
        raise InvalidInput("fields", f"A credential of kind {body.kind} has a name.", None)
    if body.kind == "digest":
        credentials.set_secret(session, feed, body.name, body.password or "", actor.account)
    elif body.kind == "certificate":
        credentials.set_certificate(session, feed, body.name, actor.account)
    else:
        credentials.set_key(session, feed, body.name, actor.account)
    return None


def _view(row: CredentialRow) -> FeedCredentialView:
    return FeedCredentialView(
        kind=row.kind,
        name=row.name,
        set_at=rfc3339(row.set_at),
        set_by=None if row.set_by is None else str(row.set_by),
    )
