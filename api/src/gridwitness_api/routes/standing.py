"""Health, readiness, metrics and this interface's own description."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from gridwitness.errors import Unavailable

from gridwitness_api.readiness import readiness
from gridwitness_api.request_platform import PlatformHere
from gridwitness_api.schemas.standing import Alive, Ready

router = APIRouter(tags=["standing"])

_METRICS = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz", summary="进程存活 Is the process alive")
def healthz() -> Alive:
    """不检查其他组件。 Looks at nothing else."""
    return Alive()


@router.get("/readyz", summary="是否就绪 Is every part ready")
def readyz(platform: PlatformHere) -> Ready:
    """数据库、区块链、上链延迟；未就绪时为 503，逐项说明。 503 names each part and why."""
    parts = readiness(platform)
    if all(part.ready for part in parts):
        return Ready(parts=parts)
    shown = [part.model_dump() for part in parts]
    raise Unavailable("not-ready", "A part is not ready.", "see gridwitness doctor", parts=shown)


@router.get(
    "/metrics",
    summary="监控指标 Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """计数与耗时，不含个人信息。 Counts and times; no personal data."""
    return Response(request.app.state.metrics.exposition(), media_type=_METRICS)


@router.get("/api/v1/openapi.json", summary="接口描述 OpenAPI document", include_in_schema=False)
def description(request: Request) -> Response:
    """OpenAPI 3.1."""
    headers = {"Cache-Control": "public, max-age=60"}
    return Response(request.app.state.description, media_type="application/json", headers=headers)
