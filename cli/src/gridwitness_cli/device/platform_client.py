"""The platform's HTTP door, seen from the device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import typer
from gridwitness.errors import GridWitnessError, InvalidInput, Unavailable

from gridwitness_cli.device.local_files import read_local
from gridwitness_cli.device.subject_place import SubjectPlace

SD_JWT = "application/sd-jwt"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Refused(GridWitnessError):  # noqa: N818 - errors here are named for what they mean
    """The platform answered, and the answer is no.

    `context["status"]` is the HTTP status, `context["problem"]` the whole problem document.
    """


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal is one line on stderr and exit code 1."""
    try:
        yield
    except Refused as refused:
        typer.echo(f"平台未受理 refused: {refused} [{refused.code}]", err=True)
        raise typer.Exit(1) from None


class PlatformClient:
    """One connection to one platform. Raises Refused, Unavailable `platform-unreachable`."""

    def __init__(self, url: str, token_file: Path | None = None) -> None:
        """`url` without the path `/api/v1`. Raises InvalidInput `url-invalid`, `token-invalid`."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput("url-invalid", f"{url!r} is no address of a platform.", "as https://host")
        headers = {} if token_file is None else {"Authorization": f"Bearer {_token(token_file)}"}
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1",
            headers=headers,
            timeout=httpx.Timeout(60, connect=10),
            trust_env=parts.hostname not in _LOOPBACK,  # no proxy stands between a machine and itself
            verify=parts.scheme == "https",  # reading all certificates takes longer than a step
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._http.close()

    def login(self, username: str, password: str) -> dict[str, Any]:
        """`{"token", "expires_at", …}`."""
        return self._json("POST", "/login", json={"username": username, "password": password})

    def me(self) -> dict[str, Any]:
        """`{"account", "agency", "username", "roles"}`."""
        return self._json("GET", "/me")

    def new_subject(self, agency: str) -> SubjectPlace:
        """Where a new subject of an agency begins: its newest log, the latest anchored head."""
        logs = [log for log in self._json("GET", "/logs")["items"] if log["agency"] == agency]
        followed = {log["predecessor"] for log in logs}
        for log in logs:
            if log["origin"] not in followed:
                return SubjectPlace.from_json({"origin": log["origin"], "seen": log["seen"]})
        raise InvalidInput("log-unknown", f"Agency {agency} has no log there.", "check --agency and --url")

    def subject(self, sub: str) -> SubjectPlace:
        """Where the next record of a subject goes."""
        return SubjectPlace.from_json(self._json("GET", f"/subjects/{sub}/head"))

    def put_file(self, sha256: str, path: Path) -> None:
        """Upload a file under its digest; again is no harm."""
        with path.open("rb") as stream:
            headers = {"Content-Type": "application/octet-stream"}
            self._answer("PUT", f"/files/{sha256}", content=stream, headers=headers)

    def submit(self, record: str, provenance: dict[str, Any]) -> dict[str, Any]:
        """`{"jti", "state", "log", "receipt"}`; the same bytes again give the same receipt."""
        return self._json("POST", "/records", json={"record": record, "provenance": provenance or None})

    def offer_key(self, record: str) -> dict[str, Any]:
        """The key as it is registered now."""
        return self._json("POST", "/keys", content=record.encode("ascii"), headers={"Content-Type": SD_JWT})

    def evidence(self, jti: str) -> bytes:
        """The bundle, byte for byte."""
        return self._answer("GET", f"/records/{jti}/evidence").content

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """A JSON object; queries that are None are left out."""
        return self._json("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON object answered."""
        return self._json("POST", path, json=body)

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON object answered."""
        return self._json("PUT", path, json=body)

    def post_content(self, path: str, content: bytes, media_type: str) -> dict[str, Any]:
        """The JSON object answered to other content than JSON."""
        return self._json("POST", path, content=content, headers={"Content-Type": media_type})

    def delete(self, path: str) -> None:
        """Take something away."""
        self._answer("DELETE", path)

    def download(self, path: str, **query: Any) -> bytes:
        """The bytes at an address."""
        return self._answer("GET", path, params={k: v for k, v in query.items() if v is not None}).content

    def _json(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        answer = self._answer(method, path, **content)
        try:
            value = answer.json()
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise Unavailable(
                "platform-unreachable", f"{answer.url} does not answer as a platform does.", None
            )
        return value

    def _answer(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(
                "platform-unreachable",
                f"{self._http.base_url.host} does not answer: {error}",
                "what was signed is kept; send it again when there is a connection",
            ) from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> GridWitnessError:
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or not isinstance(problem.get("code"), str):
        problem = {
            "code": f"http-{answer.status_code}",
            "detail": f"{answer.url} answered {answer.status_code}.",
        }
    message, hint = str(problem.get("detail", "")), problem.get("hint")
    if answer.status_code in (502, 503, 504):
        return Unavailable(problem["code"], message, "try again later")
    hint = None if hint is None else str(hint)
    return Refused(problem["code"], message, hint, status=answer.status_code, problem=problem)


def _token(path: Path) -> str:
    token = read_local(path).decode("utf-8", "replace").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidInput(
            "token-invalid", f"{path} holds no token.", "log in with `gridwitness submit login`"
        )
    return token
