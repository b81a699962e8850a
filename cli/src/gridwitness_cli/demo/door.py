"""A person at the HTTP door: logged in, asking, handing in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from gridwitness_cli.demo.story import expect

SD_JWT = "application/sd-jwt"


class Door:
    """One account's connection."""

    def __init__(self, url: str, username: str, password: str) -> None:
        """Not logged in yet."""
        self._login = {"username": username, "password": password}
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.http.close()

    def login(self) -> None:
        """A fresh token."""
        answer = self.http.post("/login", json=self._login)
        expect(answer.is_success, "login-failed", f"{self._login['username']}: {answer.text}")
        self.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def keep_token(self, path: Path) -> None:
        """Write the token for programs that take it from a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.http.headers["Authorization"].removeprefix("Bearer "), encoding="ascii")

    def get(self, path: str, **query: Any) -> Any:
        """The answer's JSON; anything but success ends the demo."""
        return self._told(self.http.get(path, params=query)).json()

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """As `get`, sending JSON."""
        return self._told(self.http.post(path, json=body)).json()

    def put_file(self, sha256: str, content: bytes) -> Any:
        """Put a file before it is named; gives its digests, size and type."""
        plain = {"Content-Type": "application/octet-stream"}
        return self._told(self.http.put(f"/files/{sha256}", content=content, headers=plain)).json()

    def submit(self, presentation: str) -> httpx.Response:
        """Hand in a record as it is; the answer may be a refusal."""
        return self.http.post(
            "/records", content=presentation.encode("ascii"), headers={"Content-Type": SD_JWT}
        )

    def evidence(self, jti: str, *, personal: bool = False) -> bytes:
        """A record's bundle; with personal fields the reading is recorded."""
        asked = {"personal": "true"} if personal else {}
        return self._told(self.http.get(f"/records/{jti}/evidence", params=asked)).content

    @staticmethod
    def _told(answer: httpx.Response) -> httpx.Response:
        expect(
            answer.is_success,
            "door-refused",
            f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}",
        )
        return answer
