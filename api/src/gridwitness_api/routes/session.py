"""Login, logout, and who is asking."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from fastapi import APIRouter
from gridwitness.errors import Unauthenticated, Unavailable
from gridwitness.members import ROLES, Actor, Grant
from gridwitness.platform import Platform
from gridwitness.records import rfc3339

from gridwitness_api.request_platform import CallerHere, PlatformHere
from gridwitness_api.schemas.session import GrantView, Login, Me, Token
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["session"], route_class=StrictRoute)

_PASSWORD_CHECKS = threading.BoundedSemaphore(4)
"""Argon2 takes 64 MiB a check: a flood of logins must not take the machine's memory."""
_WAIT_SECONDS = 10
_SCHEME: Literal["Bearer"] = "Bearer"


@router.post("/login", summary="登录 Log in")
def login(body: Login, platform: PlatformHere) -> Token:
    """用户名和密码换取令牌。

    A bearer token for user name and password; five failures lock for a quarter of an hour.
    """
    token, expires = log_in(platform, body.username, body.password)
    return Token(token=token, token_type=_SCHEME, expires_at=expires)


@router.post("/logout", status_code=204, summary="退出 Log out")
def logout(caller: CallerHere) -> None:
    """令牌立即失效。 The token ends at once; doing it again is no error."""
    with caller.platform.transaction() as session:
        caller.platform.accounts.close_session(session, caller.token)


@router.get("/me", summary="当前账号 Who I am")
def me(caller: CallerHere) -> Me:
    """当前账号及其角色。 The account behind the token, with its roles."""
    with caller.transaction() as (_, actor):
        return _me(actor)


def log_in(platform: Platform, username: str, password: str) -> tuple[str, str]:
    """Token and its end. Failures are counted: they are committed before they are raised."""
    failure: Unauthenticated | None = None
    with _checking(), platform.transaction() as session:
        try:
            account = platform.accounts.check_password(session, username, password)
            token, expires = platform.accounts.open_session(session, account.id)
        except Unauthenticated as error:
            failure = error
    if failure is not None:
        raise failure
    return token, rfc3339(expires)


@contextmanager
def _checking() -> Iterator[None]:
    if not _PASSWORD_CHECKS.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable("login-busy", "Too many logins at once.", "try again shortly")
    try:
        yield
    finally:
        _PASSWORD_CHECKS.release()


def grant_view(grant: Grant) -> GrantView:
    """A grant as it is shown."""
    return GrantView(
        role=grant.role, title_zh=ROLES.get(grant.role, grant.role), agency=grant.agency, scope=grant.scope
    )


def _me(actor: Actor) -> Me:
    return Me(
        account=str(actor.account),
        agency=actor.agency,
        username=actor.username,
        roles=[grant_view(grant) for grant in actor.grants],
    )
