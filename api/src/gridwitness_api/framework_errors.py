"""What the framework, the database driver and the client's line raise, in the platform's own errors."""

from __future__ import annotations

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from gridwitness.errors import Conflict, GridWitnessError, InvalidInput, NotFound, Unavailable
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from gridwitness_api.problems import problem_response

_MOST_FINDINGS = 20
_LONGEST_NAME = 80


def add_error_handlers(app: FastAPI) -> None:
    """Every error of a request becomes a problem document; what is not named here goes on up as internal."""

    @app.exception_handler(GridWitnessError)
    def platform_error(request: Request, error: GridWitnessError) -> Response:
        return problem_response(error, request)

    @app.exception_handler(HTTPException)
    def framework_error(request: Request, error: HTTPException) -> Response:
        # FastAPI wraps whatever reading a body raises; the cause is the error we meant.
        if isinstance(error.__cause__, GridWitnessError):
            return problem_response(error.__cause__, request)
        if error.status_code >= 500:
            raise error
        return problem_response(_routing_error(error, request), request, error.headers)

    @app.exception_handler(RequestValidationError)
    def form_error(request: Request, error: RequestValidationError) -> Response:
        return problem_response(_form_error(error), request)

    def database_error(request: Request, error: Exception) -> Response:
        found = database_problem(error)
        if found is None:
            raise error
        return problem_response(found, request)

    app.add_exception_handler(SQLAlchemyError, database_error)
    app.add_exception_handler(psycopg.Error, database_error)


def database_problem(error: Exception) -> GridWitnessError | None:
    """What a database error means to the client, or None where it is a mistake of ours.

    `concurrent-change` and `text-unstorable` are refusals of this input; `database-unavailable` and
    `database-read-only` pass.
    """
    if isinstance(error, PoolTimeout):
        return Unavailable("database-busy", "All database connections are in use.", "try again shortly")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, IntegrityError) or isinstance(cause, psycopg.IntegrityError):
        return Conflict(
            "concurrent-change", "Another request changed the same thing.", "look, then try again"
        )
    if isinstance(error, DataError) or isinstance(cause, psycopg.DataError):
        return InvalidInput(
            "text-unstorable", "A text holds a character no database takes.", "leave U+0000 out"
        )
    if isinstance(cause, psycopg.errors.ProgramLimitExceeded):
        return InvalidInput(
            "text-too-long", "A text that has to be unique is too long.", "shorten keys and names"
        )
    return _absence(cause)


def _absence(cause: object) -> Unavailable | None:
    """A database that is away, or that takes no writes for now."""
    if isinstance(cause, psycopg.errors.ReadOnlySqlTransaction):
        return Unavailable(
            "database-read-only", "The database takes no writes now (a standby?).", "try again shortly"
        )
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable(
            "database-unavailable", f"The database does not answer: {cause}", "try again shortly"
        )
    return None


def _routing_error(error: HTTPException, request: Request) -> GridWitnessError:
    if error.status_code == 404:
        return NotFound("route-unknown", "There is nothing at this address.", "see /api/v1/openapi.json")
    if error.status_code == 405:
        return InvalidInput(
            "method-not-allowed", f"{request.method} is not allowed here.", "the Allow header names what is"
        )
    return InvalidInput("body-incomplete", "The request could not be read.", "send it again, whole")


def _form_error(error: RequestValidationError) -> GridWitnessError:
    """Names what is wrong where, never the value: it may be a password."""
    findings = [
        {"where": _place(found["loc"]), "reason": str(found["msg"])[:200]}
        for found in error.errors()[:_MOST_FINDINGS]
    ]
    first = findings[0] if findings else {"where": "body", "reason": "missing"}
    return InvalidInput(
        "request-invalid",
        f"{first['where']}: {first['reason']}",
        "see /api/v1/openapi.json for the form of this request",
        findings=findings,
    )


def _place(steps: tuple[int | str, ...]) -> str:
    return ".".join(str(step)[:_LONGEST_NAME] for step in steps)
