"""Requests made from our own OpenAPI document, by schemathesis; answers held to the same document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import requests
import schemathesis
from gridwitness_api import openapi_document
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

BASE = "http://testserver"
CHECKS = [
    not_a_server_error,
    response_schema_conformance,
    content_type_conformance,
    status_code_conformance,
]
APART = {
    ("GET", "/api/v1/events/stream"): "it has no end; tests/integration/channels/test_stream.py",
    ("POST", "/api/v1/logout"): "it ends the login of the requests behind it",
}
"""Operations that are not called, and why."""
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
"""In form, and out of form."""

schemathesis.serializer.alias(["application/sd-jwt", "application/x-ndjson", "text/csv"], "text/plain")


class DescribedInterface:
    """The operations of the document. `known`: what there is, by the names of parameters in addresses."""

    def __init__(
        self, client: httpx.Client, headers: Mapping[str, Mapping[str, str]], known: Mapping[str, str]
    ) -> None:
        """`headers`: by security scheme; `""` where an operation asks for none."""
        self._client = client
        self._headers = headers
        self._known = known
        self.schema = schemathesis.openapi.from_dict(json.loads(openapi_document()))
        self.answered: dict[str, dict[int, int]] = {}

    def operations(self) -> Iterator[Any]:
        """All but those that stand apart."""
        for found in self.schema.get_all_operations():
            operation = found.ok()
            if (operation.method.upper(), operation.path) not in APART:
                yield operation

    def try_out(
        self, operation: Any, examples: int, modes: Sequence[GenerationMode] = MODES, seeded: bool = True
    ) -> None:
        """So many requests in each mode; every answer has to be one that the document describes."""
        for mode in modes:
            strategy = operation.as_strategy(generation_mode=mode)

            @settings(
                max_examples=examples,
                derandomize=seeded,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=[*HealthCheck],
            )
            @given(case=strategy, there=st.booleans())
            def one(case: Case, there: bool) -> None:
                self._call(operation, case, there)

            try:
                one()
            except Unsatisfiable:
                if mode is GenerationMode.POSITIVE:
                    raise  # what takes nothing cannot be out of form

    def _call(self, operation: Any, case: Case, there: bool) -> None:
        if there and case.path_parameters:
            case.path_parameters = {
                name: self._known.get(name, value) for name, value in case.path_parameters.items()
            }
        asked = case.as_transport_kwargs(base_url=BASE)
        allowed = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
        prepared = requests.Request(**{k: v for k, v in asked.items() if k in allowed}).prepare()
        headers = {**{k: _header(v) for k, v in prepared.headers.items()}, **self._right(operation)}
        body = prepared.body
        content = body.encode() if isinstance(body, str) else body
        answer = self._client.request(
            str(prepared.method), str(prepared.url), headers=headers, content=content
        )
        counted = self.answered.setdefault(f"{operation.method.upper()} {operation.path}", {})
        counted[answer.status_code] = counted.get(answer.status_code, 0) + 1
        case.validate_response(answer, checks=list(CHECKS))

    def _right(self, operation: Any) -> Mapping[str, str]:
        schemes = [name for entry in operation.definition.raw.get("security", []) for name in entry]
        return self._headers[schemes[0] if schemes else ""]


def _header(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
