"""Around every request: an id, one access log line, metrics, and a last answer to what nobody expected."""

from __future__ import annotations

import logging
import time
from uuid import uuid4

from fastapi import Request
from gridwitness.errors import Misconfigured
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridwitness_api.metrics import Metrics
from gridwitness_api.problems import problem_response

_access = logging.getLogger("gridwitness.access")

CLIENT_LEFT = 499


class Observation:
    """ASGI middleware. The log line holds no query, header or body: tokens and personal data live there."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        occurrence = str(uuid4())
        scope.setdefault("state", {})["occurrence"] = occurrence
        status = 0
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", occurrence.encode())]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            status = status or CLIENT_LEFT
        except Exception as error:
            if status:  # the answer is under way: only breaking the connection can say that it is not whole
                raise
            internal = Misconfigured("internal", f"unexpected {type(error).__name__}")
            internal.__cause__ = error
            await problem_response(internal, Request(scope))(scope, receive, noting)
        finally:
            self._note(scope, status, time.perf_counter() - started, occurrence)

    def _note(self, scope: Scope, status: int, seconds: float, occurrence: str) -> None:
        template = getattr(scope.get("route"), "path", "unmatched")
        self._metrics.request(scope["method"], template, status, seconds)
        path = scope["path"][:256].encode("unicode_escape").decode("ascii")
        _access.info("%s %s %d %.1fms %s", scope["method"], path, status, seconds * 1000, occurrence)
