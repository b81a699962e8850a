"""What a request says before anything is done for it: its body within bounds, who sends it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from gridwitness.errors import InvalidInput, TooLarge, Unavailable
from starlette.requests import ClientDisconnect, Request

from gridwitness_ingest.gat1400.peer_certificate import CERTIFICATE

BODY_LIMIT = 32 * 1024 * 1024
CONTROL_LIMIT = 256 * 1024
BODY_SECONDS = 30.0
"""A body takes no longer than this to arrive: who sends slower holds what others need."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one door; tests make them small."""

    body: int = BODY_LIMIT
    control: int = CONTROL_LIMIT
    seconds: float = BODY_SECONDS
    uploads: int = 32
    """Bodies under way at once; more wait for their turn before they are read."""


async def bounded_body(request: Request, limit: int, seconds: float) -> bytes:
    """The body. Raises TooLarge `body-too-large`, Unavailable `body-slow`, InvalidInput `body-cut`."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and (len(announced) > 15 or int(announced) > limit):
        raise TooLarge("body-too-large", f"The body is over {limit} bytes.", "send less at once")
    try:
        return await asyncio.wait_for(_read(request, limit), seconds)
    except TimeoutError:
        raise Unavailable(
            "body-slow", f"The body took more than {seconds:g} seconds.", "send faster"
        ) from None
    except ClientDisconnect:
        raise InvalidInput("body-cut", "The connection ended within the body.", "send it again") from None


async def _read(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge("body-too-large", f"The body is over {limit} bytes.", "send less at once")
    return bytes(body)


def charset_of(request: Request) -> str | None:
    """The charset that the body is declared in."""
    for part in request.headers.get("content-type", "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip()
    return None


def host_of(request: Request) -> str:
    """The address that the request comes from."""
    return request.client.host if request.client else ""


def certificate_of(request: Request) -> bytes | None:
    """DER of the client certificate, where TLS verified one."""
    found = request.scope.get(CERTIFICATE)
    return found if isinstance(found, bytes) else None
