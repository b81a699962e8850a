"""Subscriptions: /VIID/Subscribes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from gridwitness.errors import Forbidden, GridWitnessError, InvalidInput
from gridwitness.feeds import (
    Subscription,
    cancel_subscriptions,
    feed_named,
    put_subscription,
    subscriptions_of,
)
from gridwitness.platform import Platform
from starlette.requests import Request
from starlette.responses import Response

from gridwitness_ingest.gat1400.answers import INVALID_CONTENT, INVALID_OPERATION, Status, in_json, listed
from gridwitness_ingest.gat1400.body import UnreadableBodyError, read_body
from gridwitness_ingest.gat1400.envelopes import member, subscriptions
from gridwitness_ingest.gat1400.registering import identified
from gridwitness_ingest.gat1400.requests import Bounds, bounded_body, charset_of
from gridwitness_ingest.gat1400.sessions import Sessions
from gridwitness_ingest.gat1400.subscribing import read_subscription, told_subscription


class SubscriptionRequests:
    """Handlers of /VIID/Subscribes. What a feed subscribes to here is what it may notify."""

    def __init__(self, platform: Platform, sessions: Sessions, bounds: Bounds) -> None:
        self._platform = platform
        self._sessions = sessions
        self._bounds = bounds

    async def put(self, request: Request) -> Response:
        """POST and PUT: each subscription taken or refused by itself; 403 where none is taken."""
        sender = identified(request, self._sessions)
        raw = await bounded_body(request, self._bounds.control, self._bounds.seconds)
        try:
            found = subscriptions(read_body(raw, charset_of(request)).tree)
        except UnreadableBodyError as error:
            raise InvalidInput(error.args[0], error.args[1]) from None
        if not 0 < len(found) <= 100:
            raise InvalidInput("subscription-missing", "The body has 1 to 100 subscriptions.", None)
        statuses, taken = _read(found)
        if taken:
            await asyncio.to_thread(self._keep, sender.feed, taken)
        refused = any(status.code == INVALID_OPERATION for status in statuses)
        http = 200 if taken else 403 if refused else 400
        return listed(request.url.path, self._platform.clock.now(), statuses, http)

    async def listed(self, request: Request) -> Response:
        """GET: the sender's own."""
        sender = identified(request, self._sessions)
        held = await asyncio.to_thread(self._held, sender.feed)
        told = [told_subscription(one) for one in held]
        return in_json({"SubscribeListObject": {"SubscribeObject": told}})

    async def cancel(self, request: Request) -> Response:
        """DELETE ?IDList=…,…: the sender's own."""
        sender = identified(request, self._sessions)
        named = [name for name in request.query_params.get("IDList", "").split(",") if name][:100]
        if not named:
            raise InvalidInput("subscription-id", "IDList names what is cancelled.", "DELETE ?IDList=a,b")
        gone = await asyncio.to_thread(self._cancel, sender.feed, named)
        statuses = [
            Status(name)
            if name in gone
            else Status(name, INVALID_CONTENT, "subscription-unknown: there is none of this SubscribeID")
            for name in named
        ]
        return listed(request.url.path, self._platform.clock.now(), statuses, 200 if gone else 404)

    def _keep(self, feed: str, taken: Sequence[Subscription]) -> None:
        with self._platform.transaction() as session:
            for one in taken:
                put_subscription(session, feed_named(session, feed), one, self._platform.clock.now())

    def _held(self, feed: str) -> list[Subscription]:
        with self._platform.transaction() as session:
            return [*subscriptions_of(session, feed_named(session, feed)).values()]

    def _cancel(self, feed: str, named: Sequence[str]) -> set[str]:
        with self._platform.transaction() as session:
            return cancel_subscriptions(session, feed_named(session, feed), named, self._platform.clock.now())


def _read(found: Sequence[dict[str, Any]]) -> tuple[list[Status], list[Subscription]]:
    statuses, taken = [], []
    for told in found:
        name = str(member(told, "subscribeid") or "")[:64]
        try:
            taken.append(read_subscription(told))
        except GridWitnessError as error:
            code = INVALID_OPERATION if isinstance(error, Forbidden) else INVALID_CONTENT
            statuses.append(Status(name, code, f"{error.code}: {error}"))
        else:
            statuses.append(Status(name))
    return statuses, taken
