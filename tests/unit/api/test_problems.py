"""Problem documents: which status, which words, and what is never told."""

from __future__ import annotations

import json
import logging

import psycopg
import pytest
from fastapi import Request
from gridwitness.errors import (
    Conflict,
    Forbidden,
    GridWitnessError,
    InvalidInput,
    Misconfigured,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnrecordedChange,
)
from gridwitness_api.framework_errors import database_problem
from gridwitness_api.problems import MALFORMED, problem, problem_response, status_of
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

URN = "urn:uuid:5f0c6a34-9a2e-4a39-8d80-0d7ac9d6a3b1"


def _subclasses(kind: type[GridWitnessError]) -> list[type[GridWitnessError]]:
    """Of the platform; a door that another test loaded answers with errors of its own."""
    below = [found for child in kind.__subclasses__() for found in (child, *_subclasses(child))]
    return [found for found in below if found.__module__.startswith("gridwitness.")]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (InvalidInput, 422),
        (NotFound, 404),
        (Conflict, 409),
        (Unauthenticated, 401),
        (Forbidden, 403),
        (TooLarge, 413),
        (Unavailable, 503),
        (Misconfigured, 500),
        (UnrecordedChange, 500),
    ],
)
def test_the_class_chooses_the_status(kind: type[GridWitnessError], status: int) -> None:
    assert status_of(kind("some-code", "Something happened.")) == status


def test_every_class_of_the_tree_has_a_status_and_a_title() -> None:
    for kind in _subclasses(GridWitnessError):
        document = problem(kind("some-code", "Something happened."), URN)
        assert document["title"]
        assert document["status"] == status_of(kind("some-code", "Something happened."))


@pytest.mark.parametrize("code", sorted(MALFORMED))
def test_what_is_outside_its_grammar_is_400(code: str) -> None:
    assert status_of(InvalidInput(code, "No.")) == 400


def test_some_codes_say_more_than_their_class() -> None:
    assert status_of(InvalidInput("too-large", "No.")) == 413
    assert status_of(InvalidInput("content-type-unsupported", "No.")) == 415
    assert status_of(InvalidInput("method-not-allowed", "No.")) == 405


def test_members_of_the_context_stand_beside_and_never_replace_ours() -> None:
    error = Conflict("subject-moved", "It moved.", "fetch the head", head={"seq": 3}, status=200, type="x")
    document = problem(error, URN)
    assert document["head"] == {"seq": 3}
    assert document["status"] == 409
    assert document["type"] == "urn:gridwitness:problem:subject-moved"
    assert (document["detail"], document["hint"], document["instance"]) == (
        "It moved.",
        "fetch the head",
        URN,
    )


@pytest.mark.parametrize("kind", [Misconfigured, Unavailable, UnrecordedChange])
def test_the_inside_is_logged_and_not_told(
    kind: type[GridWitnessError], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "postgresql://app:hunter2@db/secret_table"
    with caplog.at_level(logging.ERROR):
        document = problem(kind("some-code", f"Failed at {secret}.", f"look at {secret}", table=secret), URN)
    assert secret not in json.dumps(document)
    assert secret in caplog.text
    assert URN in caplog.text
    assert document["code"] == "some-code"


@pytest.mark.parametrize(
    ("error", "header"),
    [
        (Unauthenticated("token-missing", "No."), "WWW-Authenticate"),
        (Unavailable("chain-unreachable", "No."), "Retry-After"),
        (Conflict("not-anchored-yet", "No."), "Retry-After"),
        (NotFound("record-unknown", "No."), "Cache-Control"),
    ],
)
def test_headers_a_status_asks_for(error: GridWitnessError, header: str) -> None:
    response = problem_response(error, Request({"type": "http", "state": {"occurrence": "1"}, "headers": []}))
    assert header in response.headers
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(bytes(response.body))["instance"] == "urn:uuid:1"


def test_what_database_errors_mean() -> None:
    def code(error: Exception) -> str | None:
        found = database_problem(error)
        return None if found is None else found.code

    assert code(IntegrityError("s", {}, psycopg.errors.UniqueViolation())) == "concurrent-change"
    assert code(psycopg.errors.UniqueViolation()) == "concurrent-change"
    assert code(DataError("s", {}, psycopg.DataError())) == "text-unstorable"
    assert code(psycopg.DataError()) == "text-unstorable"
    assert code(OperationalError("s", {}, psycopg.OperationalError())) == "database-unavailable"
    assert code(OperationalError("s", {}, psycopg.errors.ProgramLimitExceeded())) == "text-too-long"
    assert code(psycopg.errors.ReadOnlySqlTransaction()) == "database-read-only"
    assert code(PoolTimeout()) == "database-busy"
    assert code(ProgrammingError("s", {}, psycopg.errors.UndefinedTable())) is None
