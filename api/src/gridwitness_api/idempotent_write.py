"""Writes under an `Idempotency-Key`: sent twice they happen once, and are answered alike for a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from gridwitness.members import Actor
from sqlalchemy.orm import Session

from gridwitness_api.request_platform import Caller, CallerHere
from gridwitness_api.schemas.forms import Answer, Form

_SECRETS = {"password", "current_password"}


@dataclass(frozen=True, slots=True)
class Written:
    """What a write answers: `body` None with status 204; `location` of what was made."""

    status: int
    body: Answer | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a caller; `key` None where the client gave none."""

    caller: Caller
    key: str | None
    address: str

    def once(self, sent: Form | str | None, step: Callable[[Session, Actor], Written]) -> Response:
        """Run `step` in the request's transaction, or give the answer it gave before.

        Raises what `step` raises (then nothing is kept), Conflict `idempotency-conflict` where the key was
        used for another request, InvalidInput `idempotency-key`.
        """
        request = f"{self.address}\n{_told_apart(sent)}".encode()
        answers = self.caller.platform.answers
        with self.caller.transaction() as (session, actor):
            if self.key is None:
                return _response(_kept(step(session, actor)), replayed=False)
            before = answers.recall(session, actor.account, self.key, request)
            if before is not None:
                return _response(before, replayed=True)
            answer = _kept(step(session, actor))
            answers.remember(session, actor.account, self.key, request, answer)
        return _response(answer, replayed=False)


def write(
    request: Request,
    caller: CallerHere,
    idempotency_key: Annotated[
        str | None,
        Header(description="同一键的同一请求只执行一次 The same request under the same key happens once"),
    ] = None,
) -> Write:
    """The write this request is."""
    return Write(caller, idempotency_key, f"{request.method} {request.url.path}?{request.url.query}")


WriteHere = Annotated[Write, Depends(write)]


def _told_apart(sent: Form | str | None) -> str:
    """What tells a request from another. Passwords are left out: a quick hash of one is kept nowhere."""
    if isinstance(sent, Form):
        return sent.model_dump_json(exclude=_SECRETS)
    return sent or ""


def _kept(written: Written) -> dict[str, Any]:
    body = None if written.body is None else written.body.model_dump(mode="json")
    return {"status": written.status, "body": body, "location": written.location}


def _response(answer: dict[str, Any], *, replayed: bool) -> Response:
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    if answer["location"] is not None:
        headers["Location"] = quote(answer["location"], safe="/")  # names may hold any character
    if answer["body"] is None:
        return Response(status_code=answer["status"], headers=headers)
    return JSONResponse(answer["body"], status_code=answer["status"], headers=headers)
