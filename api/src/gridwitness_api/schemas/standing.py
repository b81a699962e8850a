"""Whether the platform lives and is fit to serve."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example


class Alive(Answer):
    """The process answers 进程存活."""

    model_config = ConfigDict(json_schema_extra=example({"status": "alive"}))

    status: Literal["alive"] = "alive"


class Part(Answer):
    """One part, and why it is not ready 组件状态."""

    model_config = ConfigDict(json_schema_extra=example({"name": "chain", "ready": True, "reason": None}))

    name: str
    ready: bool
    reason: str | None


class Ready(Answer):
    """Every part is ready 全部就绪."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"status": "ready", "parts": [{"name": "database", "ready": True, "reason": None}]}
        )
    )

    status: Literal["ready"] = "ready"
    parts: list[Part]
