"""The door itself: the paths of GA/T 1400.4 that it answers, as an ASGI application."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from gridwitness.errors import (
    Conflict,
    Forbidden,
    GridWitnessError,
    InvalidInput,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from gridwitness.platform import Platform
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gridwitness_ingest.gat1400.answers import (
    BUSY,
    INVALID_CONTENT,
    INVALID_OPERATION,
    OTHER_ERROR,
    Status,
    single,
)
from gridwitness_ingest.gat1400.counters import Counters
from gridwitness_ingest.gat1400.gathering import MOST_WAITING, Gathering
from gridwitness_ingest.gat1400.http_digest import Nonces
from gridwitness_ingest.gat1400.login import Login, UnansweredError
from gridwitness_ingest.gat1400.receiving import Receiving
from gridwitness_ingest.gat1400.registering import Registering
from gridwitness_ingest.gat1400.requests import Bounds
from gridwitness_ingest.gat1400.sessions import Sessions
from gridwitness_ingest.gat1400.storing import Storing
from gridwitness_ingest.gat1400.subscription_requests import SubscriptionRequests

_HTTP = (
    (Unauthenticated, 401, INVALID_OPERATION),
    (Forbidden, 403, INVALID_OPERATION),
    (NotFound, 404, INVALID_OPERATION),
    (Conflict, 409, INVALID_OPERATION),
    (TooLarge, 413, INVALID_CONTENT),
    (InvalidInput, 400, INVALID_CONTENT),
    (Unavailable, 503, BUSY),
)
_log = logging.getLogger(__name__)


def create_door(
    platform: Platform, *, bounds: Bounds | None = None, now: Callable[[], float] = time.monotonic
) -> Starlette:
    """The GA/T 1400 door to a platform, which the caller opened and closes.

    `now`: seconds, for sessions and nonces; both are this process's own.
    """
    bounds = bounds or Bounds()
    counters, sessions = Counters(), Sessions(now)
    login = Login(platform, Nonces(now))
    gathering = Gathering(Storing(platform, pictures=platform.settings.gat1400_pictures).store)
    registering = Registering(platform, login, sessions, bounds)
    receiving = Receiving(platform, sessions, gathering, counters, bounds)
    subscribing = SubscriptionRequests(platform, sessions, bounds)

    async def metrics(_request: Request) -> Response:
        gauges = {"sessions": float(sessions.count()), "waiting": float(gathering.waiting)}
        return PlainTextResponse(counters.text(gauges))

    async def health(_request: Request) -> Response:
        try:
            await asyncio.to_thread(_ask_database, platform)
        except DBAPIError:
            return PlainTextResponse("the database does not answer\n", 503)
        busy = gathering.waiting >= MOST_WAITING
        return PlainTextResponse("busy\n" if busy else "ok\n", 503 if busy else 200)

    async def refused(_request: Request) -> Response:
        raise Forbidden("people-refused", "People and faces are not taken here.", "send motor vehicles only")

    app = Starlette(
        routes=[
            Route("/VIID/System/Register", registering.register, methods=["POST"]),
            Route("/VIID/System/UnRegister", registering.unregister, methods=["POST"]),
            Route("/VIID/System/Keepalive", registering.keepalive, methods=["POST"]),
            Route("/VIID/System/Time", registering.time, methods=["GET"]),
            Route("/VIID/MotorVehicles", receiving.upload, methods=["POST"]),
            Route("/VIID/SubscribeNotifications", receiving.notification, methods=["POST"]),
            Route("/VIID/Subscribes", subscribing.put, methods=["POST", "PUT"]),
            Route("/VIID/Subscribes", subscribing.listed, methods=["GET"]),
            Route("/VIID/Subscribes", subscribing.cancel, methods=["DELETE"]),
            Route("/VIID/Faces", refused, methods=["GET", "POST", "PUT", "DELETE"]),
            Route("/VIID/Persons", refused, methods=["GET", "POST", "PUT", "DELETE"]),
            Route("/metrics", metrics),
            Route("/healthz", health),
        ]
    )
    _add_error_answers(app, platform, login, counters)
    return app


def _add_error_answers(app: Starlette, platform: Platform, login: Login, counters: Counters) -> None:
    def answer(request: Request, error: GridWitnessError) -> Response:
        counters.add("refused_total", code=error.code)
        http, code = next(((h, c) for kind, h, c in _HTTP if isinstance(error, kind)), (500, OTHER_ERROR))
        headers = {}
        if isinstance(error, UnansweredError):
            headers["WWW-Authenticate"] = error.challenge
        elif http == 401:
            headers["WWW-Authenticate"] = login.new_challenge()
        elif http == 503:
            headers["Retry-After"] = "5"
        if http in (408, 413):
            headers["Connection"] = "close"
        status = Status("", code, f"{error.code}: {error}")
        return single(request.url.path, platform.clock.now(), status, http, headers)

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, GridWitnessError)
        return answer(request, error)

    async def database(request: Request, error: Exception) -> Response:
        _log.warning("the database refused: %s", type(error).__name__)
        unavailable = Unavailable("database-unavailable", "It could not be stored.", "send it again")
        return answer(request, unavailable)

    async def routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = {404: "This door has no such path.", 405: "This path has no such method."}
        status = Status("", INVALID_OPERATION, f"path-unknown: {words.get(error.status_code, error.detail)}")
        return single(request.url.path, platform.clock.now(), status, error.status_code)

    app.add_exception_handler(GridWitnessError, ours)
    app.add_exception_handler(DBAPIError, database)
    app.add_exception_handler(HTTPException, routing)


def _ask_database(platform: Platform) -> None:
    with platform.transaction() as session:
        session.execute(text("SELECT 1"))
