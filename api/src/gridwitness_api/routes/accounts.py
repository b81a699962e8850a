"""Accounts and their roles, kept by administrators. Every change is an effect that names who asked."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from gridwitness.errors import Forbidden, InvalidInput
from gridwitness.members import ROLES, Actor, account_named
from gridwitness.members.models import AccountRow, RoleRow
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness_api.cursors import decode_cursor, encode_cursor
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AGENCY_FORM, AccountId, Cursor, Limit
from gridwitness_api.request_platform import Caller, CallerHere
from gridwitness_api.routes.session import log_in
from gridwitness_api.schemas.members import AccountPage, AccountView, NewAccount, NewGrant, NewPassword
from gridwitness_api.schemas.session import GrantView
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/accounts", tags=["members"], route_class=StrictRoute)

ADMINISTRATOR = frozenset({"administrator"})
OneAgency = Annotated[str, Query(pattern=AGENCY_FORM, description="机关代码 Agency code")]
Role = Annotated[str, Path(pattern="^[a-z_]{1,32}$", description="角色 Role")]
Scope = Annotated[
    str | None, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$", description="网格范围 Grid, or none")
]


@router.get("", summary="账号列表 List accounts")
def list_(agency: OneAgency, caller: CallerHere, cursor: Cursor = None, limit: Limit = 100) -> AccountPage:
    """本机关账号，按用户名。 An agency's accounts by user name, for its administrators."""
    with caller.transaction() as (session, actor):
        actor.require(ADMINISTRATOR, agency)
        query = select(AccountRow).where(AccountRow.agency == agency)
        if cursor is not None:
            query = query.where(AccountRow.username > decode_cursor(cursor))
        rows = session.scalars(query.order_by(AccountRow.username).limit(limit + 1)).all()
        more = encode_cursor(rows[limit - 1].username) if len(rows) > limit else None
        return AccountPage(items=_views(session, list(rows[:limit])), next=more)


@router.post("", status_code=201, summary="新建账号 Open an account", response_model=AccountView)
def create(body: NewAccount, write: WriteHere) -> Response:
    """用户名唯一：重复提交得到 409 `username-taken`。

    User names are unique, so sending it twice opens one account.
    """

    def step(session: Session, actor: Actor) -> Written:
        actor.require(ADMINISTRATOR, body.agency)
        row = write.caller.platform.accounts.create(
            session,
            agency=body.agency,
            username=body.username,
            display_name=body.display_name,
            password=body.password,
            roles=body.roles,
            by=str(actor.account),
        )
        return Written(201, _views(session, [row])[0], f"/api/v1/accounts/{row.id}")

    return write.once(body, step)


@router.get("/{account}", summary="查看账号 Show an account")
def show(account: AccountId, caller: CallerHere) -> AccountView:
    """供本人和本机关管理员查看。 For the account itself and its agency's administrators."""
    with caller.transaction() as (session, actor):
        row = account_named(session, UUID(account))
        if row.id != actor.account:
            actor.require(ADMINISTRATOR, row.agency)
        return _views(session, [row])[0]


@router.post("/{account}/roles", status_code=201, summary="授予角色 Give a role", response_model=AccountView)
def grant(account: AccountId, body: NewGrant, write: WriteHere) -> Response:
    """由角色所属机关的管理员授予。 By an administrator of the agency the role is held in."""

    def step(session: Session, actor: Actor) -> Written:
        actor.require(ADMINISTRATOR, body.agency)
        write.caller.platform.accounts.grant(
            session, UUID(account), body.role, body.agency, body.scope, by=str(actor.account)
        )
        return Written(201, _views(session, [account_named(session, UUID(account))])[0])

    return write.once(body, step)


@router.delete(
    "/{account}/roles/{role}", status_code=204, summary="收回角色 Take a role away", response_model=None
)
def withdraw(
    account: AccountId, role: Role, agency: OneAgency, write: WriteHere, scope: Scope = None
) -> Response:
    """由角色所属机关的管理员收回。 By an administrator of the agency the role is held in."""

    def step(session: Session, actor: Actor) -> Written:
        actor.require(ADMINISTRATOR, agency)
        write.caller.platform.accounts.withdraw(
            session, UUID(account), role, agency, scope, by=str(actor.account)
        )
        return Written(204)

    return write.once(None, step)


@router.post(
    "/{account}/deactivate", status_code=204, summary="停用账号 Close an account", response_model=None
)
def deactivate(account: AccountId, write: WriteHere) -> Response:
    """登录立即失效，记录保留。 Its logins end, its records stay."""

    def step(session: Session, actor: Actor) -> Written:
        row = account_named(session, UUID(account))
        actor.require(ADMINISTRATOR, row.agency)
        if row.id == actor.account:
            raise Forbidden(
                "own-account", "An administrator cannot close their own account.", "ask another administrator"
            )
        write.caller.platform.accounts.deactivate(session, row.id, by=str(actor.account))
        return Written(204)

    return write.once(None, step)


@router.post("/{account}/password", status_code=204, summary="修改密码 Set a password", response_model=None)
def set_password(account: AccountId, body: NewPassword, write: WriteHere) -> Response:
    """本人须提供现密码；所有登录随之失效。

    One's own takes the present password; every login of the account ends.
    """
    _check_right_to_password(write.caller, account, body)

    def step(session: Session, actor: Actor) -> Written:
        accounts = write.caller.platform.accounts
        accounts.set_password(session, UUID(account), body.password, by=str(actor.account))
        return Written(204)

    return write.once(body, step)


def _check_right_to_password(caller: Caller, account: str, body: NewPassword) -> None:
    with caller.transaction() as (session, actor):
        row = account_named(session, UUID(account))
        if row.id != actor.account:
            actor.require(ADMINISTRATOR, row.agency)
            return
    if body.current_password is None:
        raise InvalidInput("password-missing", "The present password is missing.", "send current_password")
    # A stolen token must not be enough to keep the account: failures count as failed logins do.
    log_in(caller.platform, row.username, body.current_password)


def _views(session: Session, rows: list[AccountRow]) -> list[AccountView]:
    held = defaultdict(list)
    for found in session.scalars(
        select(RoleRow).where(RoleRow.account.in_([row.id for row in rows])).order_by(RoleRow.role)
    ):
        held[found.account].append(
            GrantView(
                role=found.role,
                title_zh=ROLES.get(found.role, found.role),
                agency=found.agency,
                scope=found.scope,
            )
        )
    return [
        AccountView(
            id=str(row.id),
            agency=row.agency,
            username=row.username,
            display_name=row.display_name,
            active=row.active,
            roles=held[row.id],
        )
        for row in rows
    ]
