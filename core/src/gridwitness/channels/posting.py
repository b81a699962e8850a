"""The way out: one POST, its answer. No proxy and no redirect: a delivery goes where it was addressed."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5.0
LONGEST_ANSWER = 4096


@dataclass(frozen=True, slots=True)
class Reply:
    """What a target said. `status` None: it did not answer, and `text` says why."""

    status: int | None
    text: str

    @property
    def taken(self) -> bool:
        """Whether it took the delivery."""
        return self.status is not None and 200 <= self.status < 300


Post = Callable[[str, bytes, Mapping[str, str]], Reply]
"""Address, body, headers → reply. Never raises for what the other side does; gives up after seconds."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """`Post` over HTTP or HTTPS with the system's certificate authorities."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(
            host, parts.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
    )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read(LONGEST_ANSWER).decode("utf-8", "replace").replace("\0", "\ufffd")
        return Reply(answer.status, text)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reply(None, f"{type(error).__name__}: {error}"[:500])
    finally:
        connection.close()
