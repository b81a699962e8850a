"""A reader of the API on one kept connection, one request after the other: each latency is its own."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any, Self

from gridwitness.errors import Unavailable


class Reader:
    """GETs from one API process on this machine; close it, or use it as a context."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str) -> tuple[float, bytes]:
        """Seconds from asking to the last byte, and the answer.

        Raises Unavailable `bench-refused` when it is not 200.
        """
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200:
            raise Unavailable(
                "bench-refused", f"{answer.status} {path}: {content[:500].decode(errors='replace')}", None
            )
        return seconds, content

    def get_json(self, path: str) -> tuple[float, Any]:
        """As `get`; reading the JSON is not timed."""
        seconds, content = self.get(path)
        return seconds, json.loads(content)
