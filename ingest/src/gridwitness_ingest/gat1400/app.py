"""The door itself: the paths of GA/T 1400.4 that it answers, as an ASGI application."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import psycopg
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
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gridwitness_ingest.gat1400.answers import (
    BUSY,
    INVALID_CONTENT,
    INVALID_OPERATION,
    OTHER_ERROR,
    Status,
    single,
)
from gridwitness_ingest.gat1400.gathering import Gathering
from gridwitness_ingest.gat1400.http_digest import Nonces
from gridwitness_ingest.gat1400.login import Login, UnansweredError
from gridwitness_ingest.gat1400.receiving import DOOR, Receiving
from gridwitness_ingest.gat1400.registering import Registering
from gridwitness_ingest.gat1400.requests import Bounds
from gridwitness_ingest.gat1400.sessions import Sessions
from gridwitness_ingest.gat1400.storing import Storing
from gridwitness_ingest.gat1400.subscription_requests import SubscriptionRequests
from gridwitness_ingest.metrics import DoorMetrics

_HTTP = (
    (Unauthenticated, 401, INVALID_OPERATION),
    (Forbidden, 403, INVALID_OPERATION),
    (NotFound, 404, INVALID_OPERATION),
    (Conflict, 409, INVALID_OPERATION),
    (TooLarge, 413, INVALID_CONTENT),
    (InvalidInput, 400, INVALID_CONTENT),
    (Unavailable, 503, BUSY),
)
_UNREAD = frozenset({"body-too-large", "body-slow"})
"""Refusals before the body was read: the rest of it must not be taken for a request."""

_log = logging.getLogger(__name__)


def create_door(
    platform: Platform,
    metrics: DoorMetrics,
    *,
    bounds: Bounds | None = None,
    now: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The GA/T 1400 door to a platform, which the caller opened and closes.

    `now`: seconds, for sessions and nonces; both are this process's own.
    """
    bounds = bounds or Bounds()
    sessions = Sessions(now)
    login = Login(platform, Nonces(now))
    gathering = Gathering(Storing(platform, metrics).store)
    registering = Registering(platform, login, sessions, bounds)
    receiving = Receiving(platform, sessions, gathering, metrics, bounds)
    subscribing = SubscriptionRequests(platform, sessions, bounds)

    metrics.waiting.labels(DOOR).set_function(lambda: gathering.waiting)

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
        ]
    )
    _add_error_answers(app, platform, login, metrics)
    return app


def _add_error_answers(app: Starlette, platform: Platform, login: Login, metrics: DoorMetrics) -> None:
    def answer(request: Request, error: GridWitnessError) -> Response:
        metrics.refused_requests.labels(DOOR, error.code).inc()
        http, code = next(((h, c) for kind, h, c in _HTTP if isinstance(error, kind)), (500, OTHER_ERROR))
        headers = {}
        if isinstance(error, UnansweredError):
            headers["WWW-Authenticate"] = error.challenge
        elif http == 401:
            headers["WWW-Authenticate"] = login.new_challenge()
        elif http == 503:
            headers["Retry-After"] = "5"
        if error.code in _UNREAD:
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
    app.add_exception_handler(psycopg.Error, database)  # COPY goes past SQLAlchemy
    app.add_exception_handler(HTTPException, routing)
