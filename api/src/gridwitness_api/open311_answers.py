"""GeoReport v2 answers as XML or JSON, errors among them, in the form that its clients read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from gridwitness.errors import Forbidden, GridWitnessError, InvalidInput, NotFound, TooLarge, Unauthenticated
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from gridwitness_api.framework_errors import database_problem
from gridwitness_api.problems import status_of

XML = "text/xml; charset=utf-8"
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ITEMS = {"services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute"}
"""Elements that hold a list → the element of one of it."""


def answer(form: str, root: str, value: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> Response:
    """The answer in `form` (`xml` or `json`). `root`: name of the outermost XML element."""
    return _rendered(form, root, value, 200)


class Open311Route(APIRoute):
    """A route whose refusals are arrays of {code, description}, as GeoReport v2 has them: 400, 403, 404."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            form = "json" if request.url.path.endswith(".json") else "xml"
            try:
                return await handle(request)
            except GridWitnessError as error:
                return _refusal(form, error)
            except RequestValidationError:
                return _refusal(form, InvalidInput("fields", "The request is not in form.", None))
            except HTTPException as error:
                cause = error.__cause__
                if not isinstance(cause, GridWitnessError) and error.status_code >= 500:
                    raise
                wrong = InvalidInput("body-incomplete", "The request could not be read.", None)
                return _refusal(form, cause if isinstance(cause, GridWitnessError) else wrong)
            except SQLAlchemyError as error:
                found = database_problem(error)
                if found is None:
                    raise
                return _refusal(form, found)

        return answered


def _refusal(form: str, error: GridWitnessError) -> Response:
    if isinstance(error, NotFound):
        status = 404
    elif isinstance(error, Unauthenticated | Forbidden):
        status = 403
    elif isinstance(error, TooLarge):
        status = 413
    else:
        found = status_of(error)
        status = found if found >= 500 else 400
    said = str(error) if status < 500 else "The service cannot answer now."
    return _rendered(form, "errors", [{"code": status, "description": f"{error.code}: {said}"}], status)


def _rendered(form: str, root: str, value: Any, status: int) -> Response:
    if form == "json":
        content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return Response(content.encode(), status, media_type="application/json")
    body = _element(root, value)
    content = f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'
    return Response(content.encode(), status, media_type=XML)


def _element(name: str, value: Any) -> str:
    if value is None or value == "" or (isinstance(value, list) and not value):
        return f"<{name}/>"
    if isinstance(value, Mapping):
        inner = "".join(_element(key, item) for key, item in value.items())
    elif isinstance(value, list):
        inner = "".join(_element(_ITEMS[name], item) for item in value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = html.escape(_UNSAYABLE.sub("\ufffd", str(value)))
    return f"<{name}>{inner}</{name}>"
