"""The problem document (RFC 9457)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from gridwitness_api.schemas.forms import example


class Problem(BaseModel):
    """An error 错误. `code` is stable; further members tell the circumstances."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra=example(
            {
                "type": "urn:gridwitness:problem:record-unknown",
                "title": "未找到 Not found",
                "status": 404,
                "detail": "There is no record 0198f2a0-7c11-7abc-8def-0123456789ab.",
                "code": "record-unknown",
                "hint": "the receipt's sender knows its jti",
                "instance": "urn:uuid:5f0c6a34-9a2e-4a39-8d80-0d7ac9d6a3b1",
            }
        ),
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str | None = None
    instance: str
