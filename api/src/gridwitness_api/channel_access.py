"""Senders known by a channel's token, and how much is taken from who shows none."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from gridwitness.channels import Channel
from gridwitness.errors import Forbidden, Unauthenticated, Unavailable
from gridwitness.platform import Platform
from sqlalchemy.orm import Session

from gridwitness_api.request_platform import PlatformHere

_TOKEN = re.compile(r"gwc_[A-Za-z0-9_-]{43}")
_HOUR = 3600.0
_MOST_SOURCES = 10_000
_bearer = HTTPBearer(
    auto_error=False, scheme_name="channel", description="渠道令牌 A token of the channel (gwc_…)"
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever sent the request, by a channel's token."""

    platform: Platform
    token: str

    def channel(self, session: Session, name: str) -> Channel:
        """The channel, which has to be the token's. Raises Unauthenticated, Forbidden, Conflict."""
        found = self.platform.channels.of_token(session, self.token)
        if found.name != name:
            raise Forbidden("channel-foreign", f"The token is not one of channel {name}.", None)
        return found


async def sender(
    platform: PlatformHere, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Sender:
    """The sender. Raises Unauthenticated `token-missing`, `token-invalid`."""
    if credentials is None:
        raise Unauthenticated(
            "token-missing", "This needs a channel's token.", "send Authorization: Bearer gwc_…"
        )
    if not _TOKEN.fullmatch(credentials.credentials):
        raise Unauthenticated("token-invalid", "No channel has this token.", "ask for a token of a channel")
    return Sender(platform, credentials.credentials)


SenderHere = Annotated[Sender, Depends(sender)]


class HourlyRate:
    """Counts what came from somewhere (a channel, a receipt code) within the last hour, in this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._taken: dict[str, deque[float]] = {}

    def take(self, source: str, most: int) -> None:
        """Count one. Raises Unavailable `channel-busy` where the hour is full."""
        now = self._now()
        with self._lock:
            if len(self._taken) > _MOST_SOURCES:
                self._forget(now - _HOUR)
            taken = self._taken.setdefault(source, deque())
            while taken and taken[0] <= now - _HOUR:
                taken.popleft()
            if len(taken) >= most:
                raise Unavailable(
                    "channel-busy",
                    f"{source} has been used {most} times within the hour.",
                    "try again later, or call the hotline",
                )
            taken.append(now)

    def _forget(self, before: float) -> None:
        self._taken = {source: taken for source, taken in self._taken.items() if taken and taken[-1] > before}


def hourly_rate(request: Request) -> HourlyRate:
    """That of this process."""
    found: HourlyRate = request.app.state.public_rate
    return found


RateHere = Annotated[HourlyRate, Depends(hourly_rate)]
