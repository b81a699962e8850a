"""The platform a request works on, and the account that asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from gridwitness.errors import Unauthenticated
from gridwitness.members import Actor, token_invalid
from gridwitness.platform import Platform
from sqlalchemy.orm import Session

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,128}")
_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="POST /api/v1/login 得到的令牌 Token from POST /api/v1/login",
)


async def platform_of(request: Request) -> Platform:
    """The platform that `create_app` was given."""
    platform: Platform = request.app.state.platform
    return platform


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent the request, by bearer token."""

    platform: Platform
    token: str

    @contextmanager
    def transaction(self) -> Iterator[tuple[Session, Actor]]:
        """The request's one transaction, and who is asking. Raises Unauthenticated `token-invalid`."""
        with self.platform.transaction() as session:
            yield session, self.platform.accounts.actor(session, self.token)

    def require(self, roles: frozenset[str]) -> Actor:
        """Ask before a large body is read. Raises Unauthenticated, Forbidden `role-missing`."""
        with self.transaction() as (_, actor):
            actor.require(roles)
            return actor


def identify(platform: Platform, tokens: Sequence[str]) -> list[Actor | None]:
    """Whom tokens stand for, in one transaction."""
    with platform.transaction() as session:
        return platform.accounts.actors(session, tokens)


Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
PlatformHere = Annotated[Platform, Depends(platform_of)]


async def possible_caller(platform: PlatformHere, credentials: Credentials) -> Caller | None:
    """The caller, where a token is given. Raises Unauthenticated `token-invalid` for what is no token."""
    if credentials is None:
        return None
    if not _TOKEN.fullmatch(credentials.credentials):
        raise token_invalid()
    return Caller(platform, credentials.credentials)


async def caller(found: Annotated[Caller | None, Depends(possible_caller)]) -> Caller:
    """The caller. Raises Unauthenticated `token-missing`."""
    if found is None:
        raise Unauthenticated(
            "token-missing", "This needs a login.", "send Authorization: Bearer with a token of /api/v1/login"
        )
    return found


CallerHere = Annotated[Caller, Depends(caller)]
PossibleCaller = Annotated[Caller | None, Depends(possible_caller)]
