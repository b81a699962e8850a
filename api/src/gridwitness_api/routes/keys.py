"""Signing keys: offered, confirmed, shrunk, revoked. Each step is a record and a contract call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from gridwitness.errors import InvalidInput
from gridwitness.members import Actor, SigningKeyRow, find_key
from gridwitness.members.directory import registered_key
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339
from gridwitness_evidence import EvidenceError, parse_presentation
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AGENCY_FORM, Agency, Kid
from gridwitness_api.presented_records import LONGEST_PRESENTATION, SD_JWT, read_one
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.routes.accounts import ADMINISTRATOR
from gridwitness_api.schemas.forms import instant
from gridwitness_api.schemas.keys import Confirmation, KeyList, KeyView, Revocation, Window
from gridwitness_api.strict_body import StrictRoute, require_content_type

router = APIRouter(prefix="/api/v1/keys", tags=["keys"], route_class=StrictRoute)

_OFFER = "key.offered.v1"
_EXAMPLE = "eyJhbGciOiJFZERTQSJ9.e30.c2ln~WyJzYWx0Il0~"
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            SD_JWT: {"schema": {"type": "string", "maxLength": LONGEST_PRESENTATION, "examples": [_EXAMPLE]}}
        },
    }
}


async def offered(request: Request, caller: CallerHere) -> str:
    """The statement offered, read only for a caller who is logged in."""
    require_content_type(request, SD_JWT)
    await run_in_threadpool(caller.require, READERS)
    return read_one(await request.body(), SD_JWT).presentation


@router.get("", summary="密钥列表 List keys")
def list_(
    agency: Annotated[str, Query(pattern=AGENCY_FORM, description="机关代码 Agency code")], caller: CallerHere
) -> KeyList:
    """一个机关的签名密钥，公开部分。 An agency's signing keys, the public parts, for any account."""
    with caller.transaction() as (session, _):
        rows = session.scalars(
            select(SigningKeyRow).where(SigningKeyRow.agency == agency).order_by(SigningKeyRow.kid)
        )
        return KeyList(items=[_view(row) for row in rows])


@router.post("", status_code=201, summary="申请密钥 Offer a key", response_model=KeyView, openapi_extra=_BODY)
def offer(write: WriteHere, presentation: Annotated[str, Depends(offered)]) -> Response:
    """由密钥自身签名的 key.offered.v1；持有人本人或管理员提交。

    A `key.offered.v1` signed by the key itself, from its holder's account or an administrator. It counts once
    a second agency has confirmed it.
    """

    def step(session: Session, actor: Actor) -> Written:
        agency, kid = _check_offer(presentation, actor)
        write.caller.platform.keys.offer(session, presentation, by=str(actor.account))
        return Written(201, _view(find_key(session, agency, kid)), f"/api/v1/keys/{agency}/{kid}")

    return write.once(presentation, step)


@router.get("/{agency}/{kid}", summary="查看密钥 Show a key")
def show(agency: Agency, kid: Kid, caller: CallerHere) -> KeyView:
    """公开部分和有效期。 Public part and window."""
    with caller.transaction() as (session, _):
        return _view(find_key(session, agency, kid))


@router.post("/{agency}/{kid}/confirm", summary="复核密钥 Confirm a key", response_model=KeyView)
def confirm(agency: Agency, kid: Kid, body: Confirmation, write: WriteHere) -> Response:
    """由第二个机关的管理员复核。 By an administrator of the confirming agency."""

    def step(session: Session, actor: Actor) -> Written:
        actor.require(ADMINISTRATOR, body.confirmer)
        write.caller.platform.keys.confirm(session, agency, kid, body.confirmer, by=str(actor.account))
        return Written(200, _view(find_key(session, agency, kid)))

    return write.once(body, step)


@router.post("/{agency}/{kid}/shrink", summary="缩短有效期 Shrink a key's window", response_model=KeyView)
def shrink(agency: Agency, kid: Kid, body: Window, write: WriteHere) -> Response:
    """只能缩短。 It only ever gets smaller."""

    def step(session: Session, actor: Actor) -> Written:
        actor.require(ADMINISTRATOR, agency)
        window = (instant(body.not_before), instant(body.not_after))
        write.caller.platform.keys.shrink(session, agency, kid, *window, by=str(actor.account))
        return Written(200, _view(find_key(session, agency, kid)))

    return write.once(body, step)


@router.post("/{agency}/{kid}/revoke", summary="吊销密钥 Revoke a key", response_model=KeyView)
def revoke(agency: Agency, kid: Kid, body: Revocation, write: WriteHere) -> Response:
    """自某一时刻起吊销；追溯较远须两个机关的管理员权限。

    Revoke from a moment on. Far back it takes a second agency, and its administrator.
    """

    def step(session: Session, actor: Actor) -> Written:
        actor.require(ADMINISTRATOR, agency)
        if body.seconded_by is not None:
            actor.require(ADMINISTRATOR, body.seconded_by)
        write.caller.platform.keys.revoke(
            session,
            agency,
            kid,
            instant(body.compromised_since),
            body.reason,
            seconded_by=body.seconded_by,
            by=str(actor.account),
        )
        return Written(200, _view(find_key(session, agency, kid)))

    return write.once(body, step)


def _check_offer(presentation: str, actor: Actor) -> tuple[str, str]:
    """Agency and thumbprint of the key offered. Raises InvalidInput, Forbidden `role-missing`."""
    try:
        record = parse_presentation(presentation, complete=True)
    except EvidenceError as error:
        raise InvalidInput(error.code, error.message, "see docs/format.md sections 1 and 2") from error
    if record.claims.kind != _OFFER:
        raise InvalidInput("kind-wrong", f"Expected {_OFFER}, not {record.claims.kind}.", "sign that kind")
    own = actor.agency == record.claims.iss and record.fields.get("holder") == str(actor.account)
    if not (own and record.fields.get("purpose") == "officer"):
        actor.require(ADMINISTRATOR, record.claims.iss)
    return record.claims.iss, record.kid


def _view(row: SigningKeyRow) -> KeyView:
    return KeyView.model_validate(
        {
            "agency": row.agency,
            "kid": row.kid,
            "jwk": dict(row.jwk),
            "purpose": row.purpose,
            "holder": None if row.holder is None else str(row.holder),
            "not_before": rfc3339(row.not_before),
            "not_after": rfc3339(row.not_after),
            "replaces": row.replaces,
            "confirmed_by": row.confirmed_by,
            "compromised_since": None if row.compromised_since is None else rfc3339(row.compromised_since),
            "counts": registered_key(row).counts,
        }
    )
