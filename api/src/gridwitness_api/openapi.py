"""The OpenAPI 3.1 document: deterministic, an example on every schema; committed as `docs/openapi.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gridwitness_api.problems import PROBLEM_TYPE
from gridwitness_api.routing import bare_application
from gridwitness_api.schemas.forms import Answer, Form
from gridwitness_api.schemas.problem import Problem
from gridwitness_api.schemas.records import RecordEnvelope

_REF = "#/components/schemas/{model}"
_METHODS = ("get", "put", "post", "delete", "head", "patch")


def openapi_document() -> str:
    """The document as text, the same bytes every time, ending in a line feed."""
    return json.dumps(_describe(bare_application()), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def check_openapi(path: Path) -> bool:
    """Whether the file is what the code describes."""
    return path.is_file() and path.read_text(encoding="utf-8") == openapi_document()


def _describe(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document with our problems in place of its own errors."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _, extra = models_json_schema(
        [(Problem, "validation"), (RecordEnvelope, "validation")], ref_template=_REF
    )
    schemas.update(extra["$defs"])
    for model in (*_models(Form), *_models(Answer)):
        if model.__name__ in schemas:  # FastAPI leaves out what is null, also in examples
            schemas[model.__name__]["examples"] = _examples(model)
    for path in document["paths"].values():
        for method in _METHODS:
            if method in path:
                _with_problems(path[method])
    return document


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _examples(model: type[BaseModel]) -> Any:
    extra = model.model_config["json_schema_extra"]
    assert isinstance(extra, dict)
    return extra["examples"]


def _with_problems(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in json.dumps(responses.get("422", {})):
        del responses["422"]
    responses["default"] = {
        "description": "问题说明 Problem document (RFC 9457)",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
