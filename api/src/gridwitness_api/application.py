"""The application: routes, errors, and what stands around every request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from gridwitness.feeds import Decoder
from gridwitness.platform import Platform

from gridwitness_api.batch_acceptance import accept_batch
from gridwitness_api.body_limit import BodyLimit
from gridwitness_api.channel_access import HourlyRate
from gridwitness_api.framework_errors import add_error_handlers
from gridwitness_api.gathering import Gathering
from gridwitness_api.metrics import Metrics
from gridwitness_api.movement_stream import MovementStream
from gridwitness_api.observation import Observation
from gridwitness_api.openapi import openapi_document
from gridwitness_api.request_platform import identify
from gridwitness_api.routes.files import upload_limiter
from gridwitness_api.routing import bare_application
from gridwitness_api.security_headers import SecurityHeaders


def create_app(platform: Platform, decoders: Callable[[], Mapping[str, Decoder]] = dict) -> FastAPI:
    """The HTTP door to a platform, which the caller opened and closes.

    `decoders`: by format, for dead letters that are read again; asked for when one is.
    """
    app = bare_application()
    app.state.platform = platform
    app.state.metrics = Metrics(platform)
    app.state.decoders = decoders
    app.state.uploads = None
    app.state.actors = Gathering(partial(identify, platform))
    app.state.intake = Gathering(partial(accept_batch, platform))
    app.state.public_rate = HourlyRate()
    app.state.movements = MovementStream(platform)
    app.state.description = openapi_document()
    add_error_handlers(app)
    # The last added stands outermost.
    app.add_middleware(BodyLimit, file_limit=platform.settings.file_size_limit_bytes)
    app.add_middleware(Observation, metrics=app.state.metrics)
    app.add_middleware(SecurityHeaders)
    app.router.lifespan_context = _lifespan
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.uploads = upload_limiter()  # belongs to the running event loop
    yield
