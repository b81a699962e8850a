"""The OpenAPI document: deterministic, committed, valid, with examples that fit their schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gridwitness_api import check_openapi, openapi_document
from jsonschema import Draft202012Validator

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(openapi_document())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]


def test_it_is_the_same_every_time_and_the_committed_one() -> None:
    assert openapi_document() == openapi_document()
    assert check_openapi(COMMITTED), "run: gridwitness openapi --out docs/openapi.json"


def test_drift_is_noticed(tmp_path: Path) -> None:
    other = tmp_path / "openapi.json"
    assert not check_openapi(other)
    other.write_text(openapi_document().replace("Log in", "Log on"), encoding="utf-8")
    assert not check_openapi(other)


def test_it_is_openapi_3_1_without_dangling_references() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    named = set(_references(DOCUMENT))
    assert named <= {f"#/components/schemas/{name}" for name in SCHEMAS}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_has_examples_that_fit_it(name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    examples = SCHEMAS[name]["examples"]
    assert examples
    for example in examples:
        Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_says_what_it_does_and_how_it_fails(name: str, operation: dict[str, Any]) -> None:
    assert any("\u4e00" <= character <= "\u9fff" for character in operation["summary"])
    assert any(character.isascii() and character.isalpha() for character in operation["summary"])
    assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}
    assert "HTTPValidationError" not in json.dumps(operation)


def test_operation_names_are_unique() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in _references(item)]
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    return []
