"""JSON bodies are read strictly, as records are: `docs/format.md` section 1."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from gridwitness.errors import InvalidInput
from gridwitness_evidence import EvidenceError, strict_json

JSON = "application/json"


def content_type_of(request: Request) -> str:
    """The media type without parameters, lower case; empty where none is given."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    return message.get_content_type() if message["content-type"] else ""


def require_content_type(request: Request, *allowed: str) -> str:
    """The media type. Raises InvalidInput `content-type-unsupported`."""
    found = content_type_of(request)
    if found not in allowed:
        raise InvalidInput(
            "content-type-unsupported",
            f"A body of type {found[:80] or 'unknown'!r} is not taken here.",
            f"send {' or '.join(allowed)}",
        )
    return found


def strict_value(body: bytes) -> Any:
    """The JSON value. Raises InvalidInput with the code of `docs/format.md` section 1."""
    try:
        return strict_json.loads(body)
    except EvidenceError as error:
        raise InvalidInput(error.code, error.message, "see docs/format.md section 1") from error


class _StrictRequest(Request):
    async def json(self) -> Any:
        return strict_value(await self.body())


class StrictRoute(APIRoute):
    """A route whose JSON body is refused where a lenient parser would guess."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def strictly(request: Request) -> Response:
            if takes_body:
                require_content_type(request, JSON)
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly
