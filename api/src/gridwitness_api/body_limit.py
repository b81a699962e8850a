"""Bounds on request bodies, held before anything is parsed."""

from __future__ import annotations

from fastapi import Request
from gridwitness.errors import TooLarge
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridwitness_api.problems import problem_response

DEFAULT_LIMIT = 1024 * 1024
BATCH_LIMIT = 64 * 1024 * 1024


class BodyLimit:
    """ASGI middleware: 413 `body-too-large` by the announced length, or when the bytes run over."""

    def __init__(self, app: ASGIApp, file_limit: int) -> None:
        """`file_limit`: largest uploaded file in bytes."""
        self._app = app
        self._file_limit = file_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self.limit_of(scope["method"], scope["path"])
        if _announced(scope) > limit:
            await problem_response(_too_large(limit), Request(scope))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, counted, send)

    def limit_of(self, method: str, path: str) -> int:
        """Most bytes a body may have."""
        if method == "POST" and path == "/api/v1/records":
            return BATCH_LIMIT
        if method == "POST" and path.startswith("/api/v1/channels/") and path.endswith("/import"):
            return BATCH_LIMIT
        if method == "PUT" and path.startswith("/api/v1/files/"):
            return self._file_limit
        return DEFAULT_LIMIT


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and len(value) < 20:
            return int(value)
    return 0


def _too_large(limit: int) -> TooLarge:
    return TooLarge("body-too-large", f"The body is over {limit} bytes.", "send less at once", limit=limit)
