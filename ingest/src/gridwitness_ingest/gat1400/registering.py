"""Registering, keeping alive and the time: /VIID/System."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from gridwitness.errors import InvalidInput, Unauthenticated
from gridwitness.feeds import Feed
from gridwitness.platform import Platform
from starlette.requests import Request
from starlette.responses import Response

from gridwitness_ingest.gat1400.answers import Status, in_json, single
from gridwitness_ingest.gat1400.body import UnreadableBodyError, read_body
from gridwitness_ingest.gat1400.envelopes import member
from gridwitness_ingest.gat1400.login import Asked, Login
from gridwitness_ingest.gat1400.requests import Bounds, bounded_body, certificate_of, charset_of, host_of
from gridwitness_ingest.gat1400.sessions import Registered, Sessions
from gridwitness_ingest.gat1400.told_time import compact

IDENTIFY = "User-Identify"
_DEVICE = re.compile(r"[0-9]{20}")


class Registering:
    """Handlers of /VIID/System."""

    def __init__(self, platform: Platform, login: Login, sessions: Sessions, bounds: Bounds) -> None:
        self._platform = platform
        self._login = login
        self._sessions = sessions
        self._bounds = bounds

    async def register(self, request: Request) -> Response:
        """POST /VIID/System/Register, by Digest."""
        feed = await self._proved(request)
        device = await self._device(request)
        self._sessions.register(device, feed.name, host_of(request), certificate_of(request))
        return self._done(request, device)

    async def unregister(self, request: Request) -> Response:
        """POST /VIID/System/UnRegister: by who is registered, or by Digest."""
        try:
            held = identified(request, self._sessions)
        except Unauthenticated:
            feed = await self._proved(request)
            device = await self._device(request)
            self._sessions.unregister(device, feed.name)
            return self._done(request, device)
        self._sessions.unregister(held.device, held.feed)
        return self._done(request, held.device)

    async def keepalive(self, request: Request) -> Response:
        """POST /VIID/System/Keepalive."""
        await bounded_body(request, self._bounds.control, self._bounds.seconds)
        return self._done(request, identified(request, self._sessions).device)

    async def time(self, _request: Request) -> Response:
        """GET /VIID/System/Time: for anyone, so that a device can set its clock before it registers."""
        now = compact(self._platform.clock.now())
        told = {"VIIDServerID": "", "TimeMode": "1", "LocalTime": now, "TimeZone": "GMT+8"}
        return in_json({"SystemTimeObject": told})

    async def _proved(self, request: Request) -> Feed:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        asked = Asked(request.method, target, request.headers.get("authorization"), certificate_of(request))
        return await asyncio.to_thread(self._login.feed_of, asked)

    async def _device(self, request: Request) -> str:
        """DeviceID of the body. Raises InvalidInput `body-json` …, `device-id`."""
        raw = await bounded_body(request, self._bounds.control, self._bounds.seconds)
        try:
            tree: Any = read_body(raw, charset_of(request)).tree
        except UnreadableBodyError as error:
            raise InvalidInput(error.args[0], error.args[1]) from None
        told = tree if isinstance(tree, dict) else {}
        inner = member(told, "registerobject", "unregisterobject")
        device = member(inner if isinstance(inner, dict) else told, "deviceid")
        if not isinstance(device, str | int) or not _DEVICE.fullmatch(str(device)):
            raise InvalidInput("device-id", "DeviceID has 20 digits.", None)
        return str(device)

    def _done(self, request: Request, device: str) -> Response:
        return single(request.url.path, self._platform.clock.now(), Status(device))


def identified(request: Request, sessions: Sessions) -> Registered:
    """Who sends, by `User-Identify`. Raises Unauthenticated `not-registered`."""
    return sessions.identify(request.headers.get(IDENTIFY), host_of(request), certificate_of(request))
