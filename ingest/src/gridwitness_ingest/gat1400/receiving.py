"""Passages: uploads and notifications, answered after they are stored."""

from __future__ import annotations

import asyncio

from gridwitness.errors import Conflict, Forbidden, Unavailable
from gridwitness.feeds.signed import HEADER
from gridwitness.platform import Platform
from starlette.requests import Request
from starlette.responses import Response

from gridwitness_ingest.gat1400.answers import INVALID_FORMAT, Status, listed
from gridwitness_ingest.gat1400.gathering import MOST_WAITING, Gathering
from gridwitness_ingest.gat1400.registering import identified
from gridwitness_ingest.gat1400.requests import Bounds, bounded_body, charset_of
from gridwitness_ingest.gat1400.sessions import Registered, Sessions
from gridwitness_ingest.gat1400.storing import Outcome
from gridwitness_ingest.gat1400.upload import Content, Upload, read_upload
from gridwitness_ingest.metrics import DoorMetrics

DOOR = "gat1400"


class Receiving:
    """Handlers of /VIID/MotorVehicles and /VIID/SubscribeNotifications."""

    def __init__(
        self,
        platform: Platform,
        sessions: Sessions,
        gathering: Gathering,
        metrics: DoorMetrics,
        bounds: Bounds,
    ) -> None:
        self._platform = platform
        self._sessions = sessions
        self._gathering = gathering
        self._metrics = metrics
        self._bounds = bounds
        self._under_way = asyncio.Semaphore(bounds.uploads)

    async def upload(self, request: Request) -> Response:
        """POST /VIID/MotorVehicles."""
        return await self._receive(request, "upload")

    async def notification(self, request: Request) -> Response:
        """POST /VIID/SubscribeNotifications."""
        return await self._receive(request, "notification")

    async def _receive(self, request: Request, content: Content) -> Response:
        sender = identified(request, self._sessions)
        if self._gathering.waiting >= MOST_WAITING:
            raise Unavailable("door-busy", "Too much is waiting to be stored.", "send it again in a moment")
        async with self._under_way:
            upload = await self._read(request, content, sender)
            try:
                outcome = await self._gathering.ask(sender.feed, upload)
            except Conflict as closed:
                raise Forbidden(closed.code, closed.message, closed.hint) from closed
        if outcome.refusal is not None:
            raise outcome.refusal
        self._count(sender.feed, upload, outcome)
        statuses = outcome.statuses or [Status(sender.device)]
        unreadable = upload.flaw is not None and any(status.code == INVALID_FORMAT for status in statuses)
        return listed(request.url.path, self._platform.clock.now(), statuses, 400 if unreadable else 200)

    async def _read(self, request: Request, content: Content, sender: Registered) -> Upload:
        raw = await bounded_body(request, self._bounds.body, self._bounds.seconds)
        return await asyncio.to_thread(
            read_upload,
            raw,
            content,
            device=sender.device,
            charset=charset_of(request),
            signature=request.headers.get(HEADER),
            now=self._platform.clock.now(),
        )

    def _count(self, feed: str, upload: Upload, outcome: Outcome) -> None:
        self._metrics.stored(DOOR, feed, int(outcome.kept), "passages", outcome.passages, outcome.letters)
        dropped = upload.body.dropped if outcome.kept else 0
        self._metrics.left_out(DOOR, feed, repeated=outcome.repeated, dropped=dropped)
