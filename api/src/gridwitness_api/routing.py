"""The application's routes, without a platform behind them: enough to describe the interface."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute

from gridwitness_api.routes import (
    accounts,
    agencies,
    anomalies,
    articles,
    case_documents,
    case_papers,
    cases,
    channels,
    detections,
    devices,
    dispatch,
    erasures,
    event_beside,
    event_file,
    events,
    feed_credentials,
    feeds,
    files,
    grids,
    hotspots,
    keys,
    logs,
    matters,
    movements,
    open311,
    passages,
    performance,
    performance_snapshots,
    public,
    qualifications,
    records,
    registers,
    rules,
    session,
    standing,
    subjects,
    supervision,
    tiles,
    units,
    upstreams,
    verification,
    webhooks,
)

_ROUTERS = (
    session,
    records,
    cases,
    case_documents,
    case_papers,
    event_file,
    rules,
    devices,
    grids,
    units,
    matters,
    registers,
    anomalies,
    passages,
    feeds,
    feed_credentials,
    hotspots,
    performance,
    performance_snapshots,
    event_beside,
    supervision,
    channels,
    detections,
    webhooks,
    upstreams,
    movements,  # before what takes `stream` for an event
    events,
    public,
    open311,
    dispatch,
    articles,
    subjects,
    files,
    logs,
    tiles,
    agencies,
    accounts,
    qualifications,
    keys,
    erasures,
    verification,
    standing,
)
_DESCRIPTION = """执法监督平台：签名记录进入只增日志并上链，任何人可独立核实。

Signed records go into an append-only log that is anchored on a chain; anyone can verify them without trusting
this platform. Formats: docs/format.md. Errors: application/problem+json with a stable code. Times: RFC 3339.
"""


def bare_application() -> FastAPI:
    """All routes. No page of the documentation is served: it would load scripts from elsewhere."""
    app = FastAPI(
        title="GridWitness 网格见证",
        version="1",
        summary="执法监督的可核实记录 Verifiable records of city enforcement",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    for module in _ROUTERS:
        app.include_router(module.router)
    return app


def _operation_id(route: APIRoute) -> str:
    return f"{route.endpoint.__module__.rpartition('.')[2]}.{route.name.strip('_')}"
